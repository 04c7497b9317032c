import { beforeAll, describe, expect, test } from '@jest/globals';
import { standInProfiles, type StandInCloud } from '../../src/simulator/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ask, askCode, poll, renew, scopeOf, signIn, startCloud } from './clients.ts';

let cloud: StandInCloud;
beforeAll(async () => {
  cloud = await startCloud();
});

const claimsOf = (idToken: unknown) =>
  JSON.parse(Buffer.from(String(idToken).split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

describe('device code request', () => {
  test('gives code, address, lifetime and pace, and no complete address', async () => {
    const { status, json, headers } = await askCode(cloud);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(Object.keys(json).sort()).toEqual([
      'device_code',
      'expires_in',
      'interval',
      'message',
      'user_code',
      'verification_uri',
    ]);
    expect(json).toMatchObject({
      expires_in: 900,
      interval: 0,
      verification_uri: 'https://login.microsoft.com/device',
    });
    expect(json['user_code']).toMatch(/^[A-Z0-9]{9}$/);
    expect(json['message']).toContain(json['user_code']);
  });

  test('speaks the language of mkt', async () => {
    const { json } = await ask(cloud, '/organizations/oauth2/v2.0/devicecode?mkt=de-DE', {
      form: { client_id: cloud.clientId, scope: scopeOf(cloud) },
    });
    expect(json['message']).toMatch(/^Verwenden Sie/);
  });

  test.each<[string, Record<string, string>, string, number, string, number]>([
    [
      'another client id',
      { client_id: '11111111-2222-3333-4444-555555555555' },
      'organizations',
      400,
      'unauthorized_client',
      700016,
    ],
    ['no client id', { client_id: '' }, 'organizations', 400, 'invalid_request', 900144],
    ['a tenant of nobody', {}, '11111111-2222-3333-4444-555555555555', 400, 'invalid_request', 90002],
    ['no scope', { scope: '' }, 'organizations', 400, 'invalid_request', 900144],
    [
      'the mail resource of another cloud',
      { scope: 'https://partner.outlook.cn/SMTP.Send' },
      'organizations',
      400,
      'invalid_resource',
      500011,
    ],
    [
      'a permission that does not exist',
      { scope: 'https://outlook.office.com/SMTP.Sned' },
      'organizations',
      400,
      'invalid_scope',
      70011,
    ],
    [
      'two resources',
      { scope: 'https://outlook.office.com/SMTP.Send Mail.Send' },
      'organizations',
      400,
      'invalid_scope',
      70011,
    ],
  ])('refuses %s in the words of Entra', async (_what, form, tenant, status, error, number) => {
    const answer = await askCode(cloud, form, tenant);
    expect(answer.status).toBe(status);
    const { json } = answer;
    expect(json).toMatchObject({
      error,
      error_codes: [number],
      error_uri: `https://login.microsoftonline.com/error?code=${number}`,
    });
    expect(Object.keys(json)).toEqual([
      'error',
      'error_description',
      'error_codes',
      'timestamp',
      'trace_id',
      'correlation_id',
      'error_uri',
    ]);
    expect(json['error_description']).toMatch(
      new RegExp(
        `^AADSTS${number}: .+ Trace ID: ${String(json['trace_id'])} Correlation ID: ${String(json['correlation_id'])} Timestamp: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ$`,
      ),
    );
  });

  test.each(['organizations', 'common', 'consumers', 'contoso.example', 'CONTOSO.EXAMPLE'])(
    'takes the tenant %s',
    async (tenant) => {
      expect((await askCode(cloud, {}, tenant)).status).toBe(200);
    },
  );

  test('echoes the client request id as correlation id', async () => {
    const id = '0f0f0f0f-1111-2222-3333-444444444444';
    const { json } = await ask(cloud, '/organizations/oauth2/v2.0/token', {
      form: { client_id: cloud.clientId, grant_type: 'x' },
      headers: { 'client-request-id': id },
    });
    expect(json).toMatchObject({ correlation_id: id, error: 'unsupported_grant_type' });
  });

  test('consumers do not exist in a national cloud', async () => {
    const china = await startCloud({ profile: standInProfiles['china-21vianet'] });
    expect((await askCode(china, {}, 'consumers')).json).toMatchObject({ error_codes: [90002] });
    expect((await askCode(china)).json).toMatchObject({ verification_uri: 'https://microsoft.com/deviceloginchina' });
  });
});

describe('polling', () => {
  test('pending until approved, then tokens, then no second time', async () => {
    const { json: code } = await askCode(cloud);
    expect((await poll(cloud, code['device_code'])).json).toMatchObject({
      error: 'authorization_pending',
      error_codes: [70016],
    });
    cloud.approve({ userCode: String(code['user_code']) });
    const { status, json } = await poll(cloud, code['device_code'], { grant_type: 'device_code', client_info: '1' });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      token_type: 'Bearer',
      scope: 'email openid profile https://outlook.office.com/SMTP.Send',
    });
    expect(json['expires_in']).toBeGreaterThanOrEqual(3600);
    expect(String(json['access_token']).length).toBeGreaterThan(1000);
    const account = cloud.accounts[0];
    expect(claimsOf(json['id_token'])).toMatchObject({
      oid: account?.oid,
      tid: cloud.tenantId,
      preferred_username: account?.upn,
      email: account?.email,
      name: account?.name,
      aud: cloud.clientId,
      iss: `https://login.microsoftonline.com/${cloud.tenantId}/v2.0`,
      ver: '2.0',
    });
    expect(claimsOf(json['id_token'])).not.toHaveProperty('upn');
    expect(JSON.parse(Buffer.from(String(json['client_info']), 'base64url').toString())).toEqual({
      uid: account?.oid,
      utid: cloud.tenantId,
    });
    expect((await poll(cloud, code['device_code'])).json).toMatchObject({
      error: 'invalid_grant',
      error_codes: [54005],
    });
  });

  test('gives only what was asked for', async () => {
    const json = await signIn(cloud, undefined, cloud.profile.scope);
    expect(Object.keys(json)).not.toEqual(expect.arrayContaining(['refresh_token']));
    expect(json).not.toHaveProperty('id_token');
    const withoutEmail = await signIn(cloud, undefined, `${cloud.profile.scope} openid profile`);
    expect(claimsOf(withoutEmail['id_token'])).not.toHaveProperty('email');
  });

  test('declined and unknown codes have their own words', async () => {
    const { json: code } = await askCode(cloud);
    cloud.decline(String(code['user_code']));
    expect((await poll(cloud, code['device_code'])).json).toMatchObject({ error: 'authorization_declined' });
    expect((await poll(cloud, 'nonsense')).json).toMatchObject({ error: 'bad_verification_code' });
  });

  test('slow_down for who polls too fast, and slower from then on; expired after the lifetime', async () => {
    const clock = new ManualClock();
    const slow = await startCloud({ clock, intervalS: 5, codeLifetimeS: 60 });
    const { json: code } = await askCode(slow);
    const word = async () => (await poll(slow, code['device_code'])).json['error'];
    expect(await word()).toBe('authorization_pending');
    await clock.advance(1000);
    expect(await word()).toBe('slow_down');
    await clock.advance(5000);
    expect(await word()).toBe('slow_down');
    await clock.advance(15_000);
    expect(await word()).toBe('authorization_pending');
    await clock.advance(60_000);
    expect((await poll(slow, code['device_code'])).json).toMatchObject({
      error: 'expired_token',
      error_codes: [70020],
    });
    expect(slow.pendingCodes()).toEqual([]);
  });

  test('a client that sends a secret is told that it is public', async () => {
    const { json: code } = await askCode(cloud);
    expect((await poll(cloud, code['device_code'], { client_secret: 'x' })).json).toMatchObject({
      error: 'invalid_client',
      error_codes: [700025],
    });
  });
});

describe('renewal', () => {
  test('rotates the refresh token and leaves the old one good', async () => {
    const first = await signIn(cloud);
    const second = await renew(cloud, first['refresh_token'], { scope: scopeOf(cloud) });
    expect(second.status).toBe(200);
    expect(second.json['refresh_token']).not.toBe(first['refresh_token']);
    expect(second.json['access_token']).not.toBe(first['access_token']);
    expect((await renew(cloud, first['refresh_token'])).status).toBe(200);
  });

  test.each<
    [string, (token: unknown, other: StandInCloud) => Promise<Record<string, unknown>>, Record<string, unknown>]
  >([
    [
      'a token of nobody',
      async (_token, other) => (await renew(other, 'nonsense')).json,
      { error: 'invalid_grant', error_codes: [70000] },
    ],
    [
      'a foreign resource',
      async (token, other) => (await renew(other, token, { scope: 'https://partner.outlook.cn/SMTP.Send' })).json,
      { error_codes: [500011] },
    ],
    [
      'a revoked one',
      async (token, other) => {
        other.revokeSessions('scan@contoso.example');
        return (await renew(other, token)).json;
      },
      { error: 'invalid_grant', suberror: 'bad_token', error_codes: [50173] },
    ],
  ])('refuses %s', async (_what, act, expected) => {
    const { refresh_token: token } = await signIn(cloud);
    expect(await act(token, cloud)).toMatchObject(expected);
  });

  test('90 idle days end it, 89 do not', async () => {
    const clock = new ManualClock();
    const idle = await startCloud({ clock });
    const { refresh_token: token } = await signIn(idle);
    await clock.advance(89 * 86_400_000);
    expect((await renew(idle, token)).status).toBe(200);
    await clock.advance(2 * 86_400_000);
    expect((await renew(idle, token)).json).toMatchObject({ error: 'invalid_grant', error_codes: [700082] });
  });
});

describe('accounts', () => {
  test('a guest carries its home address, a #EXT# upn and acct 1', async () => {
    const guest = cloud.accounts.find((one) => one.kind === 'guest');
    expect(claimsOf((await signIn(cloud, guest?.upn))['id_token'])).toMatchObject({
      preferred_username: 'alex@fabrikam.example',
      acct: 1,
      upn: expect.stringContaining('#EXT#') as unknown,
    });
  });

  test('a personal account lives in the consumer tenant', async () => {
    expect(claimsOf((await signIn(cloud, 'alex@outlook.example'))['id_token'])).toMatchObject({
      tid: '9188040d-6c67-4c5b-b112-36a304b66dad',
    });
  });

  test('own accounts replace the cast', async () => {
    const own = await startCloud({ accounts: [{ upn: 'one@own.example', email: 'two@own.example' }] });
    expect(own.accounts).toHaveLength(1);
    expect(claimsOf((await signIn(own))['id_token'])).toMatchObject({
      preferred_username: 'one@own.example',
      email: 'two@own.example',
    });
  });
});

describe('everything else', () => {
  test('discovery names the host of the profile', async () => {
    expect((await ask(cloud, '/common/discovery/instance?api-version=1.1')).json).toMatchObject({
      metadata: [{ preferred_network: 'login.microsoftonline.com' }],
    });
    expect((await ask(cloud, '/organizations/v2.0/.well-known/openid-configuration')).json).toMatchObject({
      issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
      token_endpoint: 'https://login.microsoftonline.com/organizations/oauth2/v2.0/token',
    });
    expect((await ask(cloud, '/nowhere.example/v2.0/.well-known/openid-configuration')).json).toMatchObject({
      error_codes: [90002],
    });
  });

  test('GET at a protocol address is refused, a host of another cloud too', async () => {
    expect((await ask(cloud, '/organizations/oauth2/v2.0/token')).json).toMatchObject({ error_codes: [900561] });
    expect(
      (await ask(cloud, '/organizations/oauth2/v2.0/token', { headers: { host: 'login.partner.microsoftonline.cn' } }))
        .json,
    ).toMatchObject({ error_codes: [50049] });
  });

  test('the verification address leads to the phone', async () => {
    const { status, headers } = await ask(cloud, '/device', { host: 'login.microsoft.com' });
    expect({ status, location: headers['location'] }).toEqual({ status: 303, location: cloud.phoneUrl });
  });

  test.each([
    ['the v2.0 link without redirect', '/organizations/v2.0/adminconsent?client_id=ID', 'AADSTS900971'],
    [
      'a redirect that is not registered',
      '/organizations/v2.0/adminconsent?client_id=ID&redirect_uri=https%3A%2F%2Fevil.example%2F',
      'AADSTS50011',
    ],
    ['another client id', '/organizations/adminconsent?client_id=11111111-2222-3333-4444-555555555555', 'AADSTS700016'],
  ])('admin consent refuses %s', async (_what, path, number) => {
    const { status, text } = await ask(cloud, path.replace('ID', cloud.clientId));
    expect(status).toBe(400);
    expect(text).toContain(number);
  });

  test('admin consent with the registered redirect ends there', async () => {
    const redirect = 'https://login.microsoftonline.com/common/oauth2/nativeclient';
    const path = `/organizations/v2.0/adminconsent?client_id=${cloud.clientId}&redirect_uri=${encodeURIComponent(redirect)}`;
    cloud.setFault('consent-needed', true);
    expect((await ask(cloud, path)).text).toContain('Permissions requested');
    const { status, headers } = await ask(cloud, path, { form: {} });
    expect({ status, location: headers['location'] }).toEqual({
      status: 303,
      location: `${redirect}?admin_consent=True&tenant=${cloud.tenantId}`,
    });
    expect(cloud.activeFaults()).toEqual([]);
  });

  test('counts what it is asked', async () => {
    const fresh = await startCloud();
    const { refresh_token: token } = await signIn(fresh);
    await renew(fresh, token);
    expect(fresh.stats).toMatchObject({
      deviceCodeRequests: 1,
      polls: 1,
      renewals: 1,
      tokenRequests: 2,
      tokensIssued: 2,
    });
  });
});
