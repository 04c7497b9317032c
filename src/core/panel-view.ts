/** What a character display with four keys shows: made by the panel room, served by the API, drawn by firmware. */
import type { Lamp } from './status.ts';

/** Keys of the display. */
export const panelKeys = ['ok', 'back', 'up', 'down'] as const;
export type PanelKey = (typeof panelKeys)[number];

/** A display. */
export interface LcdSize {
  /** 20 to 40 */
  readonly columns: number;
  /** 2 to 4 */
  readonly rows: number;
}

export const panelScreens = ['home', 'menu', 'question', 'information', 'message'] as const;

/** What the display shows and what its keys do now. */
export interface PanelView extends LcdSize {
  readonly screen: (typeof panelScreens)[number];
  readonly lamp: Lamp;
  /** Exactly `rows` lines, none wider than `columns` (East Asian characters are two wide). */
  readonly lines: readonly string[];
  /** Label of each key that does something, at most 10 columns. */
  readonly keys: Readonly<Partial<Record<PanelKey, string | undefined>>>;
}
