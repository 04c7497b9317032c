/** Which language a page speaks, its words (loaded when first needed), and how numbers and times are written in it. */
import type { Language } from '../../src/core/index.ts';

/** How each language calls itself; never translated, so that everybody finds their own. */
export const languageNames: Readonly<Record<Language, string>> = {
  'en': 'English',
  'zh-CN': '简体中文',
  'zh-TW': '繁體中文',
  'ja': '日本語',
};

/** One loader per language: `() => import('./zh-cn.ts')`, so that each is a chunk of its own. */
export type TextLoaders<Texts> = Readonly<Record<Language, () => Promise<{ readonly texts: Texts }>>>;

/**
 * Words by language, each loaded once.
 * @returns the words; those that were loaded last if these cannot be loaded now (the daemon is gone for a moment)
 */
export function textSource<Texts>(loaders: TextLoaders<Texts>): (language: Language) => Promise<Texts> {
  const loaded = new Map<Language, Texts>();
  return async (language) => {
    const known = loaded.get(language);
    if (known !== undefined) return known;
    const { texts } = await loaders[language]();
    loaded.set(language, texts);
    return texts;
  };
}

/** What stands between a label and its value in one line. */
export function colonOf(language: Language): string {
  return language.startsWith('zh') ? '：' : ': ';
}

/** Numbers, sizes and times as people of a language write them. */
export interface Formats {
  readonly number: (value: number) => string;
  /** Decimal units: 1 500 000 is `1.5 MB`. */
  readonly size: (bytes: number) => string;
  /** Hour and minute. */
  readonly time: (atMs: number) => string;
  /** Day, hour and minute. */
  readonly dateTime: (atMs: number) => string;
  /** A span in the largest fitting unit: `12 s`, `3 min`, `2 h`. */
  readonly span: (ms: number) => string;
  /** `a, b and c`. */
  readonly list: (words: readonly string[]) => string;
  /** English has two forms, the others one: `other` serves where `one` is not given. */
  readonly plural: (count: number, forms: { readonly one?: string; readonly other: string }) => string;
}

/** Makes it when it is first used: the formats of a language take a slow panel half a second, and a first screen needs none. */
function late<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}

/** The formats of a language. @param timeZone for tests; the device's own otherwise */
export function formatsOf(language: Language, timeZone?: string): Formats {
  const clock = {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timeZone === undefined ? {} : { timeZone }),
  } as const;
  const number = late(() => new Intl.NumberFormat(language));
  const time = late(() => new Intl.DateTimeFormat(language, clock));
  const dateTime = late(() => new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', ...clock }));
  const list = late(() => new Intl.ListFormat(language, { type: 'conjunction' }));
  const rules = late(() => new Intl.PluralRules(language));
  // Making a format costs far more than using it: a list of 500 sizes would be felt.
  const units = new Map<string, Intl.NumberFormat>();
  const unit = (value: number, name: string, digits = 0) => {
    const known = units.get(name);
    const options = { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits } as const;
    const format = known ?? new Intl.NumberFormat(language, options);
    units.set(name, format);
    return format.format(value);
  };
  return {
    number: (value) => number().format(value),
    size: (bytes) => {
      if (bytes < 1_000_000) return unit(bytes / 1000, 'kilobyte', bytes < 10_000 ? 1 : 0);
      if (bytes < 1_000_000_000) return unit(bytes / 1_000_000, 'megabyte', 1);
      return unit(bytes / 1_000_000_000, 'gigabyte', 1);
    },
    time: (atMs) => time().format(atMs),
    dateTime: (atMs) => dateTime().format(atMs),
    span: (ms) => {
      // Nothing takes no time.
      const seconds = Math.max(1, Math.round(ms / 1000));
      if (seconds < 90) return unit(seconds, 'second');
      if (seconds < 90 * 60) return unit(Math.round(seconds / 60), 'minute');
      return unit(Math.round(seconds / 3600), 'hour');
    },
    list: (words) => list().format(words),
    plural: (count, { one, other }) => {
      const form = rules().select(count) === 'one' && one !== undefined ? one : other;
      return form.replaceAll('{n}', number().format(count));
    },
  };
}

/**
 * Time left, for a clock that counts down.
 * @param leftMs may be negative: then it is over
 * @returns `m:ss`, from an hour on `h:mm:ss`
 */
export function countdown(leftMs: number): string {
  const leftS = Math.max(0, Math.floor(leftMs / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(leftS / 3600);
  const minutes = Math.floor(leftS / 60) % 60;
  return hours === 0 ? `${String(minutes)}:${two(leftS % 60)}` : `${String(hours)}:${two(minutes)}:${two(leftS % 60)}`;
}

/**
 * A code in the groups people read aloud: threes if that comes out even, else fours; a code with separators keeps its own.
 * @param userCode as the server gave it
 */
export function codeGroups(userCode: string): string[] {
  if (!/^[A-Za-z0-9]+$/.test(userCode)) return userCode.split(/ +/).filter((group) => group !== '');
  const size = userCode.length % 3 === 0 ? 3 : 4;
  return userCode.match(new RegExp(`.{1,${String(size)}}`, 'g')) ?? [];
}

/**
 * What the scopes of a sign-in let the device do: `send` mail, `stay` signed in, `know` the account; a scope we have no
 * words for is given as it is. Each once, in the order asked for.
 */
export function grantsOf(scopes: readonly string[]): ('send' | 'stay' | 'know' | { readonly scope: string })[] {
  const words: Readonly<Record<string, 'send' | 'stay' | 'know' | undefined>> = {
    'smtp.send': 'send',
    'offline_access': 'stay',
    'email': 'know',
    'profile': 'know',
  };
  const grants: ('send' | 'stay' | 'know' | { readonly scope: string })[] = [];
  for (const scope of scopes) {
    const name = scope.slice(scope.lastIndexOf('/') + 1).toLowerCase();
    if (name === 'openid') continue;
    const grant = words[name] ?? { scope };
    if (!grants.includes(grant)) grants.push(grant);
  }
  return grants;
}
