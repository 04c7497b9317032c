import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MailError, type MailLog, type SecretBinding, type SecretStore } from '../core/index.ts';
import { isMissing, readIfThere, wipeDurably, writeDurably } from './durable-file.ts';
import { type KeyProvider } from './key-provider.ts';
import { openRecord, sealRecord } from './seal-record.ts';

/** Sealed secrets and the two device keys. */
export interface Vault extends SecretStore {
  /**
   * The key of the spool, 32 bytes; made when first asked for.
   * @throws MailError `key-unavailable` if there was one once and it cannot be had; jobs then wait, a new key is never made
   */
  spoolKey(): Promise<Buffer>;
  /** Decommissioning: from here on no stored scan can be read again. Idempotent. */
  destroySpoolKey(): Promise<void>;
  /** Decommissioning: destroys the key, then every sealed secret. Idempotent. */
  destroySecretsKey(): Promise<void>;
}

type KeyName = 'secrets' | 'spool';

const magic = Buffer.from('MFV1', 'latin1');
const hashBytes = 32;
const maxRecordBytes = 1024 * 1024;

/**
 * Makes the vault over a private folder.
 * @param options.dir holds `NAME.sealed` (one per secret) and `NAME.keymark` (a key of that name was made; see README)
 * @param options.hasSpoolData true if sealed jobs exist: guards them when this folder was lost but the spool was not
 */
export function createVault(options: {
  readonly dir: string;
  readonly keys: KeyProvider;
  readonly log: MailLog;
  readonly hasSpoolData?: (() => Promise<boolean>) | undefined;
}): Vault {
  return new SealedVault(
    options.dir,
    options.keys,
    options.log,
    options.hasSpoolData ?? (() => Promise.resolve(false)),
  );
}

class SealedVault implements Vault {
  readonly #dir: string;
  readonly #keys: KeyProvider;
  readonly #log: MailLog;
  readonly #hasSpoolData: () => Promise<boolean>;
  readonly #loaded = new Map<KeyName, Promise<Buffer>>();
  /** One change at a time: two renewals must not interleave their temporary files (F38). */
  #tail: Promise<unknown> = Promise.resolve();

  constructor(dir: string, keys: KeyProvider, log: MailLog, hasSpoolData: () => Promise<boolean>) {
    this.#dir = dir;
    this.#keys = keys;
    this.#log = log;
    this.#hasSpoolData = hasSpoolData;
  }

  put(name: string, binding: SecretBinding, secret: Buffer): Promise<void> {
    return this.#inTurn(async () => {
      const path = this.#pathOf(name);
      const key = await this.#key('secrets');
      const head = Buffer.concat([magic, hashOf(binding)]);
      const sealed = Buffer.concat([head, sealRecord(key, secret, associatedData(head, name))]);
      await this.#storing(`secret ${name}`, async () => {
        await mkdir(this.#dir, { recursive: true, mode: 0o700 });
        await writeDurably(path, sealed);
      });
    });
  }

  get(name: string, binding: SecretBinding): Promise<Buffer | undefined> {
    return this.#inTurn(async () => {
      const path = this.#pathOf(name);
      const sealed = await this.#storing(`secret ${name}`, () => readIfThere(path, maxRecordBytes));
      if (sealed === undefined) return undefined;
      const key = await this.#key('secrets');
      const head = sealed.subarray(0, magic.length + hashBytes);
      if (head.length < magic.length + hashBytes || !head.subarray(0, magic.length).equals(magic)) {
        throw new MailError('secret-damaged', `secret ${name} is cut short or of an unknown version`);
      }
      // Authenticated first, compared second: a flipped bit in the hash is damage, not "settings changed".
      const secret = openRecord(key, sealed.subarray(head.length), associatedData(head, name));
      if (!timingSafeEqual(head.subarray(magic.length), hashOf(binding))) {
        secret.fill(0);
        throw new MailError('secret-binding-changed', `secret ${name} belongs to other settings than those of now`);
      }
      return secret;
    });
  }

  remove(name: string): Promise<void> {
    return this.#inTurn(() => this.#storing(`secret ${name}`, () => wipeDurably(this.#pathOf(name))));
  }

  /** A copy: destroying the key zeroes ours, and the spool must not seal with zeros meanwhile. */
  async spoolKey(): Promise<Buffer> {
    return Buffer.from(await this.#key('spool'));
  }

  destroySpoolKey(): Promise<void> {
    return this.#inTurn(() => this.#destroyKey('spool'));
  }

  destroySecretsKey(): Promise<void> {
    return this.#inTurn(() => this.#destroyKey('secrets'));
  }

  async #destroyKey(name: KeyName): Promise<void> {
    // The key first: whatever a power cut leaves behind after that is noise.
    await this.#keys.destroy(name);
    const loaded = await this.#loaded.get(name)?.catch(() => undefined);
    this.#loaded.delete(name);
    loaded?.fill(0);
    await this.#storing(`key ${name}`, async () => {
      if (name === 'secrets') for (const file of await this.#sealedFiles()) await wipeDurably(join(this.#dir, file));
      await wipeDurably(this.#markPath(name));
    });
    this.#log.notice('device key destroyed', { name });
  }

  /** Shared by all who ask at once; a failure is not remembered, hardware may come up late. */
  #key(name: KeyName): Promise<Buffer> {
    let loading = this.#loaded.get(name);
    if (!loading) {
      loading = this.#loadKey(name);
      this.#loaded.set(name, loading);
      loading.catch(() => {
        if (this.#loaded.get(name) === loading) this.#loaded.delete(name);
      });
    }
    return loading;
  }

  async #loadKey(name: KeyName): Promise<Buffer> {
    const mark = await this.#storing(`mark of key ${name}`, () => readIfThere(this.#markPath(name), 4096));
    const key = await this.#keys.unwrap(name);
    if (key) {
      if (key.length !== hashBytes) throw new MailError('key-unavailable', `key ${name} has ${key.length} bytes`);
      // Another key than the one things were sealed with would make every job look damaged.
      if (mark && !mark.equals(markOf(name, key))) {
        throw new MailError('key-unavailable', `key ${name} is not the one that sealed what is stored`);
      }
      // A crash came between storing the key and its mark; or the mark was lost.
      if (!mark) await this.#writeMark(name, key);
      return key;
    }
    if (mark || (await this.#hasSealedData(name))) {
      throw new MailError('key-unavailable', `key ${name} is gone, but sealed data needs it`);
    }
    return this.#makeKey(name);
  }

  async #makeKey(name: KeyName): Promise<Buffer> {
    const key = randomBytes(32);
    await this.#keys.wrap(name, key);
    // Read back before anything depends on it: a vendor program that wraps wrongly must fail now, not after a reboot.
    const back = await this.#keys.unwrap(name);
    if (!back?.equals(key)) {
      await this.#keys.destroy(name);
      throw new MailError('key-unavailable', `key ${name} did not come back as it was stored`);
    }
    await this.#writeMark(name, key);
    this.#log.notice('device key made', { name });
    return key;
  }

  async #writeMark(name: KeyName, key: Buffer): Promise<void> {
    await this.#storing(`mark of key ${name}`, async () => {
      await mkdir(this.#dir, { recursive: true, mode: 0o700 });
      await writeDurably(this.#markPath(name), markOf(name, key));
    });
  }

  async #hasSealedData(name: KeyName): Promise<boolean> {
    return name === 'spool'
      ? this.#hasSpoolData()
      : (await this.#storing('vault', () => this.#sealedFiles())).length > 0;
  }

  async #sealedFiles(): Promise<string[]> {
    try {
      return (await readdir(this.#dir)).filter((file) => file.endsWith('.sealed'));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  #pathOf(name: string): string {
    if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) throw new MailError('internal', 'secret name is not a file name');
    return join(this.#dir, `${name}.sealed`);
  }

  #markPath(name: KeyName): string {
    return join(this.#dir, `${name}.keymark`);
  }

  async #storing<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof MailError) throw error;
      throw new MailError('storage-failed', `${what}: ${String(error)}`, { cause: error });
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }
}

/** Keys sorted, so that the order in which a caller writes them does not matter; JSON, so that nothing runs together. */
function hashOf(binding: SecretBinding): Buffer {
  const pairs = Object.entries(binding).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash(Buffer.from(JSON.stringify(pairs)));
}

/** Version and binding (both in `head`) and name: a record moved to another name or given another head does not open. */
function associatedData(head: Buffer, name: string): Buffer {
  return Buffer.concat([head, Buffer.from(name)]);
}

/** Tells a key from another without telling the key. */
function markOf(name: KeyName, key: Buffer): Buffer {
  return Buffer.from(`mfp-mail-agent key 1 ${createHmac('sha256', key).update(`mark of ${name}`).digest('hex')}\n`);
}

function hash(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
