/**
 * Internet Services in a real browser, against a whole agent behind its TLS door and the stand-in cloud: every page in every
 * language looked at, and how the pages behave. Pictures of each state go to test/browser/screens/ (ignored by git).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { en } from '../../panel-ui/internet-services/texts/en/index.ts';
import { zhCn } from '../../panel-ui/internet-services/texts/zh-cn/index.ts';
import { languages, type Language } from '../../src/core/index.ts';
import { createStandInCloud, standInProfiles } from '../../src/simulator/index.ts';
import { openDoors, type OpenDoors } from '../support/doors.ts';
import { sampleJob } from '../support/sample-status.ts';
import { signIn, until } from '../support/signed-in.ts';
import { claimedDevice, picture, visit, type Inside } from './administrator-window.ts';
import {
  closeBrowser,
  isJudgedByAxe,
  launchBrowser,
  openWindow,
  pictures,
  settled,
  sizes,
  takesAllPictures,
} from './chromium.ts';
import { misfits, overflows, seriousFindings, strayWords } from './looks.ts';
import { freePort } from '../support/loopback.ts';

const administrator = { by: 'test', door: 'cli', role: 'administrator' } as const;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
const atEnd: (() => Promise<void>)[] = [];
afterAll(async () => {
  await closeBrowser(browser);
  for (const end of atEnd) await end();
});

/** Hash of each page, and what is there when it has been loaded. */
const allPages = [
  ['home', '/home', '.glance'],
  ['menu-apps', '/apps', '.overview'],
  ['menu-network', '/network', '.overview'],
  ['sender', '/apps/send-email/sender-address', '.field select'],
  ['address-book', '/apps/address-book', '.table'],
  ['jobs', '/jobs', '.jobs-table'],
  ['smtp', '/network/smtp', 'input[name=client-id]'],
  ['proxy', '/network/proxy', 'input[type=password]'],
  ['dns', '/network/dns', '.facts'],
  ['lan', '/network/printers', 'input[type=password]'],
  ['clients', '/network/printers-seen', '.table'],
  ['access', '/security/access', 'input[type=password]'],
  ['certificate', '/security/certificate', '.fingerprint'],
  ['authorities', '/security/authorities', '.more'],
  ['audit', '/security/audit', '.table'],
  ['device-details', '/system/device-details', 'input[name=device-address]'],
  ['other-settings', '/system/other-settings', '.field select'],
  ['guidance', '/system/guidance', 'input[name=guidance]'],
  ['log', '/system/log', '.log'],
  ['maintenance', '/system/maintenance', '.copy-block'],
  ['about', '/system/about', '.table'],
] as const;

/** Cells so narrow that their words are read downwards. */
const readDownwards = `[...document.querySelectorAll('td')]
  .map((one) => [one.innerText.trim(), one.clientHeight / 24])
  .filter(([text, lines]) => text.length > 8 && text.length / lines < 6)
  .map(([text]) => 'read downwards: ' + text)`;

/** Commands, and what a real agent and these tests call things. */
const foreign = /sender thread limit exceeded|Test mail from this printer|Log in first, over an encrypted connection/;

describe('every page', () => {
  let inside: Inside;
  let doors: OpenDoors;

  beforeAll(async () => {
    inside = await claimedDevice(browser);
    ({ doors } = inside);
    await signIn(doors.rehearsal);
    const { agent } = doors.rehearsal.daemon;
    await agent.sendTest('tech@contoso.example', administrator);
    const { queueId } = await agent.sendTest('anna@contoso.example', administrator);
    await until(() => agent.jobs().find((job) => job.queueId === queueId && job.state === 'accepted'));
  }, 60_000);

  /** What an agent run from source has nothing of: licences and kept log lines; and people, as if some were known. */
  async function fillIn(page: Page): Promise<void> {
    const entries = ['Anna Weber', '李明', '山田 太郎'].map((name, index) => ({
      id: String(index),
      name,
      address: `person${String(index)}@contoso.example`,
      index: name.slice(0, 1),
    }));
    await page.route('**/v1/address-book?*', (route) => route.fulfill({ json: { entries, total: 3 } }));
    const licences = ['hono', 'nodemailer', 'smtp-server'].map((name) => ({ name, version: '1.2.3', licence: 'MIT' }));
    const about = {
      version: '0.1.0',
      node: 'v20.19.0',
      uptimeMs: 7_200_000,
      licences,
      sbom: 'mfp-mail-agent.spdx.json',
    };
    await page.route('**/v1/about', (route) => route.fulfill({ json: about }));
    const lines = ['info', 'warn', 'error', 'info'].map((level, index) => ({
      atMs: Date.UTC(2026, 10, 21, 12, index),
      level,
      message: 'deferred',
      queueId: `01hyr000${String(index)}abcde`,
      reply: '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded',
    }));
    await page.route('**/v1/log?*', (route) => route.fulfill({ json: { lines } }));
    const clients = [
      {
        address: '192.0.2.20',
        lastSeenMs: Date.UTC(2026, 10, 21, 12),
        listener: 'submission',
        helo: 'MFP-2F',
        tls: 'TLSv1.2',
        quirk: '',
        accepted: 12,
      },
      {
        address: '192.0.2.21',
        lastSeenMs: Date.UTC(2026, 10, 21, 11),
        listener: 'plain',
        helo: 'old-mfp',
        quirk: 'missing-final-dot',
        accepted: 3,
        lastRefusal: { reply: '530 5.7.0 Log in first, over an encrypted connection', atMs: 1 },
      },
    ];
    await page.route('**/v1/clients', (route) => route.fulfill({ json: { clients } }));
  }

  /** Each page of one language: large, as a small window, on a phone. */
  async function lookAtAll(language: Language): Promise<string[]> {
    const { page, context, complaints } = await inside.enter('/system/log', '.card', { locale: language });
    await fillIn(page);
    await page.reload();
    await page.locator('.glance, .content .card').first().waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
    const findings: string[] = [];
    for (const [name, path, sign] of allPages) {
      const found: string[] = [];
      await page.setViewportSize({ width: 1280, height: 900 });
      await visit(page, doors, path, sign);
      if (takesAllPictures || language === 'en' || language === 'zh-CN')
        await picture(page, `page-${language}-${name}`);
      if (isJudgedByAxe(language)) found.push(...(await seriousFindings(page)));
      found.push(...(await overflows(page)));
      found.push(...(await strayWords(page, language, foreign)));
      for (const width of [1024, 375]) {
        await page.setViewportSize({ width, height: 720 });
        await settled(page);
        if (width === 375 && (takesAllPictures || language === 'ja')) await picture(page, `phone-${language}-${name}`);
        found.push(...(await overflows(page)).map((one) => `${String(width)}: ${one}`));
        if (width === 375) found.push(...(await page.evaluate<string[]>(readDownwards)));
      }
      findings.push(...found.map((one) => `${language} ${name}: ${one}`));
    }
    await context.close();
    return [...complaints, ...findings];
  }

  test('fits, is accessible, keeps to the policy of the page and stays in its language, in every language', async () => {
    const findings: string[] = [];
    // Two windows at a time: four would want more connections than the door gives to one address.
    for (let at = 0; at < languages.length; at += 2)
      findings.push(...(await Promise.all(languages.slice(at, at + 2).map(lookAtAll))).flat());
    expect(findings).toEqual([]);
  }, 240_000);

  test('the menu opens and closes on a phone, by keyboard too', async () => {
    const { page, context } = await inside.enter('/home', '.glance', { viewport: { width: 375, height: 720 } });
    await page.locator('.menu-button').press('Enter');
    await page.locator('#menu').waitFor();
    await picture(page, 'phone-en-menu');
    expect(await seriousFindings(page)).toEqual([]);
    await page.locator('#menu').getByRole('link', { name: 'Network' }).press('Enter');
    await page.locator('#menu').waitFor({ state: 'hidden' });
    expect(await page.locator('h1').innerText()).toBe('Network');
    // Who goes on by keyboard starts at the heading of the new page.
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
    await context.close();
  }, 60_000);

  test('says what saving brings about, before it is saved', async () => {
    const { page, context } = await inside.enter('/home', '.glance');
    await visit(page, doors, '/network/smtp', 'input[name=client-id]');
    await page.locator('input[name=smtpHost]').fill('mail.contoso.example');
    await page.locator('.note-warning').first().waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.locator('dialog[open]').waitFor();
    await picture(page, 'dialog-consequences');
    expect(await seriousFindings(page)).toEqual([]);
    const codes: (string | null)[] = [];
    for (const item of await page.locator('dialog li').all()) codes.push(await item.getAttribute('data-code'));
    expect(codes).toEqual(['cloud-becomes-custom', 'sign-in-dropped']);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(doors.rehearsal.daemon.agent.settings().settings['service']).toMatchObject({
      cloud: 'global',
      smtpHost: '',
    });
    // What cannot be is said at its field, in the words of the page.
    await visit(page, doors, '/apps/send-email/sender-address', '.field select');
    await page.getByLabel("Use the authenticated user's e-mail address").check();
    await page.getByLabel('Change sender address').selectOption('allowed');
    await page.locator('.field-error').waitFor();
    await picture(page, 'sender-conflicts');
    expect(await seriousFindings(page)).toEqual([]);
    await visit(page, doors, '/network/printers', 'input[type=password]');
    await page.getByLabel('Accept mail from the network').check();
    await page.getByLabel('SSL/TLS port').fill('many');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.locator('.field-error').first().waitFor();
    await page.getByLabel('SSL/TLS port').fill('0');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.locator('.field-error', { hasText: 'Say which printers may connect' }).waitFor();
    await picture(page, 'lan-problems');
    // What only the daemon can judge comes back to its field, and the person is led there.
    await page.getByLabel('Permitted networks').fill('the office');
    await page.getByLabel('Log-in name for printers').fill('printer');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.locator('.field-error', { hasText: '192.168.1.0/24' }).waitFor();
    await page.locator('textarea:focus[aria-invalid=true]').waitFor();
    await context.close();
  }, 60_000);

  test('settings are saved and shown again', async () => {
    const { page, context } = await inside.enter('/home', '.glance');
    await visit(page, doors, '/network/proxy', 'input[type=password]');
    await page.getByLabel('Proxy bypass').fill('.contoso.example\nintranet');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.locator('.message-good').waitFor();
    expect(doors.rehearsal.daemon.agent.settings().settings['network']).toMatchObject({
      proxyBypass: ['.contoso.example', 'intranet'],
    });
    await page.reload();
    await page.locator('.content textarea').first().waitFor();
    expect(await page.getByLabel('Proxy bypass').inputValue()).toBe('.contoso.example\nintranet');
    await context.close();
  }, 60_000);

  test('five hundred jobs are listed, filtered and kept up to date without delay', async () => {
    const { page, context } = await inside.enter('/home', '.glance');
    const states = ['accepted', 'accepted', 'held', 'failed', 'waiting'] as const;
    const jobs = Array.from({ length: 500 }, (_, index) =>
      sampleJob({
        queueId: `00aaaa${String(9999 - index)}`,
        acceptedAtMs: Date.UTC(2026, 10, 20) - index * 60_000,
        subject: `Scan of page ${String(index)} from the 2nd floor`,
        bodyBytes: 10_000 * (index + 1),
        state: states[index % states.length] ?? 'accepted',
        recipients: [
          { forwardPath: `person.number${String(index)}@contoso.example`, state: 'accepted' },
          ...(index % 7 === 0 ? [{ forwardPath: 'archive@contoso.example', state: 'accepted' } as const] : []),
        ],
      }),
    );
    await page.route('**/v1/jobs?*', (route) => route.fulfill({ json: { jobs, total: 500 } }));
    await visit(page, doors, '/jobs', '.jobs-table');
    await picture(page, 'jobs-500', false);
    const search = page.getByLabel('Search');
    await search.fill('number49');
    await page.getByText('11 of 500 jobs').waitFor();
    // Processor time of the page, not the clock: other programs must not decide this.
    const cdp = await context.newCDPSession(page);
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busyS = async () => {
      const { metrics } = await cdp.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
    };
    const costs: number[] = [];
    for (const act of [
      () => search.fill(''),
      () => search.fill('p'),
      () => search.fill('pe'),
      () => page.getByLabel('Show').selectOption('held'),
      () => page.getByLabel('Show').selectOption(''),
    ]) {
      const before = await busyS();
      await act();
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      costs.push(Math.round(((await busyS()) - before) * 1000));
    }
    expect(Math.max(...costs)).toBeLessThan(200);
    // All of them are there for who goes on.
    for (let round = 0; round < 8; round++) {
      await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    }
    await page.getByText('person.number499@contoso.example').waitFor();
    await search.fill('');
    // A real scan on its way joins the list by itself.
    await doors.rehearsal.daemon.agent.sendTest('late@contoso.example', administrator);
    await page.getByText('late@contoso.example').waitFor();
    await page.locator('.jobs-table tbody tr').first().getByText('Accepted by mail server').waitFor();
    await context.close();
  }, 60_000);

  test('a held job is explained, released and deleted with a question', async () => {
    const { page, context } = await inside.enter('/home', '.glance');
    const { agent } = doors.rehearsal.daemon;
    doors.rehearsal.cloud.setFault('recipient-busy', true);
    const { queueId } = await agent.sendTest('slow@contoso.example', administrator);
    await until(() =>
      agent.jobs().find((job) => job.queueId === queueId && job.state === 'waiting' && job.attempts > 0),
    );
    await agent.holdJob(queueId, administrator);
    await visit(page, doors, `/jobs/${queueId}`, '.guidance');
    await picture(page, 'job-held');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.locator('dialog[open]').waitFor();
    await picture(page, 'dialog-delete');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(agent.jobs().find((job) => job.queueId === queueId)?.state).toBe('held');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.locator('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.locator('.state-deleted').waitFor();
    expect(agent.jobs().find((job) => job.queueId === queueId)?.state).toBe('deleted');
    doors.rehearsal.cloud.setFault('recipient-busy', false);
    await context.close();
  }, 60_000);

  test('an answer that fails, or never comes, is drawn and can be asked for again', async () => {
    const { page, context } = await inside.enter('/home', '.glance');
    let isBroken = true;
    await page.route('**/v1/audit?*', (route) =>
      isBroken
        ? route.fulfill({
            status: 500,
            json: { error: { code: 'storage-failed', message: 'Storage did not answer.' } },
          })
        : route.continue(),
    );
    await page.goto(`${doors.webUrl}/#/security/audit`);
    await page.getByText('Storage did not answer.').waitFor();
    await picture(page, 'state-error');
    isBroken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.content .table').waitFor();
    await page.route('**/v1/about', () => undefined);
    await page.goto(`${doors.webUrl}/#/system/about`);
    await page.locator('.loading').waitFor();
    await picture(page, 'state-loading');
    await page.goto(`${doors.webUrl}/#/nowhere`);
    await page.locator('.content .empty').waitFor();
    await picture(page, 'state-unknown-page');
    await context.close();
  }, 60_000);

  test('a number from the phone is explained, and an unknown one says so', async () => {
    const { page, context } = await inside.enter('/home', '.glance');
    await visit(page, doors, '/system/guidance', 'input[name=guidance]');
    await page.locator('input[name=guidance]').fill('AADSTS53003');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.locator('.guidance').waitFor();
    await picture(page, 'guidance-53003');
    await page.locator('input[name=guidance]').fill('99999999');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('Nothing is known about this one').waitFor();
    await context.close();
  }, 60_000);

  // The last one: the port is another afterwards.
  test('who stays when the pages move is led on, and told when they are switched off', async () => {
    const { page, context, complaints } = await inside.enter('/system/about', '.facts', { locale: 'zh-CN' });
    const { agent } = doors.rehearsal.daemon;
    const { moved } = zhCn.shell;
    const port = await freePort();
    await agent.changeSettings({ changes: { 'web.port': port }, accept: ['web-door-moves'] }, administrator);
    await page.getByRole('heading', { name: moved.title }).waitFor();
    await settled(page);
    await picture(page, 'moved');
    expect([...(await overflows(page)), ...(await seriousFindings(page))]).toEqual([]);
    expect(await strayWords(page, 'zh-CN')).toEqual([]);
    await page.getByRole('link', { name: moved.go }).click();
    await page.waitForURL(`https://127.0.0.1:${String(port)}/#/system/about`);
    // Cookies know no ports: the log-in goes on.
    await page.locator('.content .facts').first().waitFor();
    await agent.changeSettings({ changes: { 'web.isEnabled': false }, accept: ['web-door-closes'] }, administrator);
    await page.getByRole('heading', { name: moved.offTitle }).waitFor();
    await page.getByText('mfp-mail-agent settings set web.isEnabled true').waitFor();
    await settled(page);
    await picture(page, 'moved-off');
    expect([...complaints, ...(await overflows(page)), ...(await seriousFindings(page))]).toEqual([]);
    await context.close();
  }, 60_000);
});

test('the device goes away and comes back: both screens say so, try again, and go on by themselves or after a log-in', async () => {
  const root = await mkdtemp(join(tmpdir(), 'mfp-away-'));
  const [webPort, panelPort] = [await freePort(), await freePort()];
  const standIn = createStandInCloud({ profile: standInProfiles.global });
  await standIn.start();
  atEnd.push(async () => {
    await standIn.stop();
    await rm(root, { recursive: true, force: true });
  });
  const options = { root, standIn, settings: { 'web.port': webPort, 'panel.port': panelPort } };
  const inside = await claimedDevice(browser, options);
  const { page, context } = await inside.enter('/home', '.glance');
  const panel = await openWindow(browser, { viewport: sizes.small, hasTouch: true });
  // With this key, given to it while it is in, the page comes in again later.
  const key = panel.page.waitForResponse((reply) => reply.url().endsWith('/re-entry'));
  await panel.page.goto(inside.doors.panelEntry);
  await panel.page.locator('.glance').waitFor();
  await key;
  await inside.doors.stop();
  await page.locator('.content .notice-warning', { hasText: 'Connection to the device lost' }).waitFor();
  await picture(page, 'device-gone');
  await panel.page.locator('.banner').waitFor();
  await panel.page.screenshot({ path: `${pictures}device-gone.en.small.png` });
  await page.goto(`${inside.doors.webUrl}/#/system/about`);
  await page.getByText('The device does not answer').waitFor();
  await picture(page, 'device-gone-page');
  // It had died again and again: scans are kept, and a person says when they may go.
  const doors = await openDoors({ ...options, manager: diedAgain });
  // The panel's page comes in again without hands; sessions of the web end with the agent.
  await panel.page.locator('.banner').waitFor({ state: 'detached' });
  await panel.page.locator('.glance').waitFor();
  await page.locator('input[name=password]').waitFor();
  await picture(page, 'device-back');
  await page.locator('input[name=password]').fill(inside.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('.content .facts').first().waitFor();

  const { agent } = doors.rehearsal.daemon;
  expect(agent.status().guidanceId).toBe('safe-mode');
  await visit(page, doors, '/home', '.guidance');
  await page.locator('.guidance-entry code', { hasText: 'safe-mode' }).waitFor();
  await picture(page, 'safe-mode');
  await panel.page.screenshot({ path: `${pictures}safe-mode.en.small.png` });
  expect([...(await overflows(page)), ...(await seriousFindings(page)), ...(await misfits(panel.page))]).toEqual([]);
  await page.getByRole('button', { name: en.home.leaveSafeMode }).click();
  await page.locator('.message-good', { hasText: en.home.safeModeLeft }).waitFor();
  await page.locator('.guidance-entry code', { hasText: 'safe-mode' }).waitFor({ state: 'detached' });
  expect(agent.status().guidanceId).not.toBe('safe-mode');
  expect((await agent.audit.list(9)).map(({ act, outcome }) => `${act} ${outcome}`)).toContain('safe-mode-left done');
  await context.close();
  await panel.context.close();
  await doors.stop();
}, 90_000);

/** A service manager that saw the agent die too often. */
const diedAgain = {
  sockets: { of: () => [], idle: () => [], settle: () => Promise.resolve(), close: () => undefined },
  isCrashLoop: true,
  forgetStarts: () => Promise.resolve(),
};
