/** The technician in front of the panel, with a phone: a whole agent behind its panel door, and the stand-in cloud. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { openDoors } from '../support/doors.ts';
import { signIn } from '../support/signed-in.ts';
import { complaintsOf, launchBrowser, misfits, pictures, sizes } from './panel-browser.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

const walks = [
  {
    language: 'en',
    size: 'small',
    cloud: 'global',
    words: {
      getCode: 'Get a code',
      yes: 'Yes, use this mailbox',
      useUpn: /^Use UPN/,
      test: 'Send a test mail',
      ok: 'OK',
    },
  },
  {
    language: 'zh-CN',
    size: 'large',
    cloud: 'china-21vianet',
    words: { getCode: '获取代码', yes: '是，使用此邮箱', useUpn: /^将 UPN/, test: '发送测试邮件', ok: '确定' },
  },
] as const;

describe('the technician at the panel', () => {
  test.each(walks)(
    'gets a code, signs in on the phone, mends the UPN and sends a test mail ($language, $size, $cloud)',
    async ({ language, size, cloud: profile, words }) => {
      const doors = await openDoors({
        cloud: profile,
        faults: ['upn-differs'],
        settings: { 'panel.language': language },
      });
      await doors.claim({ pin: '2580' });
      const { cloud, daemon } = doors.rehearsal;
      const context = await browser.newContext({ viewport: sizes[size], hasTouch: true });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      const complaints = complaintsOf(page);
      const findings: string[] = [];
      const shot = async (name: string) => {
        await page.waitForTimeout(100);
        await page.screenshot({ path: `${pictures}walk-${name}.${language}.${size}.png` });
        findings.push(...(await misfits(page)).map((one) => `${name}: ${one}`));
      };

      await page.goto(doors.panelEntry);
      await page.locator('.glance-red').waitFor();
      await shot('1-home');
      await page.locator('.home-act').tap();
      await page.getByRole('button', { name: words.getCode }).tap();
      await page.locator('.code').waitFor();
      await page.locator('svg.qr path').waitFor();
      await shot('2-code');
      const state = daemon.agent.signInState();
      if (state.step !== 'code') throw new Error(`not a code but ${state.step}`);
      expect((await page.locator('.code').innerText()).replace(/\s/g, '')).toBe(state.userCode);
      expect((await page.locator('.uri').innerText()).replace(/\s/g, '')).toBe(state.verificationUri);

      await cloud.technician({ userCode: state.userCode });
      await page.getByRole('button', { name: words.yes }).waitFor();
      await shot('3-confirm');
      await page.getByRole('button', { name: words.yes }).tap();
      await page.getByRole('button', { name: words.useUpn }).waitFor();
      await shot('4-mismatch');
      await page.getByRole('button', { name: words.useUpn }).tap();
      await page.getByRole('button', { name: words.test }).waitFor();
      await shot('5-ready');
      expect(daemon.agent.status()).toMatchObject({
        glance: 'ready',
        deviceEmailAddress: cloud.suggestedAccount().upn,
      });

      await page.getByRole('button', { name: words.test }).tap();
      await page.locator('input:focus').waitFor();
      await page.keyboard.type('technician@contoso.example');
      await page.keyboard.press('Enter');
      await page.locator('dialog').waitFor();
      await shot('6-pin');
      await page.keyboard.type('2580');
      await page.getByRole('button', { name: words.ok, exact: true }).last().tap();
      await page.locator('.result-green').waitFor();
      await shot('7-test-mail');
      expect(cloud.deliveries()[0]?.envelope.forwardPaths).toEqual(['technician@contoso.example']);
      expect(findings).toEqual([]);
      expect(complaints).toEqual([]);
      await context.close();
    },
    90_000,
  );

  test('the first scan: from a folder as the scanner to the mailbox of its recipient', async () => {
    const folder = fileURLToPath(new URL('../data/', import.meta.url));
    const doors = await openDoors({ settings: { 'scan.folder': folder, 'scan.isSaneUsed': false } });
    await signIn(doors.rehearsal);
    const { cloud } = doors.rehearsal;
    const context = await browser.newContext({ viewport: sizes.small, hasTouch: true });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const complaints = complaintsOf(page);
    // What stands behind # outlives the door's redirect.
    await page.goto(`${doors.panelEntry}#user=anna@contoso.example`);
    await page.locator('.glance-green').waitFor();
    await page.locator('.home-act').tap();
    await page.locator('.line').first().tap();
    await page.getByRole('button', { name: 'Send to me' }).tap();
    await page.locator('.bar .button-main').tap();
    await page.screenshot({ path: `${pictures}walk-scan-1-form.en.small.png` });
    await page.locator('.start-button').tap();
    await page.getByRole('button', { name: 'Send', exact: true }).and(page.locator(':not(:disabled)')).waitFor();
    await page.screenshot({ path: `${pictures}walk-scan-2-pages.en.small.png` });
    await page.getByRole('button', { name: 'Send', exact: true }).tap();
    await page.locator('.result-green').waitFor();
    await page.screenshot({ path: `${pictures}walk-scan-3-result.en.small.png` });
    const [mail] = cloud.deliveries();
    expect(mail?.envelope.forwardPaths).toEqual(['anna@contoso.example']);
    expect((await page.locator('.id').innerText()).trim()).toBe(mail?.exchangeId);
    expect(complaints).toEqual([]);
    await context.close();
  }, 90_000);

  test('a number read from the phone is explained, and the sign-in starts again', async () => {
    const doors = await openDoors({ faults: ['policy-block-at-sign-in'] });
    const { daemon, cloud } = doors.rehearsal;
    const context = await browser.newContext({ viewport: sizes.small, hasTouch: true });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(doors.panelEntry);
    await page.locator('.home-act').tap();
    await page.getByRole('button', { name: 'Get a code' }).tap();
    await page.locator('.code').waitFor();
    const state = daemon.agent.signInState();
    if (state.step !== 'code') throw new Error(`not a code but ${state.step}`);
    const phone = await cloud.technician({ userCode: state.userCode });
    expect(phone).toMatchObject({ result: 'refused', aadsts: 53003 });
    // The device hears nothing of it: the number is on the phone only.
    await page.getByRole('button', { name: 'Cancel' }).tap();
    await page.locator('.notice').waitFor();
    await page.evaluate("location.hash = '#/sign-in/phone'");
    await page.locator('.number-pad').waitFor();
    await page.keyboard.type(String(phone.aadsts));
    await page.keyboard.press('Enter');
    await page.getByText('Conditional Access').first().waitFor();
    await page.screenshot({ path: `${pictures}walk-phone-number.en.small.png` });
    await context.close();
  }, 60_000);

  test('without the token of this start nobody comes in, and the page says so', async () => {
    const doors = await openDoors();
    const context = await browser.newContext({ viewport: sizes.small });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(doors.panelUrl);
    await page.getByText('This screen is not connected').waitFor();
    await context.close();
  }, 60_000);
});
