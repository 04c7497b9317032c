/** What every measurement is handed. */
import type { Scene, Side } from './scene.ts';

export interface Bench {
  readonly scene: Scene;
  /** undefined: it could not be had here, and its columns stay empty. */
  readonly postfix: Side | undefined;
  readonly isQuick: boolean;
  /** Runs one round after the other, all sides in each: three, one with --quick or when the bench's time is up. */
  readonly rounds: (what: string, round: () => Promise<void>) => Promise<void>;
  readonly say: (line: string) => void;
}
