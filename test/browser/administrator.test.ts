/** What an administrator does in Internet Services, before a whole agent: each act with its refusals, its question, its outcome. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { en } from '../../panel-ui/internet-services/texts/en/index.ts';
import { makeCa } from '../support/certificates.ts';
import type { OpenDoors } from '../support/doors.ts';
import { signIn, until } from '../support/signed-in.ts';
import { SkippableClock } from '../support/skippable-clock.ts';
import { claimedDevice, picture, visit, type Inside } from './administrator-window.ts';
import { closeBrowser, launchBrowser, openWindow, settled, sizes, type Window } from './chromium.ts';
import { fingers } from './hands.ts';
import { seriousFindings } from './looks.ts';

const administrator = { by: 'test', door: 'cli', role: 'administrator' } as const;

let browser: Browser;
let inside: Inside;
let doors: OpenDoors;
const clock = new SkippableClock();
beforeAll(async () => {
  browser = await launchBrowser();
  inside = await claimedDevice(browser, { clock });
  ({ doors } = inside);
}, 60_000);
afterAll(() => closeBrowser(browser));

const button = (within: Page | Locator, name: string) => within.getByRole('button', { name, exact: true });

/** The next message at the lower edge, of this kind. */
async function said(page: Page, tone: 'good' | 'error', text: string): Promise<void> {
  await page.locator(`.message-${tone}`, { hasText: text }).first().waitFor();
}

/** Chooses a file for the first button of this name, as if it came from the administrator's disk. */
async function choose(page: Page, name: string, content: string, label = 'Choose file'): Promise<void> {
  const file = { name, mimeType: 'text/plain', buffer: Buffer.from(content) };
  await page.locator(`input[type=file][aria-label="${label}"]`).setInputFiles(file);
}

/** What pressing it saves on the administrator's disk. */
async function download(
  page: Page,
  press: () => Promise<void>,
): Promise<{ readonly name: string; readonly text: string }> {
  const [file] = await Promise.all([page.waitForEvent('download'), press()]);
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

/** Acts of the audit list with their outcome, newest first. */
async function audited(): Promise<readonly string[]> {
  const entries = await doors.rehearsal.daemon.agent.audit.list(500);
  return entries.map(({ act, outcome }) => `${act} ${outcome}`);
}

/** At the end: no complaint of the page, nothing serious for those who see or hear differently. */
async function close({ page, context, complaints }: Window): Promise<void> {
  expect([...complaints, ...(await seriousFindings(page))]).toEqual([]);
  await context.close();
}

describe('address book', () => {
  const open = () => inside.enter('/apps/address-book', '.button-main');

  test('adds, finds, changes and deletes a person; a bad address is said at its field', async () => {
    const window = await open();
    const { page } = window;
    await page.getByText(en.addressBook.empty).waitFor();
    await button(page, en.addressBook.addPerson).click();
    const dialog = page.locator('dialog');
    await dialog.getByLabel('Name').fill('Anna Kay');
    await dialog.getByLabel('E-mail address').fill('anna at contoso');
    await button(dialog, 'Save').click();
    await dialog.locator('.field-error').waitFor();
    await picture(page, 'address-book-bad-address');
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByLabel('E-mail address').fill('anna@contoso.example');
    await page.keyboard.press('Enter');
    await page.getByRole('cell', { name: 'anna@contoso.example' }).waitFor();
    await button(page, 'Edit: Anna Kay').click();
    await dialog.getByLabel('Name').fill('Anna Kay-Weber');
    await button(dialog, 'Save').click();
    await page.getByRole('cell', { name: 'Anna Kay-Weber', exact: true }).waitFor();
    await page.getByLabel('Search').fill('nobody of this name');
    await page.getByText(en.addressBook.nothingFound).waitFor();
    await page.getByLabel('Search').fill('weber');
    await button(page, 'Delete: Anna Kay-Weber').click();
    await dialog.getByText('Anna Kay-Weber').waitFor();
    await picture(page, 'address-book-delete');
    // What is asked has a way out, and the focus is on it.
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Cancel');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await button(page, 'Delete: Anna Kay-Weber').click();
    await button(dialog, 'Delete').click();
    await page.getByText(en.addressBook.nothingFound).waitFor();
    expect(await audited()).toContain('address-book-changed done');
    await close(window);
  }, 60_000);

  test('imports CSV and LDIF, names the bad lines of a bad file, and exports both', async () => {
    const window = await open();
    const { page } = window;
    const dialog = page.locator('dialog');
    await button(page, en.addressBook.import).click();
    await choose(page, 'people.csv', 'name,email\nLi Ming,li@contoso.example\nBroken,not-an-address\n');
    expect(await dialog.getByLabel(en.addressBook.format).inputValue()).toBe('csv');
    await button(dialog, en.addressBook.import).click();
    await dialog.locator('.notice-error li').first().waitFor();
    await picture(page, 'address-book-bad-file');
    expect(await dialog.locator('.notice-error').innerText()).toContain('3');
    expect((await doors.rehearsal.daemon.agent.addressBook.search('', 10)).total).toBe(0);
    await button(dialog, en.addressBook.skipBad).click();
    await page.getByRole('cell', { name: 'li@contoso.example' }).waitFor();

    await button(page, en.addressBook.import).click();
    await choose(page, 'people.ldif', 'dn: cn=Ken\nobjectClass: person\ncn: Ken Sato\nmail: ken@contoso.example\n');
    // Drawn a moment after the file is chosen.
    await until(async () =>
      (await dialog.getByLabel(en.addressBook.format).inputValue()) === 'ldif' ? true : undefined,
    );
    await button(dialog, en.addressBook.import).click();
    await page.getByRole('cell', { name: 'ken@contoso.example' }).waitFor();

    const csv = await download(page, () => button(page, `${en.addressBook.export} CSV`).click());
    expect(csv.name).toBe('address-book.csv');
    // Spreadsheets need the mark to see that it is UTF-8.
    expect(csv.text).toMatch(/^\ufeff/);
    expect(csv.text).toContain('Ken Sato');
    const ldif = await download(page, () => button(page, `${en.addressBook.export} LDIF`).click());
    expect(ldif.text).toMatch(/^mail: li@contoso\.example\r?$/m);

    await button(page, en.addressBook.import).click();
    await choose(page, 'picture.csv', '\u0000\u0001\u0002 no table at all');
    await button(dialog, en.addressBook.import).click();
    await dialog.locator('.notice-error').waitFor();
    await picture(page, 'address-book-no-table');
    // Without a good line there is nothing to go on with.
    await dialog.locator('.button-main:disabled', { hasText: en.addressBook.import }).waitFor();
    await dialog.getByLabel(en.addressBook.text).fill('name,email\nMia,mia@contoso.example\n');
    await dialog.locator('.button-main:not(:disabled)').waitFor();
    await page.keyboard.press('Escape');
    expect((await doors.rehearsal.daemon.agent.addressBook.search('', 10)).total).toBe(2);
    const acts = await audited();
    expect(acts).toEqual(expect.arrayContaining(['address-book-imported done', 'address-book-exported done']));
    await close(window);
  }, 60_000);
});

describe('device certificate', () => {
  test('refuses what is none and a key of another, makes a request, installs a pair, and goes back to its own', async () => {
    const window = await inside.enter('/security/certificate', '.fingerprint');
    const { page } = window;
    const words = en.admin.certificate;
    const fingerprint = () => page.locator('.fingerprint').innerText();
    const own = await fingerprint();
    const [certificate, key] = [
      page.getByRole('textbox', { name: words.certificatePem }),
      page.getByRole('textbox', { name: words.keyPem }),
    ];
    const ca = await makeCa('Contoso CA');
    const one = await ca.issue(['127.0.0.1', 'mfp.contoso.example']);
    const another = await ca.issue(['127.0.0.1']);

    await certificate.fill('this is not a certificate');
    await button(page, words.install).click();
    await page.locator('.notice-error').waitFor();
    await picture(page, 'certificate-bad-pem');
    await certificate.fill(one.cert);
    await key.fill(another.key);
    await button(page, words.install).click();
    await page.locator('.notice-error', { hasText: /key/i }).waitFor();
    await picture(page, 'certificate-key-of-another');
    expect(await fingerprint()).toBe(own);
    expect(await seriousFindings(page)).toEqual([]);

    await button(page, words.makeRequest).click();
    await page.getByText('BEGIN CERTIFICATE REQUEST').waitFor();
    const request = await download(page, () => button(page, 'Download').click());
    expect(request).toMatchObject({ name: 'device.csr', text: expect.stringContaining('END CERTIFICATE REQUEST') });
    expect(await page.content()).not.toContain('PRIVATE KEY');

    await choose(page, 'device.pem', one.cert, `Choose file: ${words.certificatePem}`);
    await choose(page, 'device.key', one.key, `Choose file: ${words.keyPem}`);
    await until(async () => ((await key.inputValue()) === '' ? undefined : true));
    await button(page, words.install).click();
    await page.getByText(words.supplied).waitFor();
    expect(await fingerprint()).not.toBe(own);
    await picture(page, 'certificate-installed');
    await button(page, words.renew).click();
    await picture(page, 'certificate-renew');
    await button(page.locator('dialog'), words.renew).click();
    await page.getByText(words.selfSigned).waitFor();
    expect(await audited()).toEqual(
      expect.arrayContaining([
        'certificate-changed settings-invalid',
        'certificate-requested done',
        'certificate-changed done',
        'certificate-removed done',
      ]),
    );
    await close(window);
  }, 60_000);
});

describe('password and PIN', () => {
  test('a wrong, a short, a common and a mistyped one are said at their field; a new one ends all other log-ins', async () => {
    const window = await inside.enter('/security/access', 'input[type=password]');
    const other = await inside.enter('/home', '.glance');
    const { page } = window;
    const words = en.admin.access;
    const [current, next, repeat] = [words.current, words.next, words.repeat].map((label) =>
      page.getByLabel(label, { exact: true }),
    ) as [Locator, Locator, Locator];
    const change = async (now: string, wanted: string, again = wanted) => {
      await current.fill(now);
      await next.fill(wanted);
      await repeat.fill(again);
      await button(page, words.change).click();
    };
    const problem = (text: string) => page.locator('.field-error', { hasText: text }).waitFor();
    await change(inside.password, 'short');
    await problem(en.shell.claim.tooShort);
    await change(inside.password, 'a long enough pass phrase', 'a long enough pass phrasee');
    await problem(en.shell.claim.different);
    await change(inside.password, 'password1');
    await problem(en.shell.claim.tooCommon);
    await picture(page, 'password-common');
    await change('not the present one', 'a long enough pass phrase');
    await page.locator(':is(.notice-error, .field-error)').first().waitFor();
    await picture(page, 'password-wrong');
    expect(await seriousFindings(page)).toEqual([]);

    const pin = page.getByLabel(words.newPin);
    await pin.fill('12ab');
    await button(page, words.setPin).click();
    await problem(en.shell.claim.pinDigits);
    await pin.fill('1234');
    await button(page, words.setPin).click();
    await problem(en.shell.claim.tooCommon);
    await picture(page, 'pin-common');
    await pin.fill('2580');
    await button(page, words.setPin).click();
    await said(page, 'good', words.pinSet);

    await change(inside.password, inside.password);
    await said(page, 'good', words.changed);
    await other.page.getByText(en.shell.login.ended).waitFor();
    await picture(other.page, 'log-in-ended');
    await page.reload();
    await page.locator('input[type=password]').first().waitFor();
    expect(await audited()).toEqual(
      expect.arrayContaining([
        'password-changed login-refused',
        'pin-changed password-refused',
        'password-changed done',
      ]),
    );
    await close(other);
    await close(window);
    await inside.logInAnew();
  }, 60_000);
});

describe('coming in and going out', () => {
  test('a wrong code from the panel, and one that has expired, are said at their field', async () => {
    const window = await openWindow(browser, { locale: 'en' });
    const { page } = window;
    await page.goto(doors.webUrl);
    await page.getByText(en.shell.login.forgotten).click();
    await button(page, en.shell.login.useCode).click();
    const claim = async (code: string) => {
      await page.locator('input[name=claim-code]').fill(code);
      await page.locator('input[name=new-password]').fill('a long enough pass phrase');
      await page.locator('input[name=repeat-password]').fill('a long enough pass phrase');
      await button(page, en.shell.claim.submit).click();
      await page.locator('.field-error', { hasText: en.shell.claim.codeWrong }).waitFor();
    };
    const code = await doors.claimCode();
    await claim('AAAA-AAAA');
    await picture(page, 'claim-wrong-code');
    expect(await seriousFindings(page)).toEqual([]);
    clock.skip(10 * 60_000 + 1000);
    await claim(code);
    expect((await audited()).filter((act) => act === 'claim claim-code-refused')).toHaveLength(2);
    await close(window);
  }, 60_000);

  test('logs out; a wrong password is said at its field', async () => {
    await inside.logInAnew();
    const window = await inside.enter('/home', '.glance');
    const { page } = window;
    await button(page, en.shell.logOut).click();
    await page.locator('input[name=password]').fill('not this one');
    await button(page, en.shell.login.submit).click();
    await page.locator('.field-error', { hasText: en.shell.login.wrong }).waitFor();
    await picture(page, 'log-in-wrong');
    expect(await audited()).toEqual(expect.arrayContaining(['log-out done', 'log-in login-refused']));
    await close(window);
  }, 60_000);

  test('who does nothing for a quarter of an hour is logged out, told so, and comes back to the same page', async () => {
    await inside.logInAnew();
    const window = await inside.enter('/network/dns', '.facts');
    const { page } = window;
    clock.skip(15 * 60_000 + 1000);
    await page.getByText(en.shell.login.ended).waitFor();
    await picture(page, 'session-ended');
    await page.locator('input[name=password]').fill(inside.password);
    await button(page, en.shell.login.submit).click();
    await page.locator('.content .facts').first().waitFor();
    expect(await page.locator('h1').innerText()).toBe(en.network.dns.title);
    await close(window);
    await inside.logInAnew();
  }, 60_000);
});

describe('settings as a whole', () => {
  const words = en.admin.maintenance;

  test('a clone file has no secret; a broken one and a wrong value change nothing; a good one says what it changed', async () => {
    const window = await inside.enter('/system/maintenance', '.button-danger');
    const { page } = window;
    const { agent } = doors.rehearsal.daemon;
    const { name, text } = await download(page, () => button(page, words.export).click());
    expect(name).toBe('mfp-mail-agent.settings.json');
    expect(text).not.toContain(inside.password);
    const clone = JSON.parse(text) as Readonly<Record<string, object>>;
    const before = JSON.stringify(agent.settings().settings);
    const load = async (content: string) => {
      await choose(page, 'clone.json', content);
      await page.getByText('clone.json').waitFor();
      await button(page, words.import).click();
    };
    await load('{ "not": "whole"');
    await page.locator('.notice-error').first().waitFor();
    await picture(page, 'import-broken');
    const changed = (firstWaitS: unknown) => JSON.stringify({ ...clone, retry: { ...clone['retry'], firstWaitS } });
    await load(changed('soon'));
    await page.locator('.notice-error').first().waitFor();
    await picture(page, 'import-wrong-value');
    expect(await seriousFindings(page)).toEqual([]);
    expect(JSON.stringify(agent.settings().settings)).toBe(before);
    await load(changed(77));
    await said(page, 'good', words.imported(1));
    expect(agent.settings().settings['retry']).toMatchObject({ firstWaitS: 77 });
    expect(await audited()).toEqual(expect.arrayContaining(['settings-exported done', 'settings-imported done']));
    await close(window);
  }, 60_000);

  test('pass-back: another server address, typed at the panel or on the page, ends the sign-in', async () => {
    const { agent } = doors.rehearsal.daemon;
    await signIn(doors.rehearsal);
    // At the panel: PIN, consequences, and the provider is no longer Exchange Online.
    const panel = await openWindow(browser, { viewport: sizes.small, hasTouch: true });
    await panel.page.goto(doors.panelEntry);
    await panel.page.locator('.glance-green').waitFor();
    await panel.page.evaluate("location.hash = '#/device/smtp-server'");
    await panel.page.locator('input:focus').waitFor();
    await panel.page.keyboard.type('mail.attacker.example');
    await panel.page.keyboard.press('Enter');
    await panel.page.locator('dialog.pin').waitFor();
    await panel.page.keyboard.type('2580');
    await panel.page.keyboard.press('Enter');
    await panel.page.locator('dialog .consequences').waitFor();
    expect(await panel.page.locator('dialog li').count()).toBe(2);
    expect(agent.status().account.status).toBe('ready');
    await fingers.press(panel.page, panel.page.locator('dialog .button-danger'));
    await until(() => (agent.status().account.status === 'ready' ? undefined : true));
    expect(agent.status()).toMatchObject({ provider: 'unspecified', smarthost: { host: 'mail.attacker.example' } });
    await panel.context.close();

    // On the page: what is sealed opens for the servers of its sign-in only, so back there it is good again.
    const window = await inside.enter('/network/smtp', '.field select');
    const { page } = window;
    await page.getByLabel(en.mail.smtp.provider, { exact: true }).selectOption('exchange-online');
    await button(page, 'Save').click();
    await page.getByRole('heading', { name: en.mail.code.title }).waitFor();
    await until(() => (agent.status().account.status === 'ready' ? true : undefined));
    await visit(page, doors, '/network/smtp', 'input[name=client-id]');
    await page.locator('input[name=smtpHost]').fill('mail.attacker.example');
    await button(page, 'Save').click();
    await page.locator('dialog[open]').waitFor();
    await picture(page, 'dialog-pass-back');
    expect(await page.locator('dialog').innerText()).toContain(en.shell.consent.codes['sign-in-dropped']);
    await button(page.locator('dialog'), en.shell.consent.accept).click();
    await page.getByRole('heading', { name: en.mail.code.title }).waitFor();
    expect(agent.status()).toMatchObject({
      cloud: 'custom',
      account: { status: expect.not.stringMatching(/^ready$/) },
    });
    const { queueId } = await agent.sendTest('anna@contoso.example', administrator);
    await until(() => agent.jobs().find((job) => job.queueId === queueId && job.state === 'held'));
    expect(await audited()).toEqual(expect.arrayContaining(['panel-unlocked done', 'settings-changed done']));
    await close(window);
  }, 90_000);

  test('a reset asks, says what goes with it, and is undone by nobody', async () => {
    const { agent } = doors.rehearsal.daemon;
    const window = await inside.enter('/system/maintenance', '.button-danger');
    const { page } = window;
    const dialog = page.locator('dialog');
    await button(page, words.resetButton).click();
    await dialog.getByText(words.resetText).waitFor();
    await picture(page, 'reset-asked');
    await button(dialog, 'Cancel').click();
    expect(agent.settings().settings['retry']).toMatchObject({ firstWaitS: 77 });
    await button(page, words.resetButton).click();
    await button(dialog, words.resetButton).click();
    // Consequences of its own, if there are any, are asked for once more.
    const accept = button(dialog, en.shell.consent.accept);
    await page.locator(`.message-good, dialog:has-text("${en.shell.consent.accept}")`).first().waitFor();
    if (await accept.isVisible()) await accept.click();
    await said(page, 'good', words.resetDone);
    expect(agent.settings().settings['retry']).not.toMatchObject({ firstWaitS: 77 });
    expect(await audited()).toContain('settings-reset done');
    await close(window);
  }, 60_000);
});

test('the audit list shows each act in words, and the codes of what was refused', async () => {
  const window = await inside.enter('/security/audit', '.table');
  const { page } = window;
  const entries = await doors.rehearsal.daemon.agent.audit.list(500);
  const rows = await page.locator('.content tbody tr').allInnerTexts();
  expect(rows.length).toBe(entries.length);
  const acts: Readonly<Record<string, string>> = en.admin.audit.acts;
  const wordless = entries.filter(({ act }, index) => !(rows[index] ?? '').includes(acts[act] ?? 'no such act'));
  expect(wordless).toEqual([]);
  await picture(page, 'audit');
  await close(window);
}, 60_000);

test('decommissioning asks for the number of scans that are lost, and leaves a device of nobody', async () => {
  const { agent } = doors.rehearsal.daemon;
  await agent.sendTest('anna@contoso.example', administrator);
  const window = await inside.enter('/system/maintenance', '.button-danger');
  const { page } = window;
  const words = en.admin.maintenance;
  const dialog = page.locator('dialog');
  const { waiting, sending, held } = agent.status().queue;
  const count = waiting + sending + held;
  expect(count).toBeGreaterThan(0);
  await page.getByText(words.waitingNow(count)).first().waitFor();
  await button(page, words.decommission).click();
  await dialog.getByLabel(words.typeNumber).fill(String(count + 1));
  await button(dialog, words.decommissionButton).click();
  await dialog.locator('.field-error').waitFor();
  await picture(page, 'decommission-wrong-number');
  expect(await seriousFindings(page)).toEqual([]);
  await dialog.getByLabel(words.typeNumber).fill(String(count));
  const isPortFree = await isFree(8443);
  await button(dialog, words.decommissionButton).click();
  // The door is at its delivered port again, and the page leads there.
  if (isPortFree) {
    await page.getByRole('heading', { name: en.shell.moved.title }).waitFor();
    await picture(page, 'decommissioned-moved');
    await page.getByRole('link', { name: en.shell.moved.go }).click();
    await page.waitForURL('https://127.0.0.1:8443/**');
  }
  await page.locator('input[name=claim-code]').waitFor();
  await settled(page);
  await picture(page, 'decommissioned');
  expect(agent.status().queue).toMatchObject({ waiting: 0, held: 0 });
  expect(await audited()).toEqual(['decommissioned done']);
  await close(window);
}, 60_000);

/** Whether nobody on this machine has the port: another agent may run here. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const isTaken = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(true));
    server.listen(port, () => resolve(false));
  });
  await new Promise((resolve) => server.close(resolve));
  return !isTaken;
}
