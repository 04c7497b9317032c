/**
 * Who may log in: the claim of a new device, the administrator's password, the panel's PIN, and the sessions of both (T40-T42,
 * T51). Hashes are kept sealed in the vault, so that decommissioning makes the device unclaimed again.
 */
import { MailError, type Clock, type MailLog, type SecretStore } from '../core/index.ts';
import { hashPassword, isPasswordOf } from '../vault/index.ts';
import { ClaimCodes, type ClaimCode } from './claim-code.ts';
import { GuessDelays } from './guess-delays.ts';
import { normalised, passwordProblem, pinProblem, type PasswordReason } from './password-rules.ts';
import { Sessions, type Session } from './sessions.ts';

/** A session at the panel, which everybody in front of it shares. */
export interface PanelSession extends Session {
  /** administrator: the PIN was given less than five idle minutes ago. */
  readonly role: 'walk-up' | 'administrator';
}

/** A fresh session with what the browser keeps. */
export interface Entry {
  readonly token: string;
  readonly session: Session;
}

/** Everything about who may come in by a browser. */
export interface Access {
  /** @throws MailError `key-unavailable`, `storage-failed`, as all that follow */
  isClaimed(): Promise<boolean>;
  /** Is there a PIN for the panel? */
  hasPin(): Promise<boolean>;
  /** The code that is shown now. */
  claimCode(): Promise<ClaimCode | undefined>;
  /** A new one; whoever can read it stands in front of the device, so nobody has to wait any more either. */
  newClaimCode(): Promise<ClaimCode>;
  /**
   * Sets password and PIN (kept, if none is given) and logs in; sessions of before end.
   * @throws MailError `claim-code-refused`, `login-too-often`, `password-refused`
   */
  claim(given: {
    readonly code: string;
    readonly password: string;
    readonly pin?: string | undefined;
    readonly address: string;
  }): Promise<Entry>;
  /** @throws MailError `login-refused` (also while unclaimed), `login-too-often` */
  logIn(given: { readonly password: string; readonly address: string }): Promise<Entry>;
  logOut(sessionId: string): Promise<void>;
  /** All sessions end. @returns a new one @throws MailError as `logIn` for `current`, `password-refused` */
  setPassword(given: { readonly current: string; readonly next: string; readonly address: string }): Promise<Entry>;
  /** '' removes it. @throws MailError `password-refused`; `login-refused` while unclaimed */
  setPin(pin: string): Promise<void>;
  /** @param options.isUse a person did something: the idle time begins anew */
  webSession(token: string, options: { readonly isUse: boolean }): Promise<Session | undefined>;

  /** For a browser that has shown the panel's token. */
  enterPanel(): Promise<Entry>;
  panelSession(token: string, options: { readonly isUse: boolean }): Promise<PanelSession | undefined>;
  /** @throws MailError as `logIn`; `login-refused` also without a PIN */
  unlock(panelSessionId: string, pin: string): Promise<void>;
  lock(panelSessionId: string): Promise<void>;
  /**
   * Before an act of somebody at the panel that takes its PIN, if there is one (T51). An administrator has given that, or more.
   * @param act for the log
   * @throws MailError `pin-needed`
   */
  assertPinGiven(who: { readonly role: string }, act: string): Promise<void>;

  /** Every panel must show the token again: it was switched off. */
  forgetPanels(): Promise<void>;
  /** Ends every session and code: the agent stops, or the device was decommissioned. */
  forget(): Promise<void>;
}

const scryptHashing = { hashPassword, isPasswordOf };
const secretName = 'administrator';
const binding = { purpose: 'administrator' };
const webLimits = { idleMs: 15 * 60_000, longestMs: 8 * 3_600_000 };
const panelLimits = { idleMs: Infinity, longestMs: Infinity };
const unlockLimits = { idleMs: 5 * 60_000, longestMs: 8 * 3_600_000 };
/** All who stand at the panel are one. */
const panelAddress = 'panel';

interface Stored {
  readonly password: Buffer;
  readonly pin: Buffer | undefined;
}

/** Makes the room; nothing is read before it is asked for. */
export function createAccess(options: {
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly log: MailLog;
  /** How passwords are hashed; tests that guess a hundred times take something cheap. */
  readonly hashing?: typeof scryptHashing;
}): Access {
  const { secrets, clock, log, hashing = scryptHashing } = options;
  const codes = new ClaimCodes(clock);
  const strangers = new GuessDelays(clock);
  // Whoever guesses from the network must not lock the person in front of the device out (T41).
  const atPanel = new GuessDelays(clock);
  const delaysOf = (address: string) => (address === panelAddress ? atPanel : strangers);
  const web = new Sessions(clock, webLimits);
  const panels = new Sessions(clock, panelLimits);
  /** By the id of the panel's session. */
  const unlocked = new Map<
    string,
    { readonly token: string; readonly session: Session; readonly ended: AbortSignal }
  >();
  const unlocks = new Sessions(clock, unlockLimits);
  let last: Promise<unknown> = Promise.resolve();

  /** One guess at a time: many at once must not all be made before the first has failed. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  const read = async (): Promise<Stored | undefined> => {
    try {
      const kept = await secrets.get(secretName, binding);
      if (kept === undefined) return undefined;
      const { password, pin } = JSON.parse(kept.toString('utf8')) as { password: string; pin?: string };
      return {
        password: Buffer.from(password, 'base64'),
        pin: pin === undefined ? undefined : Buffer.from(pin, 'base64'),
      };
    } catch (error) {
      // What cannot be opened lets nobody in; the way back is a code at the panel. A missing key may come back.
      if (!(error instanceof MailError) || !['secret-damaged', 'secret-binding-changed'].includes(error.code))
        throw error;
      log.fault('the administrator password cannot be read; claim the device again', error);
      return undefined;
    }
  };
  const write = ({ password, pin }: Stored): Promise<void> =>
    secrets.put(
      secretName,
      binding,
      Buffer.from(JSON.stringify({ password: password.toString('base64'), pin: pin?.toString('base64') })),
    );

  const mayTry = (address: string) => {
    const retryAfterMs = delaysOf(address).waitMs(address);
    if (retryAfterMs > 0) throw new MailError('login-too-often', `${address} must wait`, { details: { retryAfterMs } });
  };
  const tried = (address: string, isRight: boolean, error: MailError) => {
    if (isRight) delaysOf(address).noteSuccess(address);
    else {
      delaysOf(address).noteFailure(address);
      throw error;
    }
  };
  const checkPassword = async (password: string, address: string): Promise<Stored> => {
    mayTry(address);
    const stored = await read();
    const isRight = await hashing.isPasswordOf(normalised(password), stored?.password);
    tried(address, isRight, new MailError('login-refused', `wrong password from ${address}`));
    return stored as Stored;
  };
  const endAll = () => {
    web.endAll();
    unlocks.endAll();
    unlocked.clear();
  };
  const lock = (id: string) => {
    const entry = unlocked.get(id);
    unlocked.delete(id);
    if (entry) unlocks.end(entry.session.id);
  };
  const enter = (address: string): Entry => web.open(`administrator (${address})`.slice(0, 64));

  return {
    isClaimed: async () => (await read()) !== undefined,
    hasPin: async () => (await read())?.pin !== undefined,
    claimCode: () => Promise.resolve(codes.present()),
    newClaimCode: () => {
      strangers.reset();
      atPanel.reset();
      return Promise.resolve(codes.make());
    },
    claim: ({ code, password, pin, address }) =>
      inTurn(async () => {
        // Before the code is used up.
        assertTaken('password', passwordProblem(password));
        if (pin !== undefined && pin !== '') assertTaken('pin', pinProblem(pin));
        mayTry(address);
        tried(address, codes.use(code), new MailError('claim-code-refused', `wrong claim code from ${address}`));
        const pinHash = pin === undefined || pin === '' ? (await read())?.pin : await hashing.hashPassword(pin);
        await write({ password: await hashing.hashPassword(normalised(password)), pin: pinHash });
        endAll();
        return enter(address);
      }),
    logIn: ({ password, address }) =>
      inTurn(async () => {
        await checkPassword(password, address);
        return enter(address);
      }),
    logOut: (id) => {
      web.end(id);
      return Promise.resolve();
    },
    setPassword: ({ current, next, address }) =>
      inTurn(async () => {
        const { pin } = await checkPassword(current, address);
        assertTaken('password', passwordProblem(next));
        await write({ password: await hashing.hashPassword(normalised(next)), pin });
        endAll();
        return enter(address);
      }),
    setPin: (pin) =>
      inTurn(async () => {
        const stored = await read();
        if (stored === undefined) throw new MailError('login-refused', 'no PIN before the claim');
        if (pin !== '') assertTaken('pin', pinProblem(pin));
        await write({ password: stored.password, pin: pin === '' ? undefined : await hashing.hashPassword(pin) });
        unlocks.endAll();
        unlocked.clear();
      }),
    webSession: (token, use) => Promise.resolve(web.find(token, use)),

    enterPanel: () => Promise.resolve(panels.open('panel')),
    panelSession: (token, use) => {
      const session = panels.find(token, use);
      if (session === undefined) return Promise.resolve(undefined);
      const entry = unlocked.get(session.id);
      if (entry === undefined || unlocks.find(entry.token, use) === undefined) {
        unlocked.delete(session.id);
        return Promise.resolve({ ...session, role: 'walk-up' });
      }
      return Promise.resolve({
        ...session,
        role: 'administrator',
        ended: entry.ended,
      });
    },
    unlock: (id, pin) =>
      inTurn(async () => {
        mayTry(panelAddress);
        const isRight = await hashing.isPasswordOf(pin, (await read())?.pin);
        tried(panelAddress, isRight, new MailError('login-refused', 'wrong PIN at the panel'));
        lock(id);
        const unlock = unlocks.open('panel');
        const panel = panels.use(id, { isUse: false });
        // Once for each PIN: a signal made of others is remembered as long as they live.
        const ended = AbortSignal.any([unlock.session.ended, ...(panel ? [panel.ended] : [])]);
        unlocked.set(id, { ...unlock, ended });
      }),
    lock: (id) => {
      lock(id);
      return Promise.resolve();
    },
    assertPinGiven: async ({ role }, act) => {
      if (role === 'administrator' || (await read())?.pin === undefined) return;
      throw new MailError('pin-needed', act, { details: { hint: 'unlock the panel with its PIN first' } });
    },
    forgetPanels: () => {
      panels.endAll();
      unlocks.endAll();
      unlocked.clear();
      return Promise.resolve();
    },
    forget: () => {
      endAll();
      panels.endAll();
      codes.forget();
      return Promise.resolve();
    },
  };
}

function assertTaken(field: 'password' | 'pin', reason: PasswordReason | undefined): void {
  if (reason === undefined) return;
  // Both have rules of the same name: pages show the sentence at the field it is about.
  throw new MailError('password-refused', `${field} ${reason}`, { details: { reason, field } });
}
