/** The envelope of a message that brings none: recipients from its own header, as `sendmail -t` does. */
import { addressesOf, isNamed, MailError, parseHeaderBlock, parseMailbox, unfold } from '../core/index.ts';
import { HeaderCollector, type HeaderSection } from '../intake/index.ts';

/** A message of which the header has been seen; `octets` gives it again from its first octet. */
export interface MessageStart {
  readonly section: HeaderSection;
  readonly octets: AsyncIterable<Uint8Array>;
}

/**
 * Reads until the header block is complete.
 * @throws MailError `header-too-large` (256 KiB), `bare-line-end`, `line-too-long`, and what the source throws
 */
export async function readStart(
  source: AsyncIterable<Uint8Array>,
  options: { readonly isBareLineEndRefused: boolean } = { isBareLineEndRefused: false },
): Promise<MessageStart> {
  const iterator = source[Symbol.asyncIterator]();
  const collector = new HeaderCollector(options);
  const seen: Uint8Array[] = [];
  try {
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return { section: collector.end(), octets: again(seen, iterator) };
      const { value } = next;
      seen.push(value);
      const section = collector.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
      if (section) return { section, octets: again(seen, iterator) };
    }
  } catch (error) {
    await iterator.return?.();
    throw error;
  }
}

async function* again(seen: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  try {
    yield* seen.splice(0);
    for (;;) {
      const next = await rest.next();
      if (next.done === true) return undefined;
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}

/**
 * The recipients a header block names: To, Cc and Bcc, or, in a message that was sent on, the Resent- fields instead.
 * Every address must stand the strict grammar: a list half understood is mail half delivered.
 * @param block latin1, CRLF
 * @throws MailError `no-recipients`, `bad-address`
 * @see https://www.rfc-editor.org/rfc/rfc5322#section-3.6.3
 */
export function recipientsOf(block: string): readonly string[] {
  const fields = parseHeaderBlock(block);
  const resent = fields.filter((field) => isNamed(field, 'Resent-To', 'Resent-Cc', 'Resent-Bcc'));
  const found = (resent.length > 0 ? resent : fields.filter((field) => isNamed(field, 'To', 'Cc', 'Bcc'))).flatMap(
    (field) =>
      addressesOf(Buffer.from(unfold(field), 'latin1').toString('utf8')).map((one) => [field.name, one] as const),
  );
  for (const [name, one] of found)
    if (parseMailbox(one) === undefined)
      throw new MailError('bad-address', `an address in ${name} is no RFC 5321 mailbox`, { details: { hint: name } });
  if (found.length === 0)
    throw new MailError('no-recipients', 'the header names no recipients', {
      details: { hint: 'the message has no address in To, Cc or Bcc' },
    });
  return found.map(([, one]) => one);
}
