import { describe, expect, test } from '@jest/globals';
import { MailError, type ErrorCode } from '../../src/core/index.ts';
import { settle } from '../support/manual-clock.ts';
import {
  bodyOf,
  claims,
  clientId,
  deviceCode,
  json,
  lateReply,
  memorySecrets,
  oauthError,
  pending,
  room,
  scriptedIdentity,
  signedIn,
  tenantId,
  tokens,
} from './stand-ins.ts';

describe('a sign-in from code to 235', () => {
  test('shows the code, asks for confirmation, stores, proves, and is ready', async () => {
    const first = tokens();
    const identity = scriptedIdentity(deviceCode(), pending(), first);
    const it = room(identity);
    const seen: string[] = [];
    it.signIn.subscribe(() => {
      if (seen.at(-1) !== it.step()) seen.push(it.step());
    });
    await it.signIn.start();
    expect(it.signIn.account()).toEqual({ status: 'none' });
    await it.toCode();
    expect(it.signIn.signIn()).toEqual({
      step: 'code',
      userCode: 'ABCD-EFGH',
      verificationUri: 'https://login.example/device',
      isKnownHost: true,
      expiresAtMs: it.clock.nowMs() + 900_000,
      clientId,
      scopes: ['https://outlook.office.com/SMTP.Send', 'email'],
    });
    await it.poll();
    expect(it.step()).toBe('code');
    await it.poll();
    expect(it.signIn.signIn()).toMatchObject({
      step: 'confirm',
      deviceEmailAddress: 'scan@contoso.com',
      identity: { upn: 'scan@contoso.com', objectId: 'oid-1', tenantId },
    });
    // Nothing durable before a person has said yes (T24).
    expect(it.secrets.journal).toEqual([]);
    expect(it.signIn.account()).toEqual({ status: 'none' });
    await it.signIn.confirm({ by: 'anna' });
    await it.until(() => it.step() === 'ready');
    expect(it.signIn.signIn()).toMatchObject({ step: 'ready', isUpnMismatch: false });
    expect(it.addresses).toEqual(['scan@contoso.com by anna']);
    expect(it.proofs).toEqual([{ upn: 'scan@contoso.com', token: bodyOf(first)['access_token'] }]);
    expect(it.signIn.account()).toMatchObject({
      status: 'ready',
      identity: { upn: 'scan@contoso.com' },
      signedInAtMs: it.clock.nowMs(),
    });
    expect(it.secrets.journal).toEqual(['put account', 'put account-identity', 'put account']);
    expect(seen).toEqual(['idle', 'starting', 'code', 'confirm', 'proving', 'ready']);
    expect((await it.signIn.accessToken()).token).toBe(bodyOf(first)['access_token']);
    await it.signIn.stop();
    expect(it.clock.pendingMs).toEqual([]);
  });

  test('asks the v2 endpoints of the configured host and tenant, in RFC 8628 words, without discovery', async () => {
    const identity = scriptedIdentity(deviceCode(), tokens());
    // A tenant named like the endpoint: the library itself would send the code request to the wrong place.
    const it = room(identity, { config: { loginHost: 'token.example', tenant: 'token.contoso.com' } });
    await it.toCode();
    await it.poll();
    expect(identity.requests.map(({ url }) => url)).toEqual([
      'https://token.example/token.contoso.com/oauth2/v2.0/devicecode',
      'https://token.example/token.contoso.com/oauth2/v2.0/token',
    ]);
    const [start, poll] = identity.requests.map(({ form }) => form);
    expect(start?.get('client_id')).toBe(clientId);
    expect(start?.get('scope')?.split(' ').sort()).toEqual([
      'email',
      'https://outlook.office.com/SMTP.Send',
      'offline_access',
      'openid',
      'profile',
    ]);
    expect(poll?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:device_code');
    expect(poll?.get('device_code')).toBe('CANARY-device-code');
    await it.signIn.stop();
  });

  test.each([
    'login.microsoftonline.com',
    'login.partner.microsoftonline.cn',
    'login.chinacloudapi.cn',
    'login.microsoftonline.us',
    'login.windows.net',
    'localhost:8443',
    'login.contoso.internal',
  ])('%s is asked under its own name, with one packet', async (loginHost) => {
    const identity = scriptedIdentity(deviceCode());
    const it = room(identity, { config: { loginHost } });
    await it.toCode();
    expect(identity.requests.map(({ url }) => url)).toEqual([
      `https://${loginHost}/organizations/oauth2/v2.0/devicecode`,
    ]);
    await it.signIn.stop();
  });

  test('an unknown verification host is shown with a warning', async () => {
    const it = room(scriptedIdentity(deviceCode({ verification_uri: 'https://microsoft.com/devicelogin' })));
    await it.toCode();
    expect(it.signIn.signIn()).toMatchObject({
      step: 'code',
      isKnownHost: false,
      verificationUri: 'https://microsoft.com/devicelogin',
    });
    await it.signIn.stop();
  });

  test('UPN other than the device address is said in the ready state, and follows the settings', async () => {
    const it = await signedIn(
      scriptedIdentity(),
      {},
      tokens({}, claims({ preferred_username: 'scan@contoso.onmicrosoft.com' })),
    );
    expect(it.signIn.signIn()).toMatchObject({ step: 'ready', isUpnMismatch: true });
    it.change({ deviceEmailAddress: 'SCAN@contoso.onmicrosoft.com' });
    expect(it.signIn.signIn()).toMatchObject({ step: 'ready', isUpnMismatch: false });
    await it.signIn.stop();
  });
});

describe('the device code request is checked (MSAL would poll with a code of undefined)', () => {
  test.each<[string, Parameters<typeof scriptedIdentity>[0], object]>([
    // what is answered; what the screen gets
    [
      'unknown application',
      oauthError('unauthorized_client', { aadsts: 700016 }),
      { code: 'app-not-found', aadsts: 700016, detail: expect.stringContaining('AADSTS700016') },
    ],
    [
      'public client flows off',
      oauthError('invalid_client', { aadsts: 7000218, status: 401 }),
      { code: 'app-not-public', aadsts: 7000218 },
    ],
    ['unknown tenant', oauthError('invalid_request', { aadsts: 90002 }), { code: 'tenant-unknown', aadsts: 90002 }],
    ['service trouble', json(503, { error: 'temporarily_unavailable' }), { code: 'identity-unavailable' }],
    ['throttled', json(429, {}, { 'retry-after': '30' }), { code: 'identity-throttled' }],
    ['a gateway page', { status: 502, headers: {}, body: '<html>Bad gateway' }, { code: 'identity-unavailable' }],
    ['a portal page', { status: 200, headers: {}, body: '<html>Welcome' }, { code: 'captive-portal' }],
    ['truncated JSON', { status: 200, headers: {}, body: '{"device_code":"CANARY' }, { code: 'reply-invalid' }],
    ['no user code', deviceCode({ user_code: undefined }), { code: 'reply-invalid' }],
    ['an http address', deviceCode({ verification_uri: 'http://login.example/device' }), { code: 'reply-invalid' }],
    ['a script address', deviceCode({ verification_uri: 'javascript:alert(1)' }), { code: 'reply-invalid' }],
    ['control characters in the code', deviceCode({ user_code: 'AB\u001b[2J' }), { code: 'reply-invalid' }],
    ['no network', new MailError('dns-failed', 'x'), { code: 'dns-failed' }],
    ['proxy log-in', new MailError('proxy-authentication', 'x'), { code: 'proxy-authentication' }],
  ])('%s', async (_name, answer, expected) => {
    const identity = scriptedIdentity(answer);
    const it = room(identity);
    await it.toCode();
    expect(it.signIn.signIn()).toMatchObject({ step: 'failed', ...expected });
    await it.clock.advance(60_000);
    expect(identity.requests).toHaveLength(1);
    await it.signIn.stop();
  });

  test.each<[string, object, number, number]>([
    // members of the answer; life in seconds; milliseconds to the first poll
    ['nothing said', { expires_in: undefined, interval: undefined }, 900, 5_000],
    ['numbers as text (v1)', { expires_in: '600', interval: '7' }, 600, 7_000],
    ['zero interval', { interval: 0 }, 900, 5_000],
    ['negative and nonsense', { expires_in: -1, interval: 'soon' }, 900, 5_000],
    ['an interval of an hour', { interval: 3600 }, 900, 60_000],
    ['a code for a year', { expires_in: 31_536_000 }, 3600, 5_000],
  ])('times: %s', async (_name, members, lifeS, intervalMs) => {
    const it = room(scriptedIdentity(deviceCode(members)));
    await it.toCode();
    expect(it.signIn.signIn()).toMatchObject({ expiresAtMs: it.clock.nowMs() + lifeS * 1000 });
    expect(it.clock.pendingMs).toContain(intervalMs);
    await it.signIn.stop();
  });
});

describe('polling ends', () => {
  test.each<[string, Parameters<typeof scriptedIdentity>[0], object]>([
    ['the person declined', oauthError('authorization_declined'), { code: 'sign-in-declined' }],
    ['the person declined, RFC word', oauthError('access_denied'), { code: 'sign-in-declined' }],
    ['the server says expired', oauthError('expired_token', { aadsts: 70020 }), { code: 'sign-in-expired' }],
    [
      'blocked by Conditional Access',
      oauthError('invalid_grant', { aadsts: 53003 }),
      { code: 'policy-blocked', aadsts: 53003 },
    ],
    [
      'device code flow not allowed',
      oauthError('invalid_grant', { aadsts: 530033 }),
      { code: 'policy-blocked', aadsts: 530033 },
    ],
    [
      'consent missing',
      oauthError('invalid_grant', { aadsts: 65001, suberror: 'consent_required' }),
      { code: 'consent-needed', aadsts: 65001 },
    ],
    [
      'public client flows off',
      oauthError('invalid_client', { aadsts: 7000218, status: 401 }),
      { code: 'app-not-public', aadsts: 7000218 },
    ],
    ['no ID token', tokens({ id_token: undefined }), { code: 'identity-incomplete' }],
    ['no refresh token', tokens({ refresh_token: undefined }), { code: 'identity-incomplete' }],
    ['ID token without oid', tokens({}, claims({ oid: undefined })), { code: 'identity-incomplete' }],
    [
      'ID token that is none',
      tokens({ id_token: 'CANARY.not-base64.x' }),
      { code: expect.stringMatching(/reply-invalid|identity-incomplete/) },
    ],
    [
      'personal account',
      tokens({}, claims({ tid: '9188040d-6c67-4c5b-b112-36a304b66dad' })),
      { code: 'personal-account-refused' },
    ],
    [
      'guest by UPN',
      tokens({}, claims({ preferred_username: 'a_b.com#EXT#@contoso.onmicrosoft.com' })),
      { code: 'guest-account-refused' },
    ],
    ['guest by claim', tokens({}, claims({ acct: 1 })), { code: 'guest-account-refused' }],
    ['proxy wants a log-in', new MailError('proxy-authentication', 'x'), { code: 'proxy-authentication' }],
  ])('%s', async (_name, answer, expected) => {
    const identity = scriptedIdentity(deviceCode(), answer);
    const it = room(identity);
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'failed');
    expect(it.signIn.signIn()).toMatchObject({ step: 'failed', ...expected });
    await it.clock.advance(300_000);
    expect(identity.requests).toHaveLength(2);
    expect(it.secrets.journal).toEqual([]);
    await it.signIn.stop();
  });

  test('at the end of the code by our own clock, to the second', async () => {
    const it = room(scriptedIdentity(deviceCode({ expires_in: 62 })));
    await it.toCode();
    await it.poll(61_900);
    expect(it.step()).toBe('code');
    await it.poll(200);
    expect(it.signIn.signIn()).toMatchObject({ step: 'failed', code: 'sign-in-expired' });
    await it.signIn.stop();
  });

  test('a personal account is welcome where the profile has them', async () => {
    const it = room(
      scriptedIdentity(deviceCode(), tokens({}, claims({ tid: '9188040d-6c67-4c5b-b112-36a304b66dad' }))),
      { config: { hasPersonalAccounts: true } },
    );
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    await it.signIn.stop();
  });
});

describe('a person ends it', () => {
  test('cancel is instant, even during a poll that hangs, and ends the request', async () => {
    let isAborted = false;
    const identity = scriptedIdentity(
      deviceCode(),
      (_form, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            isAborted = true;
            reject(signal.reason as Error);
          });
        }),
    );
    const it = room(identity);
    await it.toCode();
    await it.poll();
    expect(identity.requests).toHaveLength(2);
    const state = it.signIn.cancel({ by: 'anna' });
    await settle(1);
    expect(it.signIn.signIn()).toMatchObject({ step: 'failed', code: 'sign-in-cancelled' });
    expect(await state).toMatchObject({ step: 'failed', code: 'sign-in-cancelled' });
    await it.clock.advance(900_000);
    expect(isAborted).toBe(true);
    expect(identity.requests).toHaveLength(2);
    await expect(it.signIn.cancel({ by: 'anna' })).rejects.toMatchObject({ code: 'sign-in-not-running' });
    await it.signIn.stop();
  });

  test('cancel instead of confirm: the tokens are gone', async () => {
    const it = room(scriptedIdentity(deviceCode(), tokens()));
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    await it.signIn.cancel({ by: 'anna' });
    await expect(it.signIn.confirm({ by: 'anna' })).rejects.toMatchObject({ code: 'sign-in-not-running' });
    await settle(20);
    expect(it.secrets.journal).toEqual([]);
    await expect(it.signIn.accessToken()).rejects.toMatchObject({ code: 'sign-in-needed' });
    await it.signIn.stop();
  });

  test('nobody confirms for ten minutes', async () => {
    const it = room(scriptedIdentity(deviceCode(), tokens()));
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    await it.clock.advance(599_000);
    expect(it.step()).toBe('confirm');
    await it.clock.advance(2_000);
    expect(it.signIn.signIn()).toMatchObject({ step: 'failed', code: 'sign-in-expired' });
    expect(it.secrets.journal).toEqual([]);
    await it.signIn.stop();
  });

  test('a cancel after the yes comes too late; the account is stored and proven', async () => {
    const it = room(scriptedIdentity(deviceCode(), tokens()));
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    const confirming = it.signIn.confirm({ by: 'anna' });
    await settle(1);
    await it.signIn.cancel({ by: 'bob' });
    expect(await confirming).toMatchObject({ step: expect.stringMatching(/proving|ready/) });
    await it.until(() => it.step() === 'ready');
    await it.signIn.stop();
  });

  test('without a session there is nothing to confirm or cancel', async () => {
    const it = room(scriptedIdentity());
    await expect(it.signIn.confirm({ by: 'x' })).rejects.toMatchObject({ code: 'sign-in-not-running' });
    await expect(it.signIn.cancel({ by: 'x' })).rejects.toMatchObject({ code: 'sign-in-not-running' });
  });
});

describe('how often (T24)', () => {
  test('two screens share one session while its code is good for a minute', async () => {
    const identity = scriptedIdentity(deviceCode({ expires_in: 120, interval: 60 }));
    const it = room(identity);
    await it.signIn.begin({ by: 'panel' });
    expect(await it.signIn.begin({ by: 'web' })).toMatchObject({ step: 'starting' });
    await it.until(() => it.step() === 'code');
    expect(await it.signIn.begin({ by: 'web' })).toMatchObject({ step: 'code', userCode: 'ABCD-EFGH' });
    expect(identity.requests).toHaveLength(1);
    await it.clock.advance(70_000);
    identity.then_(deviceCode({ user_code: 'NEW-CODE' }));
    await it.toCode();
    expect(it.signIn.signIn()).toMatchObject({ step: 'code', userCode: 'NEW-CODE' });
    await it.signIn.stop();
  });

  test('three starts in ten minutes, then a wait that is said', async () => {
    const it = room(scriptedIdentity(deviceCode(), deviceCode(), deviceCode(), deviceCode()));
    for (let start = 0; start < 3; start++) {
      await it.toCode();
      await it.signIn.cancel({ by: 'x' });
      await it.clock.advance(60_000);
    }
    await expect(it.signIn.begin({ by: 'x' })).rejects.toMatchObject({
      code: 'sign-in-too-often',
      details: { retryAfterMs: 420_000 },
    });
    expect(it.step()).toBe('failed');
    await it.clock.advance(420_000);
    await it.toCode();
    expect(it.step()).toBe('code');
    await it.signIn.stop();
  });

  test('a code that is good is shared, unless a person wants another; that counts as a start', async () => {
    const it = room(scriptedIdentity(deviceCode(), deviceCode({ user_code: 'FRESH1234' })));
    await it.toCode();
    const first = it.signIn.signIn();
    await it.signIn.begin({ by: 'x' });
    expect(it.signIn.signIn()).toEqual(first);
    await it.signIn.begin({ by: 'x' }, { isFresh: true });
    await settle(20);
    expect(it.signIn.signIn()).toMatchObject({ step: 'code', userCode: 'FRESH1234' });
    await it.signIn.cancel({ by: 'x' });
    await it.signIn.stop();
  });

  test('a lapsed code may be renewed three times without using up a start', async () => {
    const identity = scriptedIdentity();
    const it = room(identity);
    const lapse = async () => {
      identity.then_(deviceCode({ expires_in: 1 }));
      await it.toCode();
      await it.poll(1_000);
      expect(it.signIn.signIn()).toMatchObject({ step: 'failed', code: 'sign-in-expired' });
    };
    // One start and three renewals, three times over: twelve codes are all there is in ten minutes.
    for (let code = 0; code < 12; code++) await lapse();
    await expect(it.signIn.begin({ by: 'x' })).rejects.toMatchObject({ code: 'sign-in-too-often' });
    await it.signIn.stop();
  });

  test('a start that showed no code is not counted', async () => {
    const identity = scriptedIdentity();
    const it = room(identity);
    for (let start = 0; start < 5; start++) {
      identity.then_(new MailError('dns-failed', 'x'));
      await it.toCode();
      expect(it.signIn.signIn()).toMatchObject({ code: 'dns-failed' });
      await settle(20);
    }
    await it.signIn.stop();
  });

  test('no client id, no packet', async () => {
    const identity = scriptedIdentity();
    await expect(room(identity, { config: { clientId: '' } }).signIn.begin({ by: 'x' })).rejects.toMatchObject({
      code: 'client-id-missing',
    });
    await expect(room(identity, { config: { clientId: 'nonsense' } }).signIn.begin({ by: 'x' })).rejects.toMatchObject({
      code: 'client-id-malformed',
    });
    expect(identity.requests).toHaveLength(0);
  });

  test('nothing is asked for at start-up', async () => {
    const identity = scriptedIdentity();
    const it = room(identity);
    await it.signIn.start();
    // It looks for a record once a minute: a disk may be mounted late.
    await it.clock.advance(2 * 86_400_000);
    expect(identity.requests).toHaveLength(0);
    await it.signIn.stop();
  });
});

describe('the same account, and another', () => {
  test('the same account signs in again: no question, device address untouched', async () => {
    const it = await signedIn(scriptedIdentity());
    it.change({ deviceEmailAddress: 'alias@contoso.com' });
    it.identity.then_(deviceCode(), tokens());
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'ready');
    expect(it.addresses).toHaveLength(1);
    expect(it.config().deviceEmailAddress).toBe('alias@contoso.com');
    await it.signIn.stop();
  });

  test('another account is confirmed, with the name of the one before, and sets the device address', async () => {
    const it = await signedIn(scriptedIdentity());
    it.identity.then_(
      deviceCode(),
      tokens({}, claims({ oid: 'oid-2', preferred_username: 'copy@contoso.com', email: undefined })),
    );
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    expect(it.signIn.signIn()).toMatchObject({
      step: 'confirm',
      previousUpn: 'scan@contoso.com',
      deviceEmailAddress: 'copy@contoso.com',
    });
    expect(it.signIn.account()).toMatchObject({ status: 'ready', identity: { objectId: 'oid-1' } });
    await it.signIn.confirm({ by: 'anna' });
    await it.until(() => it.step() === 'ready');
    expect(it.signIn.account()).toMatchObject({ status: 'ready', identity: { objectId: 'oid-2' } });
    expect(it.addresses.at(-1)).toBe('copy@contoso.com by anna');
    await it.signIn.stop();
  });

  test('sign-out removes the account; the next sign-in is a first one', async () => {
    const it = await signedIn(scriptedIdentity());
    expect(await it.signIn.signOut({ by: 'anna' })).toEqual({ status: 'none' });
    expect(it.step()).toBe('idle');
    expect(it.secrets.records.size).toBe(0);
    await expect(it.signIn.accessToken()).rejects.toMatchObject({ code: 'sign-in-needed' });
    it.identity.then_(deviceCode(), tokens());
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    await it.signIn.stop();
  });
});

describe('storing and proving', () => {
  test('a token that the smarthost refuses is renewed once and tried once more', async () => {
    const second = tokens();
    const tried: string[] = [];
    const it = room(scriptedIdentity(deviceCode(), tokens(), second), {
      prove: (_identity, { token }) => {
        tried.push(token);
        return tried.length === 1
          ? Promise.reject(new MailError('authentication-refused', '535 5.7.3'))
          : Promise.resolve();
      },
    });
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    await it.signIn.confirm({ by: 'x' });
    await it.until(() => it.step() === 'ready');
    expect(tried).toHaveLength(2);
    expect(tried[1]).toBe(bodyOf(second)['access_token']);
    await it.signIn.stop();
  });

  test.each<[string, MailError, object]>([
    // why the smarthost gave no 235; what becomes of the account
    ['no mail server set', new MailError('smarthost-not-set', 'x'), { status: 'unproven' }],
    ['SMTP AUTH off', new MailError('smtp-auth-disabled', 'x'), { status: 'unproven', code: 'smtp-auth-disabled' }],
  ])('%s: the step fails at once with that code, the account is kept', async (_name, error, account) => {
    const it = room(scriptedIdentity(deviceCode(), tokens()), { prove: () => Promise.reject(error) });
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    await it.signIn.confirm({ by: 'x' });
    await it.until(() => it.step() === 'failed');
    expect(it.signIn.signIn()).toMatchObject({ step: 'failed', code: error.code });
    expect(it.signIn.account()).toMatchObject(account);
    await expect(it.signIn.accessToken()).resolves.toMatchObject({ token: expect.stringContaining('access') });
    // The first job gets its 235 after all.
    it.signIn.noteProven();
    expect(it.signIn.account()).toMatchObject({ status: 'ready' });
    expect(it.signIn.account().code).toBeUndefined();
    expect(it.step()).toBe('ready');
    await it.signIn.stop();
  });

  /** A room in `proving` whose smarthost gives these answers, one after the other, the last for ever. */
  async function proving(...script: (MailError | 'yes')[]) {
    const triedAtMs: number[] = [];
    const it = room(scriptedIdentity(deviceCode(), tokens()), {
      prove: () => {
        triedAtMs.push(it.clock.monotonicMs());
        const answer = script.length > 1 ? script.shift() : script[0];
        return answer instanceof MailError ? Promise.reject(answer) : Promise.resolve();
      },
    });
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    await it.signIn.confirm({ by: 'x' });
    await it.until(() => triedAtMs.length > 0);
    await settle(20);
    return { ...it, afterMs: () => triedAtMs.map((one) => one - triedAtMs[0]!) };
  }

  test.each<[string, ErrorCode]>([
    ['454 temporary authentication failure, 421', 'smarthost-busy'],
    ['432 concurrent connections', 'throttled'],
    ['an answer that does not come', 'timeout'],
    ['a line that breaks', 'connection-lost'],
    ['no such name', 'dns-failed'],
    ['nobody at the port', 'connect-failed'],
    ['a firewall that drops', 'connect-timeout'],
    ['a network that inspects TLS', 'tls-untrusted'],
    ['a proxy that refuses', 'proxy-refused'],
    // A setting, but one that is mended while the technician waits.
    ['a proxy that wants a password', 'proxy-authentication'],
  ])('%s is shown, and asked again after 5, 10 and 20 s before the step fails', async (_name, code) => {
    const it = await proving(new MailError(code, 'x'));
    expect(it.signIn.signIn()).toEqual({
      step: 'proving',
      identity: expect.objectContaining({ upn: 'scan@contoso.com' }),
      trouble: code,
    });
    await it.clock.advance(34_999);
    expect(it.step()).toBe('proving');
    await it.clock.advance(1);
    await settle(20);
    expect(it.signIn.signIn()).toMatchObject({ step: 'failed', code, host: 'smtp.example' });
    expect(it.afterMs()).toEqual([0, 5_000, 15_000, 35_000]);
    expect(it.signIn.account()).toMatchObject({ status: 'unproven' });
    await it.signIn.stop();
    expect(it.clock.pendingMs).toEqual([]);
  });

  test('a fault that passes ends in ready', async () => {
    const it = await proving(new MailError('smarthost-busy', '454'), 'yes');
    expect(it.step()).toBe('proving');
    await it.clock.advance(5_000);
    await settle(20);
    expect(it.step()).toBe('ready');
    expect(it.signIn.account()).toMatchObject({ status: 'ready' });
    await it.signIn.stop();
  });

  test('a refusal after a passing fault ends it at once', async () => {
    const it = await proving(new MailError('smarthost-busy', '454'), new MailError('smtp-auth-disabled', '535'));
    await it.clock.advance(5_000);
    await settle(20);
    expect(it.signIn.signIn()).toMatchObject({ step: 'failed', code: 'smtp-auth-disabled' });
    expect(it.afterMs()).toEqual([0, 5_000]);
    await it.signIn.stop();
  });

  test('the 235 of a job, meanwhile, ends the waiting', async () => {
    const it = await proving(new MailError('connect-timeout', 'x'));
    it.signIn.noteProven();
    expect(it.step()).toBe('ready');
    await it.clock.advance(60_000);
    expect(it.afterMs()).toEqual([0]);
    expect(it.step()).toBe('ready');
    await it.signIn.stop();
  });

  test('a cancel while it waits ends it at once, the account stays', async () => {
    const it = await proving(new MailError('connect-timeout', 'x'));
    await it.signIn.cancel({ by: 'x' });
    expect(it.signIn.signIn()).toMatchObject({ step: 'failed', code: 'sign-in-cancelled' });
    await it.clock.advance(60_000);
    expect(it.afterMs()).toEqual([0]);
    expect(it.signIn.account()).toMatchObject({ status: 'unproven' });
    await it.signIn.stop();
    expect(it.clock.pendingMs).toEqual([]);
  });

  test('the first proof: a host that changed while the token was fetched gets nothing (T21)', async () => {
    const it = room(scriptedIdentity(deviceCode(), tokens()));
    it.signIn.subscribe(() => {
      // After the binding was compared, before the token is there.
      if (it.step() === 'proving') {
        queueMicrotask(() => {
          it.change({ smtpHost: 'evil.example' });
        });
      }
    });
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    await it.signIn.confirm({ by: 'x' });
    await it.until(() => it.step() === 'failed');
    expect(it.proofs).toEqual([]);
    expect(it.signIn.signIn()).toMatchObject({ step: 'failed', code: 'secret-binding-changed' });
    expect(it.signIn.account()).toMatchObject({ status: 'sign-in-needed', code: 'secret-binding-changed' });
    await it.signIn.stop();
  });

  test('the second proof: a host that changed while the new token was saved gets nothing (T21)', async () => {
    let proofs = 0;
    const it = room(scriptedIdentity(deviceCode(), tokens(), tokens()), {
      prove: () => {
        proofs++;
        it.secrets.fail = () => {
          it.change({ smtpHost: 'evil.example' });
          return undefined;
        };
        return Promise.reject(new MailError('authentication-refused', '535 5.7.3'));
      },
    });
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    await it.signIn.confirm({ by: 'x' });
    await it.until(() => it.step() === 'failed');
    expect(proofs).toBe(1);
    expect(it.signIn.signIn()).toMatchObject({ step: 'failed', code: 'secret-binding-changed' });
    await it.signIn.stop();
  });

  test('a cancel ends the proof that is under way, and its late answer means nothing', async () => {
    let answer: (() => void) | undefined;
    let signal: AbortSignal | undefined;
    const it = room(scriptedIdentity(deviceCode(), tokens()), {
      prove: (_identity, _token, options) => {
        signal = options.signal;
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    await it.signIn.confirm({ by: 'x' });
    await it.until(() => answer !== undefined);
    expect(signal?.aborted).toBe(false);
    await it.signIn.cancel({ by: 'x' });
    expect(signal?.aborted).toBe(true);
    answer!();
    await settle(20);
    expect(it.signIn.account()).toMatchObject({ status: 'unproven' });
    await it.signIn.stop();
  });

  test('after a cancel during the renewal the smarthost is not asked again', async () => {
    const late = lateReply(tokens());
    let proofs = 0;
    const it = room(scriptedIdentity(deviceCode(), tokens(), late.reply), {
      prove: () => {
        proofs++;
        return Promise.reject(new MailError('authentication-refused', '535 5.7.3'));
      },
    });
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    await it.signIn.confirm({ by: 'x' });
    await it.until(late.isAsked);
    await it.signIn.cancel({ by: 'x' });
    late.release();
    await settle(50);
    expect(proofs).toBe(1);
    await it.signIn.stop();
  });

  test.each<[string, number]>([
    // turns of the event loop between the yes and the sign-out
    ['right after the yes', 0],
    ['while the account is written', 1],
    ['while the identity is written', 2],
    ['when it is written', 6],
  ])('a sign-out %s leaves nothing behind', async (_name, turns) => {
    let asked = 0;
    let ended = 0;
    const it = room(scriptedIdentity(deviceCode(), tokens()), {
      prove: (_identity, _token, options) => {
        asked++;
        return new Promise((_resolve, reject) => {
          options.signal.addEventListener('abort', () => {
            ended++;
            reject(options.signal.reason as Error);
          });
        });
      },
    });
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    const steps = new Set<string>();
    it.signIn.subscribe(() => steps.add(it.step()));
    const confirming = it.signIn.confirm({ by: 'anna' });
    await settle(turns);
    expect(await it.signIn.signOut({ by: 'bob' })).toEqual({ status: 'none' });
    await confirming;
    await settle(50);
    expect(it.step()).toBe('idle');
    expect(it.signIn.account()).toEqual({ status: 'none' });
    expect(it.secrets.records.size).toBe(0);
    expect(ended).toBe(asked);
    if (turns < 6) expect([asked, steps.has('proving')]).toEqual([0, false]);
    await it.signIn.stop();
    expect(it.clock.pendingMs).toEqual([]);
  });

  test.each<[string, MailError, string | undefined]>([
    // what the relay reports; what the screen says about it
    [
      "the server's own line",
      new MailError('smtp-auth-disabled', 'x', { details: { reply: '535 5.7.139 Authentication unsuccessful' } }),
      '535 5.7.139 Authentication unsuccessful',
    ],
    // The relay puts our words where the server said nothing; a technician must not take them for the server's.
    [
      'our words for want of a line',
      new MailError('smarthost-not-set', 'x', {
        details: { reply: new MailError('smarthost-not-set', 'x').smtpReply },
      }),
      undefined,
    ],
  ])('the failed step carries %s', async (_name, error, detail) => {
    const it = await proving(error);
    expect(it.signIn.signIn()).toEqual({
      step: 'failed',
      code: error.code,
      guidanceId: error.code,
      host: 'smtp.example',
      ...(detail !== undefined && { detail }),
    });
    await it.signIn.stop();
  });

  test('an account that cannot be stored is not taken, and the old one stays', async () => {
    const it = await signedIn(scriptedIdentity());
    it.secrets.fail = (act) => (act === 'put account' ? new MailError('storage-failed', 'disk') : undefined);
    it.identity.then_(deviceCode(), tokens({}, claims({ oid: 'oid-2' })));
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    expect(await it.signIn.confirm({ by: 'x' })).toMatchObject({ step: 'failed', code: 'storage-failed' });
    expect(it.signIn.account()).toMatchObject({ identity: { objectId: 'oid-1' } });
    expect(it.proofs).toHaveLength(1);
    await it.signIn.stop();
  });

  test('a proof that hangs does not keep the agent from stopping; the account survives a restart', async () => {
    const secrets = memorySecrets();
    const it = room(scriptedIdentity(deviceCode(), tokens()), { secrets, prove: () => new Promise(() => undefined) });
    await it.signIn.start();
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    expect(await it.signIn.confirm({ by: 'x' })).toMatchObject({ step: 'proving' });
    await it.signIn.stop();
    const again = room(scriptedIdentity(), { secrets });
    await again.signIn.start();
    expect(again.signIn.account()).toMatchObject({ status: 'unproven', identity: { upn: 'scan@contoso.com' } });
    await again.signIn.stop();
  });

  test('settings that change while a code is shown end the session', async () => {
    const it = room(scriptedIdentity(deviceCode(), tokens()));
    await it.toCode();
    it.change({ smtpHost: 'evil.example' });
    it.signIn.configChanged();
    expect(it.signIn.signIn()).toMatchObject({ step: 'failed', code: 'secret-binding-changed' });
    await it.signIn.stop();
  });

  test('settings that changed unnoticed are noticed before storing (T21)', async () => {
    const it = room(scriptedIdentity(deviceCode(), tokens()));
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    it.change({ loginHost: 'evil.example', deviceEmailAddress: 'scan@contoso.com' });
    expect(await it.signIn.confirm({ by: 'x' })).toMatchObject({ step: 'failed', code: 'secret-binding-changed' });
    await settle(20);
    expect(it.secrets.journal).toEqual([]);
    await it.signIn.stop();
  });
});
