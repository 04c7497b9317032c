import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import { DotReader, IncomingMessageBody } from './dot-reader.ts';
import { basicAuthenticationRefused, judgeXoauth2, type Authenticated } from './smtp-auth.ts';
import { scriptedReply, type ScriptedStage } from './scripted-faults.ts';
import { SmtpInput } from './smtp-input.ts';
import { hexId, printable, readPath, smtpDate } from './smtp-syntax.ts';
import type { StandInState } from './state.ts';
import type { SubmissionLimits } from './submission-limits.ts';
import { judgeMessage, serviceMaxBytes } from './submission-verdict.ts';

export interface SessionOptions {
  readonly state: StandInState;
  readonly limits: SubmissionLimits;
  readonly socket: Socket;
  /** The certificate of the moment. */
  readonly secureContext: () => SecureContext;
  readonly signal: AbortSignal;
}

interface Transaction {
  readonly reversePath: string;
  readonly parameters: readonly string[];
  readonly forwardPaths: string[];
  /** Filled by BDAT. */
  body: IncomingMessageBody | undefined;
  startedAtMs: number;
}

const maxRecipients = 500;
const maxErrors = 50;

/** One connection, from greeting to goodbye, as smtp.office365.com:587 holds it (facts, 5.1 and 6). */
export class SubmissionSession {
  readonly #state: StandInState;
  readonly #limits: SubmissionLimits;
  readonly #options: SessionOptions;
  readonly #hostName: string;
  #socket: Socket;
  #input: SmtpInput;
  #isTls = false;
  #heloName: string | undefined;
  #who: Authenticated | undefined;
  #transaction: Transaction | undefined;
  #errors = 0;

  constructor(options: SessionOptions) {
    const { profile, clock } = options.state;
    this.#options = options;
    this.#state = options.state;
    this.#limits = options.limits;
    this.#socket = options.socket;
    this.#input = new SmtpInput(options.socket, () => clock.monotonicMs());
    const [pool = ''] = profile.exchangeDomain.split('.');
    this.#hostName = `${profile.site}${pool.slice(-4)}MB${String(randomInt(10_000)).padStart(4, '0')}.${profile.exchangeDomain}`;
  }

  /** Resolves when the connection has ended. */
  async run(): Promise<void> {
    try {
      if (!(await this.#greet())) return;
      for (;;) {
        const line = await this.#input.readLine();
        if (line === undefined) return;
        if ((await this.#command(line)) === 'end') return;
      }
    } finally {
      if (this.#who) this.#limits.closed(this.#who.mailbox.upn);
      this.#socket.destroySoon();
    }
  }

  async #greet(): Promise<boolean> {
    const { faults, clock, profile } = this.#state;
    const stall = faults.take('greeting-stall', 'submission');
    if (stall) {
      await clock.sleep(stall.ms ?? 600_000, { signal: this.#options.signal });
      return false;
    }
    this.#input.arrivedAtMs = clock.monotonicMs();
    if (faults.take('greeting-421', 'submission')) {
      await this.#reply('421 4.3.2 Service not active');
      return false;
    }
    const site = this.#hostName.split('MB')[0] ?? '';
    await this.#reply(
      `220 ${site}CA0012.${profile.greetingDomain} Microsoft ESMTP MAIL Service ready at ${smtpDate(clock.nowMs())} [${hexId()}]`,
    );
    return true;
  }

  async #command(line: string): Promise<'end' | undefined> {
    const [, verb = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(line) ?? [];
    const name = verb.toUpperCase();
    this.#state.log(`submission C: ${name === 'AUTH' ? `AUTH ${rest.split(' ')[0] ?? ''} ...` : line.slice(0, 200)}`);
    switch (name) {
      case 'EHLO':
      case 'HELO':
        await this.#hello(name, rest);
        break;
      case 'STARTTLS':
        return await this.#startTls();
      case 'AUTH':
        await this.#auth(rest);
        break;
      case 'MAIL':
        await this.#mail(rest);
        break;
      case 'RCPT':
        await this.#rcpt(rest);
        break;
      case 'DATA':
        return await this.#data();
      case 'BDAT':
        return await this.#bdat(rest);
      case 'RSET':
        this.#transaction = undefined;
        await this.#reply('250 2.0.0 Resetting');
        break;
      case 'NOOP':
        await this.#reply('250 2.0.0 OK');
        break;
      case 'VRFY':
        await this.#reply('252 2.1.5 Cannot VRFY user');
        break;
      case 'QUIT':
        await this.#reply('221 2.0.0 Service closing transmission channel');
        return 'end';
      default:
        await this.#reply(`500 5.3.3 Unrecognized command '${printable(verb).slice(0, 40)}'`);
    }
    if (this.#errors <= maxErrors) return undefined;
    await this.#reply('421 4.7.0 Too many errors on this connection, closing transmission channel');
    return 'end';
  }

  async #hello(verb: string, name: string): Promise<void> {
    if (name === '') {
      await this.#reply('501 5.5.4 Invalid domain name');
      return;
    }
    this.#heloName = name;
    this.#transaction = undefined;
    const hello = `${this.#hostName} Hello [127.0.0.1]`;
    await this.#reply(
      ...(verb === 'HELO'
        ? [`250 ${hello}`]
        : [hello, ...this.#keywords()].map((one, i, all) => `250${i === all.length - 1 ? ' ' : '-'}${one}`)),
    );
  }

  #keywords(): string[] {
    const { faults } = this.#state;
    const has8bit = !faults.peek('eight-bit-missing');
    const mechanisms = faults.peek('xoauth2-not-offered') ? 'AUTH LOGIN' : 'AUTH LOGIN XOAUTH2';
    const secured = this.#isTls ? [mechanisms] : faults.peek('no-starttls') ? [] : ['STARTTLS'];
    return [
      `SIZE ${this.#maxBytes()}`,
      'PIPELINING',
      'DSN',
      'ENHANCEDSTATUSCODES',
      ...secured,
      ...(has8bit ? ['8BITMIME', 'BINARYMIME'] : []),
      'CHUNKING',
      ...(has8bit ? ['SMTPUTF8'] : []),
    ];
  }

  #maxBytes(): number {
    const small = this.#state.faults.peek('size-small');
    return small ? (small.bytes ?? 1_048_576) : serviceMaxBytes;
  }

  async #startTls(): Promise<'end' | undefined> {
    if (this.#isTls) {
      await this.#reply('503 5.5.2 Only one STARTTLS command can be issued per session');
      return undefined;
    }
    if (this.#state.faults.peek('no-starttls')) {
      await this.#reply("500 5.3.3 Unrecognized command 'STARTTLS'");
      return undefined;
    }
    await this.#reply('220 2.0.0 SMTP server ready');
    if (this.#state.faults.take('tls-failed', 'submission')) {
      // No handshake at all: what a client meets whose versions and ciphers nobody speaks. Not before it has begun, or it
      // would be an answer in clear text.
      this.#input.detach();
      const socket = this.#socket;
      await new Promise<void>((resolve) => {
        socket.once('close', resolve);
        socket.once('data', () => {
          socket.end('500 5.5.1 no\r\n', resolve);
        });
        socket.resume();
      });
      return 'end';
    }
    // Clear text sent ahead of the handshake must not be taken for commands of the protected session.
    if (this.#input.detach()) return 'end';
    const secure = new TLSSocket(this.#socket, { isServer: true, secureContext: this.#options.secureContext() });
    const isUp = await new Promise<boolean>((resolve) => {
      secure.once('secure', () => {
        resolve(true);
      });
      secure.on('error', (error: Error) => {
        this.#state.log(`submission TLS: ${error.message}`);
        resolve(false);
      });
      secure.once('close', () => {
        resolve(false);
      });
    });
    if (!isUp) return 'end';
    this.#socket = secure;
    this.#input = new SmtpInput(secure, () => this.#state.clock.monotonicMs());
    this.#isTls = true;
    this.#heloName = undefined;
    this.#transaction = undefined;
    return undefined;
  }

  async #auth(rest: string): Promise<void> {
    const { stats } = this.#state;
    const [mechanism = '', initial] = rest.split(' ', 2);
    const isKnown = /^(xoauth2|login)$/i.test(mechanism);
    if (!this.#isTls || !isKnown) {
      await this.#reply('504 5.7.4 Unrecognized authentication type');
      return;
    }
    if (this.#heloName === undefined) {
      await this.#reply('503 5.5.2 Send hello first');
      return;
    }
    if (this.#who) {
      await this.#reply('503 5.5.2 Already authenticated');
      return;
    }
    stats.authAttempts += 1;
    if (await this.#scripted('auth')) {
      stats.authRefusals += 1;
      return;
    }
    if (mechanism.toLowerCase() === 'login') {
      if (initial === undefined && (await this.#ask('334 VXNlcm5hbWU6')) === undefined) return;
      if ((await this.#ask('334 UGFzc3dvcmQ6')) === undefined) return;
      stats.authRefusals += 1;
      await this.#reply(this.#traced(basicAuthenticationRefused));
      return;
    }
    const response = initial ?? (await this.#ask('334 '));
    if (response === undefined) return;
    const verdict =
      response === '*' ? { reply: '501 5.5.4 Authentication cancelled' } : judgeXoauth2(this.#state, response.trim());
    if ('reply' in verdict) {
      stats.authRefusals += 1;
      await this.#reply(this.#traced(verdict.reply));
      return;
    }
    this.#who = verdict;
    this.#limits.opened(verdict.mailbox.upn);
    await this.#reply('235 2.7.0 Authentication successful');
  }

  async #ask(prompt: string): Promise<string | undefined> {
    await this.#reply(prompt);
    return await this.#input.readLine();
  }

  async #mail(rest: string): Promise<void> {
    const { faults } = this.#state;
    const who = this.#who;
    if (!who) {
      await this.#reply(this.#traced('530 5.7.57 Client not authenticated to send mail.'));
      return;
    }
    if (this.#transaction) {
      await this.#reply('503 5.5.2 Sender already specified');
      return;
    }
    if (await this.#scripted('mail')) return;
    const parsed = readPath('FROM', rest);
    if (!parsed) {
      await this.#reply('501 5.1.7 Invalid address');
      return;
    }
    const has8bit = !faults.peek('eight-bit-missing');
    const allowed = has8bit
      ? /^(SIZE=\d{1,15}|BODY=(7BIT|8BITMIME|BINARYMIME)|SMTPUTF8|RET=(FULL|HDRS)|ENVID=\S+|AUTH=\S+)$/i
      : /^(SIZE=\d{1,15}|BODY=7BIT|RET=(FULL|HDRS)|ENVID=\S+|AUTH=\S+)$/i;
    if (parsed.parameters.some((one) => !allowed.test(one))) {
      await this.#reply('501 5.5.4 Unrecognized parameter');
      return;
    }
    if (/[^\x00-\x7f]/.test(parsed.address) && !parsed.parameters.some((one) => /^SMTPUTF8$/i.test(one))) {
      await this.#reply('553 5.6.7 Address needs SMTPUTF8');
      return;
    }
    const declared = parsed.parameters.map((one) => /^SIZE=(\d+)$/i.exec(one)?.[1]).find((one) => one !== undefined);
    if (declared !== undefined && Number(declared) > this.#maxBytes()) {
      await this.#reply('552 5.3.4 Message size exceeds fixed maximum message size');
      return;
    }
    if (this.#limits.hasTooManyConnections(who.mailbox.upn)) {
      await this.#reply(
        `432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information. [Hostname=${this.#hostName}]`,
      );
      return;
    }
    if (faults.take('mailbox-blocked', 'submission')) {
      await this.#reply('550 5.1.8 Access denied, bad outbound sender AS(42004)');
      return;
    }
    this.#transaction = {
      reversePath: parsed.address,
      parameters: parsed.parameters,
      forwardPaths: [],
      body: undefined,
      startedAtMs: 0,
    };
    await this.#reply('250 2.1.0 Sender OK');
  }

  async #rcpt(rest: string): Promise<void> {
    const { faults } = this.#state;
    if (!this.#transaction) {
      await this.#reply('503 5.5.2 Need mail command');
      return;
    }
    const parsed = readPath('TO', rest);
    if (!parsed?.address.includes('@')) {
      await this.#reply('501 5.1.3 Invalid address');
      return;
    }
    if (this.#transaction.forwardPaths.length >= maxRecipients) {
      await this.#reply('452 4.5.3 Too many recipients');
      return;
    }
    if (await this.#scripted('rcpt')) return;
    if (/^nobody@/i.test(parsed.address) && faults.take('recipient-refused', 'submission')) {
      await this.#reply(
        `550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ${printable(parsed.address)} not found by SMTP address lookup`,
      );
      return;
    }
    if (faults.take('recipient-deferred', 'submission')) {
      await this.#reply('451 4.7.0 Temporary server error. Please try again later. PRX4');
      return;
    }
    this.#transaction.forwardPaths.push(parsed.address);
    await this.#reply('250 2.1.5 Recipient OK');
  }

  async #data(): Promise<'end' | undefined> {
    const transaction = this.#transaction;
    const complaint = this.#notReady(transaction);
    if (complaint !== undefined || !transaction) {
      await this.#reply(complaint ?? '');
      return undefined;
    }
    if (transaction.parameters.some((one) => /^BODY=BINARYMIME$/i.test(one))) {
      await this.#reply('503 5.5.1 BINARYMIME goes with BDAT');
      return undefined;
    }
    transaction.startedAtMs = this.#state.clock.monotonicMs();
    await this.#reply('354 Start mail input; end with <CRLF>.<CRLF>');
    const body = new IncomingMessageBody(serviceMaxBytes);
    const reader = new DotReader((chunk) => {
      body.add(chunk);
    });
    for (;;) {
      const piece = await this.#input.readPiece();
      if (!piece) return 'end';
      const rest = reader.push(piece);
      const lost = this.#state.faults.peek('connection-lost-before-dot');
      if (lost && (rest !== undefined || body.sizeBytes >= (lost.bytes ?? 0))) {
        this.#state.faults.take('connection-lost-before-dot');
        this.#socket.destroy();
        return 'end';
      }
      if (rest === undefined) continue;
      this.#input.unread(rest);
      return await this.#finish(transaction, body, false);
    }
  }

  async #bdat(rest: string): Promise<'end' | undefined> {
    const match = /^(\d{1,12})(?:\s+(LAST))?$/i.exec(rest);
    if (!match) {
      await this.#reply('501 5.5.4 Invalid arguments');
      return 'end';
    }
    const transaction = this.#transaction;
    const complaint = this.#notReady(transaction);
    const body = transaction?.body ?? new IncomingMessageBody(serviceMaxBytes);
    if (transaction && !transaction.body) {
      transaction.body = body;
      transaction.startedAtMs = this.#state.clock.monotonicMs();
    }
    // The octets come whatever we think of the command.
    if (
      !(await this.#input.readOctets(Number(match[1]), (piece) => {
        body.add(piece);
      }))
    )
      return 'end';
    if (complaint !== undefined || !transaction) {
      await this.#reply(complaint ?? '');
      return undefined;
    }
    if (match[2] !== undefined) return await this.#finish(transaction, body, true);
    await this.#reply(`250 2.6.0 CHUNK received OK, ${match[1] ?? ''} octets`);
    return undefined;
  }

  #notReady(transaction: Transaction | undefined): string | undefined {
    if (!transaction) return '503 5.5.2 Need mail command';
    return transaction.forwardPaths.length === 0 ? '503 5.5.2 Need rcpt command' : undefined;
  }

  /** Everything after the last byte of a message: judged, delayed, kept, answered. */
  async #finish(transaction: Transaction, body: IncomingMessageBody, isChunked: boolean): Promise<'end' | undefined> {
    const state = this.#state;
    const who = this.#who!;
    const { reversePath, forwardPaths, parameters } = transaction;
    this.#transaction = undefined;
    const { raw, sha256 } = body.finish();
    const isEightBitDeclared = parameters.some((one) => /^BODY=(8BITMIME|BINARYMIME)$/i.test(one));
    const { sizeBytes, hasBareLineFeed } = body;
    const refused =
      judgeMessage(
        state,
        who,
        { reversePath, raw, sizeBytes, hasBareLineFeed, isEightBitDeclared, isChunked },
        this.#hostName,
      ) ??
      (this.#limits.mayReach(who.mailbox.upn, forwardPaths.length, state.clock.monotonicMs())
        ? undefined
        : `554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException.MapiExceptionSubmissionQuotaExceeded [Hostname=${this.#hostName}]`);
    if (refused !== undefined) {
      state.stats.messagesRefused += 1;
      await this.#reply(refused);
      return undefined;
    }
    const delayMs = this.#limits.delayMs(who.mailbox.upn, state.clock.monotonicMs());
    if (delayMs > 0) await state.clock.sleep(delayMs, { signal: this.#options.signal });
    const exchangeId = `<${this.#hostName.split('.')[0] ?? ''}${hexId()}@${this.#hostName}>`;
    state.stats.messagesAccepted += 1;
    state.mailbox.add({
      envelope: { reversePath, forwardPaths: [...forwardPaths] },
      account: who.account.upn,
      mailbox: who.mailbox.upn,
      raw,
      sizeBytes,
      sha256,
      receivedAtMs: state.clock.nowMs(),
      secs: (state.clock.monotonicMs() - transaction.startedAtMs) / 1000,
      exchangeId,
      heloName: this.#heloName ?? '',
      mailParameters: parameters,
    });
    if (state.faults.take('connection-lost-after-dot', 'submission')) {
      this.#socket.destroy();
      return 'end';
    }
    await this.#reply(`250 2.0.0 OK ${exchangeId} [Hostname=${this.#hostName}]`);
    return undefined;
  }

  /** Gives the answer of a fault that is nothing else. @returns true if it did */
  async #scripted(stage: ScriptedStage): Promise<boolean> {
    const reply = scriptedReply(this.#state.faults, stage);
    if (reply !== undefined) await this.#reply(this.#traced(reply));
    return reply !== undefined;
  }

  #traced(reply: string): string {
    return `${reply} [${this.#hostName} ${new Date(this.#state.clock.nowMs()).toISOString()} ${hexId()}]`;
  }

  async #reply(...lines: readonly string[]): Promise<void> {
    const { faults, clock, log } = this.#state;
    const late = faults.take('latency', 'submission');
    const waitMs = late ? this.#input.arrivedAtMs + (late.ms ?? 200) - clock.monotonicMs() : 0;
    if (waitMs > 0) await clock.sleep(waitMs, { signal: this.#options.signal });
    for (const line of lines) log(`submission S: ${line}`);
    if (/^5/.test(lines[0] ?? '')) this.#errors += 1;
    if (this.#socket.writable) this.#socket.write(`${lines.join('\r\n')}\r\n`);
  }
}
