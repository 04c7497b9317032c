import { MailError, type AgentStatus, type Clock } from '../core/index.ts';
import { type AgentClient } from './client.ts';

/** Statuses a reader may be behind; older ones are dropped, the newest is what counts. */
const mostWaiting = 1000;

/** The agent's status events, collected in the background: a question waits for a person and for an event at once. */
export class StatusFeed {
  readonly #client: AgentClient;
  readonly #waiting: AgentStatus[] = [];
  readonly #ended = new AbortController();
  #failure: unknown;
  #isOver = false;
  #wake: (() => void) | undefined;
  #pump: Promise<void> | undefined;

  constructor(client: AgentClient) {
    this.#client = client;
  }

  /** @param options.signal ends the feed; `take` then throws its reason */
  start(options: { readonly signal?: AbortSignal | undefined } = {}): void {
    const signal =
      options.signal === undefined ? this.#ended.signal : AbortSignal.any([options.signal, this.#ended.signal]);
    this.#pump = this.#run(signal);
  }

  /** Closes the connection. Idempotent. */
  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#pump;
  }

  /**
   * The oldest status nobody has taken.
   * @throws what ended the feed: `signal.reason`, `daemon-not-running`
   */
  take(): AgentStatus | undefined {
    const status = this.#waiting.shift();
    if (status === undefined && this.#isOver) throw this.#failure;
    return status;
  }

  /** Resolves once `take` has something to give or to throw. Never rejects; one waiter at a time. */
  async arrived(): Promise<void> {
    if (this.#waiting.length > 0 || this.#isOver) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /**
   * As `arrived`, but at most `waitMs`, so that a countdown goes on.
   * @param or ends the wait as well: the answer of a person
   */
  async arrivedWithin(clock: Clock, waitMs: number, or?: Promise<unknown>): Promise<void> {
    const over = new AbortController();
    const time = clock.sleep(waitMs, { signal: over.signal }).catch(() => undefined);
    await Promise.race(or === undefined ? [this.arrived(), time] : [this.arrived(), time, or]);
    over.abort();
    await time;
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      for await (const event of this.#client.events({ signal })) {
        if (event.type !== 'status') continue;
        this.#waiting.push(event.status);
        if (this.#waiting.length > mostWaiting) this.#waiting.shift();
        this.#wake?.();
      }
    } catch (error) {
      this.#failure = error;
    } finally {
      this.#failure ??= new MailError(
        'daemon-not-running',
        'The agent stopped; start it again with: mfp-mail-agent run',
      );
      this.#isOver = true;
      this.#wake?.();
    }
  }
}
