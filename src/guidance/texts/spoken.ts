import { type enSpoken } from './en-spoken.ts';

/** A sentence of the daemon's rooms, by id. */
export type SpokenId = keyof typeof enSpoken;

/** The sentences of a language, `{1}`, `{2}` where something is filled in. */
export type SpokenTexts = Readonly<Record<SpokenId, string>>;
