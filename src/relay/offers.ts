import type { SmarthostOffer } from './relay-types.ts';
import type { LinkTarget } from './dial.ts';
import type { Extensions } from './smtp-transcript.ts';

/** Remembers, in memory only, what the smarthost offered last. */
export class Offers {
  #last: { readonly server: string; readonly offer: SmarthostOffer } | undefined;

  note(target: LinkTarget, { sizeBytes, hasSmtpUtf8, has8bitMime }: Extensions): void {
    const offer = { ...(sizeBytes > 0 ? { sizeBytes } : {}), hasSmtpUtf8, has8bitMime };
    this.#last = { server: serverOf(target), offer };
  }

  /** undefined: this server has not said anything yet. */
  of(target: LinkTarget): SmarthostOffer | undefined {
    return this.#last?.server === serverOf(target) ? this.#last.offer : undefined;
  }
}

function serverOf({ host, port }: LinkTarget): string {
  return `${host}:${port}`;
}
