/** The way in for scans that firmware and programs hand over by tickets; loaded with the first of them. */
import { join } from 'node:path';
import { MailError, type Clock } from './core/index.ts';
import type { Intake } from './intake/index.ts';
import { lazily } from './lazily.ts';
import type { Settings } from './settings/index.ts';
import type { Spool } from './spool/index.ts';
import type { TicketDeps, Tickets } from './ticket/index.ts';

/**
 * Makes the submissions; nothing is loaded or read before the first.
 * @param options.stateDir where the number of `{counter}` is kept
 * @returns `deps` for other rooms that hand in tickets (scanner, hot folder)
 */
export function createSubmissions(options: {
  readonly stateDir: string;
  readonly intake: Pick<Intake, 'accept'>;
  readonly spool: Pick<Spool, 'ownerOf'>;
  readonly settings: () => Settings;
  /** A decommissioning that is not finished takes nothing. */
  readonly isClosed: () => boolean;
  readonly hostName: string;
  readonly clock: Clock;
}): { readonly tickets: Tickets; readonly deps: TicketDeps } {
  const { stateDir, intake, spool, clock } = options;
  let counter: Promise<{ next(): Promise<number> }> | undefined;
  const makeCounter = async () => {
    const [{ Counter }, { readIfThere, writeDurably }] = await Promise.all([
      import('./ticket/index.ts'),
      import('./vault/index.ts'),
    ]);
    const path = join(stateDir, 'counter');
    return new Counter({
      read: async () => (await readIfThere(path, 64))?.toString('latin1'),
      write: (text) => writeDurably(path, Buffer.from(text)),
    });
  };
  const deps: TicketDeps = {
    accept: (message) =>
      options.isClosed()
        ? Promise.reject(new MailError('spool-unavailable', 'decommissioning is not finished'))
        : intake.accept(message),
    ownerOf: (key) => spool.ownerOf(key),
    deviceEmailAddress: () => options.settings().sender.deviceEmailAddress,
    deviceName: options.hostName,
    nextNumber: async () => (await (counter ??= makeCounter())).next(),
    clock,
  };
  const tickets = lazily<Tickets>(
    async () => (await import('./ticket/index.ts')).createTickets(deps),
    ['submitForm', 'submitMessage', 'jobByKey'],
  );
  return { tickets, deps };
}
