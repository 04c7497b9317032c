/** What a designer would send back, found by looking at the drawn page: parts that do not fit, words in the wrong language. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import type { Language } from '../../src/core/index.ts';
import type { UiApp } from '../../src/doors.ts';

/** What a line must not end in: words of shared/whole-words.ts, network addresses. */
const brokenWords = `(() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
    for (const { 0: word, index } of node.data.matchAll(/e-mail|(?<=\\s)-[A-Z]\\w+|\\b\\d+(?:\\.\\d+){3}\\b/gi)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (lines.size > 1) found.push('broken over two lines: ' + word + ' in ' + node.data.slice(0, 60));
    }
  return found;
})()`;

/** Scrolling parts may hold more than is seen, but downwards only. */
const misfitsScript = `(() => {
  const found = ${brokenWords};
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth) found.push('page is ' + page.scrollWidth + ' wide');
  if (page.scrollHeight > innerHeight) found.push('page is ' + page.scrollHeight + ' high');
  const nameOf = (one) => one.tagName + '.' + one.className + ' "' + (one.textContent || '').slice(0, 40) + '"';
  for (const one of document.querySelectorAll('button, h1, h2, p, dd, .tag, .bar, .top, .code')) {
    const box = one.getBoundingClientRect();
    if (box.width === 0) continue;
    const name = nameOf(one);
    const inScroller = one.closest('.scrolls, .phrases, .chips, .glance');
    if (!inScroller && (box.left < -1 || box.right > innerWidth + 1)) found.push('beside the screen: ' + name);
    if (!inScroller && (box.bottom > innerHeight + 1 || box.top < -1)) found.push('below the screen: ' + name);
    if (one.tagName !== 'BUTTON') continue;
    if (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
      found.push('words do not fit: ' + name);
    if (box.width < 48 || box.height < 48)
      found.push('too small for a finger (' + box.width + ' x ' + box.height + '): ' + name);
  }
  for (const one of document.querySelectorAll('.scrolls, .glance, .notice, .dialog, .dialog-body'))
    if (one.scrollWidth > one.clientWidth + 1) found.push('cut at its side: ' + nameOf(one));
  // Nothing says that more stands below, and no key leads there.
  for (const one of document.querySelectorAll('.glance'))
    if (one.scrollHeight > one.clientHeight + 1) found.push('cut at its end: ' + nameOf(one));
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

/** Of the control panel: parts beside or below the screen, over each other, cut off, or too small for a finger. */
export async function misfits(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(misfitsScript);
}

const overflowsScript = `(() => {
  const found = ${brokenWords};
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth) found.push('page is ' + page.scrollWidth + ' wide');
  for (const one of document.querySelectorAll('main *, header *, nav *, dialog *')) {
    const box = one.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    // A wide table and what is to be copied word for word scroll inside themselves.
    if (one.closest('.table-frame, pre, .out-of-sight, svg, option, input')) continue;
    const style = getComputedStyle(one);
    if (style.visibility === 'hidden' || style.clipPath !== 'none') continue;
    const name = one.tagName + '.' + one.className + ' "' + (one.textContent || '').slice(0, 40) + '"';
    if (box.right > innerWidth + 1 || box.left < -1) found.push('beside the page: ' + name);
    else if (/hidden|clip/.test(style.overflowX) && style.textOverflow !== 'ellipsis' && one.scrollWidth > one.clientWidth + 1)
      found.push('cut off: ' + name);
    else if (one.tagName === 'BUTTON' && one.scrollWidth > one.clientWidth + 1) found.push('words do not fit: ' + name);
  }
  return found;
})()`;

/** Of Internet Services: parts beside the page, and words that are cut off. */
export async function overflows(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(overflowsScript);
}

let axe: string | undefined;

/** What axe-core calls serious or critical of WCAG 2.2 A and AA and of its best practices. */
export async function seriousFindings(page: Page): Promise<string[]> {
  axe ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe);
  return page.evaluate<string[]>(`axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
  }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html, failureSummary }) => html + ' ' + failureSummary).join(' | ')))`);
}

/** Text as it is drawn; what is foreign by its nature is left out: addresses and names people gave, commands, codes. */
const wordsScript = `(() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const words = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent === null || parent.closest('script, style, code, pre, :not(html)[lang], .id, .app-id')) continue;
    if (parent.getClientRects().length > 0) words.push(node.data.trim());
  }
  for (const one of document.querySelectorAll('[aria-label], [placeholder]'))
    if (one.closest(':not(html)[lang]') === null)
      words.push(one.getAttribute('aria-label') ?? '', one.getAttribute('placeholder') ?? '');
  return words.filter((one) => one !== '');
})()`;

/** Three words of a sentence one after the other: names of products and of settings are shorter, or capitalised. */
const englishSentence = /\b[A-Za-z][a-z]+,? (?:[a-z]{2,},? ){1,}[a-z]{2,}\b/;
/** A command stands alone on its line (src/guidance/README.md). */
const commands = /^(?:mfp-mail-agent|[A-Z][a-z]+-[A-Z]\w+) .*$/gm;
const unfilled = /\bundefined\b|\bNaN\b|\[object |\bInvalid Date\b|\bnull\b/;

/**
 * Words that are missing, or were left in English on a page of another language.
 * @param foreign what people typed, and the tests made up
 */
export async function strayWords(page: Page, language: Language, foreign?: RegExp): Promise<string[]> {
  return strayAmong(await page.evaluate<string[]>(wordsScript), language, foreign);
}

function strayAmong(words: readonly string[], language: Language, foreign: RegExp = /^$/): string[] {
  return words
    .filter(
      (one) =>
        unfilled.test(one) ||
        (language !== 'en' && englishSentence.test(one.replace(commands, '').replace(foreign, ''))),
    )
    .map((one) => `stray words: ${one.slice(0, 120)}`);
}

/**
 * Waits until these texts are drawn, then looks at the page, all in one question: a question for each frame, and one for each
 * look, would take longer than the drawing.
 * @param options.within selector of the part the texts must be in
 */
export async function lookWhenDrawn(
  page: Page,
  texts: readonly string[],
  options: { readonly app: UiApp; readonly within: string; readonly language: Language; readonly foreign?: RegExp },
): Promise<string[]> {
  const { app, within, language, foreign } = options;
  const [missing, misplaced, words] = await page.evaluate<[string[], string[], string[]]>(`new Promise((done) => {
    const texts = ${JSON.stringify(texts)};
    const endMs = performance.now() + 10000;
    const look = () => {
      const shown = document.querySelector(${JSON.stringify(within)})?.textContent ?? '';
      const missing = texts.filter((text) => !shown.includes(text));
      if (missing.length > 0 && performance.now() < endMs) requestAnimationFrame(look);
      else done([missing, ${app === 'control-panel' ? misfitsScript : overflowsScript}, ${wordsScript}]);
    };
    look();
  })`);
  return [...missing.map((text) => `not on screen: ${text}`), ...misplaced, ...strayAmong(words, language, foreign)];
}
