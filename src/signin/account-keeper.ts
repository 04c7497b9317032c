import {
  MailError,
  toMailError,
  type AccountIdentity,
  type AccountState,
  type ErrorCode,
  type MailLog,
  type SecretStore,
} from '../core/index.ts';
import { isSameAccount } from '../policy/index.ts';
import { isSameBinding, settingsBinding, withAccount, type SignInConfig } from './config.ts';
import { readIdentity, readStoredAccount, type StoredAccount } from './stored-account.ts';

/** Sealed: tokens, bound to settings and account. */
const accountSecret = 'account';
/** Sealed: who is signed in, bound to nothing but its purpose. Holds no token. */
const identitySecret = 'account-identity';
const identityBinding = { purpose: 'who signed in on this device' };

/** Read errors that end by themselves: a disk or key that comes late. */
const passing: readonly ErrorCode[] = ['key-unavailable', 'storage-failed'];

/** What stands between the account and its use. */
interface Problem {
  readonly code: ErrorCode;
  readonly aadsts?: number | undefined;
}

/** What the disk holds. `detail`: why it could not be read, for the log. */
interface Found {
  readonly pinned?: AccountIdentity | undefined;
  readonly stored?: StoredAccount;
  readonly problem?: Problem;
  readonly detail?: string;
}

/**
 * The account of this device: in memory, sealed on disk, and what is wrong with it.
 *
 * Two records. `account` holds the tokens and is bound to the settings **and** to `oid`+`tid`; `account-identity` says which
 * `oid`+`tid` that is, so that the binding can be computed before anything is opened, and so that the same person signing in
 * after a change of settings is known as the same person. `account-identity` is written last: until then, the sign-in has
 * not happened.
 */
export class AccountKeeper {
  readonly #secrets: SecretStore;
  readonly #config: () => SignInConfig;
  readonly #log: MailLog;
  readonly #onChange: () => void;
  /** Who signed in last; survives a change of settings and a damaged token record. */
  #pinned: AccountIdentity | undefined;
  #stored: StoredAccount | undefined;
  /** The settings `#stored` belongs to. */
  #settings: ReturnType<typeof settingsBinding> | undefined;
  #problem: Problem | undefined;
  /** What the smarthost says against the account; the tokens as such are good. */
  #refusal: ErrorCode | undefined;
  /** `#stored` is newer than the disk. */
  #isUnsaved = false;
  /** Signed out in this run: what may still lie on disk is not wanted any more. */
  #isSignedOut = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(options: {
    readonly secrets: SecretStore;
    readonly config: () => SignInConfig;
    readonly log: MailLog;
    readonly onChange: () => void;
  }) {
    this.#secrets = options.secrets;
    this.#config = options.config;
    this.#log = options.log;
    this.#onChange = options.onChange;
  }

  get pinned(): AccountIdentity | undefined {
    return this.#pinned;
  }
  get stored(): StoredAccount | undefined {
    return this.#stored;
  }
  get problem(): Problem | undefined {
    return this.#problem;
  }

  state(): AccountState {
    const stored = this.#stored;
    const times = stored && { signedInAtMs: stored.signedInAtMs, renewedAtMs: stored.renewedAtMs };
    const identity = stored?.identity ?? this.#pinned;
    const problem = this.#problem;
    if (problem) {
      return {
        status: 'sign-in-needed',
        code: problem.code,
        ...times,
        ...(identity && { identity }),
        ...(problem.aadsts !== undefined && { aadsts: problem.aadsts }),
      };
    }
    if (!stored) return { status: 'none' };
    const status = stored.isProven ? 'ready' : 'unproven';
    return { status, identity: stored.identity, ...times, ...(this.#refusal && { code: this.#refusal }) };
  }

  /**
   * Reads what is sealed, if it may be used with the settings of now. Never throws: what is wrong becomes the state.
   * @returns true if that brought an account; false also if a sign-in has brought one meanwhile
   */
  async load(): Promise<boolean> {
    return await this.#inTurn(async () => !this.#stored && (await this.#load()));
  }

  /**
   * There may be an account on a disk that is mounted late or cannot be read yet: none was found, nobody signed out, and
   * nothing is wrong that stays wrong.
   */
  get isLookingWorthwhile(): boolean {
    return !this.#stored && !this.#isSignedOut && (!this.#problem || passing.includes(this.#problem.code));
  }

  /** As `load`, if it is still worth while. What is as it was is neither told nor logged. */
  async lookAgain(): Promise<boolean> {
    return await this.#inTurn(async () => this.isLookingWorthwhile && (await this.#load(true)));
  }

  async #load(isAgain = false): Promise<boolean> {
    const before = { pinned: this.#pinned, code: this.#problem?.code };
    const found = await this.#read();
    // A sign-out has come in between, and its removal waits for this.
    if (this.#isSignedOut) return false;
    const { pinned, stored, problem, detail } = found;
    this.#pinned = pinned;
    const isNews = !!stored || problem?.code !== before.code || (!!pinned && !before.pinned);
    if (problem && detail !== undefined && isNews) {
      this.#log.account({ what: 'stored sign-in cannot be used', code: problem.code, detail });
    }
    if (isNews || !isAgain) this.#set(stored, problem);
    return stored !== undefined;
  }

  async #read(): Promise<Found> {
    let pinned = this.#pinned;
    try {
      pinned = (await this.#readPinned()) ?? pinned;
      if (!pinned) return {};
      const config = this.#config();
      const sealed = await this.#secrets.get(accountSecret, withAccount(settingsBinding(config), pinned));
      const stored = sealed && readStoredAccount(sealed);
      if (stored && !isSameAccount(stored.identity, pinned)) {
        throw new MailError('secret-damaged', 'stored sign-in names another account than its binding');
      }
      this.#settings = settingsBinding(config);
      return stored ? { pinned, stored } : { pinned, problem: { code: 'sign-in-needed' } };
    } catch (error) {
      const { code, message } = toMailError(error);
      return { pinned, problem: { code }, detail: message };
    }
  }

  /**
   * The account, if its tokens may be used with the settings of now (T21: compared at use, whoever changed them, however).
   * @throws MailError `sign-in-needed`, `secret-binding-changed`, `secret-damaged`, `key-unavailable`
   */
  usable(): StoredAccount {
    this.dropIfSettingsChanged();
    const stored = this.#stored;
    if (stored) return stored;
    const code = this.#problem?.code ?? 'sign-in-needed';
    throw new MailError(code, `no usable sign-in: ${code}`);
  }

  /** Forgets the tokens if they belong to other settings. The sealed record stays: it opens for its own settings only. */
  dropIfSettingsChanged(): void {
    if (!this.#stored || !this.#settings || isSameBinding(this.#settings, settingsBinding(this.#config()))) return;
    this.#log.account({ what: 'settings changed since the sign-in', code: 'secret-binding-changed' });
    this.#set(undefined, { code: 'secret-binding-changed' });
  }

  /** A sign-in has been confirmed. Nothing of the old account is left when this resolves; on an error nothing has changed. */
  async adopt(account: StoredAccount, config: SignInConfig): Promise<void> {
    await this.#inTurn(async () => {
      await this.#secrets.put(accountSecret, withAccount(settingsBinding(config), account.identity), sealable(account));
      await this.#secrets.put(identitySecret, identityBinding, sealable(account.identity));
      this.#isSignedOut = false;
      this.#pinned = account.identity;
      this.#settings = settingsBinding(config);
      this.#isUnsaved = false;
      this.#refusal = undefined;
      this.#set(account, undefined);
    });
  }

  /** New tokens for the account in use. Call `save` before handing them out. */
  renewed(account: StoredAccount): void {
    this.#isUnsaved = true;
    this.#set(account, undefined);
  }

  /** Makes the present tokens durable, if they are not yet (F38). @throws MailError `storage-failed`, `key-unavailable` */
  async save(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#isUnsaved) await this.#put();
    });
  }

  async #put(): Promise<void> {
    const account = this.#stored;
    const settings = this.#settings;
    if (!account || !settings) return;
    await this.#secrets.put(accountSecret, withAccount(settings, account.identity), sealable(account));
    if (this.#stored?.cache === account.cache) this.#isUnsaved = false;
  }

  /** The identity service refuses the account. Tokens are kept: an administrator may lift the refusal. */
  refused(code: ErrorCode, aadsts: number | undefined): void {
    if (!this.#stored) return;
    this.#log.account({ what: 'account refused', code, ...(aadsts !== undefined && { detail: `AADSTS${aadsts}` }) });
    this.#set({ ...this.#stored, isProven: false }, { code, aadsts });
  }

  /**
   * The smarthost answered 235, to this account or (undefined) to the present one. Remembered across restarts, but no
   * token waits for that write.
   * @throws MailError `storage-failed`, `key-unavailable`; the state is `ready` all the same
   */
  async proven(identity: AccountIdentity | undefined): Promise<void> {
    const stored = this.#stored;
    if (!stored || this.#problem || (identity && !isSameAccount(identity, stored.identity))) return;
    if (stored.isProven && this.#refusal === undefined) return;
    this.#refusal = undefined;
    this.#log.account({ what: 'proven at the mail server' });
    this.#set({ ...stored, isProven: true }, undefined);
    if (!stored.isProven) await this.#inTurn(() => this.#put());
  }

  /** The smarthost refused the account. */
  refusedBySmarthost(code: ErrorCode): void {
    if (!this.#stored || this.#problem) return;
    this.#refusal = code;
    this.#set({ ...this.#stored, isProven: false }, code === 'sign-in-needed' ? { code } : undefined);
  }

  /** Removes the account, from memory first. @throws MailError `storage-failed` */
  async remove(): Promise<void> {
    this.#forget();
    await this.#inTurn(async () => {
      // An `adopt` that was on its way has brought one back.
      if (this.#stored) this.#forget();
      await this.#secrets.remove(accountSecret);
      await this.#secrets.remove(identitySecret);
    });
  }

  #forget(): void {
    this.#isSignedOut = true;
    this.#isUnsaved = false;
    this.#refusal = undefined;
    this.#pinned = undefined;
    this.#set(undefined, undefined);
  }

  async #readPinned(): Promise<AccountIdentity | undefined> {
    const sealed = await this.#secrets.get(identitySecret, identityBinding);
    return sealed && readIdentity(sealed);
  }

  #set(stored: StoredAccount | undefined, problem: Problem | undefined): void {
    this.#stored = stored;
    this.#problem = problem;
    this.#onChange();
  }

  /** One write at a time, in the order of the calls. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#saving.then(work);
    this.#saving = turn.then(
      () => undefined,
      () => undefined,
    );
    return await turn;
  }
}

const sealable = (value: object) => Buffer.from(JSON.stringify(value), 'utf8');
