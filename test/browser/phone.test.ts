/** The technician's phone, in a real browser at a phone's size: type the code, sign in, accept; and the ways it goes wrong. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Rehearsal } from '../../src/demo/index.ts';
import type { FaultName } from '../../src/simulator/index.ts';
import { rehearse, until } from '../support/signed-in.ts';
import { closeBrowser, launchBrowser, pictures } from './chromium.ts';

const caller = { by: 'test', door: 'cli', role: 'administrator' } as const;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => closeBrowser(browser));

async function openPhone(
  rehearsal: Rehearsal,
  options: { readonly colorScheme?: 'light' | 'dark' } = {},
): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: 375, height: 720 },
    deviceScaleFactor: 2,
    javaScriptEnabled: false,
    ...options,
  });
  page.setDefaultTimeout(10_000);
  await page.goto(rehearsal.cloud.phoneUrl);
  return page;
}

async function codeOf({ daemon }: Rehearsal): Promise<string> {
  await daemon.agent.beginSignIn(caller);
  return (
    await until(() => {
      const state = daemon.agent.signInState();
      return state.step === 'code' ? state : undefined;
    })
  ).userCode;
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${pictures}phone/${name}.png`, fullPage: true });
}

/** Nothing runs off a phone's edge. */
async function expectFits(page: Page): Promise<void> {
  const width: unknown = await page.evaluate('document.documentElement.scrollWidth');
  expect(width).toBeLessThanOrEqual(375);
}

describe('the phone', () => {
  test('signs the mailbox in with the keyboard alone, and the panel turns to ready', async () => {
    const rehearsal = await rehearse();
    const page = await openPhone(rehearsal);
    await picture(page, '1-code');
    await expectFits(page);
    await page.keyboard.type((await codeOf(rehearsal)).toLowerCase());
    await page.keyboard.press('Enter');
    await page.getByLabel('E-mail').waitFor();
    await picture(page, '2-sign-in');
    await expectFits(page);
    await page.getByRole('button', { name: 'Sign in', exact: true }).press('Enter');
    await page.getByText('Send mail as you').waitFor();
    await picture(page, '3-confirm');
    await expectFits(page);
    await page.getByRole('button', { name: 'Accept' }).press('Enter');
    await page.getByText('You may close this window').waitFor();
    await picture(page, '4-done');
    const { agent } = rehearsal.daemon;
    await until(() => (agent.signInState().step === 'confirm' ? true : undefined));
    await agent.confirmSignIn(caller);
    const ready = await until(() => {
      const state = agent.signInState();
      return state.step === 'ready' ? state : undefined;
    });
    expect(ready.identity.upn).toBe(rehearsal.cloud.suggestedAccount().upn);
    expect(agent.status()).toMatchObject({ glance: 'ready', lamp: 'green' });
    await page.close();
  }, 60_000);

  test('cancel on the phone shows on the panel as declined', async () => {
    const rehearsal = await rehearse();
    const page = await openPhone(rehearsal, { colorScheme: 'dark' });
    await page.getByLabel('Code').fill(await codeOf(rehearsal));
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('was not signed in').waitFor();
    await picture(page, '5-declined-dark');
    expect(
      await until(() => {
        const state = rehearsal.daemon.agent.signInState();
        return state.step === 'failed' ? state : undefined;
      }),
    ).toMatchObject({ code: 'sign-in-declined' });
    await page.close();
  }, 60_000);

  test('a wrong code says so and lets the person try again', async () => {
    const rehearsal = await rehearse();
    const page = await openPhone(rehearsal);
    await page.getByLabel('Code').fill('ZZZZZZZZZ');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('alert').waitFor();
    await picture(page, '6-wrong-code');
    expect(await page.getByRole('alert').innerText()).toMatch(/didn.t work/);
    await page.getByLabel('Code').fill(await codeOf(rehearsal));
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByLabel('E-mail').waitFor();
    await page.close();
  }, 60_000);

  test.each<[FaultName, string]>([
    ['consent-needed', '90094'],
    ['policy-block-at-sign-in', '53003'],
    ['device-not-managed', '530033'],
  ])(
    '%s shows AADSTS%s on the phone, and the agent can explain that number',
    async (fault, number) => {
      const rehearsal = await rehearse({ faults: [fault] });
      const page = await openPhone(rehearsal);
      await page.getByLabel('Code').fill(await codeOf(rehearsal));
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByText(number).first().waitFor();
      await picture(page, `7-${fault}`);
      await expectFits(page);
      const guidance = rehearsal.daemon.agent.explain({ aadsts: Number(number) });
      expect(guidance.id).not.toBe('internal');
      expect(guidance.remedy ?? guidance.paragraph).toMatch(/.{20}/);
      await page.close();
    },
    60_000,
  );
});
