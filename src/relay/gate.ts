import type { HoldReason } from '../core/index.ts';
import { Circuit } from './circuit.ts';
import type { Judgement } from './judgement.ts';
import { permissionOf, worthAProbe, type Permission } from './permission.ts';
import { QueueHold } from './queue-hold.ts';
import { RateLimiter } from './rate-limiter.ts';
import type { RelayPorts, RelayState } from './relay-types.ts';
import { askedDelayMs } from './retry-schedule.ts';

/** Holds that are over as soon as AUTH succeeds; the others need an accepted message. */
const endedByAuth: readonly HoldReason[] = [...worthAProbe, 'sign-in-needed', 'key-unavailable'];

/** All that concerns the queue as a whole: may an attempt start now, and what do screens say if not? */
export class Gate {
  readonly #ports: RelayPorts;
  readonly #limiter = new RateLimiter();
  readonly #circuit = new Circuit();
  readonly #listeners = new Set<(state: RelayState) => void>();
  #hold: QueueHold | undefined;
  /** A person pressed "Send now". */
  #isProbeAsked = false;
  #slowUntil: { readonly monotonicMs: number; readonly wallMs: number } | undefined;
  #isReachable: boolean | undefined;
  #unreachableSinceMs: number | undefined;
  #published = '';

  constructor(ports: RelayPorts) {
    this.#ports = ports;
  }

  state(): RelayState {
    const { config, account, clock } = this.#ports;
    const permission = permissionOf(config(), account());
    const isSlowed = this.#slowUntil !== undefined && this.#slowUntil.monotonicMs > clock.monotonicMs();
    // What the server said is more telling than what the account became by it, but not than a wrong setting.
    const isServersWord =
      permission.may || worthAProbe.includes(permission.reason) || permission.reason === 'sign-in-needed';
    return {
      ...(permission.may ? {} : { holdReason: permission.reason, holdCode: permission.code }),
      ...(this.#hold && isServersWord
        ? {
            holdReason: this.#hold.reason,
            holdCode: this.#hold.code,
            holdReply: this.#hold.reply,
            holdGuidanceId: this.#hold.guidanceId,
          }
        : {}),
      slowedUntilMs: isSlowed ? this.#slowUntil?.wallMs : undefined,
      isReachable: this.#isReachable,
      unreachableSinceMs: this.#unreachableSinceMs,
    };
  }

  subscribe(listener: (state: RelayState) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Tells the listeners, if there is something new. */
  publish(): void {
    const state = this.state();
    const text = JSON.stringify(state);
    if (text === this.#published) return;
    this.#published = text;
    for (const listener of this.#listeners) {
      try {
        listener(state);
      } catch (error) {
        this.#ports.log.fault('relay listener', error);
      }
    }
  }

  permission(): Permission {
    const isProbe = this.#hold ? this.#hold.waitMs === 0 : this.#isProbeAsked;
    const permission = permissionOf(this.#ports.config(), this.#ports.account(), isProbe);
    if (!permission.may || !this.#hold) return permission;
    return isProbe
      ? { ...permission, isProbe: true }
      : { may: false, reason: this.#hold.reason, code: this.#hold.code };
  }

  /**
   * @param running attempts under way
   * @returns 0 if one more may start now, else the time until asking again makes sense; Infinity: something will happen first
   */
  waitMs(running: number): number {
    const { clock, config } = this.#ports;
    const { maxConnections, maxMessagesPerMinute } = config();
    const permission = this.permission();
    // A probe that is due but not permitted (addresses differ, say) waits for the event that permits it.
    if (!permission.may) return this.#hold && this.#hold.waitMs > 0 ? this.#hold.waitMs : Infinity;
    // Until a connection has succeeded there is one probe, however many jobs wait.
    const limit = permission.isProbe || this.#circuit.isUp !== true ? 1 : Math.min(2, maxConnections);
    if (running >= limit) return Infinity;
    const nowMs = clock.monotonicMs();
    return Math.max(
      this.#circuit.waitMs(nowMs),
      (this.#slowUntil?.monotonicMs ?? 0) - nowMs,
      this.#limiter.waitMs(nowMs, maxMessagesPerMinute),
      0,
    );
  }

  /** An attempt starts. */
  pass(): void {
    this.#limiter.note(this.#ports.clock.monotonicMs());
    this.#isProbeAsked = false;
  }

  /**
   * A link is ready for MAIL FROM.
   * @returns true if the way was not known to be free before: more may go now
   */
  linked(): boolean {
    const isNews = this.#circuit.isUp !== true;
    this.#circuit.succeeded();
    this.#isReachable = true;
    this.#unreachableSinceMs = undefined;
    if (this.#hold && endedByAuth.includes(this.#hold.reason)) this.endHold();
    this.publish();
    return isNews;
  }

  /**
   * No link, and nobody's fault but the way's.
   * @param isReachable the server did answer
   * @returns milliseconds until the next probe
   */
  linkFailed(judgement: Judgement, isReachable: boolean): number {
    const { clock, config, random } = this.#ports;
    const waitMs = this.#circuit.failed(clock.monotonicMs(), config().retry, random, {
      atLeastMs: judgement.waitMs ?? 0,
    });
    this.#hold?.probeIn(waitMs);
    this.#isReachable = isReachable;
    this.#unreachableSinceMs = isReachable ? undefined : (this.#unreachableSinceMs ?? clock.nowMs());
    this.publish();
    return waitMs;
  }

  hold(judgement: Judgement): void {
    this.#hold = new QueueHold(this.#ports.clock, judgement, this.#hold);
    this.#ports.log.warn('queue held', { reason: this.#hold.reason, code: judgement.code, reply: judgement.reply });
    this.publish();
  }

  endHold(): void {
    if (!this.#hold) return;
    this.#ports.log.notice('queue no longer held', { reason: this.#hold.reason });
    this.#hold = undefined;
    this.publish();
  }

  /**
   * The mailbox pauses (432: other devices use it, too).
   * @returns milliseconds it pauses for
   */
  slowDown(askedMs: number): number {
    const { clock, random } = this.#ports;
    const waitMs = askedDelayMs(askedMs, random);
    this.#slowUntil = { monotonicMs: clock.monotonicMs() + waitMs, wallMs: clock.nowMs() + waitMs };
    this.publish();
    return waitMs;
  }

  /** The way to the server is worth a try again. */
  reset(): void {
    this.#circuit.reset();
  }

  /** A person wants to see it tried: a queue hold gets one probe. */
  askProbe(): void {
    this.#isProbeAsked = true;
    this.#hold?.probeIn(0);
    this.reset();
  }
}
