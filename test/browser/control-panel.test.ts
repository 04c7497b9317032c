/** The touch screen in a real browser against a played daemon: every state looked at, and how it behaves under fingers and keys. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Language } from '../../src/core/index.ts';
import { uiFromSources } from '../support/doors.ts';
import { FakeRefusal, startPanelFake, type PanelFake } from '../support/panel-fake.ts';
import { sampleStatus } from '../support/sample-status.ts';
import { complaintsOf, launchBrowser, misfits, pictures, seriousFindings, sizes } from './panel-browser.ts';
import { needed, scenes, usualAnswers, type Scene } from './panel-scenes.ts';

/** `MFP_LANGUAGES=all`: Traditional Chinese and Japanese as well. */
const hasAllLanguages = process.env['MFP_LANGUAGES'] === 'all';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

interface OpenPanel {
  readonly page: Page;
  readonly fake: PanelFake;
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

/** A panel of its own: page, played daemon, and what the page complained about. */
async function openPanel(
  options: BrowserContextOptions & { readonly fake?: (fake: PanelFake) => void; readonly path?: string } = {},
): Promise<OpenPanel> {
  const fake = await startPanelFake(await uiFromSources('control-panel'));
  usualAnswers(fake);
  const { fake: prepare, path = '/', ...contextOptions } = options;
  prepare?.(fake);
  const context = await browser.newContext({ viewport: sizes.small, hasTouch: true, ...contextOptions });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints = complaintsOf(page);
  await page.goto(`${fake.url}#${path}`);
  await page.locator('main').waitFor();
  return {
    page,
    fake,
    complaints,
    close: async () => {
      await context.close();
      await fake.stop();
    },
  };
}

async function look(scene: Scene, language: Language, shownAt: readonly (keyof typeof sizes)[]): Promise<string[]> {
  const panel = await openPanel({
    path: scene.path,
    fake: (fake) => {
      fake.show({ ...sampleStatus, ...scene.status, language });
      scene.prepare?.(fake);
    },
  });
  const { page } = panel;
  await scene.act?.(page);
  const findings: string[] = [];
  for (const size of shownAt) {
    await page.setViewportSize(sizes[size]);
    // Spinners are drawn after a moment only; answers of the played daemon come at once.
    await page.waitForTimeout(100);
    await page.screenshot({ path: `${pictures}${scene.name}.${language}.${size}.png` });
    findings.push(...(await misfits(page)).map((one) => `${size}: ${one}`));
  }
  if (language === 'en') findings.push(...(await seriousFindings(page)));
  expect(await page.evaluate('document.documentElement.lang')).toBe(language);
  await panel.close();
  return [...panel.complaints, ...findings].map((finding) => `${language} ${finding}`);
}

describe('every state, looked at', () => {
  test.each(scenes.map((scene) => [scene.name, scene] as const))(
    '%s fits both screens, and axe-core finds nothing serious',
    async (_name, scene) => {
      const looks = [look(scene, 'en', ['small', 'large']), look(scene, 'zh-CN', ['small', 'large'])];
      if (hasAllLanguages) looks.push(look(scene, 'zh-TW', ['small']), look(scene, 'ja', ['small']));
      const findings = (await Promise.all(looks)).flat();
      expect(findings).toEqual([]);
    },
    60_000,
  );
});

describe('under fingers and keys', () => {
  test('arrow keys, OK and Back lead from home to a sent scan without a pointer', async () => {
    const { page, close } = await openPanel({ hasTouch: false });
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press('Enter');
    await page.locator('.line').first().waitFor();
    // To whom: the first line; the first person of the book is three rows below the tabs.
    await press('ArrowDown', 'Enter');
    await page.locator('.row').first().waitFor();
    await press('ArrowDown', 'Enter');
    await page.locator('.chip').waitFor();
    await press('Escape');
    await page.locator('.start-button:not(:disabled)').waitFor();
    for (let presses = 0; presses < 9 && (await focused(page)) !== 'Start'; presses++) await press('ArrowDown');
    await press('ArrowRight');
    expect(await focused(page)).toBe('Start');
    await press('Enter');
    await page.locator('.pages figure').nth(2).waitFor();
    for (let presses = 0; presses < 4 && (await focused(page)) !== 'Send'; presses++) await press('ArrowRight');
    await press('Enter');
    await page.locator('.result-green').waitFor();
    // Backspace is Back where nobody types: a result leads home, the scan behind it is gone.
    await press('Backspace');
    await page.locator('.home').waitFor();
    await close();
  }, 60_000);

  test('the loss of the daemon is said, and its return is noticed without anybody', async () => {
    const { page, fake, close } = await openPanel();
    await page.locator('.glance-green').waitFor();
    await fake.vanish();
    await page.locator('.banner').waitFor();
    await page.screenshot({ path: `${pictures}lost.en.small.png` });
    fake.show({ glance: 'offline', lamp: 'amber', guidanceId: 'connect-timeout' });
    await fake.comeBack();
    await page.locator('.banner').waitFor({ state: 'detached' });
    await page.locator('.glance-amber').waitFor();
    await close();
  }, 60_000);

  test('asks for the PIN once, takes no wrong one, and shows the list', async () => {
    const isUnlocked = { now: false };
    const { page, fake, close } = await openPanel({ path: '/jobs' });
    const list = [{ jobs: [], total: 0 }];
    fake.answer('GET /v1/jobs', () =>
      isUnlocked.now ? list[0] : new FakeRefusal(403, 'client-not-allowed', 'Not allowed'),
    );
    fake.answer('POST /v1/panel/unlock', ({ body }) => {
      if (body['pin'] !== '4711') return new FakeRefusal(401, 'login-refused', 'That PIN is wrong.');
      isUnlocked.now = true;
      return { product: 'mfp-mail-agent', state: 'signed-in', role: 'administrator', hasPin: true };
    });
    await page.locator('main .button').click();
    await page.locator('dialog').waitFor();
    // As fast as the browser takes them: no digit may get lost.
    await page.keyboard.type('4712');
    await page.locator('.dialog-actions .button-main').click();
    await page.getByText('That PIN is wrong.').waitFor();
    for (const digit of '4711') await page.getByRole('button', { name: digit, exact: true }).tap();
    await page.locator('.dialog-actions .button-main').tap();
    await page.getByText('No jobs.').waitFor();
    expect(fake.calls.filter((call) => call === 'POST /v1/panel/unlock')).toHaveLength(2);
    await close();
  }, 60_000);

  test('speaks the language of the device, not of its browser; a person changes it at once', async () => {
    const { page, close } = await openPanel({ locale: 'en-US', fake: (fake) => fake.show({ language: 'ja' }) });
    await page.getByText('準備完了').first().waitFor();
    await page.getByRole('button', { name: '言語' }).tap();
    await page.getByRole('button', { name: '简体中文' }).tap();
    await page.getByText('就绪').first().waitFor();
    await close();
  }, 60_000);

  test('types an address on the screen, and refuses one that is not whole', async () => {
    const { page, close } = await openPanel({ path: '/scan/to' });
    await page.getByRole('button', { name: 'Type an address' }).tap();
    for (const key of 'bo@') await page.locator('.key', { hasText: new RegExp(`^${key}$`) }).tap();
    await page.getByRole('button', { name: 'Add recipient' }).tap();
    await page.getByRole('alert').waitFor();
    for (const key of ['x', '.com']) await page.locator('.key').filter({ hasText: key }).first().tap();
    await page.getByRole('button', { name: 'Add recipient' }).tap();
    await page.locator('.chip', { hasText: 'bo@x.com' }).waitFor();
    await close();
  }, 60_000);

  test('Send pressed twice, or again after a lost answer, is one submission with one key', async () => {
    const keys: unknown[] = [];
    const { page, fake, close } = await openPanel({ path: '/scan' });
    fake.answer('POST /v1/scans/:id/submit', ({ body }) => {
      keys.push((body['ticket'] as { idempotencyKey?: string }).idempotencyKey);
      return new FakeRefusal(503, 'storage-failed', 'Storage did not take the message.');
    });
    await page.locator('.line').first().tap();
    await page.locator('.row').first().tap();
    await page.locator('.bar .button-main').tap();
    await page.locator('.start-button').tap();
    await page.locator('.pages figure').nth(2).waitFor();
    await page.locator('.start-button').dblclick();
    await page.getByText('Storage did not take the message.').waitFor();
    await page.locator('.start-button').tap();
    await page.waitForTimeout(200);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[A-Za-z0-9._-]{16,64}$/);
    await close();
  }, 60_000);

  test('foreign text stays text: a subject cannot become markup', async () => {
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const { page, fake, complaints, close } = await openPanel({ path: '/' });
    fake.show({ ...needed, sentence: hostile, deviceEmailAddress: `${hostile}@x` });
    fake.answer('POST /v1/guidance', () => ({
      id: 'x',
      language: 'en',
      title: hostile,
      panel: [hostile],
      paragraph: hostile,
      who: 'person',
      acts: [],
    }));
    await page.evaluate("location.hash = '#/help'");
    await page.locator('.notice h3').waitFor();
    expect(await page.locator('.notice h3').innerText()).toBe(hostile);
    expect(await page.title()).toBe('E-mail');
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);
});

/** The words of what has the focus. */
async function focused(page: Page): Promise<string> {
  return page.evaluate<string>('document.activeElement.textContent');
}
