/** The control panel in a window, before a daemon that is played: any state at once, no start of an agent. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { AgentStatus, Language } from '../../src/core/index.ts';
import { uiFromSources } from '../support/doors.ts';
import { startPanelFake, type PanelFake } from '../support/panel-fake.ts';
import { openWindow, settled, sizes, type Window } from './chromium.ts';
import { usualAnswers } from './panel-scenes.ts';

/** A panel of its own: page, played daemon, and what the page complained about. */
export interface PlayedPanel extends Window {
  readonly fake: PanelFake;
  /** Loads the page anew, with nothing left of the state before. */
  readonly show: (state: PanelState) => Promise<void>;
  /** An administrator gives the device another language, whatever the panel shows; ready when all of it is said in that. */
  readonly speak: (language: Language) => Promise<void>;
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

/** Notes in which language the page was last told the picture. */
const noteLanguage = `window.EventSource = class extends EventSource {
  constructor(url) {
    super(url);
    this.addEventListener('status', ({ data }) => { window.toldIn = JSON.parse(data).language; });
  }
}`;

/** Opens one, of the small size; empty without `state`. */
export async function openPlayedPanel(
  browser: Browser,
  options: BrowserContextOptions & { readonly state?: PanelState } = {},
): Promise<PlayedPanel> {
  const { state, ...contextOptions } = options;
  const fake = await startPanelFake(await uiFromSources('control-panel'));
  const window = await openWindow(browser, { viewport: sizes.small, hasTouch: true, ...contextOptions });
  const { page, context } = window;
  await page.addInitScript(noteLanguage);
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
    speak: async (language) => {
      fake.show({ deviceLanguage: language });
      // Not by waitForFunction: the page's policy forbids what that does.
      const isSpoken = await page.evaluate<boolean>(`new Promise((done) => {
        const endMs = performance.now() + 10000;
        const look = () => {
          const isSpoken = document.documentElement.lang === '${language}' && window.toldIn === '${language}';
          if (isSpoken || performance.now() > endMs) done(isSpoken);
          else requestAnimationFrame(look);
        };
        look();
      })`);
      if (!isSpoken) throw new Error(`the panel does not speak ${language}`);
      await settled(page);
    },
    close: async () => {
      await context.close();
      await fake.stop();
    },
  };
}
