/** The two ways to work the control panel: fingers, and hardware keys (arrows, OK, Back) without any pointer. */
import type { Locator, Page } from 'playwright-core';

/** How controls are reached and pressed. */
export interface Hand {
  readonly name: string;
  readonly press: (page: Page, control: Locator) => Promise<void>;
  /** To the view above. */
  readonly back: (page: Page) => Promise<void>;
}

/** Touches. */
export const fingers: Hand = {
  name: 'fingers',
  press: (_page, control) => control.tap(),
  back: (page) => page.locator('.top .top-button').first().tap(),
};

/** More presses than any view of ours needs. */
const mostPresses = 40;

/** Arrows until the control has the focus, then OK. */
export const keys: Hand = {
  name: 'keys',
  press: async (page, control) => {
    await control.waitFor();
    for (let presses = 0; presses < mostPresses; presses++) {
      const arrow = await control.evaluate(towards);
      if (arrow === '') {
        await page.keyboard.press('Enter');
        return;
      }
      await page.keyboard.press(`Arrow${arrow}`);
    }
    throw new Error(`no arrows lead to ${String(control)}`);
  },
  back: (page) => page.keyboard.press('Escape'),
};

type Arrow = '' | 'Up' | 'Down' | 'Left' | 'Right';

/** As much of an element as is needed here; the types of pages are not known to tests. */
interface Part {
  readonly ownerDocument: { readonly activeElement: Part | null; readonly body: Part };
  matches(selector: string): boolean;
  getBoundingClientRect(): {
    readonly left: number;
    readonly top: number;
    readonly bottom: number;
    readonly width: number;
    readonly height: number;
  };
}

/** In the page: the arrow from the focus towards the control; '' if it has the focus. Rows first, as a person does. */
function towards(control: Part): Arrow {
  const active = control.ownerDocument.activeElement ?? control.ownerDocument.body;
  if (active === control) return '';
  // Nothing has the focus yet: any arrow gives it to the first control.
  if (!active.matches('button, input, textarea, [tabindex="0"]')) return 'Down';
  const from = active.getBoundingClientRect();
  const to = control.getBoundingClientRect();
  const acrossPx = to.left + to.width / 2 - (from.left + from.width / 2);
  const downPx = to.top + to.height / 2 - (from.top + from.height / 2);
  if (to.top >= from.bottom - 2) return 'Down';
  if (to.bottom <= from.top + 2) return 'Up';
  if (Math.abs(acrossPx) > Math.abs(downPx)) return acrossPx > 0 ? 'Right' : 'Left';
  return downPx > 0 ? 'Down' : 'Up';
}
