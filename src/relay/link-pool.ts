import type { AccessToken, Clock, Dialer, TokenSource } from '../core/index.ts';
import { judgeError } from './judgement.ts';
import type { LinkTarget } from './dial.ts';
import { SmtpLink, SmtpRefusal } from './smtp-link.ts';

/** Where to, and as whom; two equal keys may share a link. */
export interface LinkPlan extends LinkTarget {
  /** '' = no AUTH. */
  readonly xoauth2User: string;
  /** Account and sign-in the token is of, so that neither a link nor a refusal outlives a change of them. */
  readonly accountKey: string;
}

/** A link that waits for its next message is closed after this; Exchange itself hangs up after some minutes. */
export const idleLimitMs = 20_000;
const maxMessages = 100;
/** A token with less left is not begun with. */
const tokenMarginMs = 60_000;

interface PooledLink {
  readonly link: SmtpLink;
  readonly key: string;
  readonly token: AccessToken | undefined;
  /** Not for another message: a person wants to know what the server says now. */
  isSpent?: boolean;
  idleWatch?: AbortController;
}

interface PoolPorts {
  readonly dialer: () => Dialer;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  /** False: settings or account have changed since the plan was made. */
  readonly isCurrent: (plan: LinkPlan) => boolean;
  /** 235 was answered, to a plan that is still current. */
  readonly onProven: () => void;
}

/** Keeps links for a burst of scans, and knows the one retry a stale token gets (F37). */
export class LinkPool {
  readonly #ports: PoolPorts;
  readonly #idle = new Set<PooledLink>();
  readonly #inUse = new Map<SmtpLink, PooledLink>();
  readonly #closing = new Set<Promise<void>>();
  #mustRenew = false;

  constructor(ports: PoolPorts) {
    this.#ports = ports;
  }

  /** The next AUTH redeems the refresh token first: the server no longer believes the token of this link (530 5.7.57). */
  renewNext(): void {
    this.#mustRenew = true;
  }

  /**
   * A link ready for MAIL FROM.
   * @param isFresh the link before turned out to be dead: those that wait beside it are no better
   * @throws SmtpRefusal, MailError of network, TLS and token source
   */
  async acquire(plan: LinkPlan, signal: AbortSignal, isFresh = false): Promise<SmtpLink> {
    const key = keyOf(plan);
    this.closeOthers(isFresh ? undefined : plan);
    for (const pooled of this.#idle) {
      this.#take(pooled);
      if (this.#isUsable(pooled) && (await isReady(pooled.link, signal))) {
        this.#inUse.set(pooled.link, pooled);
        return pooled.link;
      }
      this.#retire(pooled.link);
    }
    const { link, token } = await this.#openFresh(plan, signal);
    this.#inUse.set(link, { link, key, token });
    return link;
  }

  /** Gives a link back, whatever state it is in. */
  release(link: SmtpLink): void {
    const pooled = this.#inUse.get(link);
    this.#inUse.delete(link);
    if (!pooled || !this.#isUsable(pooled)) {
      this.#retire(link);
      return;
    }
    pooled.idleWatch = new AbortController();
    this.#idle.add(pooled);
    const watch = this.#ports.clock.sleep(idleLimitMs, { signal: pooled.idleWatch.signal }).then(
      () => {
        this.#take(pooled);
        this.#retire(link);
      },
      () => undefined,
    );
    void watch;
  }

  /** Closes idle links that belong to another server or account. */
  closeOthers(plan: LinkPlan | undefined): void {
    const key = plan && keyOf(plan);
    for (const pooled of this.#idle) {
      if (pooled.key === key) continue;
      this.#take(pooled);
      this.#retire(pooled.link);
    }
  }

  /** The next message gets a new link, with a new EHLO; links in use finish theirs. */
  retireAll(): void {
    this.closeOthers(undefined);
    for (const pooled of this.#inUse.values()) pooled.isSpent = true;
  }

  /** Says QUIT everywhere and waits for it; links in use are hung up. */
  async close(): Promise<void> {
    this.closeOthers(undefined);
    for (const link of this.#inUse.keys()) link.destroy();
    await Promise.all(this.#closing);
  }

  async #openFresh(plan: LinkPlan, signal: AbortSignal): Promise<{ link: SmtpLink; token: AccessToken | undefined }> {
    const { dialer, clock, tokens } = this.#ports;
    const token =
      plan.xoauth2User === '' ? undefined : await tokens.accessToken({ forceRenewal: this.#mustRenew, signal });
    const isRenewed = this.#mustRenew;
    const link = await SmtpLink.open(plan, { dialer: dialer(), clock, signal });
    if (!token) return { link, token };
    try {
      await link.authenticate(plan.xoauth2User, token.token, signal);
      this.#mustRenew = false;
    } catch (error) {
      this.#retire(link);
      // The token of the present account is no second try for the account of before, nor for its server.
      const isStale =
        error instanceof SmtpRefusal && judgeError(error).action === 'renew' && this.#ports.isCurrent(plan);
      this.#mustRenew = isStale && !isRenewed;
      if (this.#mustRenew) return this.#openFresh(plan, signal);
      throw error;
    }
    if (this.#ports.isCurrent(plan)) this.#ports.onProven();
    return { link, token };
  }

  #isUsable({ link, token, isSpent = false }: PooledLink): boolean {
    const hasToken = token === undefined || token.expiresAtMs - tokenMarginMs > this.#ports.clock.nowMs();
    return !isSpent && link.isAlive && link.messages < maxMessages && hasToken && !this.#mustRenew;
  }

  #take(pooled: PooledLink): void {
    this.#idle.delete(pooled);
    pooled.idleWatch?.abort('taken');
  }

  #retire(link: SmtpLink): void {
    const closing = link.quit().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

/** After an accepted message there is nothing to reset, and MAIL itself shows whether the link still lives. */
function isReady(link: SmtpLink, signal: AbortSignal): Promise<boolean> | true {
  if (link.isClean) return true;
  return link.reset(signal).then(
    () => true,
    () => false,
  );
}

/** Plans with the same key are the same. */
export function keyOf(plan: LinkPlan): string {
  const { host, port, security, extraCaPem, heloName, xoauth2User, accountKey } = plan;
  return JSON.stringify([host, port, security, extraCaPem, heloName, xoauth2User, accountKey]);
}
