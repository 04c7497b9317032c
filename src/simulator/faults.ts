/** The faults of one cloud: which exist, which are on, how often they will still strike. */
import { faultGroups, type FaultRow } from './fault-list.ts';

type Groups = typeof faultGroups;
export type FaultGroup = keyof Groups;
export type FaultName = { [Group in FaultGroup]: keyof Groups[Group] }[FaultGroup];

const rows = Object.assign({}, ...Object.values(faultGroups)) as Readonly<Record<FaultName, FaultRow>>;

/** Where a fault strikes, for those that could strike at several places. */
export type FaultPlace = 'devicecode' | 'poll' | 'renewal' | 'phone' | 'identity' | 'submission';

export interface FaultOptions {
  /** Strikes this often, then it is over. Infinity: until switched off. */
  readonly times?: number;
  /** latency: delay of each reply (default 200). greeting-stall: silence before closing (default 600 000). */
  readonly ms?: number;
  /** throttled-429, unavailable-503: Retry-After, seconds (429: default 1; 503: none). */
  readonly retryAfterS?: number;
  /**
   * throttled-429, unavailable-503, lost-packets: devicecode, poll or renewal only (default: poll and renewal).
   * app-not-public: devicecode or poll only. wrong-cloud: devicecode or phone only. certificate-*, latency: identity or
   * submission only; so dns-*, connect-*, network-down and proxy-*. Scripted refusals: the leg they strike at.
   */
  readonly place?: FaultPlace;
  /** size-small: advertised SIZE. too-large*: largest message taken (default 65 536). connection-lost-before-dot: after (0). */
  readonly bytes?: number;
  /** consent-needed: the number shown (90094). identity-html: HTTP status (200). */
  readonly number?: number;
}

/** One row of the list that the demo shows. */
export interface FaultEntry {
  readonly name: FaultName;
  /** Heading it stands under; entries of a group follow each other. */
  readonly group: FaultGroup;
  /** One line, at most 50 characters, no full stop. */
  readonly about: string;
  readonly title: string;
  /** What a person sees of it. */
  readonly seen: string;
}

/** Every fault with its meaning, in the order of the groups. */
export const faultNames: readonly FaultEntry[] = (Object.keys(faultGroups) as FaultGroup[]).flatMap((group) =>
  Object.entries<FaultRow>(faultGroups[group]).map(([name, { title, seen }]) => ({
    name: name as FaultName,
    group,
    about: title,
    title,
    seen,
  })),
);

export function isFaultName(text: string): text is FaultName {
  return Object.hasOwn(rows, text);
}

/** The faults of one cloud: which are on, how often they will still strike. */
export class Faults {
  readonly #active = new Map<FaultName, { left: number; readonly options: FaultOptions }>();
  readonly #log: (line: string) => void;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** @throws Error for an unknown name, naming all known ones */
  set(name: string, on: boolean, options: FaultOptions = {}): void {
    if (!isFaultName(name)) throw new Error(`no fault is called ${name}; known: ${Object.keys(rows).join(', ')}`);
    if (!on) {
      this.#active.delete(name);
      return;
    }
    const usual = rows[name];
    this.#active.set(name, { left: options.times ?? usual.times ?? Infinity, options });
  }

  /** `name` or `name:key=value,...`, as on a command line; `times=always` for no end. @throws Error if it is not that */
  setFromText(text: string): void {
    const [name = '', list = ''] = text.split(/:(.*)/s, 2);
    const options: Record<string, number | string> = {};
    for (const pair of list.split(',').filter((one) => one !== '')) {
      const [key = '', value = ''] = pair.split('=', 2);
      if (!['times', 'ms', 'retryAfterS', 'place', 'bytes', 'number'].includes(key))
        throw new Error(`fault ${name} has no option ${key}`);
      const figure = value === 'always' ? Infinity : Number(value);
      if (key !== 'place' && (value === '' || Number.isNaN(figure)))
        throw new Error(`fault ${name}: ${key} wants a number`);
      options[key] = key === 'place' ? value : figure;
    }
    this.set(name, true, options);
  }

  get names(): readonly FaultName[] {
    return [...this.#active.keys()];
  }

  /** The options of a fault that is on (and strikes at `place`, if it names one); does not count. */
  peek(name: FaultName, place?: FaultPlace): FaultOptions | undefined {
    const fault = this.#active.get(name);
    if (!fault) return undefined;
    return fault.options.place === undefined || place === undefined || fault.options.place === place
      ? fault.options
      : undefined;
  }

  /** As `peek`, and counts it as one strike. */
  take(name: FaultName, place?: FaultPlace): FaultOptions | undefined {
    const options = this.peek(name, place);
    const fault = this.#active.get(name);
    if (!options || !fault) return undefined;
    this.#log(`fault      ${name}`);
    fault.left -= 1;
    if (fault.left <= 0) this.#active.delete(name);
    return options;
  }
}
