/** The intake: its listeners, and the way in for doors that are no SMTP. */
import {
  MailError,
  toMailError,
  type AgentStatus,
  type Clock,
  type JobSink,
  type MailLog,
  type Random,
  type Service,
} from '../core/index.ts';
import { acceptMessage, type AcceptDeps, type AcceptedMessage, type IncomingMessage } from './accept-message.ts';
import { loopbackLimits, type IntakeLimits, type ListenerConfig } from './limits.ts';
import { type SmtpListener } from './smtp-listener.ts';

/** What the intake is given. Functions are asked anew for every message, so that settings apply at once. */
export interface IntakeOptions {
  /** Asked at `start`. */
  readonly listeners: () => readonly ListenerConfig[];
  readonly sink: JobSink;
  readonly limits: () => IntakeLimits;
  readonly checkSender: AcceptDeps['checkSender'];
  /** Refuses at MAIL, before anything is sent; the other doors are not asked (design 8, Jobs). */
  readonly gate: () => MailError | undefined;
  /** What the smarthost offered last. */
  readonly hasSmtpUtf8: () => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: MailLog;
  /** For greeting, Received and made Message-IDs. */
  readonly hostName: string;
}

/** Takes mail in, from firmware by SMTP and from other doors by `accept`. */
export interface Intake extends Service {
  /** Where the listeners really are; empty before `start`. */
  addresses(): AgentStatus['listeners'];
  /** `port-unavailable` while a listener could not be bound; it is tried again every 30 s. */
  trouble(): MailError | undefined;
  /**
   * Accepts one message of another door. When it resolves, the message survives a power cut.
   * @throws MailError as `acceptMessage`, and `stopping`
   */
  accept(message: IncomingMessage): Promise<AcceptedMessage>;
}

/** Grace for messages that are complete but not yet decided (F24). */
const stopGraceMs = 10_000;

/** Clients whose mended messages were noted; the log is told once per client. */
const maxRememberedClients = 64;

/** A port that somebody else holds is asked for again after this. */
const bindRetryMs = 30_000;

/** Makes the intake; `start` binds the listeners. */
export function createIntake(options: IntakeOptions): Intake {
  return new IntakeService(options);
}

class IntakeService implements Intake {
  readonly #options: IntakeOptions;
  readonly #listeners: { readonly name: ListenerConfig['name']; readonly smtp: SmtpListener }[] = [];
  readonly #accepting = new Set<Promise<AcceptedMessage>>();
  readonly #mendedClients = new Set<string>();
  #stopping = new AbortController();
  #isStopped = false;
  #trouble: MailError | undefined;
  /** The loop that asks for a port again, and the end of it. */
  #binding: { readonly ended: Promise<void>; readonly end: AbortController } | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#stopping = new AbortController();
    this.#isStopped = false;
    if (this.#options.listeners().some(({ name }) => name !== 'loopback')) {
      throw new MailError('not-implemented', 'only the loopback listener is built');
    }
    await this.#bind();
    if (this.#trouble === undefined) return;
    const end = new AbortController();
    this.#binding = { end, ended: this.#bindLater(end.signal) };
  }

  /**
   * Binds what is not bound yet. A port that cannot be had stops nothing else (P4): mail that waits is still sent, and the
   * doors by which a person mends the setting stay open.
   */
  async #bind(): Promise<void> {
    const { SmtpListener } = await import('./smtp-listener.ts');
    const { limits: messageLimits, ...options } = this.#options;
    let trouble: MailError | undefined;
    for (const config of options.listeners()) {
      if (this.#listeners.some(({ name }) => name === config.name)) continue;
      const smtp = new SmtpListener({
        ...options,
        messageLimits,
        door: config.name,
        limits: loopbackLimits,
        onMended: (address, mended) => {
          this.#noteMended(address, mended);
        },
      });
      try {
        await smtp.open(config);
        this.#listeners.push({ name: config.name, smtp });
      } catch (error) {
        trouble = toMailError(error);
        options.log.fault('listener cannot be opened', error);
      }
    }
    this.#trouble = trouble;
  }

  async #bindLater(signal: AbortSignal): Promise<void> {
    while (this.#trouble !== undefined) {
      const isTimeUp = await this.#options.clock.sleep(bindRetryMs, { signal }).then(
        () => true,
        () => false,
      );
      if (!isTimeUp) return;
      await this.#bind();
    }
    this.#options.log.notice('listener opened after all');
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#binding?.end.abort();
    await this.#binding?.ended;
    this.#trouble = undefined;
    const listeners = this.#listeners.splice(0);
    const over = new AbortController();
    const grace = this.#options.clock.sleep(stopGraceMs, { signal: over.signal }).then(
      () => {
        this.#stopping.abort(new MailError('stopping', 'stopped while a message came in'));
      },
      () => undefined,
    );
    await Promise.all([
      ...listeners.map(({ smtp }) => smtp.shut(this.#stopping.signal)),
      Promise.allSettled([...this.#accepting]),
    ]);
    over.abort();
    await grace;
  }

  trouble(): MailError | undefined {
    return this.#trouble;
  }

  addresses(): AgentStatus['listeners'] {
    return this.#listeners.map(({ name, smtp }) => ({ name, ...smtp.address() }));
  }

  async accept(message: IncomingMessage): Promise<AcceptedMessage> {
    if (this.#isStopped) throw new MailError('stopping', 'intake is stopped');
    const { limits, hasSmtpUtf8, ...options } = this.#options;
    const signals = [this.#stopping.signal, ...(message.signal ? [message.signal] : [])];
    const accepting = acceptMessage(
      { ...message, signal: AbortSignal.any(signals) },
      {
        ...options,
        limits: limits(),
        hasSmtpUtf8: hasSmtpUtf8(),
        onMended: (mended) => {
          this.#noteMended(message.client, mended);
        },
      },
    );
    this.#accepting.add(accepting);
    try {
      return await accepting;
    } catch (error) {
      if (error instanceof MailError) {
        const { client, door } = message;
        this.#options.log.refused({ client, door, reply: error.smtpReply, code: error.code });
      }
      throw error;
    } finally {
      this.#accepting.delete(accepting);
    }
  }

  #noteMended(client: string, mended: { readonly bareLineEnds: number; readonly nuls: number }): void {
    if (this.#mendedClients.has(client) || this.#mendedClients.size >= maxRememberedClients) return;
    this.#mendedClients.add(client);
    this.#options.log.notice('client sends bare line ends or NUL; mended', { client, ...mended });
  }
}
