/**
 * Where the two device keys live: a hardware store behind an executable, or a file. A key is written once and never
 * replaced in place; whoever wants another one calls `destroy` first.
 */
export interface KeyProvider {
  /**
   * Stores a new key durably.
   * @param name `secrets` or `spool`
   * @param key 32 bytes
   * @throws MailError `key-unavailable`, also if a key of that name is there already
   */
  wrap(name: string, key: Buffer): Promise<void>;
  /**
   * @returns undefined only if it is certain that there is no key of that name
   * @throws MailError `key-unavailable` if there is one but it cannot be had now
   */
  unwrap(name: string): Promise<Buffer | undefined>;
  /** Overwrites and removes; durable. No error if there is none. */
  destroy(name: string): Promise<void>;
}
