/** The panel's browser: how it is started, and what a designer would send back. */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Looked at by people; ignored by git. */
export const pictures = new URL('./screens/', import.meta.url).pathname;

/** The screens of real panels, in pixels. */
export const sizes = {
  small: { width: 800, height: 480 },
  large: { width: 1024, height: 600 },
} as const;

/** Starts Debian's Chromium and makes the folder for pictures. */
export async function launchBrowser(): Promise<Browser> {
  await mkdir(pictures, { recursive: true });
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Collects what the page complains about; refused calls are answers and no complaint. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return complaints;
}

const misfitsScript = `(() => {
  const found = [];
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth) found.push('page is ' + page.scrollWidth + ' wide');
  if (page.scrollHeight > innerHeight) found.push('page is ' + page.scrollHeight + ' high');
  for (const one of document.querySelectorAll('button, h1, h2, p, dd, .tag, .bar, .top, .code')) {
    const box = one.getBoundingClientRect();
    if (box.width === 0) continue;
    const name = one.tagName + '.' + one.className + ' "' + (one.textContent || '').slice(0, 40) + '"';
    const inScroller = one.closest('.scrolls, .phrases, .chips, .glance');
    if (!inScroller && (box.left < -1 || box.right > innerWidth + 1)) found.push('beside the screen: ' + name);
    if (!inScroller && (box.bottom > innerHeight + 1 || box.top < -1)) found.push('below the screen: ' + name);
    if (one.tagName !== 'BUTTON') continue;
    if (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
      found.push('words do not fit: ' + name);
    if (box.width < 48 || box.height < 48)
      found.push('too small for a finger (' + box.width + ' x ' + box.height + '): ' + name);
  }
  for (const view of document.querySelectorAll('main, .view, .scrolls, .code-step, .home, .editor, .dialog, .dialog-body')) {
    const parts = [...view.children].filter((one) => one.getBoundingClientRect().width > 0 && one.tagName !== 'DIALOG');
    parts.forEach((one, index) => {
      for (const other of parts.slice(index + 1)) {
        const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
        // Scrolling parts reach 5 pixels out, for the ring of the focus.
        if (a.left < b.right - 11 && b.left < a.right - 11 && a.top < b.bottom - 11 && b.top < a.bottom - 11)
          found.push('over each other: ' + one.className + ' and ' + other.className);
      }
    });
  }
  return found;
})()`;

/**
 * Parts beside or below the screen, parts over each other, words cut off in a button, targets too small for a finger.
 * Scrolling parts may hold more than is seen.
 */
export async function misfits(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(misfitsScript);
}

let axe: string | undefined;

/** What axe-core calls serious or critical of WCAG 2.2 A and AA. */
export async function seriousFindings(page: Page): Promise<string[]> {
  axe ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  return page.evaluate<string[]>(`axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes[0].html + ' ' + nodes[0].failureSummary))`);
}
