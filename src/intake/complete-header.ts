/** What is added to and taken from a header block, once, at accept (F8, F9, T6). */
import {
  formatHeaderBlock,
  headerValue,
  isNamed,
  makeField,
  parseHeaderBlock,
  withField,
  type HeaderField,
  type QueueId,
  type Random,
} from '../core/index.ts';
import { defaultHeaderCharset, legalField } from './header-charset.ts';

/** How the message came in, for its Received line; absent for doors that are no network. */
export interface SmtpTrace {
  /** HELO or EHLO argument, unchecked. */
  readonly helo: string;
  /** IP address of the client. */
  readonly address: string;
  /** RFC 3848 */
  readonly protocol: 'SMTP' | 'ESMTP' | 'ESMTPS' | 'ESMTPSA';
}

export interface CompletedHeader {
  readonly headerBlock: string;
  readonly messageId: string;
  /** The client's own, if it sent a well-formed one. */
  readonly clientMessageId: string | undefined;
  /** Unfolded Subject value, latin1; '' if there is none. */
  readonly rawSubject: string;
}

/** Before this date the clock was surely never set (F19). */
const earliestPlausibleMs = Date.UTC(2026, 0, 1);

/** Comment after a Date that was made while the clock was not set. Legal CFWS; the mark by which to find and mend it. */
export const clockNotSetMark = '(clock not set)';

/**
 * Removes Bcc and Resent-Bcc, makes raw 8-bit octets legal, adds Date and Message-ID if missing or empty, and puts one
 * Received line on top. Everything else stays octet for octet. A missing From is left to policy.
 * @param block latin1, CRLF, no empty line
 * @see https://www.rfc-editor.org/rfc/rfc6409#section-8
 */
export function completeHeader(
  block: string,
  options: {
    readonly queueId: QueueId;
    readonly hostName: string;
    readonly nowMs: number;
    readonly random: Random;
    readonly trace?: SmtpTrace | undefined;
    /** Of raw octets above 127 that are no UTF-8. */
    readonly charset?: string | undefined;
  },
): CompletedHeader {
  const { queueId, nowMs, random, trace } = options;
  const host = safeHost(options.hostName);
  let fields: HeaderField[] = parseHeaderBlock(block).filter((field) => !isNamed(field, 'Bcc', 'Resent-Bcc'));
  fields = fields.map((field) => legalField(field, options.charset ?? defaultHeaderCharset));
  if ((headerValue(fields, 'Date') ?? '') === '') {
    const mark = nowMs < earliestPlausibleMs ? ` ${clockNotSetMark}` : '';
    fields = [...withField(fields, 'Date', undefined), makeField('Date', formatDate(nowMs) + mark)];
  }
  const given = headerValue(fields, 'Message-ID') ?? '';
  const messageId = given === '' ? `<${queueId}.${randomWord(random)}@${host}>` : given;
  if (given === '') fields = [...withField(fields, 'Message-ID', undefined), makeField('Message-ID', messageId)];
  // Tabs mark where the line is folded, after makeField has seen that nothing else breaks it.
  const from = trace ? `from ${safeHelo(trace.helo)} (${addressLiteral(trace.address)})\t` : '';
  const by = trace ? `by ${host} with ${trace.protocol}` : `by ${host}`;
  const received = makeField('Received', `${from}${by}\tid ${queueId}; ${formatDate(nowMs)}`);
  return {
    headerBlock: formatHeaderBlock([{ ...received, raw: received.raw.replaceAll('\t', '\r\n\t') }, ...fields]),
    messageId,
    // A malformed id tells nothing apart; then the hash of the body does.
    clientMessageId: /^<[^<>\s]+@[^<>\s]+>$/.test(given) ? given : undefined,
    rawSubject: headerValue(fields, 'Subject') ?? '',
  };
}

/** RFC 5322 3.3, in UTC: a printer rarely knows its time zone. */
export function formatDate(atMs: number): string {
  return new Date(atMs).toUTCString().replace('GMT', '+0000');
}

function safeHost(hostName: string): string {
  const host = hostName
    .replace(/[^A-Za-z0-9.-]/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .replace(/\.{2,}/g, '.');
  return host === '' ? 'localhost' : host;
}

/** The client chose this text: only what a domain or address literal consists of gets into a header. */
function safeHelo(helo: string): string {
  return /^[A-Za-z0-9.:_[\]-]{1,255}$/.test(helo) ? helo : 'unknown';
}

function addressLiteral(address: string): string {
  return address.includes(':') ? `[IPv6:${address}]` : `[${address}]`;
}

function randomWord(random: Random): string {
  let word = '';
  for (let i = 0; i < 12; i++) word += Math.floor(random() * 32).toString(32);
  return word;
}
