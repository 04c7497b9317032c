/** One message from its first octet to its queue id: the path that SMTP, the bridge and the test mail share. */
import { type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  MailError,
  toMailError,
  type Clock,
  type Door,
  type Envelope,
  type IncomingJob,
  type JobFacts,
  type JobSink,
  type MailLog,
  type QueueId,
  type Random,
} from '../core/index.ts';
import { BodyLines } from './body-lines.ts';
import { completeHeader, type SmtpTrace } from './complete-header.ts';
import { checkEnvelope, needsSmtpUtf8 } from './envelope.ts';
import { HeaderCollector, type HeaderSection } from './header-section.ts';
import { type IntakeLimits } from './limits.ts';
import { decodeSubject } from './subject.ts';

/** A message as a door hands it in. */
export interface IncomingMessage {
  /** RFC 5322 message: header block, empty line, body; not dot-stuffed, any line ends. Left open (to drain) on a refusal. */
  readonly source: Readable;
  /** Checked here with the strict grammar. */
  readonly envelope: Envelope;
  readonly door: Door;
  /** Address and HELO name, or the requesting user; tells one client's repeat from another's message. */
  readonly client: string;
  readonly trace?: SmtpTrace | undefined;
  /** Of a submission by the bridge or the panel. */
  readonly idempotencyKey?: string | undefined;
  /** Charset of raw header octets that are no UTF-8; windows-1252 unless the printer is known for another. */
  readonly headerCharset?: string | undefined;
  /** MAIL SIZE= or Content-Length. */
  readonly declaredSizeBytes?: number | undefined;
  /** Gives the message up; has no effect once it is complete. */
  readonly signal?: AbortSignal | undefined;
}

/** What accepting a message needs. */
export interface AcceptDeps {
  readonly sink: JobSink;
  readonly limits: IntakeLimits;
  /** The sender rule, asked as soon as the header block is known. */
  readonly checkSender: (job: { readonly reversePath: string; readonly headerBlock: string }) => MailError | undefined;
  readonly hasSmtpUtf8: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: MailLog;
  /** Domain of Received and of made Message-IDs. */
  readonly hostName: string;
  /** Called with the header block as the client sent it, line ends mended. */
  readonly onHeader?: (block: string) => void;
  /** Called when octets that broke the rules were mended. */
  readonly onMended?: (mended: { readonly bareLineEnds: number; readonly nuls: number }) => void;
}

/** A message that is safe: it survives a power cut. */
export interface AcceptedMessage {
  /** `repeated`: we own this message already, by this id (F7). */
  readonly kind: 'queued' | 'repeated';
  readonly queueId: QueueId;
}

/**
 * Takes a message in and makes it durable.
 * @throws MailError; nothing is left behind then. Of the client's doing: `bad-address`, `no-recipients`,
 *   `too-many-recipients`, `address-needs-smtputf8`, `message-too-large`, `header-too-large`, `line-too-long`,
 *   `bare-line-end`, `sender-not-permitted`, `recipient-not-permitted`, `intake-interrupted`; of the sink's: `queue-full`, `disk-full`, ...
 */
export async function acceptMessage(message: IncomingMessage, deps: AcceptDeps): Promise<AcceptedMessage> {
  const { maxMessageBytes } = deps.limits;
  const envelope = checkEnvelope(message.envelope, { ...deps.limits, hasSmtpUtf8: deps.hasSmtpUtf8 });
  if ((message.declaredSizeBytes ?? 0) > maxMessageBytes) throw tooLarge(maxMessageBytes);
  const job = await deps.sink.begin({ declaredSizeBytes: message.declaredSizeBytes });
  let facts: JobFacts;
  try {
    facts = await receive(job, { ...message, envelope }, deps);
  } catch (error) {
    await job.abort();
    throw toMailError(error);
  }
  return job.commit(facts);
}

/** Streams the message into the job; the body is never in memory as a whole. */
async function receive(job: IncomingJob, message: IncomingMessage, deps: AcceptDeps): Promise<JobFacts> {
  const { envelope, door, client, signal } = message;
  signal?.throwIfAborted();
  const giveUp = () => {
    message.source.destroy(toMailError(signal?.reason));
  };
  signal?.addEventListener('abort', giveUp, { once: true });
  const pieces = limitedPieces(message.source, deps.limits.maxMessageBytes);
  try {
    const section = await readHeader(pieces, deps.limits);
    deps.onHeader?.(section.block);
    const { hostName, random, clock } = deps;
    const made = {
      queueId: job.queueId,
      hostName,
      random,
      nowMs: clock.nowMs(),
      trace: message.trace,
      charset: message.headerCharset,
    };
    const header = completeHeader(section.block, made);
    const refusal = deps.checkSender({ reversePath: envelope.reversePath, headerBlock: header.headerBlock });
    if (refusal) throw refusal;
    const body = new BodyLines(deps.limits);
    await pipeline(legalBody(section.bodyStart, pieces, body), job.body);
    const mended = { bareLineEnds: section.bareLineEnds + body.bareLineEnds, nuls: section.nuls + body.nuls };
    if (mended.bareLineEnds + mended.nuls > 0) deps.onMended?.(mended);
    return {
      door,
      client,
      ...envelope,
      headerBlock: header.headerBlock,
      messageId: header.messageId,
      clientMessageId: header.clientMessageId,
      ...(message.idempotencyKey === undefined ? {} : { idempotencyKey: message.idempotencyKey }),
      subject: decodeSubject(header.rawSubject),
      hasLongLines: body.hasLongLines,
      is8bit: body.is8bit || /[\x80-\xff]/.test(header.headerBlock),
      isSmtpUtf8: needsSmtpUtf8(envelope),
    };
  } finally {
    signal?.removeEventListener('abort', giveUp);
    // Lets go of the source, so that a refused message can be drained by its door.
    await pieces.return(undefined);
  }
}

async function readHeader(pieces: AsyncGenerator<Buffer, undefined>, limits: IntakeLimits): Promise<HeaderSection> {
  const header = new HeaderCollector(limits);
  for (;;) {
    const { value, done } = await pieces.next();
    if (done === true) return header.end();
    const section = header.push(value);
    if (section) return section;
  }
}

async function* legalBody(
  start: Buffer,
  pieces: AsyncGenerator<Buffer, undefined>,
  body: BodyLines,
): AsyncGenerator<Buffer, undefined> {
  yield* body.push(start);
  for (;;) {
    const { value, done } = await pieces.next();
    if (done === true) break;
    yield* body.push(value);
  }
  yield* body.end();
}

/**
 * Pieces of the source as they come, until they are too many: from then on nothing more is written (T9). A source that
 * broke off is `intake-interrupted`. The source itself stays open.
 */
async function* limitedPieces(source: Readable, maxBytes: number): AsyncGenerator<Buffer, undefined> {
  let bytes = 0;
  try {
    for await (const chunk of source.iterator({ destroyOnReturn: false })) {
      const piece = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
      bytes += piece.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield piece;
    }
  } catch (error) {
    if (error instanceof MailError) throw error;
    throw new MailError('intake-interrupted', 'message broke off', { cause: error });
  }
}

function tooLarge(maxBytes: number): MailError {
  return new MailError('message-too-large', `message larger than ${String(maxBytes)} octets`);
}
