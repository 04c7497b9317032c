/**
 * Who said what in one SMTP session. nodemailer drives the wire; this listens to its transaction log and is what
 * outcomes are judged by, because nodemailer's own errors name one recipient's reply for all of them, take `2x0` for
 * yes, and take an early `250` for the answer to a message that is still on its way.
 */

/** Where in the dialogue a reply belongs, in the words of `guidance/`. */
export type SmtpStage = 'greeting' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'final';
type Expected = SmtpStage | 'rset' | 'quit';

/** What became of one message on the wire. Replies are whole: lines joined by LF, without CR. */
export interface Transaction {
  mail?: string;
  /** In the order of the RCPT commands. */
  readonly rcpt: string[];
  data?: string;
  final?: string;
  /** At least one byte of the message may have left after a 354: its bytes are frozen from here on. */
  isBodyStarted: boolean;
  /** The final dot may have left: the server may have the message even if its reply never came. */
  isBodyEnded: boolean;
  /** Why it broke off, if not by a reply. */
  error?: Error;
}

/** ESMTP extensions of the last EHLO reply. */
export interface Extensions {
  /** Largest message; 0 = not declared. */
  readonly sizeBytes: number;
  readonly has8bitMime: boolean;
  readonly hasSmtpUtf8: boolean;
  readonly hasStartTls: boolean;
  /** Upper case. */
  readonly authMechanisms: readonly string[];
}

const replyLine = /^([2-5]\d\d)(?:[ -][^\r\n]*)?$/;

/** True for a reply RFC 5321 4.2 allows: each line begins with the same three digits, the first 2 to 5. */
export function isWellFormed(reply: string): boolean {
  const codes = new Set(reply.split('\n').map((line) => replyLine.exec(line)?.[1]));
  return codes.size === 1 && !codes.has(undefined);
}

/** 2yz */
export function isPositive(reply: string | undefined): boolean {
  return reply?.startsWith('2') ?? false;
}
/** 4yz or 5yz */
export function isRefusal(reply: string | undefined): boolean {
  return /^[45]/.test(reply ?? '');
}

/** A reply as people and the record get it: one line, no control characters, at most 1000 characters. */
export function displayReply(reply: string): string {
  return reply
    .replace(/\n\d{3}[ -]/g, ' ')
    .replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
    .trim()
    .slice(0, 1000);
}

/** Id Exchange gives in `250 2.0.0 OK <id@host.prod.outlook.com> [Hostname=...]`; any other server's msg-id likewise. */
export function serverMessageIdOf(reply: string): string | undefined {
  return /^250 (?:2\.\d+\.\d+ )?OK (<[^<>\s\x00-\x1f]{3,200}>)(?: |$)/i.exec(reply)?.[1];
}

/** Reads an EHLO reply; a HELO reply has no extensions. */
export function parseExtensions(reply: string): Extensions {
  const lines = reply
    .split('\n')
    .slice(1)
    .map((line) => line.slice(4).trim().toUpperCase().split(/\s+/));
  const has = (keyword: string) => lines.some((words) => words[0] === keyword);
  return {
    sizeBytes: Number(lines.find((words) => words[0] === 'SIZE')?.[1] ?? 0) || 0,
    has8bitMime: has('8BITMIME'),
    hasSmtpUtf8: has('SMTPUTF8'),
    hasStartTls: has('STARTTLS'),
    authMechanisms: lines.filter((words) => words[0] === 'AUTH').flatMap((words) => words.slice(1)),
  };
}

const stageOfVerb: Readonly<Record<string, Expected>> = {
  EHLO: 'ehlo',
  HELO: 'ehlo',
  STARTTLS: 'starttls',
  AUTH: 'auth',
  MAIL: 'mail',
  RCPT: 'rcpt',
  DATA: 'data',
  RSET: 'rset',
  QUIT: 'quit',
};

/** Pairs commands with replies. */
export class Transcript {
  readonly #expected: Expected[] = ['greeting'];
  #ehloReply = '';
  /** The last refusal, until a command is answered well again. */
  #refusal: { readonly stage: SmtpStage; readonly reply: string } | undefined;
  transaction: Transaction | undefined;

  get refusal(): { readonly stage: SmtpStage; readonly reply: string } | undefined {
    return this.#refusal;
  }
  get extensions(): Extensions {
    return parseExtensions(this.#ehloReply);
  }
  /** True while a reply is owed. */
  get isWaiting(): boolean {
    return this.#expected.length > 0;
  }
  /** The next reply belongs here. */
  get stage(): Expected | undefined {
    return this.#expected[0];
  }

  command(line: string): void {
    const stage = stageOfVerb[/^[A-Za-z]+/.exec(line)?.[0].toUpperCase() ?? ''];
    // Anything without a verb is a line of an AUTH exchange, or the lone dot that ends a message nobody will get.
    if (stage) this.#expected.push(stage);
    else if (line !== '.') this.#expected.push('auth');
  }

  /** @returns the stage it answers; 'unexpected' or 'malformed' if this peer does not speak SMTP */
  reply(reply: string): Expected | 'unexpected' | 'malformed' {
    if (!isWellFormed(reply)) return 'malformed';
    const stage = this.#expected.shift();
    if (stage === undefined) return 'unexpected';
    if (stage !== 'rset' && stage !== 'quit') {
      this.#refusal = isRefusal(reply) ? { stage, reply } : undefined;
      this.#note(stage, reply);
    }
    return stage;
  }

  #note(stage: SmtpStage, reply: string): void {
    if (stage === 'ehlo') this.#ehloReply = reply;
    const transaction = this.transaction;
    if (!transaction) return;
    if (stage === 'rcpt') transaction.rcpt.push(reply);
    if (stage === 'mail' || stage === 'data' || stage === 'final') transaction[stage] = reply;
    // Some servers answer 250 where 354 belongs; nodemailer begins to upload then, so it counts the same.
    if (stage === 'data' && /^[23]/.test(reply)) this.#expected.push('final');
  }
}
