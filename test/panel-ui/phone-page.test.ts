/** The page for the technician's phone; its own script in Node (../support/node-page.ts). */
import { expect, test } from '@jest/globals';
import { openNodePage } from '../support/node-page.ts';

const code = {
  step: 'code',
  userCode: 'FBKQR7XLM',
  verificationUri: 'https://microsoft.com/devicelogin',
  isKnownHost: true,
  expiresAtMs: Date.UTC(2026, 10, 21, 12, 2),
};
const ask = 'POST /v1/phone-page';
const open = (view: object, navigator = {}) =>
  openNodePage('phone', { hash: '#the-key', answers: { [ask]: () => view }, navigator });

test('shows the code of its key, how long it is good, and the way on', async () => {
  const page = await open(code);
  expect(page.calls[0]?.body).toEqual({ key: 'the-key' });
  const shown = page.all('.phone-code')[0];
  expect(shown?.textContent).toBe('FBKQR7XLM');
  expect(page.text()).toContain('2:00');
  await page.advance(10_000);
  expect(page.text()).toContain('1:50');
  // What somebody marks to copy it stays where it is.
  expect(page.all('.phone-code')[0] === shown).toBe(true);
  expect(page.button('Open the sign-in page').getAttribute('href')).toBe(code.verificationUri);
  expect(page.has('.phone-warning')).toBe(false);
});

test('a host nobody knows is warned of; what is no address of the web is no link', async () => {
  const page = await open({ ...code, isKnownHost: false, verificationUri: 'javascript:alert(1)' });
  expect(page.has('.phone-warning')).toBe(true);
  expect(page.has('a')).toBe(false);
  expect(page.text()).toContain('javascript:alert(1)');
});

test('copies where the browser can, and marks the code where it cannot or may not', async () => {
  const copied: string[] = [];
  const clipboard = {
    writeText: (text: string) => {
      copied.push(text);
      return Promise.resolve();
    },
  };
  const page = await open(code, { clipboard });
  await page.press('Copy code');
  expect([copied, page.text('button')]).toEqual([['FBKQR7XLM'], 'Copied']);
  for (const navigator of [{}, { clipboard: { writeText: () => Promise.reject(new Error('no')) } }]) {
    const plain = await open(code, navigator);
    await plain.press('Copy code');
    expect([plain.text('button'), plain.window.getSelection().toString()]).toEqual([
      'Marked: copy it now',
      'FBKQR7XLM',
    ]);
  }
});

test('is told when the code is another or over, and asks no more then', async () => {
  const page = await open(code);
  page.answer(ask, () => ({ ...code, userCode: 'NEWCODE99' }));
  await page.advance(3500);
  expect(page.text('.phone-code')).toBe('NEWCODE99');
  await page.vanish();
  await page.advance(3500);
  expect(page.text()).toContain('does not answer');
  page.comeBack();
  page.answer(ask, () => ({ step: 'over' }));
  await page.advance(3500);
  const before = page.calls.length;
  await page.advance(30_000);
  expect([page.calls.length, page.has('.phone-code')]).toEqual([before, false]);
});
