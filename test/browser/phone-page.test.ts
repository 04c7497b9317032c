/** The page for the technician's phone: off as delivered; switched on, it has this sign-in's code and nothing else. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { texts } from '../../panel-ui/control-panel/texts/en.ts';
import { phoneTexts } from '../../panel-ui/internet-services/phone/texts.ts';
import { openDoors, webCall } from '../support/doors.ts';
import { closeBrowser, launchBrowser, openWindow, pictures, settled, sizes } from './chromium.ts';
import { overflows, seriousFindings } from './looks.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => closeBrowser(browser));

test('shows the code of the sign-in that runs, copies it, and is over with it', async () => {
  const doors = await openDoors();
  const { agent } = doors.rehearsal.daemon;
  const technician = { by: 'technician', door: 'panel', role: 'administrator' } as const;
  const panel = await openWindow(browser, { viewport: sizes.small, hasTouch: true });
  const phone = await openWindow(browser, {
    viewport: { width: 360, height: 720 },
    locale: 'zh-TW',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const words = phoneTexts['zh-TW'];
  const onPanel = (name: string) => panel.page.getByRole('button', { name, exact: true });
  const linkForPhone = () =>
    panel.page.evaluate<string | undefined>(
      "fetch('/v1/sign-in/phone-page').then((reply) => reply.json()).then(({ url }) => url)",
    );
  const code = panel.page.locator('.code');

  await panel.page.goto(doors.panelEntry);
  await agent.beginSignIn(technician);
  await onPanel(texts.continueSignIn).click();
  await code.waitFor();
  expect(await onPanel(texts.phonePage).count()).toBe(0);
  expect(await linkForPhone()).toBeUndefined();

  await agent.changeSettings({ changes: { 'panel.isPhonePageUsed': true }, accept: [] }, technician);
  const before = await code.innerText();
  await onPanel(texts.newCode).click();
  await onPanel(texts.phonePage).click();
  await panel.page.getByRole('img', { name: texts.phonePage }).waitFor();
  expect(await code.innerText()).not.toBe(before);
  await panel.page.screenshot({ path: `${pictures}phone-page-qr.en.small.png` });
  const link = (await linkForPhone()) ?? '';
  expect(link).toMatch(/^https:\/\/.+\/phone#[\w-]{22}$/);

  await phone.page.goto(link);
  const field = phone.page.locator('.phone-code');
  await field.waitFor();
  const state = agent.signInState();
  if (state.step !== 'code') throw new Error(`no code: ${state.step}`);
  expect(await field.innerText()).toBe(state.userCode);
  expect(await phone.page.getByRole('link', { name: words.open }).getAttribute('href')).toBe(state.verificationUri);
  await phone.page.getByRole('button', { name: words.copy }).click();
  await phone.page.getByRole('button', { name: words.copied }).waitFor();
  expect(await phone.page.evaluate('navigator.clipboard.readText()')).toBe(state.userCode);
  await settled(phone.page);
  await phone.page.screenshot({ path: `${pictures}phone-page.zh-TW.png`, fullPage: true });
  expect([...(await overflows(phone.page)), ...(await seriousFindings(phone.page))]).toEqual([]);

  // A wrong key learns what an old one does: nothing.
  const guess = await webCall(doors.webUrl, 'POST', '/v1/phone-page', { body: { key: 'A'.repeat(22) } });
  expect([guess.status, JSON.parse(guess.text)]).toEqual([200, { step: 'over' }]);

  await onPanel(texts.shared.cancel).click();
  await phone.page.getByText(words.overTitle).waitFor();
  await panel.context.close();
  await phone.context.close();
}, 90_000);
