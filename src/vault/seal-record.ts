import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { MailError } from '../core/index.ts';

/** Names the format and its version; authenticated with everything else. */
const magic = Buffer.from('MFR1', 'latin1');
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals one small record: `MFR1`, 12 random bytes of nonce, ciphertext, 16 bytes of tag (AES-256-GCM).
 * Random nonces are safe for 2^32 records under one key; a printer that writes ten a minute needs 800 years for that.
 * @param key 32 bytes
 * @param aad what the record belongs to; the same bytes are needed to open it
 * @see NIST SP 800-38D 8.3
 */
export function sealRecord(key: Buffer, plain: Buffer, aad: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.concat([magic, aad]));
  return Buffer.concat([magic, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Opens what `sealRecord` made.
 * @throws MailError `secret-damaged`: truncated, altered, sealed with another key, or for something else
 */
export function openRecord(key: Buffer, sealed: Buffer, aad: Buffer): Buffer {
  const bodyAt = magic.length + nonceBytes;
  if (sealed.length < bodyAt + tagBytes || !sealed.subarray(0, magic.length).equals(magic)) {
    throw new MailError('secret-damaged', `sealed record of ${sealed.length} bytes is not one of ours`);
  }
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(magic.length, bodyAt), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.concat([magic, aad]));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(bodyAt, sealed.length - tagBytes)), decipher.final()]);
  } catch (error) {
    throw new MailError('secret-damaged', 'sealed record does not authenticate', { cause: error });
  }
}
