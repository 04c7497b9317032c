import {
  isErrorCode,
  MailError,
  type AccountState,
  type AgentStatus,
  type ErrorCode,
  type SignInState,
} from '../core/index.ts';
import { columnsOf, escapeControls, panelScreen, questionWords, wrap } from '../panel/index.ts';
import { yesOption, type Call, type Command } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { isColoured, isDrawable, isInteractive } from './io.ts';
import { LiveScreen, textColumns } from './output.ts';
import { isNo, isYes, Prompt } from './prompt.ts';
import { StatusFeed } from './status-feed.ts';

/** `sign-in`: a code, a person with a phone, a confirmed mailbox. */
export const signInCommand: Command = {
  name: 'sign-in',
  operands: [],
  summary: 'sign the mailbox in with a code typed on a phone',
  description: [
    'Starts a sign-in and shows the address to open, the code to type and the time left, until the mail server has ' +
      'accepted the account. A sign-in that already runs, on the panel or in another window, is joined instead of ' +
      'replaced: every screen shows the same code.',
    'Asks "Use this mailbox?" when an account signs in for the first time or another one than before. Asks for n ' +
      'when the code has expired. If the account and the device e-mail address differ, offers the act that mends it.',
    'Ctrl-C ends the sign-in on every screen.',
    'With --json every change of the sign-in is one JSON line and nothing is asked.',
  ],
  options: {
    yes: { type: 'boolean', help: 'answer "Use this mailbox?" with yes' },
    'use-upn': { type: 'boolean', help: 'make the UPN the device e-mail address if they differ' },
    'no-qr': { type: 'boolean', help: 'leave the QR code out' },
  },
  run: async (call) => new SignInDialogue(call).run(),
};

/** `sign-out` */
export const signOutCommand: Command = {
  name: 'sign-out',
  operands: [],
  summary: 'forget the account; waiting scans are held',
  description: [
    'Destroys the stored tokens. Scans that wait are held until somebody signs in again; none is lost. Asks first ' +
      'on a terminal.',
  ],
  options: { yes: yesOption },
  run: async ({ client, io, out, isJson, options }) => {
    const signal = io.signal;
    if (options['yes'] !== true && !isJson && isInteractive(io)) {
      const { account } = await client.status({ signal });
      const prompt = new Prompt(io);
      try {
        const isWanted = await prompt.isYes(
          `Sign out ${account.identity?.upn ?? 'the account'}? Scans will wait until somebody signs in again.`,
        );
        if (!isWanted) {
          out.line('Nothing changed.');
          return exitCodes.failed;
        }
      } finally {
        prompt.close();
      }
    }
    const account = await client.signOut({ signal });
    if (isJson) out.json(account);
    else out.line('Signed out. Scans wait until somebody signs in: mfp-mail-agent sign-in');
    return exitCodes.done;
  },
};

interface Question {
  readonly about: 'confirm' | 'new-code' | 'use-upn';
  readonly columns: number;
  readonly answer: Promise<string>;
}

const runningSteps: ReadonlySet<SignInState['step']> = new Set(['starting', 'code', 'confirm', 'proving']);

/** One run of `sign-in`: follows the session's states, asks what a state asks, ends when it ends. */
class SignInDialogue {
  readonly #call: Call;
  readonly #feed: StatusFeed;
  readonly #prompt: Prompt;
  readonly #screen: LiveScreen;
  #question: Question | undefined;
  /** The state the person has answered to; late copies of it are not asked about again. */
  #answered = '';
  #shown = '';
  /** Account while the code was on the screen. Not later: it is stored before the step changes. */
  #before: AccountState | undefined;
  /** There was something to type on a phone, which may have shown a number. */
  #hasShownCode = false;

  constructor(call: Call) {
    this.#call = call;
    this.#feed = new StatusFeed(call.client);
    this.#prompt = new Prompt(call.io);
    this.#screen = new LiveScreen(call.io);
  }

  async run(): Promise<number> {
    const { io, client, out, isJson } = this.#call;
    try {
      const running = await client.signIn({ signal: io.signal });
      if (!runningSteps.has(running.step)) await client.beginSignIn({ signal: io.signal });
      this.#feed.start({ signal: io.signal });
      return await this.#follow();
    } catch (error) {
      if (io.signal?.aborted !== true) throw error;
      // Politely: the code must not stay good after the person has walked away. Its own deadline, the signal is spent.
      await client.cancelSignIn().catch(() => undefined);
      if (!isJson) out.line('\nThe sign-in was ended.');
      return exitCodes.interrupted;
    } finally {
      this.#prompt.close();
      await this.#feed.stop();
    }
  }

  async #follow(): Promise<number> {
    const { io } = this.#call;
    let status: AgentStatus | undefined;
    for (;;) {
      const next = this.#feed.take();
      status = next ?? status;
      if (status !== undefined) {
        const exitCode = await this.#react(status);
        if (exitCode !== undefined) return exitCode;
      }
      const answer = await this.#nextTurn();
      io.signal?.throwIfAborted();
      if (answer !== undefined && status !== undefined) {
        const exitCode = await this.#take(answer, status);
        if (exitCode !== undefined) return exitCode;
      }
    }
  }

  /** Waits for an event, the next second of the countdown, or an answer. @returns the answer, if that came */
  async #nextTurn(): Promise<string | undefined> {
    let text: string | undefined;
    await this.#feed.arrivedWithin(
      this.#call.io.clock,
      1000,
      this.#question?.answer.then((typed) => {
        text = typed;
      }),
    );
    return text;
  }

  /** Shows a status and does what it calls for. @returns the exit code when the command is over */
  async #react(status: AgentStatus): Promise<number | undefined> {
    const { signIn } = status;
    const { options } = this.#call;
    const words = questionWords(status.language);
    const key = JSON.stringify(signIn);
    this.#show(status, key);
    if (signIn.step === 'starting' || signIn.step === 'code') this.#before = status.account;
    if (key === this.#answered) return undefined;
    this.#answered = ''; // the next code may expire with the very same state
    switch (signIn.step) {
      case 'code':
        this.#hasShownCode = true;
        this.#dropQuestion();
        return undefined;
      case 'starting':
      case 'proving':
        this.#dropQuestion();
        return undefined;
      case 'confirm':
        if (options['yes'] === true) {
          this.#answered = key;
          await this.#call.client.confirmSignIn({ signal: this.#call.io.signal });
          return undefined;
        }
        this.#needsTerminal('Say yes on a terminal or with: mfp-mail-agent sign-in --yes', 'sign-in-needed');
        this.#ask('confirm', `${words.useThisMailboxOf(escapeControls(signIn.identity.upn))} [y/n] `);
        return undefined;
      case 'ready':
        return this.#ready(status, signIn);
      case 'failed':
        if (signIn.code !== 'sign-in-expired' || !this.#mayAsk()) return this.#failed(status);
        this.#ask('new-code', words.newCode);
        return undefined;
      case 'idle':
        throw new MailError(
          'sign-in-cancelled',
          'The sign-in was ended on another screen; start again with: mfp-mail-agent sign-in',
        );
    }
  }

  async #ready(status: AgentStatus, signIn: Extract<SignInState, { step: 'ready' }>): Promise<number | undefined> {
    if (!signIn.isUpnMismatch) return exitCodes.done;
    if (this.#call.options['use-upn'] === true) return this.#useUpn();
    this.#needsTerminal(
      `Signed in as ${signIn.identity.upn}, but scans are sent from ${status.deviceEmailAddress}; mend it with: ` +
        `mfp-mail-agent settings set sender.deviceEmailAddress ${signIn.identity.upn}`,
      'upn-mismatch',
    );
    this.#ask('use-upn', `${questionWords(status.language).useUpn} [y/N] `);
    return undefined;
  }

  /** Acts on what the person typed. */
  async #take(text: string, status: AgentStatus): Promise<number | undefined> {
    const about = this.#question?.about;
    const { client, io, out } = this.#call;
    const words = questionWords(status.language);
    this.#question = undefined;
    this.#screen.keep();
    // A slip of the finger must not cost a sign-in that somebody has just made on the phone.
    if (about === 'confirm' && !isYes(text) && !isNo(text) && !this.#prompt.isOver) {
      out.line(words.yesOrNo);
      this.#shown = '';
      return this.#react(status);
    }
    this.#answered = JSON.stringify(status.signIn);
    switch (about) {
      case 'confirm':
        if (isYes(text)) {
          await client.confirmSignIn({ signal: io.signal });
          return undefined;
        }
        await client.cancelSignIn({ signal: io.signal });
        out.line(words.notUsed);
        return exitCodes.needsPerson;
      case 'new-code':
        if (/^n$/i.test(text)) {
          await client.beginSignIn({ signal: io.signal });
          return undefined;
        }
        return this.#failed(status);
      case 'use-upn':
        if (isYes(text)) return this.#useUpn();
        throw new MailError(
          'upn-mismatch',
          'Nothing is sent while the two addresses differ; sign in as the device address or run: mfp-mail-agent ' +
            'settings set sender.deviceEmailAddress UPN',
        );
      case undefined:
        return undefined;
    }
  }

  async #useUpn(): Promise<number> {
    const { client, io, out, isJson } = this.#call;
    const status = await client.useUpn({ signal: io.signal });
    if (isJson) out.json(status.signIn);
    else out.line(questionWords(status.language).sentFrom(escapeControls(status.deviceEmailAddress)));
    return status.glance === 'upn-mismatch' ? exitCodes.needsPerson : exitCodes.done;
  }

  /** @throws MailError with the code of the failure: its sentence and exit code */
  async #failed(status: AgentStatus): Promise<number> {
    const { signIn } = status;
    if (signIn.step !== 'failed')
      throw new MailError('sign-in-cancelled', 'The sign-in is over; start again with: mfp-mail-agent sign-in');
    const { client, io, out, isJson } = this.#call;
    const code: ErrorCode = isErrorCode(signIn.code) ? signIn.code : 'identity-refused';
    const isPastPhone = this.#isPastPhone(status);
    const question =
      signIn.guidanceId === undefined && signIn.aadsts !== undefined
        ? { aadsts: signIn.aadsts }
        : { code: signIn.guidanceId ?? signIn.code };
    const guidance = await client.explain(question, { signal: io.signal }).catch(() => undefined);
    if (!isJson && guidance !== undefined) {
      out.line();
      out.paragraph(guidance.paragraph);
      if (guidance.remedy !== undefined) {
        out.line();
        out.paragraph(guidance.remedy);
      }
      out.line();
      if (!isPastPhone && this.#hasShownCode)
        out.line(`${questionWords(status.language).numberOnPhone} mfp-mail-agent explain AADSTS<number>`);
    }
    const title = guidance?.title ?? signIn.code;
    throw new MailError(
      code,
      isPastPhone
        ? `Signed in, but the mail server has not said yes (${title}); ask it again with: mfp-mail-agent send-test ADDRESS`
        : `Not signed in (${title}); start again with: mfp-mail-agent sign-in`,
      { details: { aadsts: signIn.aadsts, reply: isPastPhone ? signIn.detail : undefined } },
    );
  }

  /** The account is signed in and stored: what failed is the mail server's answer. */
  #isPastPhone({ account }: AgentStatus): boolean {
    // Joined late, there is nothing to compare with.
    return this.#before === undefined
      ? account.status === 'unproven'
      : account.signedInAtMs !== this.#before.signedInAtMs;
  }

  #mayAsk(): boolean {
    return !this.#call.isJson && isInteractive(this.#call.io);
  }

  /** A question nobody can answer here ends the command, and leaves the session to another screen. */
  #needsTerminal(sentence: string, code: ErrorCode): void {
    if (!this.#mayAsk()) throw new MailError(code, sentence);
  }

  #ask(about: Question['about'], text: string): void {
    if (this.#question?.about === about) return;
    this.#dropQuestion();
    this.#question = { about, columns: columnsOf(text), answer: this.#prompt.ask(text) };
  }

  #dropQuestion(): void {
    if (this.#question === undefined) return;
    this.#prompt.drop();
    this.#question = undefined;
    this.#call.out.line();
    this.#screen.keep();
  }

  #show(status: AgentStatus, key: string): void {
    const { io, isJson, out, options } = this.#call;
    const isNew = key !== this.#shown;
    if (isJson) {
      if (isNew) out.json(status.signIn);
      this.#shown = key;
      return;
    }
    if (!isNew && (key === this.#answered || !isDrawable(io))) return;
    if (isNew) this.#dropQuestion();
    this.#shown = key;
    const note = status.signIn.step === 'code' && io.codeNote !== undefined ? wrap(io.codeNote, textColumns(io)) : [];
    const panel = panelScreen(status, {
      nowMs: io.clock.nowMs(),
      columns: textColumns(io),
      rows: io.rows === undefined ? undefined : io.rows - 2 - note.length,
      isColoured: isColoured(io),
      hasQr: isDrawable(io) && options['no-qr'] !== true,
    });
    const lines = [...panel, ...note];
    // While a question is open its line is the person's: only a new state may draw over it.
    if (this.#question === undefined) this.#screen.draw(lines);
    // Wrapped, it would put the first line out of reach.
    else if (this.#question.columns < io.columns) this.#screen.drawFirst(lines[0] ?? '');
  }
}
