/** The control panel in a window, before a daemon that is played: any state at once, no start of an agent. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { AgentStatus } from '../../src/core/index.ts';
import { uiFromSources } from '../support/doors.ts';
import { startPanelFake, type PanelFake } from '../support/panel-fake.ts';
import { openWindow, settled, sizes, type Window } from './chromium.ts';
import { usualAnswers } from './panel-scenes.ts';

/** A panel of its own: page, played daemon, and what the page complained about. */
export interface PlayedPanel extends Window {
  readonly fake: PanelFake;
  /** Loads the page anew, with nothing left of the state before. */
  readonly show: (state: PanelState) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Where the panel is and what the daemon says. */
export interface PanelState {
  /** Behind `#`. */
  readonly path: string;
  readonly status?: Partial<AgentStatus>;
  readonly prepare?: (fake: PanelFake) => void;
  /** What is touched before it is looked at. */
  readonly act?: (page: Page) => Promise<void>;
}

/** Opens one, of the small size; empty without `state`. */
export async function openPlayedPanel(
  browser: Browser,
  options: BrowserContextOptions & { readonly state?: PanelState } = {},
): Promise<PlayedPanel> {
  const { state, ...contextOptions } = options;
  const fake = await startPanelFake(await uiFromSources('control-panel'));
  const window = await openWindow(browser, { viewport: sizes.small, hasTouch: true, ...contextOptions });
  const { page, context } = window;
  let round = 0;
  const show = async ({ path, status, prepare, act }: PanelState) => {
    fake.reset({ ...status });
    usualAnswers(fake);
    prepare?.(fake);
    // Another query: the hash alone would not load the page anew.
    await page.goto(`${fake.url}?${String(round++)}#${path}`);
    await page.locator('main').waitFor();
    await settled(page);
    await act?.(page);
  };
  if (state !== undefined) await show(state);
  return {
    ...window,
    fake,
    show,
    close: async () => {
      await context.close();
      await fake.stop();
    },
  };
}
