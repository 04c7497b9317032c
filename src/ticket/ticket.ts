/** The ticket: what firmware says about a scan besides the files. */
import { z } from 'zod';
import { MailError, parseMailbox } from '../core/index.ts';

/** A ticket as it comes; larger ones are refused before they are parsed (T63). */
export const maxTicketBytes = 64 * 1024;
export const maxFiles = 50;

const address = z.string().max(254).describe('E-mail address, without a name');
const addresses = z.array(address).max(100);

/** Letters that need no quoting anywhere: header, URL, file name, shell. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 of the characters A-Z a-z 0-9 . _ -');

/** What a ticket looks like. Fields nobody knows are ignored, so that newer firmware can talk to an older agent. */
export const ticketSchema = z
  .object({
    to: addresses.default([]),
    cc: addresses.optional(),
    bcc: addresses.optional(),
    subject: z.string().max(1000).optional(),
    text: z.string().max(60_000).optional().describe('Plain text before the files'),
    fileName: z
      .string()
      .max(200)
      .optional()
      .describe('Names of the files without ending: {date}, {time}, {counter}, {device}, {n}; else as they are sent'),
    headerFrom: address.optional().describe('Sender hint; the sender rule of the device decides'),
    requestingUser: z.object({ name: z.string().max(200).optional(), address: address.optional() }).optional(),
    idempotencyKey: idempotencyKeySchema.optional(),
  })
  .meta({ id: 'Ticket' });

/** A ticket with its defaults. Addresses are checked by `checkTicket`. */
export type Ticket = z.output<typeof ticketSchema>;

/**
 * Reads a ticket from JSON.
 * @param headerKey the header `Idempotency-Key`, which may stand instead of the field
 * @throws MailError `bad-request`, `bad-address`, `no-recipients`
 */
export function readTicket(text: string, headerKey?: string): Ticket {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refused('the ticket is not valid JSON', cause);
  }
  const ticket = parsed(ticketSchema, value, 'ticket');
  checkTicket(ticket);
  if (headerKey === undefined) return ticket;
  const idempotencyKey = readKey(headerKey);
  if (ticket.idempotencyKey !== undefined && ticket.idempotencyKey !== idempotencyKey)
    throw refused('the header Idempotency-Key and the ticket name two different keys');
  return { ...ticket, idempotencyKey };
}

/** @throws MailError `bad-request` */
export function readKey(text: string): string {
  return parsed(idempotencyKeySchema, text, 'Idempotency-Key');
}

/**
 * The strict grammar for every address, with the place in the ticket as the hint.
 * @throws MailError `bad-address`, `no-recipients`
 */
export function checkTicket(ticket: Ticket): void {
  const named: [string, string][] = [];
  for (const field of ['to', 'cc', 'bcc'] as const)
    ticket[field]?.forEach((one, index) => named.push([`ticket.${field}.${String(index)}`, one]));
  if (named.length === 0)
    throw new MailError('no-recipients', 'ticket without recipients', { details: { hint: 'ticket.to is empty' } });
  if (ticket.headerFrom !== undefined) named.push(['ticket.headerFrom', ticket.headerFrom]);
  const user = ticket.requestingUser?.address;
  if (user !== undefined) named.push(['ticket.requestingUser.address', user]);
  for (const [hint, one] of named)
    if (parseMailbox(one) === undefined)
      throw new MailError('bad-address', `${hint} is no RFC 5321 mailbox`, { details: { hint } });
  // Recipients are judged with the envelope, by what the mail server can; for these there is no other way but ASCII.
  for (const [where, one] of named)
    if (/From$|^ticket\.requestingUser/.test(where) && parseMailbox(one)?.isSmtpUtf8 === true) {
      const hint = `${where}: only ASCII before the @`;
      throw new MailError('bad-address', hint, { details: { hint } });
    }
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw refused(`${[what, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'not valid'}`);
}

function refused(hint: string, cause?: unknown): MailError {
  return new MailError('bad-request', hint, { cause, details: { hint } });
}
