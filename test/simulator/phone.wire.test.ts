import { beforeAll, describe, expect, test } from '@jest/globals';
import { standInProfiles, type FaultName, type StandInCloud } from '../../src/simulator/index.ts';
import { askCode, askPhone, mailFrom, poll, signIn, SmtpTalk, startCloud } from './clients.ts';

let cloud: StandInCloud;
beforeAll(async () => {
  cloud = await startCloud();
});

const newCode = async (tenant?: string) => String((await askCode(cloud, {}, tenant)).json['user_code']);

describe('the pages, form by form', () => {
  test('code, sign-in, confirmation, done; then the poll has tokens', async () => {
    const { json: code } = await askCode(cloud);
    const typed = String(code['user_code'])
      .toLowerCase()
      .replace(/^(.{4})/, '$1 ');
    expect((await askPhone(cloud, '/')).text).toContain('<label for="code">');
    const entered = await askPhone(cloud, '/', { form: { code: typed } });
    expect(entered.status).toBe(303);
    const signInPath = entered.headers['location'] ?? '';
    const flow = new URL(signInPath, cloud.phoneUrl).searchParams.get('flow') ?? '';
    expect((await askPhone(cloud, signInPath)).text).toContain('value="scan@contoso.example"');
    const account = cloud.accounts[0];
    const signedIn = await askPhone(cloud, '/sign-in', {
      form: { flow, email: 'SCAN@contoso.example', password: account?.password ?? '' },
    });
    const confirmation = await askPhone(cloud, signedIn.headers['location'] ?? '');
    expect(confirmation.text).toContain('Send mail as you (SMTP.Send)');
    expect(confirmation.text).toContain('MFP mail agent');
    const confirmed = await askPhone(cloud, '/confirm', { form: { flow, answer: 'accept' } });
    expect((await askPhone(cloud, confirmed.headers['location'] ?? '')).text).toContain('You have signed in');
    expect((await poll(cloud, code['device_code'])).status).toBe(200);
  });

  test.each([
    ['a wrong code', '/', { code: 'WRONGCODE' }, 'That code didn’t work'],
    ['no code', '/', {}, 'That code didn’t work'],
    ['a flow of nobody', '/confirm', { flow: 'x', answer: 'accept' }, 'That code didn’t work'],
  ])('%s leads back to the code', async (_what, path, form: Record<string, string>, said) => {
    expect((await askPhone(cloud, path, { form })).text).toContain(said);
  });

  test.each([
    ['nobody@contoso.example', 'x', 50034],
    ['all-scans@contoso.example', 'x', 50034],
    ['scan@contoso.example', 'wrong', 50126],
  ])('signing in as %s with %s stays on the page and says %d', async (upn, password, number) => {
    const entered = await askPhone(cloud, '/', { form: { code: await newCode() } });
    const flow = new URL(entered.headers['location'] ?? '', cloud.phoneUrl).searchParams.get('flow') ?? '';
    expect((await askPhone(cloud, '/sign-in', { form: { flow, email: upn, password } })).text).toContain(
      `AADSTS${number}`,
    );
  });

  test('confirming without having signed in leads to the sign-in', async () => {
    const entered = await askPhone(cloud, '/', { form: { code: await newCode() } });
    const flow = new URL(entered.headers['location'] ?? '', cloud.phoneUrl).searchParams.get('flow') ?? '';
    const { headers } = await askPhone(cloud, '/confirm', { form: { flow, answer: 'accept' } });
    expect(headers['location']).toBe(`/sign-in?flow=${flow}`);
  });

  test('a form of another web page is refused', async () => {
    expect(
      (await askPhone(cloud, '/', { form: { code: await newCode() }, headers: { origin: 'http://evil.example' } }))
        .status,
    ).toBe(403);
  });

  test('every page says that this is a rehearsal, has no scripts, and escapes', async () => {
    const odd = await startCloud({
      appName: '<script>x</script>',
      accounts: [{ upn: 'a"><b>@c.example', name: '<i>name</i>' }],
    });
    const userCode = String((await askCode(odd)).json['user_code']);
    const entered = await askPhone(odd, '/', { form: { code: userCode } });
    const page = await askPhone(odd, entered.headers['location'] ?? '');
    const outcome = await odd.technician({ userCode });
    expect(outcome.result).toBe('signed-in');
    for (const { text } of [
      page,
      await askPhone(odd, '/'),
      await askPhone(odd, `/done?${String(entered.headers['location']).split('?')[1] ?? ''}`),
    ]) {
      expect(text).toContain('Rehearsal: this is the stand-in cloud of mfp-mail-agent, not Microsoft');
      expect(text).not.toMatch(/<script|<b>|<i>name/);
    }
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  });
});

describe('technician', () => {
  test('signs in, or cancels', async () => {
    expect(await cloud.technician({ userCode: await newCode() })).toEqual({
      result: 'signed-in',
      title: 'You have signed in',
    });
    const { json: code } = await askCode(cloud);
    expect(await cloud.technician({ userCode: String(code['user_code']), answer: 'cancel' })).toMatchObject({
      result: 'declined',
    });
    expect((await poll(cloud, code['device_code'])).json).toMatchObject({ error: 'authorization_declined' });
  });

  test('says what the phone said about a wrong code or password', async () => {
    expect(await cloud.technician({ userCode: 'WRONGCODE' })).toMatchObject({ result: 'refused', title: 'Enter code' });
    expect(await cloud.technician({ userCode: await newCode(), password: 'wrong' })).toMatchObject({
      result: 'refused',
      aadsts: 50126,
    });
  });

  test.each<[FaultName, number]>([
    ['policy-block-at-sign-in', 53003],
    ['device-not-managed', 530033],
    ['consent-needed', 90094],
    ['not-assigned', 50105],
    ['wrong-region', 50134],
    ['account-locked', 50053],
    ['wrong-cloud', 90038],
    ['personal', 500208],
    ['user-code-used', 90120],
    ['confirm-on-phone', 50199],
    ['password-wrong', 50126],
    ['password-expired', 50055],
    ['account-not-here', 50020],
    ['mfa-registration', 50079],
    ['device-wanted', 53000],
    ['security-defaults-sign-in', 530035],
    ['user-at-risk', 53011],
    ['tenant-restricted', 500021],
    ['cross-tenant-policy', 500212],
    ['permission-missing', 650056],
    ['partner-consent', 90099],
  ])('%s: the phone shows %d with ids, and the device hears nothing', async (fault, aadsts) => {
    cloud.setFault(fault, true);
    const { json: code } = await askCode(cloud);
    const outcome = await cloud.technician({ userCode: String(code['user_code']) });
    cloud.setFault(fault, false);
    expect(outcome).toMatchObject({ result: 'refused', aadsts });
    expect(outcome.traceId).toMatch(/^[0-9a-f-]{36}$/);
    expect((await poll(cloud, code['device_code'])).json).toMatchObject({ error: 'authorization_pending' });
  });

  test('consent-needed shows the number it is given, and ends with admin consent', async () => {
    cloud.setFault('consent-needed', true, { number: 65001 });
    expect(await cloud.technician({ userCode: await newCode() })).toMatchObject({ aadsts: 65001 });
    const path = `/adminconsent?client_id=${cloud.clientId}`;
    expect((await askPhone(cloud, path)).text).toContain('Permissions requested');
    expect((await askPhone(cloud, path, { form: {} })).text).toContain('Consent given');
    expect(await cloud.technician({ userCode: await newCode() })).toMatchObject({ result: 'signed-in' });
  });

  test('wrong-code costs one more try, which a person makes', async () => {
    cloud.setFault('wrong-code', true);
    expect(await cloud.technician({ userCode: await newCode() })).toMatchObject({ result: 'signed-in' });
  });

  test.each<[FaultName, string]>([
    ['upn-differs', 'mfp@contoso.onmicrosoft.example'],
    ['guest', 'alex_fabrikam.example#EXT#@contoso.onmicrosoft.example'],
    ['other-account', 'reception@contoso.example'],
    ['personal', 'alex@outlook.example'],
  ])('%s offers %s at the phone', (fault, upn) => {
    cloud.setFault(fault, true);
    expect(cloud.suggestedAccount().upn).toBe(upn);
    cloud.setFault(fault, false);
    expect(cloud.suggestedAccount().upn).toBe('scan@contoso.example');
  });

  test('personal accounts may sign in where the tenant is common and the cloud has them', async () => {
    expect(await cloud.technician({ userCode: await newCode('common'), upn: 'alex@outlook.example' })).toMatchObject({
      result: 'signed-in',
    });
    const china = await startCloud({ profile: standInProfiles['china-21vianet'] });
    const userCode = String((await askCode(china, {}, 'common')).json['user_code']);
    expect(await china.technician({ userCode, upn: 'alex@outlook.example' })).toMatchObject({
      result: 'refused',
      aadsts: 500208,
    });
  });
});

describe('the inbox', () => {
  test('shows sender, subject and attachments to people, JSON and bytes to programs', async () => {
    expect((await askPhone(cloud, '/inbox')).text).toContain('Nothing has arrived yet');
    const token = (await signIn(cloud))['access_token'];
    const talk = await SmtpTalk.signedIn(cloud, 'scan@contoso.example', token);
    const message = [
      'From: "MFP, 2nd floor" <scan@contoso.example>',
      'To: anna@example.net',
      'Subject: =?utf-8?B?U2PDoW4gPGI+?=',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="cut"',
      '',
      '--cut',
      'Content-Type: text/plain',
      '',
      'Hello',
      '--cut',
      'Content-Type: application/pdf; name="scan.pdf"',
      'Content-Transfer-Encoding: base64',
      'Content-Disposition: attachment;',
      ' filename="scan <1>.pdf"',
      '',
      Buffer.alloc(3000, 7).toString('base64').replace(/.{76}/g, '$&\r\n'),
      '--cut--',
    ].join('\r\n');
    expect(await talk.send({ from: 'scan@contoso.example', message })).toMatch(/^250/);
    talk.close();
    const page = (await askPhone(cloud, '/inbox')).text;
    expect(page).toContain('scan &#60;1&#62;.pdf <span class="small">(2.9 KiB)</span>');
    expect(page).toContain('Scán &#60;b&#62;');
    const [mail] = (await askPhone(cloud, '/inbox.json')).json['messages'] as Record<string, unknown>[];
    expect(mail).toMatchObject({
      envelope: { reversePath: 'scan@contoso.example', forwardPaths: ['anna@example.net'] },
      subject: 'Scán <b>',
      account: 'scan@contoso.example',
      attachments: [{ fileName: 'scan <1>.pdf', sizeBytes: 3000 }],
    });
    const eml = await askPhone(cloud, '/inbox/1.eml');
    expect(eml.headers['content-type']).toBe('message/rfc822');
    expect(eml.text).toBe(`${message}\r\n`);
    expect((await askPhone(cloud, '/inbox/2.eml')).status).toBe(404);
    expect((await askPhone(cloud, '/inbox/../etc.eml')).status).toBe(404);
  });

  test('drops old bodies beyond its limit, never the newest, and keeps the facts', async () => {
    const small = await startCloud({ keptBodyBytes: 100 });
    const talk = await SmtpTalk.signedIn(small, 'scan@contoso.example', (await signIn(small))['access_token']);
    for (const body of ['a', 'b'])
      await talk.send({ from: 'scan@contoso.example', message: mailFrom('scan@contoso.example', body.repeat(200)) });
    talk.close();
    expect(small.deliveries().map((one) => [one.isBodyDropped, one.raw.length > 0, one.sizeBytes > 200])).toEqual([
      [true, false, true],
      [false, true, true],
    ]);
    expect((await askPhone(small, '/inbox/1.eml')).status).toBe(404);
  });
});
