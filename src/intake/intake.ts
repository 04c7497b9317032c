/** The intake: its listeners, and the way in for doors that are no SMTP. */
import {
  MailError,
  toMailError,
  withSignals,
  type AgentStatus,
  type Clock,
  type JobSink,
  type MailLog,
  type Random,
  type Service,
} from '../core/index.ts';
import { acceptMessage, type AcceptDeps, type AcceptedMessage, type IncomingMessage } from './accept-message.ts';
import { ConnectionBudget } from './connection-budget.ts';
import { DialogueRecorder, type ClientSummary } from './dialogue-recorder.ts';
import { budgets, type IntakeLimits, type ListenerConfig } from './limits.ts';
import { LoginDelays, type LoginCheck } from './login.ts';
import { isWithin } from './networks.ts';
import { quirkOf } from './quirks.ts';
import { ListenerPort } from './listener-port.ts';
import type { ListenerDeps } from './smtp-listener.ts';

/** What the intake is given. Functions are asked anew for every message, so that settings apply at once. */
export interface IntakeOptions {
  /** Asked at `start` and at `reconfigure`. */
  readonly listeners: () => readonly ListenerConfig[];
  readonly sink: JobSink;
  readonly limits: () => IntakeLimits;
  readonly checkSender: AcceptDeps['checkSender'];
  /** Refuses at MAIL, before anything is sent; the other doors are not asked (design 8, Jobs). */
  readonly gate: (door: 'loopback' | 'lan') => MailError | undefined;
  /** Who may come in by the LAN; without it nobody. Asked anew for every connection. */
  readonly lan?: (() => LanAccess) | undefined;
  /** For LAN clients that are not trusted; without it none can log in. */
  readonly checkLogin?: LoginCheck | undefined;
  /** `ADDRESS=NAME+NAME`, as settings have checked them. */
  readonly quirks?: (() => readonly string[]) | undefined;
  /** What the smarthost offered last. */
  readonly hasSmtpUtf8: () => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: MailLog;
  /** For greeting, Received and made Message-IDs. */
  readonly hostName: string;
}

/** Addresses and networks, as settings hold them. */
export interface LanAccess {
  /** Everybody else is refused before the greeting. */
  readonly allowedNetworks: readonly string[];
  /** Of those, who needs no log-in. */
  readonly trustedPrinters: readonly string[];
}

/** Takes mail in, from firmware by SMTP and from other doors by `accept`. */
export interface Intake extends Service {
  /** Where the listeners really are; empty before `start`. */
  addresses(): AgentStatus['listeners'];
  /** Clients of the SMTP listeners since the start, most recently seen first; at most 32. */
  clients(): readonly ClientSummary[];
  /** The last dialogue with an address as text, without secrets; undefined if it was never seen. */
  dialogue(address: string): string | undefined;
  /**
   * Takes over changed settings: ends listeners that are no longer wanted as they are (a message whose last octet has come is
   * decided first), and opens those that are wanted now. The others go on undisturbed.
   */
  reconfigure(): Promise<void>;
  /** `port-unavailable` while a listener could not be bound; it is tried again every 30 s. */
  trouble(): MailError | undefined;
  /** Resolves when the port for firmware has taken a connection of our own; at once while it is not bound. */
  answers(options: { readonly signal: AbortSignal }): Promise<void>;
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

/** Refused addresses that were logged; each is logged once. */
const maxRefusedAddresses = 256;

/** A port that somebody else holds is asked for again after this. */
const bindRetryMs = 30_000;

/** Makes the intake; `start` binds the listeners. */
export function createIntake(options: IntakeOptions): Intake {
  return new IntakeService(options);
}

class IntakeService implements Intake {
  readonly #options: IntakeOptions;
  #listeners: readonly { readonly config: ListenerConfig; readonly port: ListenerPort }[] = [];
  readonly #accepting = new Set<Promise<AcceptedMessage>>();
  readonly #mendedClients = new Set<string>();
  readonly #refusedAddresses = new Set<string>();
  readonly #budgets = {
    loopback: new ConnectionBudget(budgets.loopback.most, budgets.loopback.mostPerAddress),
    lan: new ConnectionBudget(budgets.lan.most, budgets.lan.mostPerAddress),
  };
  readonly #recorder: DialogueRecorder;
  readonly #delays: LoginDelays;
  #stopping = new AbortController();
  #isStopped = false;
  #trouble: MailError | undefined;
  /** Listeners are opened and closed one change after the other. */
  #turn: Promise<void> = Promise.resolve();
  /** The loop that asks for a port again, and the end of it. */
  #binding: { readonly ended: Promise<void>; readonly end: AbortController } | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#recorder = new DialogueRecorder(options.clock);
    this.#delays = new LoginDelays(options.clock);
  }

  async start(): Promise<void> {
    this.#stopping = new AbortController();
    this.#isStopped = false;
    await this.#inTurn(() => this.#bind());
    this.#bindLater();
  }

  async reconfigure(): Promise<void> {
    await this.#inTurn(async () => {
      const wanted = this.#options.listeners();
      const isWanted = ({ config }: { readonly config: ListenerConfig }) =>
        wanted.some((one) => isSameListener(one, config));
      const unwanted = this.#listeners.filter((one) => !isWanted(one));
      this.#listeners = this.#listeners.filter(isWanted);
      await this.#shut(unwanted);
      await this.#bind();
    });
    this.#bindLater();
  }

  /** Not once the intake has stopped. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(() => (this.#isStopped ? undefined : work()));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Binds what is not bound yet. A port that cannot be had stops nothing else (P4): mail that waits is still sent, and the
   * doors by which a person mends the setting stay open.
   */
  async #bind(): Promise<void> {
    let trouble: MailError | undefined;
    for (const config of this.#options.listeners()) {
      if (this.#listeners.some((one) => isSameListener(one.config, config))) continue;
      try {
        const { tls } = config;
        if (tls === undefined && config.name !== 'loopback')
          throw new MailError('internal', `listener ${config.name} without a certificate`);
        const bound = tls === undefined ? undefined : { ...tls, identity: await tls.identity() };
        const port = new ListenerPort(
          async () => {
            const { SmtpListener } = await import('./smtp-listener.ts');
            return new SmtpListener(this.#listenerDeps(config.name), bound);
          },
          (error) => {
            this.#options.log.fault(`listener ${config.name} cannot take a connection`, error);
          },
        );
        await port.open(config);
        this.#listeners = [...this.#listeners, { config, port }];
      } catch (error) {
        trouble = toMailError(error);
        this.#options.log.fault(`listener ${config.name} cannot be opened`, error);
      }
    }
    this.#trouble = trouble;
  }

  #listenerDeps(name: ListenerConfig['name']): ListenerDeps {
    const { limits, gate, lan, quirks, checkLogin, ...options } = this.#options;
    const door = name === 'loopback' ? 'loopback' : 'lan';
    return {
      ...options,
      name,
      door,
      budget: this.#budgets[door],
      admit: (address) => {
        if (door === 'loopback') return 'trusted';
        const { allowedNetworks, trustedPrinters } = lan?.() ?? { allowedNetworks: [], trustedPrinters: [] };
        if (!isWithin(address, allowedNetworks)) return 'refused';
        return isWithin(address, trustedPrinters) ? 'trusted' : 'stranger';
      },
      quirkOf: (address) => quirkOf(address, quirks?.() ?? []),
      checkLogin: checkLogin ?? (() => Promise.resolve(false)),
      delays: this.#delays,
      recorder: this.#recorder,
      messageLimits: limits,
      gate: () => gate(door),
      onMended: (address, mended) => {
        this.#noteMended(address, mended);
      },
      onRefused: (address) => {
        this.#noteRefused(address, name);
      },
    };
  }

  /** Asks again for a port that somebody else held, in the background. */
  #bindLater(): void {
    if (this.#trouble === undefined || this.#binding !== undefined || this.#isStopped) return;
    const end = new AbortController();
    const ended = this.#untilBound(end.signal).finally(() => {
      this.#binding = undefined;
    });
    this.#binding = { end, ended };
  }

  async #untilBound(signal: AbortSignal): Promise<void> {
    while (this.#trouble !== undefined) {
      const isTimeUp = await this.#options.clock.sleep(bindRetryMs, { signal }).then(
        () => true,
        () => false,
      );
      if (!isTimeUp) return;
      await this.#inTurn(() => this.#bind());
    }
    this.#options.log.notice('listener opened after all');
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#binding?.end.abort();
    await this.#binding?.ended;
    await this.#turn;
    this.#trouble = undefined;
    const listeners = this.#listeners;
    this.#listeners = [];
    await this.#shut(listeners, [...this.#accepting]);
  }

  /** Ends listeners and waits for messages of other doors: ten seconds at most, then what still comes in is cut (F24). */
  async #shut(
    listeners: readonly { readonly port: ListenerPort }[],
    accepting: readonly Promise<unknown>[] = [],
  ): Promise<void> {
    const cut = this.#isStopped ? this.#stopping : new AbortController();
    const over = new AbortController();
    const grace = this.#options.clock.sleep(stopGraceMs, { signal: over.signal }).then(
      () => {
        cut.abort(new MailError('stopping', 'stopped while a message came in'));
      },
      () => undefined,
    );
    await Promise.all([...listeners.map(({ port }) => port.shut(cut.signal)), Promise.allSettled(accepting)]);
    over.abort();
    await grace;
  }

  clients(): readonly ClientSummary[] {
    return this.#recorder.list();
  }

  dialogue(address: string): string | undefined {
    return this.#recorder.text(address);
  }

  trouble(): MailError | undefined {
    return this.#trouble;
  }

  async answers(options: { readonly signal: AbortSignal }): Promise<void> {
    await this.#listeners.find(({ config }) => config.name === 'loopback')?.port.answers(options);
  }

  addresses(): AgentStatus['listeners'] {
    return this.#listeners.map(({ config, port }) => ({ name: config.name, ...port.address() }));
  }

  async accept(message: IncomingMessage): Promise<AcceptedMessage> {
    if (this.#isStopped) throw new MailError('stopping', 'intake is stopped');
    const { limits, hasSmtpUtf8, ...options } = this.#options;
    const accepting = withSignals([this.#stopping.signal, message.signal], (signal) =>
      acceptMessage(
        { ...message, signal },
        {
          ...options,
          limits: limits(),
          hasSmtpUtf8: hasSmtpUtf8(),
          onMended: (mended) => {
            this.#noteMended(message.client, mended);
          },
        },
      ),
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

  #noteRefused(client: string, listener: string): void {
    if (this.#refusedAddresses.has(client)) return;
    const oldest = this.#refusedAddresses.values().next();
    if (this.#refusedAddresses.size >= maxRefusedAddresses && oldest.done !== true)
      this.#refusedAddresses.delete(oldest.value);
    this.#refusedAddresses.add(client);
    this.#options.log.warn('connection refused: address is not in lan.allowedNetworks', { client, listener });
  }

  #noteMended(client: string, mended: { readonly bareLineEnds: number; readonly nuls: number }): void {
    if (this.#mendedClients.has(client) || this.#mendedClients.size >= maxRememberedClients) return;
    this.#mendedClients.add(client);
    this.#options.log.notice('client sends bare line ends or NUL; mended', { client, ...mended });
  }
}

function isSameListener(one: ListenerConfig, other: ListenerConfig): boolean {
  const facts = ({ name, host, port, handed, tls }: ListenerConfig) => [
    name,
    // Where it is bound is then nobody's setting.
    ...(handed === undefined ? [host, port] : [handed.id]),
    tls?.kind,
    tls?.isOldAllowed,
  ];
  return facts(one).join() === facts(other).join();
}
