/** Connections of one door, in all and of each address (T7): a door's budget is its own, so LAN never starves loopback. */

/** Counts connections from accept to close. */
export class ConnectionBudget {
  readonly #most: number;
  readonly #mostPerAddress: number;
  readonly #open = new Map<string, number>();
  #total = 0;

  /** @param most in all @param mostPerAddress of one address */
  constructor(most: number, mostPerAddress: number) {
    this.#most = most;
    this.#mostPerAddress = mostPerAddress;
  }

  /** @returns the function that gives the place back (once), or undefined if there is none */
  enter(address: string): (() => void) | undefined {
    const open = this.#open.get(address) ?? 0;
    if (this.#total >= this.#most || open >= this.#mostPerAddress) return undefined;
    this.#total++;
    this.#open.set(address, open + 1);
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      this.#total--;
      const left = (this.#open.get(address) ?? 1) - 1;
      if (left === 0) this.#open.delete(address);
      else this.#open.set(address, left);
    };
  }
}
