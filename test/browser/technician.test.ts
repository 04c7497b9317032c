/**
 * The technician's whole walk before a whole agent and the stand-in cloud: claim with the panel's code, settings by the printed
 * steps for 21Vianet, code, phone, UPN mismatch and its mend, test mail, first scan. Touch screen, web page, phone and character
 * display are there at the same time and must agree. In English and Chinese, at both sizes, by fingers and by hardware keys.
 */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { texts as en } from '../../panel-ui/control-panel/texts/en.ts';
import { texts as zhCn } from '../../panel-ui/control-panel/texts/zh-cn.ts';
import type { SignInState } from '../../src/core/index.ts';
import { openDoors, type OpenDoors } from '../support/doors.ts';
import { until } from '../support/signed-in.ts';
import { closeBrowser, launchBrowser, openWindow, pictures, settled, sizes } from './chromium.ts';
import { misfits, overflows, seriousFindings, strayWords } from './looks.ts';
import { fingers, keys } from './hands.ts';

const password = 'a long enough pass phrase';
const pin = '2580';
const scope21Vianet = 'https://partner.outlook.cn/SMTP.Send offline_access openid email';
const pages = fileURLToPath(new URL('../data/', import.meta.url));

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => closeBrowser(browser));

/** As the administrators' printed steps have them. */
const printed = {
  'en': {
    setUp: 'Set up',
    network: 'Network',
    smtp: 'SMTP',
    provider: 'Service provider',
    server: 'Server address',
    host: 'Host name',
    client: 'Client ID',
    scope: 'Scope',
    save: 'Save',
    code: 'Enter authentication code',
    china: 'China (operated by 21Vianet)',
    hyphen: 'hyphen',
  },
  'zh-CN': {
    setUp: '设置',
    network: '网络',
    smtp: 'SMTP',
    provider: '服务提供商',
    server: '服务器地址',
    host: '主机名',
    client: '客户端ID',
    scope: '范围',
    save: '保存',
    code: '输入身份验证代码',
    china: '中国（由世纪互联运营）',
    hyphen: '连字符',
  },
} as const;

/** What the stand-in cloud calls its account. */
const foreign = /MFP with two names/;

/** Bare letters: the display and the screens group the code their own way. */
const bare = (text: string) => text.replace(/[\s-]/g, '');

describe('the technician', () => {
  test.each([
    { language: 'en', size: 'small', hand: fingers, texts: en },
    { language: 'en', size: 'large', hand: keys, texts: en },
    { language: 'zh-CN', size: 'small', hand: keys, texts: zhCn },
    { language: 'zh-CN', size: 'large', hand: fingers, texts: zhCn },
  ] as const)(
    'claims, sets up, signs in, mends the UPN, tests and scans ($language, $size, by $hand.name)',
    async ({ language, size, hand, texts }) => {
      const words = printed[language];
      const doors = await openDoors({
        cloud: 'china-21vianet',
        faults: ['upn-differs'],
        // As delivered: the stand-in's authority is all that is known.
        settings: {
          'service.cloud': 'global',
          'service.clientId': '',
          'panel.language': language,
          'scan.folder': pages,
          'scan.isSaneUsed': false,
        },
      });
      const { cloud, daemon } = doors.rehearsal;
      const panel = await openWindow(browser, { viewport: sizes[size], hasTouch: hand === fingers });
      const web = await openWindow(browser, {
        locale: language,
        viewport: { width: 1280, height: 900 },
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      const findings: string[] = [];
      const lookAtPanel = async (name: string) => {
        await settled(panel.page);
        await panel.page.screenshot({ path: `${pictures}walk-${name}.${language}.${size}.png` });
        const found = [...(await misfits(panel.page)), ...(await strayWords(panel.page, language, foreign))];
        findings.push(...found.map((one) => `panel ${name}: ${one}`), ...(await displayDiffers(doors, panel.page)));
      };
      const lookAtWeb = async (name: string) => {
        await settled(web.page);
        const found = [...(await overflows(web.page)), ...(await strayWords(web.page, language, foreign))];
        // The web page is the same whatever the panel's size.
        if (size === 'small') {
          await web.page.screenshot({ path: `${pictures}internet-services/${language}-${name}.png`, fullPage: true });
          found.push(...(await seriousFindings(web.page)));
        }
        findings.push(...found.map((one) => `web ${name}: ${one}`));
      };
      const onPanel = (name: string | RegExp) => panel.page.getByRole('button', { name, exact: true });
      const press = (button: Locator) => hand.press(panel.page, button);

      // The code for the web page, read from the panel
      await panel.page.goto(doors.panelEntry);
      await panel.page.locator('.glance-red').waitFor();
      await lookAtPanel('01-not-set-up');
      await press(onPanel(texts.device));
      await press(panel.page.locator('.setting .button').last());
      await press(onPanel(texts.claimNew));
      const claimCode = await panel.page.locator('.code').innerText();
      await lookAtPanel('02-claim-code');
      // Where to type it, as somebody else in the network reaches it.
      await panel.page.getByText(`${doors.webUrl}/`).waitFor();
      // What the browser is about to warn of can be compared; and OK pressed once more leaves the code as it is.
      const { fingerprint } = await doors.rehearsal.daemon.agent.maintenance.certificate();
      expect((await panel.page.locator('.fingerprint').innerText()).replace(/\s/g, '')).toContain(fingerprint);
      await panel.page.keyboard.press('Enter');
      expect(await panel.page.locator('.code').innerText()).toBe(claimCode);

      await web.page.goto(doors.webUrl);
      await web.page.locator('input[name=claim-code]').fill('AAAA-AAAA');
      await web.page.locator('input[name=new-password]').fill(password);
      await web.page.locator('input[name=repeat-password]').fill(password);
      await web.page.locator('input[name=panel-pin]').fill(pin);
      await web.page.getByRole('button', { name: words.setUp }).click();
      await web.page.locator('.field-error').waitFor();
      await lookAtWeb('01-claim-wrong-code');
      await web.page.locator('input[name=claim-code]').fill(claimCode);
      await web.page.getByRole('button', { name: words.setUp }).click();
      await web.page.locator('.glance').waitFor();
      await lookAtWeb('02-home-not-set-up');

      await setUpAsPrinted(web.page, words, cloud.clientId, lookAtWeb);

      // Code: the same on the web page, the panel and the display
      await web.page.locator('.code-big output').waitFor();
      expect(daemon.agent.settings().settings['service']).toMatchObject({
        cloud: 'china-21vianet',
        clientId: cloud.clientId,
        smtpHost: '',
        loginHost: '',
        scope: '',
      });
      await lookAtWeb('05-code');
      await hand.back(panel.page);
      await hand.back(panel.page);
      await panel.page.locator('.glance-amber').waitFor();
      await press(onPanel(texts.continueSignIn));
      await panel.page.locator('svg.qr path').waitFor();
      await lookAtPanel('03-code');
      const { userCode, verificationUri } = stepOf(doors, 'code');
      const display = await daemon.agent.lcdPanel.view({ columns: 20, rows: 4 }, language);
      expect([
        bare(await web.page.locator('.code-big output').innerText()),
        bare(await panel.page.locator('.code').innerText()),
        bare(display.lines.join('\n')).includes(userCode),
        await panel.page.locator('.uri').innerText(),
      ]).toEqual([userCode, userCode, true, verificationUri]);
      await web.page.locator('.code-big button').click();
      expect(await web.page.evaluate('navigator.clipboard.readText()')).toBe(userCode);

      // The phone
      const phone = await openWindow(browser, { viewport: { width: 375, height: 720 }, javaScriptEnabled: false });
      await phone.page.goto(cloud.phoneUrl);
      await phone.page.getByLabel('Code').fill(userCode);
      await phone.page.keyboard.press('Enter');
      await phone.page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await phone.page.getByRole('button', { name: 'Accept' }).click();
      await phone.page.getByText('You may close this window').waitFor();
      await phone.context.close();

      // The account, confirmed at the panel, seen on the web page too
      await onPanel(texts.confirmYes).waitFor();
      const { upn } = cloud.suggestedAccount();
      await web.page.locator('.address-big', { hasText: upn }).waitFor();
      await lookAtPanel('04-confirm');
      await lookAtWeb('06-confirm');
      await press(onPanel(texts.confirmYes));

      // UPN mismatch, mended with one press
      await onPanel(texts.useUpn).waitFor();
      await web.page.locator('.notice-warning').waitFor();
      await lookAtPanel('05-mismatch');
      await lookAtWeb('07-mismatch');
      await press(onPanel(texts.useUpn));
      await onPanel(texts.testMail).waitFor();
      await web.page.locator('.notice-good').waitFor();
      await lookAtPanel('06-ready');
      await lookAtWeb('08-ready');
      expect(daemon.agent.status()).toMatchObject({ glance: 'ready', deviceEmailAddress: upn });

      // Test mail, by the PIN that was set at the claim
      await press(onPanel(texts.testMail));
      await panel.page.locator('input:focus').waitFor();
      await panel.page.keyboard.type('technician@contoso.example');
      await panel.page.keyboard.press('Enter');
      await panel.page.locator('dialog').waitFor();
      await lookAtPanel('07-pin');
      await panel.page.keyboard.type(pin);
      await press(panel.page.locator('dialog').getByRole('button', { name: texts.ok, exact: true }).last());
      await panel.page.locator('.result-green').waitFor();
      await lookAtPanel('08-test-mail');
      expect(cloud.deliveries()[0]?.envelope).toMatchObject({ forwardPaths: ['technician@contoso.example'] });

      // First scan
      // Once too often, and a finger on Home touches the language switch.
      for (let level = 0; level < 3 && (await panel.page.locator('.glance').count()) === 0; level++) {
        await hand.back(panel.page);
        await settled(panel.page);
      }
      await panel.page.locator('.glance-green').waitFor();
      await lookAtPanel('09-home-ready');
      await press(onPanel(texts.scan));
      await press(panel.page.locator('.line').first());
      await press(onPanel(texts.typeAddress));
      await panel.page.locator('input:focus').waitFor();
      await panel.page.keyboard.type('anna@contoso.example');
      await panel.page.keyboard.press('Enter');
      await press(onPanel(texts.done));
      await lookAtPanel('10-scan-form');
      await press(onPanel(texts.start));
      await panel.page.locator('.pages figure').first().waitFor();
      await panel.page.locator('.start-button:not(:disabled)').waitFor();
      await lookAtPanel('11-pages');
      await press(onPanel(texts.send));
      await panel.page.locator('.result-green').waitFor();
      await lookAtPanel('12-result');
      const mail = cloud.deliveries().at(-1);
      expect(mail?.envelope).toMatchObject({ forwardPaths: ['anna@contoso.example'] });
      expect(bare(await panel.page.locator('.id').innerText())).toBe(bare(mail?.exchangeId ?? ''));

      expect([...findings, ...panel.complaints, ...web.complaints]).toEqual([]);
      await panel.context.close();
      await web.context.close();
      await doors.stop();
    },
    120_000,
  );
});

/** Network > Protocol settings > SMTP; the id of the printed link, a hyphen short, is caught in the language of the page. */
async function setUpAsPrinted(
  page: Page,
  words: (typeof printed)['en' | 'zh-CN'],
  clientId: string,
  look: (name: string) => Promise<void>,
): Promise<void> {
  await page.getByRole('link', { name: words.network, exact: true }).click();
  await page.locator('.overview').waitFor();
  await page.locator('#menu').getByRole('link', { name: words.smtp, exact: true }).click();
  await page.getByLabel(words.provider, { exact: true }).selectOption('exchange-online');
  await page.getByLabel(words.server, { exact: true }).fill('smtp.partner.outlook.cn');
  await look('03-smtp-halfway');
  await page.getByLabel(words.host, { exact: true }).fill('login.partner.microsoftonline.cn');
  await page.getByLabel(words.client, { exact: true }).fill(`${clientId.slice(0, 18)}${clientId.slice(19)}`);
  await page.getByLabel(words.scope, { exact: true }).fill(scope21Vianet);
  await page.locator('.note-good', { hasText: words.china }).waitFor();
  await page.getByRole('button', { name: words.save, exact: true }).click();
  await page.locator('.field-error', { hasText: words.hyphen }).waitFor();
  await look('04-smtp-hyphen');
  await page.getByLabel(words.client, { exact: true }).fill(clientId);
  await page.getByRole('button', { name: words.save, exact: true }).click();
  await page.getByRole('heading', { name: words.code }).waitFor();
}

/** The character display says what the touch screen says: the lamp always, the headline where the touch screen shows Home. */
async function displayDiffers(doors: OpenDoors, page: Page): Promise<string[]> {
  const { agent } = doors.rehearsal.daemon;
  const differing = async () => {
    const { lamp, lines } = await agent.lcdPanel.view({ columns: 40, rows: 4 }, agent.language());
    const shown = await page.evaluate<{ lamp: string; title: string }>(`({
      lamp: document.querySelector('.lamp')?.classList[1] ?? '',
      title: document.querySelector('.glance h2')?.textContent ?? '',
    })`);
    const title = bare(shown.title).slice(0, 18);
    // A result has a lamp of its own.
    const isSame = shown.lamp === `lamp-${lamp}` && bare(lines.join('')).includes(title);
    return isSame ? [] : [`display says ${lamp} ${lines.join(' | ')}, panel ${shown.lamp} ${shown.title}`];
  };
  // Both follow the same event; the screen needs a moment to draw.
  await until(async () => ((await differing()).length === 0 ? true : undefined), 3000).catch(() => undefined);
  return differing();
}

function stepOf<Step extends SignInState['step']>(
  { rehearsal }: OpenDoors,
  step: Step,
): Extract<SignInState, { readonly step: Step }> {
  const state = rehearsal.daemon.agent.signInState();
  if (state.step !== step) throw new Error(`not ${step} but ${state.step}`);
  return state as Extract<SignInState, { readonly step: Step }>;
}

describe('what goes wrong on the phone', () => {
  let doors: OpenDoors;
  beforeAll(async () => {
    doors = await openDoors({ faults: ['policy-block-at-sign-in'] });
  }, 60_000);

  test('a number read from it is explained', async () => {
    const { cloud } = doors.rehearsal;
    const { page, context } = await openWindow(browser, { viewport: sizes.small, hasTouch: true });
    await page.goto(doors.panelEntry);
    await fingers.press(page, page.locator('.home-act'));
    await fingers.press(page, page.getByRole('button', { name: 'Get a code' }));
    await page.locator('.code').waitFor();
    const phone = await cloud.technician({ userCode: stepOf(doors, 'code').userCode });
    expect(phone).toMatchObject({ result: 'refused', aadsts: 53003 });
    // The device hears nothing of it: the number is on the phone only.
    await page.getByRole('button', { name: 'Cancel' }).tap();
    await page.locator('.notice').waitFor();
    await page.evaluate("location.hash = '#/sign-in/phone'");
    await page.locator('.number-pad').waitFor();
    await page.keyboard.type(String(phone.aadsts));
    await page.keyboard.press('Enter');
    await page.getByText('Conditional Access').first().waitFor();
    // Whoever stands here cannot mend it: first who can, then what that person needs.
    expect(await page.locator('.notice .who, .notice h4').allInnerTexts()).toEqual([
      'Who can help: an administrator of the organisation',
      'What to pass on',
    ]);
    await page.screenshot({ path: `${pictures}walk-phone-number.en.small.png` });
    await context.close();
  }, 60_000);

  test('without the token of this start nobody comes in, and the page says so', async () => {
    const { page, context } = await openWindow(browser, { viewport: sizes.small });
    await page.goto(doors.panelUrl);
    await page.getByText('This screen is not connected').waitFor();
    await context.close();
  }, 60_000);
});
