/**
 * The last dialogue of each client, for the person who asks why a printer fails. In memory only (P8), bounded, and without
 * secrets: log-ins are masked, messages are counted, addresses stay.
 */
import type { Clock } from '../core/index.ts';

/** One client address, as lists show it. */
export interface ClientSummary {
  readonly address: string;
  /** Wall clock. */
  readonly lastSeenMs: number;
  /** Name of the listener. */
  readonly listener: string;
  /** HELO or EHLO argument; '' if it never said one. */
  readonly helo: string;
  /** `TLSv1.2`; undefined in clear. */
  readonly tls?: string | undefined;
  /** Name of its quirk profile; '' for none. */
  readonly quirk: string;
  /** Messages taken since the start. */
  readonly accepted: number;
  readonly lastRefusal?: { readonly reply: string; readonly atMs: number } | undefined;
}

const maxClients = 32;
const maxDialogueBytes = 64 * 1024;
const maxLine = 512;
/** Lines from the beginning that stay when a long dialogue loses its middle. */
const keptLines = 40;

/** Verbs a client may say; anything else after an AUTH may be a password that came out of step. */
const knownVerb = /^(HELO|EHLO|LHLO|MAIL|RCPT|DATA|BDAT|RSET|NOOP|QUIT|VRFY|EXPN|HELP|STARTTLS)\b/i;

/** What one connection writes into; a later connection of the same address takes its place in the list. */
export class Dialogue {
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #startedAtMs: number;
  readonly #title: string;
  #lines: string[] = [];
  #bytes = 0;
  #dropped = 0;
  #hasAuth = false;

  constructor(clock: Clock, title: string) {
    this.#clock = clock;
    this.#title = title;
    this.#startedMs = clock.monotonicMs();
    this.#startedAtMs = clock.nowMs();
  }

  /** A command as it came; `isSecret` for answers to an AUTH challenge. */
  said(line: string, isSecret: boolean): void {
    const auth = /^AUTH[ \t]+(\S{1,40})(.*)$/i.exec(line);
    if (isSecret) this.#add('C', '[masked]');
    else if (auth) {
      this.#hasAuth = true;
      this.#add('C', `AUTH ${auth[1] ?? ''}${(auth[2] ?? '').trim() === '' ? '' : ' [masked]'}`);
    } else if (this.#hasAuth && !knownVerb.test(line)) this.#add('C', `[masked, ${String(line.length)} octets]`);
    else this.#add('C', line);
  }

  replied(reply: string): void {
    this.#add('S', reply);
  }

  /** Something that is no line: `TLSv1.2 begins`, `[123 octets]`. */
  noted(text: string): void {
    this.#add('-', text);
  }

  get text(): string {
    const lines = [...this.#lines];
    if (this.#dropped > 0) lines.splice(keptLines, 0, `          ... ${String(this.#dropped)} lines left out ...`);
    return [`${this.#title}, ${new Date(this.#startedAtMs).toISOString()}`, ...lines, ''].join('\n');
  }

  #add(who: string, text: string): void {
    const seconds = ((this.#clock.monotonicMs() - this.#startedMs) / 1000).toFixed(3).padStart(9);
    const line = `${seconds} ${who} ${printable(text)}`;
    this.#lines.push(line);
    this.#bytes += line.length;
    while (this.#bytes > maxDialogueBytes && this.#lines.length > keptLines + 1) {
      this.#bytes -= this.#lines.splice(keptLines, 1)[0]?.length ?? 0;
      this.#dropped++;
    }
  }
}

/**
 * A header block for the record: names and sizes, never text. What a printer does not send (Date, Message-ID) is seen at once.
 * @param block CRLF, no empty line
 */
export function headerOutline(block: string): string {
  const lines = block.split('\r\n').filter((line) => line !== '');
  const names = lines.flatMap((line) => /^([\x21-\x39\x3b-\x7e]{1,40})[ \t]*:/.exec(line)?.[1] ?? []);
  const is8bit = /[\x80-\xff]/.test(block);
  return `header of ${String(lines.length)} lines, ${String(block.length)} octets${is8bit ? ', 8-bit' : ''}: ${names.join(', ')}`;
}

/** One line of printable ASCII and UTF-8; a text file must not command a terminal. */
function printable(text: string): string {
  const cut = text.length > maxLine ? `${text.slice(0, maxLine)} [and ${String(text.length - maxLine)} more]` : text;
  return cut.replace(/[\x00-\x1f\x7f-\xff]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** All clients since the start, the least recently seen forgotten first. */
export class DialogueRecorder {
  readonly #clock: Clock;
  readonly #clients = new Map<string, { readonly facts: Mutable<ClientSummary>; dialogue: Dialogue }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A connection begins. */
  begin(facts: Pick<ClientSummary, 'address' | 'listener' | 'quirk'>): {
    readonly facts: Mutable<ClientSummary>;
    readonly dialogue: Dialogue;
  } {
    const { address, listener, quirk } = facts;
    const title = `${address} at ${listener}${quirk === '' ? '' : `, quirk ${quirk}`}`;
    const dialogue = new Dialogue(this.#clock, title);
    const before = this.#clients.get(address)?.facts;
    const now: Mutable<ClientSummary> = Object.assign(before ?? { helo: '', accepted: 0 }, facts, {
      lastSeenMs: this.#clock.nowMs(),
      tls: undefined,
    });
    this.#clients.delete(address);
    const client = { facts: now, dialogue };
    this.#clients.set(address, client);
    const oldest = this.#clients.keys().next();
    if (this.#clients.size > maxClients && oldest.done !== true) this.#clients.delete(oldest.value);
    return client;
  }

  /** Most recently seen first. */
  list(): readonly ClientSummary[] {
    return [...this.#clients.values()].map(({ facts }) => ({ ...facts })).reverse();
  }

  /** The last dialogue as text; undefined for an address nobody came from. */
  text(address: string): string | undefined {
    return this.#clients.get(address)?.dialogue.text;
  }
}
