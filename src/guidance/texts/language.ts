import { type GuidanceId } from '../entries.ts';
import { type FillInNames } from '../placeholders.ts';
import { type GuidanceText } from '../types.ts';

/** Everything one language brings. */
export interface LanguageTexts {
  readonly texts: Readonly<Record<GuidanceId, GuidanceText>>;
  readonly fillIn: FillInNames;
}
