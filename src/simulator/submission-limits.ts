/** Limits that belong to a mailbox, not to a connection (facts, section 7). */

const minuteMs = 60_000;
const dayMs = 24 * 3_600_000;
const recipientsPerDay = 10_000;

interface Usage {
  openConnections: number;
  sentAtMs: number[];
  recipients: { readonly atMs: number; readonly count: number }[];
}

export class SubmissionLimits {
  readonly #messagesPerMinute: number;
  readonly #maxConnections: number;
  readonly #usage = new Map<string, Usage>();

  constructor(options: { readonly messagesPerMinute: number; readonly maxConnections: number }) {
    this.#messagesPerMinute = options.messagesPerMinute;
    this.#maxConnections = options.maxConnections;
  }

  opened(mailbox: string): void {
    this.#of(mailbox).openConnections += 1;
  }
  closed(mailbox: string): void {
    this.#of(mailbox).openConnections -= 1;
  }

  hasTooManyConnections(mailbox: string): boolean {
    return this.#of(mailbox).openConnections > this.#maxConnections;
  }

  /** Counts recipients of the last 24 hours. @returns false if these would be too many */
  mayReach(mailbox: string, recipients: number, nowMs: number): boolean {
    const usage = this.#of(mailbox);
    usage.recipients = usage.recipients.filter((one) => nowMs - one.atMs < dayMs);
    if (usage.recipients.reduce((sum, one) => sum + one.count, 0) + recipients > recipientsPerDay) return false;
    usage.recipients.push({ atMs: nowMs, count: recipients });
    return true;
  }

  /** Takes the next place in the mailbox's minute. @returns milliseconds this message is delayed */
  delayMs(mailbox: string, nowMs: number): number {
    if (this.#messagesPerMinute === Infinity) return 0;
    const usage = this.#of(mailbox);
    usage.sentAtMs = usage.sentAtMs.filter((atMs) => nowMs - atMs < minuteMs);
    const blocker = usage.sentAtMs.at(-this.#messagesPerMinute);
    const dueMs = blocker === undefined ? nowMs : Math.max(nowMs, blocker + minuteMs);
    usage.sentAtMs.push(dueMs);
    return dueMs - nowMs;
  }

  #of(mailbox: string): Usage {
    const known = this.#usage.get(mailbox);
    if (known) return known;
    const usage: Usage = { openConnections: 0, sentAtMs: [], recipients: [] };
    this.#usage.set(mailbox, usage);
    return usage;
  }
}
