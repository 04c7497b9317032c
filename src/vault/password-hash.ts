/** Passwords of people and printers: only a scrypt hash is kept (T8, T41). */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/** OWASP's row for 16 MiB of memory; a printer has no more to spare. */
const cost: ScryptOptions = { N: 2 ** 14, r: 8, p: 5, maxmem: 32 * 1024 * 1024 };
const saltBytes = 16;
const hashBytes = 32;

/** One hash at a time, whoever asks: strangers must not decide how much memory is used. */
let last: Promise<unknown> = Promise.resolve();

/** @param password any text @returns salt and hash, 48 octets */
export async function hashPassword(password: string): Promise<Buffer> {
  const salt = randomBytes(saltBytes);
  return Buffer.concat([salt, await derive(password, salt)]);
}

/**
 * Compares a password with what `hashPassword` gave. Takes the same time whatever is wrong.
 * @param stored undefined, or of another length: no password is right
 */
export async function isPasswordOf(password: string, stored: Buffer | undefined): Promise<boolean> {
  const isKept = stored?.length === saltBytes + hashBytes;
  const record = isKept ? stored : Buffer.alloc(saltBytes + hashBytes);
  const hash = await derive(password, record.subarray(0, saltBytes));
  return timingSafeEqual(hash, record.subarray(saltBytes)) && isKept;
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  const turn = last.then(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        scrypt(password, salt, hashBytes, cost, (error, key) => {
          if (error) reject(error);
          else resolve(key);
        });
      }),
  );
  last = turn.catch(() => undefined);
  return turn;
}
