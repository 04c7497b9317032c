/**
 * The page for the technician's phone: the code of the sign-in that runs, copied with one touch, and the address it is typed at.
 * The key behind `#` is all it has; it knows nothing else of the device, and there is nothing to log in to.
 */
import { wishedLanguage } from '../../src/core/language.ts';
import type { PhoneView } from '../../src/api/index.ts';
import { createClient } from '../shared/client.ts';
import { countdown } from '../shared/language.ts';
import { phoneTexts } from './phone/texts.ts';

/** The device gives a new code by itself when one lapses. */
const askEveryMs = 3000;

const language = wishedLanguage(navigator.languages.join(',')) ?? 'en';
const texts = phoneTexts[language];
const client = createClient({ fetch: window.fetch.bind(window), language: () => language });
const key = window.location.hash.slice(1);
const place = document.getElementById('phone');

/** Text is always text: `textContent`, never HTML. */
function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  options: { readonly text?: string; readonly look?: string } = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (options.text !== undefined) made.textContent = options.text;
  if (options.look !== undefined) made.className = options.look;
  made.append(...children);
  return made;
}

function copyButton(code: string, field: HTMLElement): HTMLButtonElement {
  const button = element('button', { text: texts.copy, look: 'button button-main' });
  button.type = 'button';
  button.addEventListener('click', () => {
    // Undefined where the browser does not trust the certificate enough; then the code is marked, to be copied by hand.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    const mark = () => {
      window.getSelection()?.selectAllChildren(field);
      button.textContent = texts.marked;
    };
    if (clipboard === undefined) mark();
    else clipboard.writeText(code).then(() => (button.textContent = texts.copied), mark);
  });
  return button;
}

let drawn = '';
let expiresAtMs = 0;
let left: HTMLElement | undefined;

function draw(view: PhoneView | { readonly step: 'lost' }): void {
  const next = JSON.stringify(view);
  if (place === null || next === drawn) return;
  drawn = next;
  left = undefined;
  const title = element('h1', { text: view.step === 'over' ? texts.overTitle : texts.title });
  if (view.step !== 'code') {
    const text = { wait: texts.wait, over: texts.over, lost: texts.lost }[view.step];
    place.replaceChildren(title, element('p', { text }));
    return;
  }
  expiresAtMs = view.expiresAtMs;
  const field = element('output', { text: view.userCode, look: 'phone-code' });
  left = element('p', { look: 'phone-note' });
  const link = element('a', { text: texts.open, look: 'button' });
  // Only what the device took for an address of the sign-in service becomes a link.
  const isLink = /^https:\/\//.test(view.verificationUri);
  if (isLink) link.href = view.verificationUri;
  link.rel = 'noreferrer noopener';
  link.target = '_blank';
  place.replaceChildren(
    title,
    element(
      'section',
      { look: 'phone-step' },
      element('p', { text: texts.step1 }),
      field,
      copyButton(view.userCode, field),
      left,
    ),
    element(
      'section',
      { look: 'phone-step' },
      element('p', { text: texts.step2 }),
      ...(view.isKnownHost ? [] : [element('p', { text: texts.unknownHost, look: 'phone-warning' })]),
      ...(isLink ? [link] : []),
      element('p', { text: view.verificationUri, look: 'phone-note' }),
    ),
    element('p', { text: texts.onlyHere, look: 'phone-note' }),
  );
  tick();
}

function tick(): void {
  if (left !== undefined) left.textContent = texts.ends(countdown(expiresAtMs - Date.now()));
}

async function ask(): Promise<void> {
  const view = await client.call('POST /v1/phone-page', { body: { key } }).catch(() => ({ step: 'lost' }) as const);
  draw(view);
  // What is over stays over: the next sign-in has another key.
  if (view.step === 'over') return;
  window.setTimeout(() => void ask(), askEveryMs);
}

document.documentElement.lang = language;
document.title = texts.title;
window.setInterval(tick, 1000);
void ask();
