/** Internet Services in a window whose log-in is there already: the form is tested once, not before everything else. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openDoors, webCall, type OpenDoors } from '../support/doors.ts';
import { openWindow, pictures, settled, type Window } from './chromium.ts';

/** A claimed device, and the way into its pages. */
export interface Inside {
  readonly doors: OpenDoors;
  readonly password: string;
  /** A window of an administrator, at this page; `sign` is there when the page is. */
  readonly enter: (path: string, sign: string, options?: BrowserContextOptions) => Promise<Window>;
  /** After something that ended all log-ins: the next windows have a new one. */
  readonly logInAnew: () => Promise<void>;
}

/** Starts and claims one. @param options of the agent; the PIN is 2580 */
export async function claimedDevice(browser: Browser, options: Parameters<typeof openDoors>[0] = {}): Promise<Inside> {
  const doors = await openDoors(options);
  const claimed = await doors.claim({ pin: '2580' });
  const { password } = claimed;
  let { cookie } = claimed;
  return {
    doors,
    password,
    logInAnew: async () => {
      const { headers } = await webCall(doors.webUrl, 'POST', '/v1/session', { body: { password } });
      cookie = /__Host-mfp=([^;]+)/.exec(String(headers['set-cookie']))?.[1] ?? '';
    },
    enter: async (path, sign, contextOptions = {}) => {
      const window = await openWindow(browser, {
        viewport: { width: 1280, height: 900 },
        locale: 'en',
        ...contextOptions,
      });
      await window.context.addCookies([
        { name: '__Host-mfp', value: cookie, url: doors.webUrl, secure: true, httpOnly: true, sameSite: 'Strict' },
      ]);
      await visit(window.page, doors, path, sign);
      return window;
    },
  };
}

/** Ready when its own content is there and nothing is being loaded any more. */
export async function visit(page: Page, { webUrl }: OpenDoors, path: string, sign: string): Promise<void> {
  await page.goto(`${webUrl}/#${path}`);
  await page.locator(`.content :is(${sign})`).first().waitFor();
  await settled(page);
}

/** Puts it beside the others of Internet Services. */
export async function picture(page: Page, name: string, fullPage = true): Promise<void> {
  // A page that is scrolled has its head in the middle of the picture.
  await page.evaluate('window.scrollTo(0, 0)');
  await page.screenshot({ path: `${pictures}internet-services/${name}.png`, fullPage });
}
