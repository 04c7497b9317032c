import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MailError } from '../core/index.ts';
import { readIfThere, wipeDurably, writeDurably } from './durable-file.ts';
import { type KeyProvider } from './key-provider.ts';

const magic = Buffer.from('MFK1', 'latin1');
const keyBytes = 32;

/**
 * Keys in `<dir>/NAME.key`, mode 0600: `MFK1`, the key, first 4 bytes of SHA-256 over both (a half-written or flipped
 * key must not look like a key). What this does not protect against is in the README.
 * @param dir made on first use, mode 0700; best on another partition than the spool
 */
export function fileKeyProvider(dir: string): KeyProvider {
  const pathOf = (name: string) => join(dir, `${name}.key`);
  return {
    wrap: async (name, key) => {
      try {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        if ((await readIfThere(pathOf(name), 4096)) !== undefined)
          throw new Error('a key of that name is there already');
        const head = Buffer.concat([magic, key]);
        await writeDurably(pathOf(name), Buffer.concat([head, checkOf(head)]));
      } catch (error) {
        throw new MailError('key-unavailable', `key ${name} cannot be stored: ${String(error)}`, { cause: error });
      }
    },
    unwrap: async (name) => {
      let data: Buffer | undefined;
      try {
        data = await readIfThere(pathOf(name), 4096);
      } catch (error) {
        throw new MailError('key-unavailable', `key ${name} cannot be read: ${String(error)}`, { cause: error });
      }
      if (data === undefined) return undefined;
      const head = data.subarray(0, magic.length + keyBytes);
      const isOurs = data.length === magic.length + keyBytes + 4 && head.subarray(0, magic.length).equals(magic);
      if (!isOurs || !checkOf(head).equals(data.subarray(head.length))) {
        throw new MailError('key-unavailable', `key file of ${name} is damaged`);
      }
      return Buffer.from(head.subarray(magic.length));
    },
    destroy: async (name) => {
      try {
        await wipeDurably(pathOf(name));
      } catch (error) {
        throw new MailError('storage-failed', `key ${name} cannot be destroyed: ${String(error)}`, { cause: error });
      }
    },
  };
}

function checkOf(head: Buffer): Buffer {
  return createHash('sha256').update(head).digest().subarray(0, 4);
}
