/** A gathered group as a submission: its ticket, or the one of the settings, and its files as streams. */
import { join } from 'node:path';
import { MailError } from '../core/index.ts';
import { openForeignFile } from '../files/index.ts';
import { readTicket, ticketSchema, type Ticket, type TicketFile } from '../ticket/index.ts';
import type { Plan } from './claim.ts';

/** What a file without a ticket is sent with. */
export interface DefaultTicket {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly fileName: string;
}

/** How files are judged. */
export interface FileRules {
  readonly owners: readonly number[];
  readonly maxBytes: number;
}

const maxTicketBytes = 64 * 1024;

/**
 * The ticket of a group.
 * @throws MailError `bad-request`, `bad-address`, `no-recipients`, `file-refused`
 */
export async function ticketOf(plan: Plan, dir: string, rules: FileRules, fallback: DefaultTicket): Promise<Ticket> {
  const given =
    plan.ticket === undefined
      ? ticketSchema.parse(withoutBlanks(fallback))
      : readTicket(await textOf(join(dir, plan.ticket), rules));
  // A key of the firmware's own says more than ours: the same scan dropped twice is one mail.
  return { ...given, idempotencyKey: given.idempotencyKey ?? plan.key };
}

function withoutBlanks({ to, subject, text, fileName }: DefaultTicket): object {
  const given = Object.entries({ subject, text, fileName }).filter(([, value]) => value !== '');
  return { to: [...to], ...Object.fromEntries(given) };
}

async function textOf(path: string, rules: FileRules): Promise<string> {
  const file = await openForeignFile(path, { ...rules, maxBytes: maxTicketBytes });
  const pieces: Buffer[] = [];
  for await (const piece of file.body()) pieces.push(piece as Buffer);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces));
  } catch (cause) {
    const hint = 'the ticket is not UTF-8';
    throw new MailError('bad-request', hint, { cause, details: { hint } });
  }
}

/** The files, each opened when the one before is through. */
export async function* filesOfPlan(plan: Plan, dir: string, rules: FileRules): AsyncGenerator<TicketFile, undefined> {
  for (const name of plan.files) {
    const file = await openForeignFile(join(dir, name), rules);
    // Also when nobody reads it to its end: the generator is left then.
    try {
      yield { name, mediaType: '', body: file.body() };
    } finally {
      await file.close().catch(() => undefined);
    }
  }
  return undefined;
}
