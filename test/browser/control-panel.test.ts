/** The touch screen in a real browser against a played daemon: every state looked at, and how it behaves under fingers and keys. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { languages, type Language } from '../../src/core/index.ts';
import { FakeRefusal } from '../support/panel-fake.ts';
import { closeBrowser, isJudgedByAxe, isLookedAtInFull, launchBrowser, pictures, settled, sizes } from './chromium.ts';
import { misfits, seriousFindings, strayWords } from './looks.ts';
import { manyJobs, needed, pinGiven, scenes, type Scene } from './panel-scenes.ts';
import { openPlayedPanel, type PlayedPanel } from './played-panel.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => closeBrowser(browser));

describe('every state, looked at', () => {
  /** One through all states. */
  let panel: PlayedPanel;
  beforeAll(async () => {
    panel = await openPlayedPanel(browser);
  }, 60_000);
  afterAll(() => panel.close());

  /** Names people have, and what the daemon of these scenes says itself. */
  const foreign = /Accounting, third floor|No scanner answers|Access has been blocked by Conditional Access policies/;

  async function look(scene: Scene, language: Language): Promise<string[]> {
    const { page } = panel;
    const findings: string[] = [];
    // What fits the small screen fits the large one: seen in two languages.
    for (const size of isLookedAtInFull(language) ? (['small', 'large'] as const) : (['small'] as const)) {
      await page.setViewportSize(sizes[size]);
      await settled(page);
      if (isLookedAtInFull(language))
        await page.screenshot({ path: `${pictures}${scene.name}.${language}.${size}.png` });
      findings.push(...(await misfits(page)).map((one) => `${size}: ${one}`));
    }
    if (isJudgedByAxe(language)) findings.push(...(await seriousFindings(page)));
    findings.push(...(await strayWords(page, language, foreign)));
    return findings.map((finding) => `${language} ${finding}`);
  }

  test.each(scenes.map((scene) => [scene.name, scene] as const))(
    '%s fits the screens, in every language the device is given, and axe-core finds nothing serious',
    async (_name, scene) => {
      const before = panel.complaints.length;
      await panel.page.setViewportSize(sizes.small);
      await panel.show(scene);
      const findings = await look(scene, 'en');
      for (const language of languages.filter((one) => one !== 'en')) {
        await panel.speak(language);
        findings.push(...(await look(scene, language)));
      }
      expect([...panel.complaints.slice(before), ...findings]).toEqual([]);
    },
    60_000,
  );
});

describe('under fingers and keys', () => {
  test('arrow keys, OK and Back lead from home to a sent scan without a pointer', async () => {
    const { page, close } = await openPlayedPanel(browser, { hasTouch: false, state: { path: '/' } });
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
    const { page, fake, close } = await openPlayedPanel(browser, { state: { path: '/' } });
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
    const { page, fake, close } = await openPlayedPanel(browser, { state: { path: '/jobs' } });
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

  test('another mailbox wants the PIN; who gives none has changed nothing', async () => {
    const confirm = scenes.find(({ name }) => name === 'sign-in-confirm')!;
    const { page, fake, close } = await openPlayedPanel(browser, { state: confirm });
    const isUnlocked = { now: false };
    fake.answer('POST /v1/sign-in/confirm', () => {
      if (!isUnlocked.now) return new FakeRefusal(403, 'pin-needed', 'Enter the PIN of the panel first');
      return { step: 'starting' };
    });
    fake.answer('POST /v1/panel/unlock', () => {
      isUnlocked.now = true;
      return { product: 'mfp-mail-agent', state: 'signed-in', role: 'administrator', hasPin: true };
    });
    await page.locator('main .button-main').tap();
    await page.locator('dialog.pin').waitFor();
    await page.locator('.dialog-actions .button').first().tap();
    await page.locator('dialog.pin').waitFor({ state: 'detached' });
    expect(await page.locator('main .notice-error').count()).toBe(0);
    await page.locator('main .button-main').tap();
    await page.locator('dialog.pin').waitFor();
    await page.keyboard.type('4711');
    await Promise.all([
      page.waitForResponse((reply) => reply.url().endsWith('/v1/sign-in/confirm') && reply.ok()),
      page.locator('.dialog-actions .button-main').tap(),
    ]);
    await page.locator('dialog.pin').waitFor({ state: 'detached' });
    await close();
  }, 60_000);

  test('five hundred jobs: a page at a time by keys, without delay, and a new one joins them', async () => {
    const { page, fake, close } = await openPlayedPanel(browser, {
      hasTouch: false,
      state: { path: '/jobs', prepare: pinGiven },
    });
    await page.getByText('Page 1 of 100').waitFor();
    expect(await page.locator('.row').count()).toBe(5);
    for (let presses = 0; presses < 9 && (await focused(page)) !== 'Next'; presses++) {
      await page.keyboard.press('ArrowDown');
      if (presses > 4) await page.keyboard.press('ArrowRight');
    }
    expect(await focused(page)).toBe('Next');
    const costs: number[] = [];
    for (let turn = 2; turn <= 6; turn++) {
      costs.push(await taskMs(page, () => page.keyboard.press('Enter')));
      await page.getByText(`Page ${String(turn)} of 100`).waitFor();
    }
    // The processor's time of the page, not the clock: other programs must not decide this.
    expect(Math.max(...costs)).toBeLessThan(100);
    await page.keyboard.press('ArrowLeft');
    expect(await focused(page)).toBe('Previous');
    for (let turn = 5; turn >= 1; turn--) await page.keyboard.press('Enter');
    await page.getByText('Page 1 of 100').waitFor();
    fake.emit('job', { ...manyJobs(1)[0], queueId: '01hyrnew0000000', subject: 'Just now' });
    await page.locator('.row').first().getByText('Just now').waitFor();
    await page.getByText('Page 1 of 101').waitFor();
    await close();
  }, 60_000);

  test('speaks the language of the device, not of its browser; a person changes it at once', async () => {
    const { page, fake, close } = await openPlayedPanel(browser, {
      locale: 'en-US',
      state: { path: '/', status: { deviceLanguage: 'ja' } },
    });
    await page.getByText('準備完了').first().waitFor();
    await page.getByRole('button', { name: '言語' }).tap();
    await page.getByRole('button', { name: '简体中文' }).tap();
    await page.getByText('就绪').first().waitFor();
    // The person stays with it, whatever the device is given meanwhile.
    fake.show({ deviceLanguage: 'zh-TW', glance: 'held', lamp: 'red', guidanceId: 'mailbox-full' });
    await page.locator('.glance-red').waitFor();
    await settled(page);
    expect(await page.evaluate('document.documentElement.lang')).toBe('zh-CN');
    await close();
  }, 60_000);

  test('types an address on the screen, and refuses one that is not whole', async () => {
    const { page, close } = await openPlayedPanel(browser, { state: { path: '/scan/to' } });
    await page.getByRole('button', { name: 'Type an address' }).tap();
    for (const key of 'bo@') await page.locator('.key', { hasText: new RegExp(`^${key}$`) }).tap();
    await page.getByRole('button', { name: 'Add recipient' }).tap();
    await page.getByRole('alert').waitFor();
    for (const key of ['x', '.com']) await page.locator('.key').filter({ hasText: key }).first().tap();
    await page.getByRole('button', { name: 'Add recipient' }).tap();
    await page.locator('.chip', { hasText: 'bo@x.com' }).waitFor();
    await close();
  }, 60_000);

  test('who has logged in at the device sends to the own mailbox with one touch', async () => {
    const { page, close } = await openPlayedPanel(browser, { state: { path: 'user=anna@contoso.example' } });
    await page.locator('.home-act').tap();
    await page.locator('.line').first().tap();
    await page.getByRole('button', { name: 'Send to me' }).tap();
    await page.locator('.chip', { hasText: 'anna@contoso.example' }).waitFor();
    await close();
  }, 60_000);

  test('Send pressed twice, or again after a lost answer, is one submission with one key', async () => {
    const keys: unknown[] = [];
    const { page, fake, close } = await openPlayedPanel(browser, { state: { path: '/scan' } });
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
    await settled(page);
    expect(keys.length).toBeGreaterThan(1);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[A-Za-z0-9._-]{16,64}$/);
    await close();
  }, 60_000);

  test('foreign text stays text: a subject cannot become markup', async () => {
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const { page, fake, complaints, close } = await openPlayedPanel(browser, { state: { path: '/' } });
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

/** Milliseconds of processor time the page spends on an act and on drawing what follows. */
async function taskMs(page: Page, act: () => Promise<unknown>): Promise<number> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busyS = async () => {
    const { metrics } = await devTools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
  const beforeS = await busyS();
  await act();
  await settled(page);
  const ms = ((await busyS()) - beforeS) * 1000;
  await devTools.detach();
  return ms;
}

/** The words of what has the focus. */
async function focused(page: Page): Promise<string> {
  return page.evaluate<string>('document.activeElement.textContent');
}
