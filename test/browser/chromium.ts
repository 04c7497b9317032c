/** Debian's Chromium: one for each test file, a context for each window, and no waiting by the clock. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import type { Language } from '../../src/core/index.ts';
import { chromiumPath } from '../support/chromium-path.ts';

/** Pictures of each state, for people to look at; ignored by git. `index.html` shows them all. */
export const pictures = new URL('./screens/', import.meta.url).pathname;

/** `MFP_SCREENS=all`, the long form: a picture of each guidance entry, and in each language; axe-core in each language. */
export const takesAllPictures = process.env['MFP_SCREENS'] === 'all';

/** In the short form too. The others differ from these in their words only, which are always looked at. */
export const isLookedAtInFull = (language: Language): boolean =>
  takesAllPictures || language === 'en' || language === 'zh-CN';

/** The screens of real panels, in pixels. */
export const sizes = {
  small: { width: 800, height: 480 },
  large: { width: 1024, height: 600 },
} as const;

/** Its rules ask for roles, names and colours; in another language they would ask for the same again. */
export const isJudgedByAxe = (language: Language): boolean => takesAllPictures || language === 'en';

/** How long a page may take on a machine that does other things too, in milliseconds. */
const patienceMs = 20_000;

/** Starts it. */
export async function launchBrowser(): Promise<Browser> {
  await mkdir(`${pictures}internet-services`, { recursive: true });
  await mkdir(`${pictures}phone`, { recursive: true });
  return chromium.launch({
    ...(chromiumPath && { executablePath: chromiumPath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-extensions',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Ends it, and puts all pictures there are onto one sheet. */
export async function closeBrowser(browser: Browser): Promise<void> {
  await browser.close();
  const names = (await readdir(pictures, { recursive: true })).filter((name) => name.endsWith('.png')).sort();
  const figures = names.map(
    (name) => `<figure><a href="${name}"><img src="${name}" loading="lazy"></a>${name}</figure>`,
  );
  const style =
    'body{display:flex;flex-wrap:wrap;gap:8px;font:12px sans-serif}figure{margin:0;width:400px}img{width:100%}';
  await writeFile(
    `${pictures}index.html`,
    `<!doctype html><meta charset="utf-8"><title>Screens</title><style>${style}</style>${figures.join('\n')}`,
  );
}

/** A window of its own. */
export interface Window {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page complained about; refused calls are answers and no complaint. */
  readonly complaints: readonly string[];
}

/** Opens one, empty; nothing in it moves by itself. */
export async function openWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  watchTraffic(page);
  return { page, context, complaints: complaintsOf(page) };
}

function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return complaints;
}

const traffic = new WeakMap<Page, { readonly open: Set<object>; total: number }>();

function watchTraffic(page: Page): void {
  const seen = { open: new Set<object>(), total: 0 };
  traffic.set(page, seen);
  page.on('request', (request) => {
    // What the page before asked for may never be heard of again.
    if (request.isNavigationRequest()) seen.open.clear();
    // The stream of events never ends.
    if (request.url().includes('/v1/events')) return;
    seen.open.add(request);
    seen.total += 1;
  });
  page.on('requestfinished', (request) => seen.open.delete(request));
  page.on('requestfailed', (request) => seen.open.delete(request));
}

/** Ready to be looked at: every answer is there, has been drawn, and led to no further question. */
export async function settled(page: Page): Promise<void> {
  const seen = traffic.get(page);
  if (seen === undefined) throw new Error('a page of another making');
  const endMs = Date.now() + patienceMs;
  for (;;) {
    const before = seen.total;
    await page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))',
    );
    if (seen.open.size === 0 && seen.total === before) return;
    if (Date.now() > endMs) throw new Error(`still loading at ${page.url()}`);
  }
}
