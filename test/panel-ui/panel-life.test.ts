/** What the control panel keeps, forgets and locks while people come and go; its own script in Node (../support/node-page.ts). */
import { describe, expect, test } from '@jest/globals';
import type { AgentStatus, JobSummary } from '../../src/core/index.ts';
import { FakeRefusal } from '../support/panel-fake.ts';
import { sampleCode, sampleJob, sampleScan } from '../support/sample-status.ts';
import { ownScript } from '../support/page-bundle.ts';
import { openNodePage, type NodePage } from '../support/node-page.ts';
import { administrator, answers as atHand, pressRow, submit } from './panel-in-node.ts';

const walkUp = { ...administrator, role: 'walk-up' };
const inJapanese = { language: 'ja', deviceLanguage: 'ja' } as const;
/** A scanner that takes its time. */
const answers = {
  ...atHand,
  'POST /v1/scans': () => ({ ...sampleScan, state: 'scanning', pages: [] }),
  'GET /v1/scans/:any': () => ({ ...sampleScan, state: 'scanning', pages: [] }),
};
/** More than a person who reads, less than one who is gone; the page looks every five seconds. */
const idleMs = 156_000;

async function givePin(page: NodePage): Promise<void> {
  page.answer('GET /v1/jobs', () => new FakeRefusal(403, 'client-not-allowed', 'No.'));
  page.answer('POST /v1/panel/unlock', () => {
    page.answer('GET /v1/jobs', () => ({ jobs: [], total: 0 }));
    page.answer('GET /v1/session', () => ({ ...administrator, csrfToken: 'csrf-2' }));
    return { ...administrator, csrfToken: 'csrf-2' };
  });
  page.answer('POST /v1/panel/lock', () => {
    page.answer('GET /v1/session', () => walkUp);
    return walkUp;
  });
  await page.go('/jobs');
  await page.press('Show the list');
  for (const digit of '4711') await page.press(digit);
  await page.press('OK');
}

/** A scan at once, and its job. */
async function sendOne(job: () => JobSummary): Promise<NodePage> {
  const page = await openNodePage('control-panel', {
    hash: '#/scan/to',
    answers: { ...atHand, [submit]: job, 'GET /v1/jobs/by-key/:any': job },
  });
  await pressRow(page);
  await page.go('/scan');
  await page.press('Start');
  await page.press('Send');
  return page;
}

describe('who walks away leaves nothing behind', () => {
  test('the form, the view and the language go back', async () => {
    const page = await openNodePage('control-panel', { hash: '#/scan/to', answers });
    await pressRow(page);
    expect(page.text('.chip')).toContain('anna@contoso.com');
    await page.go('/language');
    await page.press('日本語');
    await page.go('/scan');
    expect(page.text()).toContain('anna@contoso.com');
    await page.advance(140_000);
    expect(page.text()).toContain('anna@contoso.com');
    await page.advance(idleMs - 140_000);
    expect(page.location.hash).toBe('#/');
    expect(page.text()).toContain('Ready');
    // The browser's own Back must not lead to it either.
    expect(page.pages).not.toContain('#/scan');
    await page.go('/scan');
    expect(page.text()).toContain('Nobody yet');
    // Sentences of the daemon too.
    const open = page.streams.filter(({ isClosed }) => !isClosed);
    expect(open.map(({ url }) => url)).toEqual(['/v1/events?language=en']);
  });

  test.each(['pointerdown', 'keydown'])('%s is somebody', async (kind) => {
    const page = await openNodePage('control-panel', { hash: '#/scan/to', answers });
    await pressRow(page);
    for (let round = 0; round < 3; round++) {
      await page.advance(100_000);
      if (kind === 'keydown') await page.key('Shift');
      else page.touch();
    }
    expect(page.text('.chip')).toContain('anna@contoso.com');
  });

  test('a PIN given in another window of this browser ends too', async () => {
    const page = await openNodePage('control-panel');
    await page.advance(idleMs);
    // Each would be a line of the audit list.
    expect(page.keysOf('POST /v1/panel/lock')).toHaveLength(0);
    page.answer('GET /v1/session', () => administrator);
    page.answer('POST /v1/panel/lock', () => {
      page.answer('GET /v1/session', () => walkUp);
      return walkUp;
    });
    await page.advance(idleMs);
    expect(page.keysOf('POST /v1/panel/lock')).toHaveLength(1);
    expect(page.text('.top')).not.toContain('Lock');
    await page.advance(2 * idleMs);
    expect(page.keysOf('POST /v1/panel/lock')).toHaveLength(1);
  });

  test('it is done once, not every five seconds', async () => {
    const page = await openNodePage('control-panel');
    await page.advance(idleMs);
    const before = page.keysOf('GET /v1/status').length;
    await page.advance(60_000);
    expect(page.keysOf('GET /v1/status')).toHaveLength(before);
  });

  test('pages and the sent job are gone; while pages are being scanned nothing is', async () => {
    const page = await openNodePage('control-panel', { hash: '#/scan/to', answers });
    await pressRow(page);
    await page.go('/scan');
    await page.press('Start');
    expect(page.location.hash).toBe('#/scan/run');
    await page.advance(idleMs);
    expect(page.location.hash).toBe('#/scan/run');
    page.answer('GET /v1/scans/:any', () => sampleScan);
    await page.advance(2000);
    page.touch();
    expect(page.text()).toContain('1 page scanned');
    await page.advance(idleMs);
    await page.go('/scan/run');
    expect(page.text()).not.toContain('1 page scanned');
  });

  test('the result of the own scan is gone', async () => {
    const job = sampleJob({ state: 'accepted', subject: 'Secret' });
    const page = await sendOne(() => job);
    expect(page.text()).toContain('Accepted by the mail server');
    // Behind it lies a scan that is gone.
    page.document.body.focus();
    await page.key('Backspace');
    expect(page.location.hash).toBe('#/');
    await page.go('/scan/result');
    await page.advance(idleMs);
    await page.go('/scan/result');
    expect(page.text()).not.toContain('Accepted by the mail server');
    expect(page.text()).toContain('No jobs.');
  });

  test('"Send to me" is for who logged in at the device, not for the next person', async () => {
    const page = await openNodePage('control-panel', { hash: '#user=anna@contoso.com', answers });
    await page.go('/scan/to');
    await page.press('Send to me');
    expect(page.text('.chip')).toContain('anna@contoso.com');
    await page.advance(idleMs);
    await page.go('/scan/to');
    expect(page.all('button').map((one) => one.textContent)).not.toContain('Send to me');
  });

  test('an administrator is locked out at the door, not only on the screen', async () => {
    const page = await openNodePage('control-panel');
    await givePin(page);
    expect(page.text('.top')).toContain('Lock');
    await page.advance(idleMs);
    expect(page.keysOf('POST /v1/panel/lock')).toHaveLength(1);
    expect(page.text('.top')).not.toContain('Lock');
  });

  test('a PIN question nobody answered is taken away', async () => {
    const page = await openNodePage('control-panel', { hash: '#/jobs' });
    page.answer('GET /v1/jobs', () => new FakeRefusal(403, 'client-not-allowed', 'No.'));
    await page.press('Show the list');
    expect(page.has('dialog')).toBe(true);
    await page.advance(idleMs);
    expect(page.has('dialog')).toBe(false);
  });

  test('a technician between phone and panel keeps the code; a code left alone elsewhere holds nobody', async () => {
    const status = { glance: 'signing-in', signIn: sampleCode } as const;
    const page = await openNodePage('control-panel', { hash: '#/sign-in', status });
    await page.advance(idleMs);
    expect(page.location.hash).toBe('#/sign-in');
    await page.go('/device');
    await page.advance(idleMs);
    expect(page.location.hash).toBe('#/');
  });
});

describe('the PIN', () => {
  test('is for five minutes; then the screen says so by itself', async () => {
    const page = await openNodePage('control-panel');
    await givePin(page);
    for (let minute = 0; minute < 4; minute++) {
      await page.advance(60_000);
      page.touch();
    }
    expect(page.text('.top')).toContain('Lock');
    // The door forgets by itself.
    page.answer('GET /v1/session', () => walkUp);
    await page.advance(60_000);
    page.touch();
    await page.advance(2000);
    expect(page.text('.top')).not.toContain('Lock');
  });

  test('makes the stream one of an administrator, with the new token for what is changed', async () => {
    const page = await openNodePage('control-panel');
    const before = page.streams.length;
    await givePin(page);
    expect(page.streams.length).toBeGreaterThan(before);
    expect(page.streams.filter(({ isClosed }) => !isClosed).length).toBe(1);
    await page.press('Lock');
    expect(page.keysOf('POST /v1/panel/lock')[0]?.headers.get('x-csrf-token')).toBe('csrf-2');
    expect(page.text()).toContain('Show the list');
  });

  test('is never shown, a wrong one is forgotten, and the sentence of the daemon is told', async () => {
    const page = await openNodePage('control-panel', { hash: '#/jobs' });
    page.answer('GET /v1/jobs', () => new FakeRefusal(403, 'client-not-allowed', 'No.'));
    page.answer('POST /v1/panel/unlock', () => new FakeRefusal(429, 'login-locked', 'Wait for a minute.'));
    await page.press('Show the list');
    for (const digit of '4711') await page.press(digit);
    expect(page.text('.pin-dots')).toBe('●●●●');
    await page.key('Backspace');
    expect(page.text('.pin-dots')).toBe('●●●');
    await page.press('OK');
    expect(page.text('dialog')).toContain('Wait for a minute.');
    expect(page.text('.pin-dots')).toBe('');
    // Without a digit Backspace is Back; and Back is no PIN.
    await page.key('Backspace');
    expect(page.has('dialog')).toBe(false);
    expect(page.location.hash).toBe('#/jobs');
    expect(page.keysOf('GET /v1/jobs')).toHaveLength(1);
    expect(page.has('.notice-error')).toBe(false);
  });

  test('that has run out is not shown as given while it is asked for again', async () => {
    const page = await openNodePage('control-panel');
    await givePin(page);
    page.answer('GET /v1/session', () => walkUp);
    page.answer('GET /v1/certificate', () => ({ fingerprint: 'A7' }));
    page.answer('POST /v1/access/claim-code', () => new FakeRefusal(403, 'client-not-allowed', 'No.'));
    await page.go('/device/web');
    await page.press('Get a code');
    expect(page.has('dialog')).toBe(true);
    expect(page.text('.top')).not.toContain('Lock');
  });

  test('OK after an arrow key presses the digit that has the focus', async () => {
    const page = await openNodePage('control-panel', { hash: '#/jobs' });
    page.answer('GET /v1/jobs', () => new FakeRefusal(403, 'client-not-allowed', 'No.'));
    await page.press('Show the list');
    await page.key('4', 'Shift');
    await page.key('ArrowDown');
    page.button('7').focus();
    await page.key('Enter');
    expect(page.text('.pin-dots')).toBe('●●');
    expect(page.keysOf('POST /v1/panel/unlock')).toHaveLength(0);
  });

  test('is asked for once, however many acts wait for it; then all of them are done', async () => {
    const page = await openNodePage('control-panel', { hash: '#/jobs' });
    let refuse: (answer: unknown) => void = () => undefined;
    page.answer('GET /v1/jobs', () => new Promise((resolve) => (refuse = resolve)));
    await page.press('Show the list');
    await page.go('/device/web');
    page.answer('POST /v1/access/claim-code', () => new FakeRefusal(403, 'pin-needed', 'PIN.'));
    await page.press('Get a code');
    expect(page.all('dialog')).toHaveLength(1);
    refuse(new FakeRefusal(403, 'client-not-allowed', 'No.'));
    await page.settle();
    expect(page.all('dialog')).toHaveLength(1);
    page.answer('GET /v1/jobs', () => ({ jobs: [], total: 0 }));
    page.answer('POST /v1/access/claim-code', () => ({ code: 'ABCD-2345', expiresAtMs: 0 }));
    page.answer('POST /v1/panel/unlock', () => administrator);
    for (const digit of '4711') await page.press(digit);
    await page.press('OK');
    expect(page.has('dialog')).toBe(false);
    expect(
      [page.keysOf('GET /v1/jobs'), page.keysOf('POST /v1/access/claim-code')].map(({ length }) => length),
    ).toEqual([2, 2]);
  });

  test('that is not set yet leads to the code for the web page, also if it was taken away meanwhile', async () => {
    const page = await openNodePage('control-panel', { hash: '#/jobs' });
    page.answer('GET /v1/session', () => ({ ...walkUp, hasPin: false }));
    page.answer('GET /v1/jobs', () => new FakeRefusal(403, 'client-not-allowed', 'No.'));
    page.answer('GET /v1/certificate', () => ({ fingerprint: 'A7' }));
    await page.press('Show the list');
    expect(page.text('dialog')).toContain('No PIN is set yet');
    await page.press('Code for the web page');
    expect(page.location.hash).toBe('#/device/web');
    expect(page.has('dialog')).toBe(false);
  });

  test('that another start of the agent does not know is not shown as given', async () => {
    const page = await openNodePage('control-panel');
    await givePin(page);
    expect(page.text('.top')).toContain('Lock');
    await page.vanish();
    await page.advance(5000);
    page.comeBack();
    page.answer('GET /v1/session', () => walkUp);
    await page.advance(5000);
    expect(page.text('.top')).not.toContain('Lock');
  });

  test.each(['client-not-allowed', 'pin-needed'])('is asked for at %s, and the act is done again', async (refusal) => {
    const page = await openNodePage('control-panel', { hash: '#/device/web' });
    page.answer('POST /v1/access/claim-code', () => new FakeRefusal(403, refusal, 'No.'));
    page.answer('POST /v1/panel/unlock', () => {
      page.answer('POST /v1/access/claim-code', () => ({ code: '7KQ3-M9XW', expiresAtMs: 0 }));
      return administrator;
    });
    await page.press('Get a code');
    await page.key('4', '7', '1', '1', 'Enter');
    expect(page.text('.code')).toBe('7KQ3-M9XW');
  });
});

describe('the daemon comes and goes', () => {
  test('a page without a daemon says so, and is there when it comes', async () => {
    const page = await openNodePage('control-panel', { isDaemonGone: true, status: inJapanese });
    await page.advance(10_000);
    expect(page.text()).toContain('No connection to the mail agent');
    page.comeBack();
    await page.advance(10_000);
    expect(page.text()).toContain('準備完了');
  });

  test('the home screen shows no green lamp of before', async () => {
    const page = await openNodePage('control-panel');
    expect(page.has('.glance-green')).toBe(true);
    await page.vanish();
    await page.advance(5000);
    expect(page.has('.lamp-green')).toBe(false);
    expect(page.text('.glance')).not.toContain('Ready');
    await page.go('/device');
    expect(page.has('.lamp-green')).toBe(false);
  });

  test('while there is none it is asked again and again who one is', async () => {
    const page = await openNodePage('control-panel');
    await page.vanish();
    await page.advance(5000);
    const before = page.keysOf('GET /v1/session').length;
    await page.advance(30_000);
    expect(page.keysOf('GET /v1/session').length - before).toBeGreaterThanOrEqual(10);
  });

  test.each<[string, () => Response, number]>([
    ['the page of another version', () => html('<script src="/main-NEW.js">'), 1],
    ['the same page', () => html(`<script src="${new URL(ownScript).pathname}">`), 0],
    ['half a page', () => html('<p>'), 0],
    ['an error', () => html('<script src="/main-NEW.js">', 503), 0],
    ['no page', () => Response.json({ script: '<script' }), 0],
  ])('back with %s', async (_, answer, reloads) => {
    const page = await openNodePage('control-panel', { answers: { 'GET /': answer } });
    await page.vanish();
    await page.advance(5000);
    page.comeBack();
    await page.advance(5000);
    expect(page.keysOf('GET /')).toHaveLength(1);
    expect(page.keysOf('GET /')[0]?.init).toMatchObject({ cache: 'no-store' });
    expect(page.reloads).toHaveLength(reloads);
  });

  test('goes along when the port of the panel changes, and only then', async () => {
    const at = (port: number) =>
      ({ listeners: [{ name: 'panel', address: '127.0.0.1', port }] }) as Partial<AgentStatus>;
    const page = await openNodePage('control-panel', { status: at(8480) });
    await page.show({ ...at(8480), lamp: 'amber' });
    expect(page.reloads).toEqual([]);
    await page.show(at(8490));
    expect(page.reloads).toEqual(['port 8490']);
    // Behind another port, a forwarded one, nobody knows where to.
    const other = await openNodePage('control-panel', { status: at(9000) });
    await other.show(at(9001));
    expect(other.reloads).toEqual([]);
  });
});

test('what a page asks by itself does not keep the PIN alive', async () => {
  const page = await openNodePage('control-panel');
  const asked = () => page.calls.at(-1)?.headers.get('x-mfp-unattended') ?? null;
  await page.advance(61_000);
  await page.show({ guidanceId: 'no-network' });
  expect(asked()).toBe('1');
  await page.key('Shift');
  await page.show({ guidanceId: 'connect-timeout' });
  expect(asked()).toBeNull();
});

test('who goes back to the language of the device follows that again', async () => {
  const page = await openNodePage('control-panel', { hash: '#/language' });
  await page.press('日本語');
  await page.go('/language');
  await page.press('English');
  await page.show({ deviceLanguage: 'ja' });
  expect(page.document.documentElement.lang).toBe('ja');
});

test('another language is spoken by the daemon too', async () => {
  const page = await openNodePage('control-panel', { hash: '#/language' });
  await page.press('日本語');
  expect(page.streams.at(-1)?.url).toBe('/v1/events?language=ja');
  await page.show({ glance: 'offline', guidanceId: 'no-network' });
  expect(page.keysOf('POST /v1/guidance').at(-1)?.headers.get('accept-language')).toBe('ja');
});

test('the address of the person at the device does not stay in the address of the page', async () => {
  const page = await openNodePage('control-panel', { hash: '#user=anna@contoso.com' });
  expect(page.location.hash).toBe('#/');
  expect(page.pages).toEqual([]);
});

test('the scan and the job of somebody else stay theirs', async () => {
  const mine: JobSummary = sampleJob({ state: 'waiting' });
  const page = await openNodePage('control-panel', {
    hash: '#/scan/to',
    answers: {
      ...answers,
      'POST /v1/scans': () => ({ ...sampleScan, state: 'scanning', pages: [] }),
      [`POST /v1/scans/${sampleScan.id}/submit`]: () => mine,
      'GET /v1/jobs/by-key/:any': () => mine,
    },
  });
  await pressRow(page);
  await page.go('/scan');
  await page.press('Start');
  const others = { ...sampleScan, id: 'another', pages: [...sampleScan.pages, { ...sampleScan.pages[0]!, n: 2 }] };
  await page.tell('scan', others);
  expect(page.text()).toContain('Scanning page 1');
  await page.tell('scan', sampleScan);
  expect(page.text()).toContain('1 page scanned');
  await page.press('Send');
  expect(page.text('.result')).toContain('Sending');
  await page.tell('job', sampleJob({ queueId: 'another', state: 'failed' }));
  expect(page.text('.result')).toContain('Sending');
  await page.tell('job', sampleJob({ state: 'accepted' }));
  expect(page.text('.result')).toContain('Accepted by the mail server');
  // It has ended: nothing is asked any more.
  const asked = () => page.calls.filter(({ key }) => key.startsWith('GET /v1/jobs')).length;
  const before = asked();
  await page.advance(10_000);
  expect(asked()).toBe(before);
});

test('a page the door does not know says so', async () => {
  const page = await openNodePage('control-panel', {
    answers: { 'GET /v1/session': () => ({ product: 'mfp-mail-agent', state: 'signed-out' }) },
  });
  expect(page.text()).toContain('This screen is not connected');
  await page.press('Try again');
  expect(page.reloads).toEqual(['reload']);
});

test('who may hear of no jobs asks for the own one until it has ended', async () => {
  let job = sampleJob({ state: 'waiting' });
  const page = await sendOne(() => job);
  expect(page.text('.result')).toContain('Sending');
  job = sampleJob({ state: 'failed' });
  await page.advance(1500);
  expect(page.text('.result')).toContain('Not sent');
});

test('two fingers are quicker than the screen: no digit is lost', async () => {
  const page = await openNodePage('control-panel', { hash: '#/sign-in/phone' });
  for (const digit of '5300') page.button(digit).click();
  await page.settle();
  expect(page.text('.pad-value')).toBe('AADSTS5300');
});

test('a page that comes between drawing and listening is seen', async () => {
  const page = await openNodePage('control-panel', { hash: '#/scan/to', answers });
  await pressRow(page);
  await page.go('/scan');
  page.window.addEventListener('hashchange', () => {
    // The view draws in the next microtask, and listens once that has been painted.
    void (async () => {
      for (let tick = 0; tick < 20; tick++) await Promise.resolve();
      page.tellNow('scan', sampleScan);
    })();
  });
  await page.press('Start');
  expect(page.text()).toContain('1 page scanned');
});

test('another start of the agent lets this page in again by the key it was given', async () => {
  const key = 'A'.repeat(43);
  const asked: string[] = [];
  const page = await openNodePage('control-panel', {
    answers: {
      'GET /re-entry': ({ query }) => {
        asked.push(query.get('proof') ?? 'question');
        return asked.length === 1 ? { key } : asked.length === 2 ? { challenge: 'c' } : undefined;
      },
    },
  });
  await page.advance(2000);
  await page.vanish();
  await page.advance(5000);
  page.comeBack();
  page.answer('GET /v1/session', () => (asked.length > 2 ? walkUp : { ...walkUp, role: undefined }));
  await page.advance(5000);
  expect(asked[2]).toMatch(/^[\w-]{43}$/);
  expect(page.text()).not.toContain('This screen is not connected');
});

function html(text: string, status = 200): Response {
  return new Response(text, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
}
