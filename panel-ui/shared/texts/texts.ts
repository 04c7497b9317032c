import type { Who } from '../../../src/guidance/index.ts';

/** Words of the shared components; every language has each. */
export interface SharedTexts {
  readonly loading: string;
  readonly tryAgain: string;
  readonly close: string;
  readonly cancel: string;
  readonly copy: string;
  readonly copied: string;
  /** Heading above the steps of a guidance. */
  readonly whatToDo: string;
  /** The same heading where somebody else takes the steps. */
  readonly toPassOn: string;
  readonly whoMends: string;
  readonly people: Readonly<Record<Who, string>>;
  /** Heading above the lines for support. */
  readonly toSupport: string;
  /** No answer came from the daemon. */
  readonly noAnswer: string;
  /** The stream is gone; it is tried again without anybody's doing. */
  readonly connectionLost: string;
  /** Title where an error has no sentence of its own. */
  readonly wentWrong: string;
  readonly lamps: Readonly<Record<'green' | 'amber' | 'red' | 'off', string>>;
}
