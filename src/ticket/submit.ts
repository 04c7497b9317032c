/** From a ticket with its files, or a complete message, to a durable job. */
import { Readable } from 'node:stream';
import type { Clock, Door, QueueId } from '../core/index.ts';
import type { AcceptedMessage, IncomingMessage } from '../intake/index.ts';
import { composeMessage, type TicketFile } from './compose.ts';
import { FileNames, usesCounter } from './file-name.ts';
import { readStart, recipientsOf } from './recipients.ts';
import { checkTicket, type Ticket } from './ticket.ts';

/** What a submission needs of the rooms below. */
export interface TicketDeps {
  /** The intake's `accept`: durable when it resolves. */
  readonly accept: (message: IncomingMessage) => Promise<AcceptedMessage>;
  /** The job that an idempotency key has become, as long as it is remembered. */
  readonly ownerOf: (idempotencyKey: string) => QueueId | undefined;
  /** '' as long as there is none. */
  readonly deviceEmailAddress: () => string;
  /** `{device}` in file names. */
  readonly deviceName: string;
  /** `{counter}` in file names. */
  readonly nextNumber: () => Promise<number>;
  readonly clock: Clock;
}

/** Who submits. */
export interface Submitter {
  readonly door: Extract<Door, 'bridge' | 'panel'>;
  /** Name for the records, if the ticket names no person. */
  readonly by: string;
  /** Gives the submission up; without effect once the last octet is there. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes one scan in. What it returns survives a power cut.
 * @param ticket as `ticketSchema` gives it
 * @param files asked for one after the other, each streamed
 * @returns `repeated`: the idempotency key has this job already; the files were not, or not all, read then
 * @throws MailError as the intake's `accept`; also `bad-address`, `no-recipients`, `bad-request` (no file)
 */
export async function submitTicket(
  ticket: Ticket,
  files: AsyncIterable<TicketFile>,
  deps: TicketDeps,
  submitter: Submitter,
): Promise<AcceptedMessage> {
  checkTicket(ticket);
  const owned = ownedJob(ticket.idempotencyKey, deps);
  if (owned) return owned;
  const device = deps.deviceEmailAddress();
  const person = ticket.requestingUser?.address;
  const names = new FileNames(ticket.fileName, {
    nowMs: deps.clock.nowMs(),
    device: deps.deviceName,
    counter: usesCounter(ticket.fileName) ? await deps.nextNumber() : undefined,
  });
  const headerFrom = ticket.headerFrom ?? (device === '' ? (person ?? '') : device);
  return handIn(Readable.from(composeMessage(ticket, files, { headerFrom, names })), deps, submitter, {
    envelope: {
      reversePath: device === '' ? headerFrom : device,
      forwardPaths: [...ticket.to, ...(ticket.cc ?? []), ...(ticket.bcc ?? [])],
    },
    client: person ?? submitter.by,
    idempotencyKey: ticket.idempotencyKey,
  });
}

/** A complete RFC 5322 message as a program on the device hands it in. */
export interface RawMessage {
  readonly octets: AsyncIterable<Uint8Array>;
  /** undefined: the device address, which it becomes at the first attempt anyway. */
  readonly reversePath?: string | undefined;
  /** None: those of To, Cc and Bcc. */
  readonly forwardPaths: readonly string[];
  readonly idempotencyKey?: string | undefined;
  /** Content-Length. */
  readonly declaredSizeBytes?: number | undefined;
}

/**
 * Takes a complete message in, header edits as for SMTP (Bcc goes, Date and Message-ID are added).
 * @returns and throws as `submitTicket`
 */
export async function submitMessage(
  message: RawMessage,
  deps: TicketDeps,
  submitter: Submitter,
): Promise<AcceptedMessage> {
  const { idempotencyKey, declaredSizeBytes } = message;
  const owned = ownedJob(idempotencyKey, deps);
  if (owned) return owned;
  let { octets, forwardPaths } = message;
  if (forwardPaths.length === 0) {
    const start = await readStart(octets);
    forwardPaths = recipientsOf(start.section.block);
    octets = start.octets;
  }
  return handIn(Readable.from(asBuffers(octets)), deps, submitter, {
    envelope: { reversePath: message.reversePath ?? deps.deviceEmailAddress(), forwardPaths },
    client: submitter.by,
    idempotencyKey,
    declaredSizeBytes,
  });
}

/** Web streams give plain arrays, of which the intake would read the digits. */
async function* asBuffers(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, undefined> {
  for await (const piece of octets) yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  return undefined;
}

async function handIn(
  source: Readable,
  deps: TicketDeps,
  { door, signal }: Submitter,
  message: Pick<IncomingMessage, 'envelope' | 'client' | 'idempotencyKey' | 'declaredSizeBytes'>,
): Promise<AcceptedMessage> {
  // The intake leaves a refused source open, for SMTP to drain; and an error after that has no other listener.
  source.on('error', () => undefined);
  try {
    return await deps.accept({ ...message, source, door, signal });
  } finally {
    source.destroy();
  }
}

function ownedJob(idempotencyKey: string | undefined, deps: TicketDeps): AcceptedMessage | undefined {
  const queueId = idempotencyKey === undefined ? undefined : deps.ownerOf(idempotencyKey);
  return queueId === undefined ? undefined : { kind: 'repeated', queueId };
}
