/** From a sentence as a room said it in English to the same in a language: found by its shape, filled in again. */
import { enSpoken } from './en-spoken.ts';
import { type SpokenId, type SpokenTexts } from './spoken.ts';

interface Shape {
  readonly id: SpokenId;
  readonly pattern: RegExp;
  /** Which `{n}` each capture is. */
  readonly places: readonly number[];
}

const shapes: readonly Shape[] = (Object.entries(enSpoken) as [SpokenId, string][])
  // "The client id is not complete: {1}." before what would take it as a whole: the most words of its own first.
  .sort(([, a], [, b]) => b.replace(/\{\d\}/g, '').length - a.replace(/\{\d\}/g, '').length)
  .map(([id, text]) => ({
    id,
    pattern: new RegExp(
      `^${text.replace(/[.*+?^$()|[\]\\]|\{(?!\d\})|(?<!\{\d)\}/g, '\\$&').replace(/\{\d\}/g, '(.+?)')}$`,
      's',
    ),
    places: [...text.matchAll(/\{(\d)\}/g)].map(([, place]) => Number(place)),
  }));

/** Sentences that come again and again: a status has the same warnings for days. */
const mostKept = 50;
/** A part that is a sentence itself: "... cannot be reached: port 443 is in use". */
const deepest = 3;

/**
 * Makes the speaker of a language.
 * @returns a function that returns what it does not know as it is: foreign words, or a sentence that has no row yet
 */
export function speakerOf(texts: SpokenTexts): (english: string) => string {
  const kept = new Map<string, string>();
  const translated = (english: string, depth: number): string => {
    if (depth > deepest || english.length > 4000) return english;
    for (const { id, pattern, places } of shapes) {
      const found = pattern.exec(english);
      if (found === null) continue;
      const parts = new Map(places.map((place, index) => [place, translated(found[index + 1] ?? '', depth + 1)]));
      return texts[id].replace(/\{(\d)\}/g, (_, place) => parts.get(Number(place)) ?? '');
    }
    // "service.smtpHost: Write only ..." of a list of problems.
    const [, path, rest] = /^(\w+\.\w+): (.+)$/s.exec(english) ?? [];
    return path === undefined || rest === undefined ? english : `${path}: ${translated(rest, depth + 1)}`;
  };
  return (english) => {
    const known = kept.get(english);
    if (known !== undefined) return known;
    const text = translated(english, 0);
    if (kept.size >= mostKept) kept.clear();
    kept.set(english, text);
    return text;
  };
}
