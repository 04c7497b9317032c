import { describe, expect, test } from '@jest/globals';
import { MailError, type ErrorCode } from '../../src/core/index.ts';
import { settle } from '../support/manual-clock.ts';
import {
  bodyOf,
  claims,
  deviceCode,
  json,
  lateReply,
  type memorySecrets,
  oauthError,
  room,
  scriptedIdentity,
  signedIn,
  tokens,
} from './stand-ins.ts';

const hour = 3_600_000;
const day = 24 * hour;

describe('a token on demand', () => {
  test('is the one of the sign-in until its margin, then a new one', async () => {
    const it = await signedIn(scriptedIdentity());
    await it.clock.advance(hour - 301_000);
    expect((await it.signIn.accessToken()).token).toBe(it.first['access_token']);
    expect(it.identity.requests).toHaveLength(2);
    const second = tokens();
    it.identity.then_(second);
    await it.clock.advance(2_000);
    const token = await it.signIn.accessToken();
    expect(token).toEqual({ token: bodyOf(second)['access_token'], expiresAtMs: it.clock.nowMs() + hour });
    const { form, url } = it.identity.requests[2]!;
    expect(url).toBe('https://login.example/organizations/oauth2/v2.0/token');
    expect(form.get('grant_type')).toBe('refresh_token');
    expect(form.get('refresh_token')).toBe(it.first['refresh_token']);
    await it.signIn.stop();
  });

  test('the next renewal redeems the rotated refresh token', async () => {
    const it = await signedIn(scriptedIdentity());
    const second = tokens();
    it.identity.then_(second, tokens());
    await it.clock.advance(hour);
    await it.signIn.accessToken();
    await it.clock.advance(hour);
    await it.signIn.accessToken();
    expect(it.identity.requests.at(-1)?.form.get('refresh_token')).toBe(bodyOf(second)['refresh_token']);
    await it.signIn.stop();
  });

  test('is saved before it is handed out (F38)', async () => {
    const it = await signedIn(scriptedIdentity());
    const order = it.secrets.journal;
    order.length = 0;
    it.identity.then_(tokens());
    await it.clock.advance(hour);
    await it.signIn.accessToken().then(() => order.push('handed out'));
    expect(order).toEqual(['put account', 'handed out']);
    await it.signIn.stop();
  });

  test('a token that could not be saved is not handed out; the next call saves it, without another request', async () => {
    const it = await signedIn(scriptedIdentity());
    const second = tokens();
    it.identity.then_(second);
    await it.clock.advance(hour);
    it.secrets.fail = () => new MailError('storage-failed', 'disk');
    await expect(it.signIn.accessToken()).rejects.toMatchObject({ code: 'storage-failed' });
    await expect(it.signIn.accessToken()).rejects.toMatchObject({ code: 'storage-failed' });
    it.secrets.fail = undefined;
    expect((await it.signIn.accessToken()).token).toBe(bodyOf(second)['access_token']);
    expect(it.secrets.records.get('account')?.secret).toContain(bodyOf(second)['refresh_token']);
    expect(it.identity.requests).toHaveLength(3);
    await it.signIn.stop();
  });

  test('calls at once share one request; one that is aborted does not end it for the others', async () => {
    const it = await signedIn(scriptedIdentity());
    const late = lateReply(tokens());
    it.identity.then_(late.reply);
    await it.clock.advance(hour);
    const controller = new AbortController();
    const one = it.signIn.accessToken();
    const two = it.signIn.accessToken({ signal: controller.signal });
    const three = it.signIn.accessToken({ forceRenewal: true });
    await it.until(late.isAsked);
    controller.abort(new Error('enough'));
    await expect(two).rejects.toThrow('enough');
    late.release();
    expect((await one).token).toBe((await three).token);
    expect(it.identity.requests).toHaveLength(3);
    await it.signIn.stop();
  });

  test('forced after a 535, even right after the sign-in: one new token, and not again within a minute', async () => {
    const it = await signedIn(scriptedIdentity());
    const second = tokens();
    it.identity.then_(second, tokens());
    expect((await it.signIn.accessToken({ forceRenewal: true })).token).toBe(bodyOf(second)['access_token']);
    expect((await it.signIn.accessToken({ forceRenewal: true })).token).toBe(bodyOf(second)['access_token']);
    expect(it.identity.requests).toHaveLength(3);
    await it.clock.advance(60_000);
    await it.signIn.accessToken({ forceRenewal: true });
    expect(it.identity.requests).toHaveLength(4);
    await it.signIn.stop();
  });

  test.each<[string, number, number, number, boolean]>([
    // why; margin, life and age in seconds; is it renewed?
    ['default margin', 300, 3600, 3299, false],
    ['high volume e-mail wants more', 600, 3600, 3001, true],
    ['a life shorter than the margin is not renewed for every message', 300, 200, 50, false],
    ['but in its second half it is', 300, 200, 101, true],
    ['life as text (v1)', 300, '1200' as unknown as number, 899, false],
  ])('%s', async (_name, renewalMarginS, lifeS, ageS, isRenewed) => {
    const it = await signedIn(scriptedIdentity(), { config: { renewalMarginS } }, tokens({ expires_in: lifeS }));
    it.identity.then_(tokens());
    await it.clock.advance(ageS * 1000);
    await it.signIn.accessToken();
    expect(it.identity.requests).toHaveLength(isRenewed ? 3 : 2);
    await it.signIn.stop();
  });

  test('the wall clock may jump: a token of this run is judged by the monotonic clock (F20)', async () => {
    const it = await signedIn(scriptedIdentity());
    it.clock.jumpWall(-20 * 365 * day);
    await expect(it.signIn.accessToken()).resolves.toMatchObject({ token: it.first['access_token'] });
    it.clock.jumpWall(40 * 365 * day);
    await expect(it.signIn.accessToken()).resolves.toMatchObject({ token: it.first['access_token'] });
    it.identity.then_(tokens({ refresh_token_expires_in: 60 }), tokens());
    await it.clock.advance(hour);
    await it.signIn.accessToken();
    expect(it.identity.requests).toHaveLength(3);
    // MSAL would give the sign-in up by its own clock here, without asking.
    await it.clock.advance(hour);
    await it.signIn.accessToken();
    expect(it.identity.requests).toHaveLength(4);
    await it.signIn.stop();
  });
});

describe('after a restart', () => {
  test('the stored token is used, without a request', async () => {
    const it = await signedIn(scriptedIdentity());
    await it.signIn.stop();
    const identity = scriptedIdentity();
    const again = room(identity, { secrets: it.secrets, clock: it.clock });
    await again.signIn.start();
    expect(again.signIn.account()).toMatchObject({ status: 'ready', identity: { upn: 'scan@contoso.com' } });
    expect((await again.signIn.accessToken()).token).toBe(it.first['access_token']);
    expect(identity.requests).toHaveLength(0);
    await again.signIn.stop();
  });

  test('a stored token from the future (clock not set yet) is renewed', async () => {
    const it = await signedIn(scriptedIdentity());
    await it.signIn.stop();
    it.clock.jumpWall(-50 * 365 * day);
    const identity = scriptedIdentity(tokens());
    const again = room(identity, { secrets: it.secrets, clock: it.clock });
    await again.signIn.start();
    await again.signIn.accessToken();
    expect(identity.requests).toHaveLength(1);
    await again.signIn.stop();
  });

  test.each<[string, (secrets: ReturnType<typeof memorySecrets>) => void, string]>([
    [
      'the key is not there',
      (secrets) => {
        secrets.fail = () => new MailError('key-unavailable', 'x');
      },
      'key-unavailable',
    ],
    [
      'the record is damaged',
      (secrets) => {
        secrets.fail = (act) => (act === 'get account' ? new MailError('secret-damaged', 'x') : undefined);
      },
      'secret-damaged',
    ],
    [
      'the record is no account',
      (secrets) => {
        secrets.records.set('account', { ...secrets.records.get('account')!, secret: '{"version":9}' });
      },
      'secret-damaged',
    ],
    [
      'the record is gone',
      (secrets) => {
        secrets.records.delete('account');
      },
      'sign-in-needed',
    ],
    [
      'the record is of another account',
      (secrets) => {
        const record = secrets.records.get('account')!;
        secrets.records.set('account', {
          ...record,
          secret: record.secret.replace('"objectId":"oid-1"', '"objectId":"oid-9"'),
        });
      },
      'secret-damaged',
    ],
  ])('%s: no crash, sign-in needed, nothing removed', async (_name, spoil, code) => {
    const it = await signedIn(scriptedIdentity());
    await it.signIn.stop();
    it.secrets.journal.length = 0;
    spoil(it.secrets);
    const again = room(scriptedIdentity(), { secrets: it.secrets, clock: it.clock });
    await again.signIn.start();
    expect(again.signIn.account()).toMatchObject({ status: 'sign-in-needed', code });
    await expect(again.signIn.accessToken()).rejects.toMatchObject({ code });
    expect(it.secrets.journal).toEqual([]);
    await again.signIn.stop();
  });

  test('a key that comes late ends the trouble by itself', async () => {
    const it = await signedIn(scriptedIdentity());
    await it.signIn.stop();
    it.secrets.fail = () => new MailError('key-unavailable', 'x');
    const again = room(scriptedIdentity(), { secrets: it.secrets, clock: it.clock });
    await again.signIn.start();
    it.secrets.fail = undefined;
    await again.clock.advance(61_000);
    await again.until(() => again.signIn.account().status === 'ready');
    await again.signIn.stop();
  });
});

describe('a disk or key that is late at start-up', () => {
  type Secrets = ReturnType<typeof memorySecrets>;
  /** A signed-in device started again; `spoil` makes its records unreadable and returns what mends them. */
  async function startedEarly(spoil: (secrets: Secrets) => () => void) {
    const it = await signedIn(scriptedIdentity());
    await it.signIn.stop();
    const mend = spoil(it.secrets);
    it.secrets.journal.length = 0;
    const identity = scriptedIdentity();
    const again = room(identity, { secrets: it.secrets, clock: it.clock });
    await again.signIn.start();
    return { ...again, identity, mend };
  }
  const missing = (secrets: Secrets) => {
    const records = [...secrets.records];
    secrets.records.clear();
    return () => {
      for (const [name, record] of records) secrets.records.set(name, record);
    };
  };
  const failing = (code: ErrorCode) => (secrets: Secrets) => {
    secrets.fail = () => new MailError(code, 'x');
    return () => {
      secrets.fail = undefined;
    };
  };

  test.each<[string, (secrets: Secrets) => () => void, object]>([
    ['the folder is not mounted yet', missing, { status: 'none' }],
    ['the disk cannot be read', failing('storage-failed'), { status: 'sign-in-needed', code: 'storage-failed' }],
    ['the key is not there', failing('key-unavailable'), { status: 'sign-in-needed', code: 'key-unavailable' }],
  ])('%s: looked at every minute, told once, nothing written', async (_name, spoil, account) => {
    const it = await startedEarly(spoil);
    expect(it.signIn.account()).toEqual(account);
    const lines = it.log.of('account').length;
    let told = 0;
    it.signIn.subscribe(() => {
      told++;
    });
    await it.clock.advance(10 * 60_000);
    expect(it.log.of('account')).toHaveLength(lines);
    expect(told).toBe(0);
    it.mend();
    await it.clock.advance(60_000);
    expect(it.signIn.account()).toMatchObject({ status: 'ready', identity: { objectId: 'oid-1' } });
    expect(told).toBe(1);
    expect(it.secrets.journal).toEqual([]);
    expect(it.identity.requests).toEqual([]);
    await it.signIn.stop();
  });

  test('what a session stored meanwhile is not read over', async () => {
    const it = await startedEarly(failing('storage-failed'));
    it.mend();
    it.secrets.records.clear();
    it.identity.then_(deviceCode(), tokens({}, claims({ oid: 'oid-2' })));
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    await it.signIn.confirm({ by: 'x' });
    await it.until(() => it.step() === 'ready');
    const read: string[] = [];
    it.secrets.fail = (act) => {
      read.push(act);
      return undefined;
    };
    await it.clock.advance(10 * 60_000);
    expect(read).toEqual([]);
    expect(it.signIn.account()).toMatchObject({ status: 'ready', identity: { objectId: 'oid-2' } });
    await it.signIn.stop();
  });

  test('a sign-out during the look wins, and so does one whose removal failed', async () => {
    const it = await startedEarly(missing);
    it.mend();
    let out: Promise<unknown> | undefined;
    it.secrets.remove = () => Promise.reject(new MailError('storage-failed', 'disk'));
    it.secrets.fail = (act) => {
      if (act === 'get account') out ??= it.signIn.signOut({ by: 'x' });
      return undefined;
    };
    const seen = new Set<string>();
    it.signIn.subscribe(() => seen.add(it.signIn.account().status));
    await it.clock.advance(60_000);
    // Not for a moment: the relay would send with it.
    expect([...seen]).toEqual(['none']);
    await expect(out).rejects.toMatchObject({ code: 'storage-failed' });
    expect(it.signIn.account()).toEqual({ status: 'none' });
    await it.clock.advance(5 * 60_000);
    expect(it.signIn.account()).toEqual({ status: 'none' });
    await it.signIn.stop();
  });
});

describe('refusals and faults', () => {
  test('other settings or another proxy password: what failed before is forgotten, the token times are not', async () => {
    const it = await signedIn(scriptedIdentity());
    await it.clock.advance(hour);
    const second = tokens();
    it.identity.then_(new MailError('proxy-authentication', 'x'), second);
    await expect(it.signIn.accessToken()).rejects.toMatchObject({ code: 'proxy-authentication' });
    await expect(it.signIn.accessToken()).rejects.toMatchObject({ code: 'proxy-authentication' });
    expect(it.identity.requests).toHaveLength(3);
    it.signIn.configChanged();
    expect((await it.signIn.accessToken()).token).toBe(bodyOf(second)['access_token']);
    it.signIn.configChanged();
    it.clock.jumpWall(20 * 365 * day);
    await it.signIn.accessToken();
    await it.signIn.accessToken({ forceRenewal: true });
    expect(it.identity.requests).toHaveLength(4);
    await it.signIn.stop();
  });

  test('a renewal that fails after the change was sent before it: the next call asks at once', async () => {
    const it = await signedIn(scriptedIdentity());
    await it.clock.advance(hour);
    let fail: (() => void) | undefined;
    it.identity.then_(
      () =>
        new Promise((_resolve, reject) => {
          fail = () => {
            reject(new MailError('proxy-authentication', 'old password'));
          };
        }),
      tokens(),
    );
    const first = it.signIn.accessToken();
    await it.until(() => fail !== undefined);
    it.signIn.configChanged();
    fail!();
    await expect(first).rejects.toMatchObject({ code: 'proxy-authentication' });
    await expect(it.signIn.accessToken()).resolves.toMatchObject({ token: expect.stringContaining('access') });
    await it.signIn.stop();
  });

  test.each<[string, Parameters<typeof scriptedIdentity>[0], object, object]>([
    // answer to the renewal; error; account afterwards
    [
      'unused too long',
      oauthError('invalid_grant', { aadsts: 700082 }),
      { code: 'sign-in-needed', kind: 'signin' },
      { status: 'sign-in-needed', code: 'sign-in-needed', aadsts: 700082 },
    ],
    [
      'password changed',
      oauthError('invalid_grant', { aadsts: 50173 }),
      { kind: 'signin' },
      { status: 'sign-in-needed', aadsts: 50173 },
    ],
    ['no known number or sub-error', oauthError('invalid_grant'), { kind: 'signin' }, { status: 'sign-in-needed' }],
    [
      'MFA wanted',
      oauthError('interaction_required', { aadsts: 50076, suberror: 'basic_action' }),
      { kind: 'signin' },
      { status: 'sign-in-needed', aadsts: 50076 },
    ],
    [
      'bad_token does not cost us the refresh token',
      oauthError('invalid_grant', { aadsts: 70000, suberror: 'bad_token' }),
      { kind: 'signin' },
      { status: 'sign-in-needed' },
    ],
    [
      'authentication-flows policy',
      oauthError('invalid_grant', { aadsts: 530036 }),
      { code: 'policy-blocked' },
      { status: 'sign-in-needed', code: 'policy-blocked', aadsts: 530036 },
    ],
    [
      'application gone',
      oauthError('unauthorized_client', { aadsts: 700016 }),
      { code: 'app-not-found' },
      { status: 'sign-in-needed', code: 'app-not-found' },
    ],
    [
      'another account answered',
      tokens({}, claims({ oid: 'oid-2' })),
      { code: 'account-changed' },
      { status: 'sign-in-needed', code: 'account-changed', identity: { objectId: 'oid-1' } },
    ],
    [
      'the same oid in another tenant',
      tokens({}, claims({ tid: 'elsewhere' })),
      { code: 'account-changed' },
      { status: 'sign-in-needed' },
    ],
    // Passing faults leave the account as it is
    [
      '503',
      json(503, { error: 'temporarily_unavailable' }),
      { code: 'identity-unavailable', kind: 'transient' },
      { status: 'ready' },
    ],
    ['429', json(429, {}), { code: 'identity-throttled' }, { status: 'ready' }],
    ['no network', new MailError('dns-failed', 'x'), { code: 'dns-failed' }, { status: 'ready' }],
    ['a portal', new MailError('captive-portal', 'x'), { code: 'captive-portal' }, { status: 'ready' }],
    [
      'the proxy wants a log-in',
      new MailError('proxy-authentication', 'x'),
      { code: 'proxy-authentication' },
      { status: 'ready' },
    ],
    ['no access token', json(200, {}), { code: 'reply-invalid' }, { status: 'ready' }],
    ['a bug of ours', new TypeError('x'), { code: 'internal' }, { status: 'ready' }],
  ])('%s', async (_name, answer, error, account) => {
    const it = await signedIn(scriptedIdentity());
    it.identity.then_(answer);
    await it.clock.advance(hour);
    await expect(it.signIn.accessToken()).rejects.toMatchObject(error);
    expect(it.signIn.account()).toMatchObject(account);
    expect(it.secrets.records.get('account')?.secret).toContain(it.first['refresh_token']);
    await it.signIn.stop();
  });

  test('one request per minute after a failure, growing to a quarter of an hour (F34)', async () => {
    const it = await signedIn(scriptedIdentity());
    await it.clock.advance(hour);
    const sentAtS: number[] = [];
    const startMs = it.clock.monotonicMs();
    const refuse = () => {
      sentAtS.push((it.clock.monotonicMs() - startMs) / 1000);
      return oauthError('invalid_grant', { aadsts: 700082 });
    };
    it.identity.then_(...Array.from({ length: 20 }, () => refuse));
    for (let second = 0; second < 3600; second += 10) {
      await it.signIn.accessToken().catch(() => undefined);
      await it.clock.advance(10_000);
    }
    expect(sentAtS).toEqual([0, 60, 180, 420, 900, 1800, 2700]);
    await it.signIn.stop();
  });

  test('Retry-After of a renewal is kept', async () => {
    const it = await signedIn(scriptedIdentity());
    it.identity.then_(json(503, { error: 'temporarily_unavailable' }, { 'retry-after': '600' }), tokens());
    await it.clock.advance(hour);
    await expect(it.signIn.accessToken()).rejects.toMatchObject({ code: 'identity-unavailable' });
    await it.clock.advance(590_000);
    await expect(it.signIn.accessToken()).rejects.toMatchObject({ code: 'identity-unavailable' });
    expect(it.identity.requests).toHaveLength(3);
    await it.clock.advance(11_000);
    await it.signIn.accessToken();
    expect(it.identity.requests).toHaveLength(4);
    await it.signIn.stop();
  });

  test('while the token still lives, a failed renewal does not stop the mail', async () => {
    const it = await signedIn(scriptedIdentity());
    it.identity.then_(new MailError('dns-failed', 'x'));
    await it.clock.advance(hour - 250_000);
    await expect(it.signIn.accessToken()).resolves.toMatchObject({ token: it.first['access_token'] });
    await expect(it.signIn.accessToken()).resolves.toMatchObject({ token: it.first['access_token'] });
    expect(it.identity.requests).toHaveLength(3);
    await it.signIn.stop();
  });

  test('a refusal that is lifted ends by itself: unproven, then ready', async () => {
    const it = await signedIn(scriptedIdentity());
    it.identity.then_(oauthError('invalid_grant', { aadsts: 53003 }), tokens());
    await it.clock.advance(hour);
    await expect(it.signIn.accessToken()).rejects.toMatchObject({ code: 'policy-blocked' });
    await it.clock.advance(2 * hour);
    await it.until(() => it.signIn.account().status !== 'sign-in-needed');
    expect(it.signIn.account()).toMatchObject({ status: 'unproven' });
    it.signIn.noteProven();
    expect(it.signIn.account()).toMatchObject({ status: 'ready' });
    await it.signIn.stop();
  });

  test('a new sign-in ends the back-off at once', async () => {
    const it = await signedIn(scriptedIdentity());
    it.identity.then_(oauthError('invalid_grant', { aadsts: 700082 }));
    await it.clock.advance(hour);
    await expect(it.signIn.accessToken()).rejects.toMatchObject({ code: 'sign-in-needed' });
    const fresh = tokens();
    it.identity.then_(deviceCode(), fresh);
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'ready');
    expect((await it.signIn.accessToken()).token).toBe(bodyOf(fresh)['access_token']);
    await it.signIn.stop();
  });

  test('a renewal without an ID token keeps the identity; with one it brings the new name', async () => {
    const it = await signedIn(scriptedIdentity());
    it.identity.then_(
      tokens({ id_token: undefined }),
      tokens({}, claims({ preferred_username: 'renamed@contoso.com' })),
    );
    await it.clock.advance(hour);
    await it.signIn.accessToken();
    expect(it.signIn.account().identity?.upn).toBe('scan@contoso.com');
    await it.clock.advance(hour);
    await it.signIn.accessToken();
    expect(it.signIn.account().identity?.upn).toBe('renamed@contoso.com');
    await it.signIn.stop();
  });

  test('signed out during a renewal: its tokens go nowhere', async () => {
    const it = await signedIn(scriptedIdentity());
    const late = lateReply(tokens());
    it.identity.then_(late.reply);
    await it.clock.advance(hour);
    const asking = it.signIn.accessToken();
    const ended = expect(asking).rejects.toMatchObject({ code: 'sign-in-needed' });
    await it.until(late.isAsked);
    await it.signIn.signOut({ by: 'x' });
    late.release();
    await ended;
    expect(it.secrets.records.size).toBe(0);
    expect(it.signIn.account()).toEqual({ status: 'none' });
    await it.signIn.stop();
  });

  test("another account signed in during a renewal: the old one's tokens do not come back", async () => {
    const it = await signedIn(scriptedIdentity());
    const late = lateReply(tokens());
    it.identity.then_(late.reply);
    await it.clock.advance(hour);
    const asking = it.signIn.accessToken();
    await it.until(late.isAsked);
    const fresh = tokens({}, claims({ oid: 'oid-2' }));
    it.identity.then_(deviceCode(), fresh);
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() === 'confirm');
    await it.signIn.confirm({ by: 'x' });
    late.release();
    expect((await asking).token).toBe(bodyOf(fresh)['access_token']);
    expect(it.signIn.account()).toMatchObject({ identity: { objectId: 'oid-2' } });
    expect(it.secrets.records.get('account')?.secret).toContain(bodyOf(fresh)['refresh_token']);
    await it.signIn.stop();
  });

  test('stop ends a renewal that hangs', async () => {
    const it = await signedIn(scriptedIdentity());
    it.identity.then_(
      (_form, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        }),
    );
    await it.clock.advance(hour);
    const ended = expect(it.signIn.accessToken()).rejects.toMatchObject({ code: 'stopping' });
    await it.until(() => it.identity.requests.length === 3);
    await it.signIn.stop();
    await ended;
  });
});

describe('keep-alive', () => {
  test('renews once per seven idle days', async () => {
    const it = await signedIn(scriptedIdentity());
    it.identity.then_(tokens(), tokens(), tokens());
    await it.clock.advance(6.9 * day);
    expect(it.identity.requests).toHaveLength(2);
    await it.clock.advance(0.2 * day);
    await settle(50);
    expect(it.identity.requests).toHaveLength(3);
    await it.clock.advance(6.8 * day);
    expect(it.identity.requests).toHaveLength(3);
    await it.clock.advance(0.3 * day);
    await settle(50);
    expect(it.identity.requests).toHaveLength(4);
    await it.signIn.stop();
    expect(it.clock.pendingMs).toEqual([]);
  });

  test('after weeks without power the first hour renews', async () => {
    const it = await signedIn(scriptedIdentity());
    await it.signIn.stop();
    it.clock.jumpWall(30 * day);
    const identity = scriptedIdentity(tokens());
    const again = room(identity, { secrets: it.secrets, clock: it.clock });
    await again.signIn.start();
    await again.clock.advance(2 * hour);
    await settle(50);
    expect(identity.requests).toHaveLength(1);
    await again.signIn.stop();
  });

  test('a lost sign-in is not asked about again by itself', async () => {
    const it = await signedIn(scriptedIdentity());
    it.identity.then_(oauthError('invalid_grant', { aadsts: 700082 }));
    await it.clock.advance(hour);
    await it.signIn.accessToken().catch(() => undefined);
    await it.clock.advance(20 * day);
    expect(it.identity.requests).toHaveLength(3);
    await it.signIn.stop();
  });
});

describe('tokens belong to the settings of their sign-in (T21)', () => {
  test.each<[string, Parameters<Awaited<ReturnType<typeof signedIn>>['change']>[0]]>([
    ['cloud', { cloud: 'custom' }],
    ['authority', { loginHost: 'evil.example' }],
    ['tenant', { tenant: 'evil.onmicrosoft.com' }],
    ['client id', { clientId: '99999999-9999-4999-8999-999999999999' }],
    ['scopes', { scopes: ['https://evil.example/SMTP.Send', 'email'] }],
    ['smarthost', { smtpHost: 'evil.example' }],
    ['port', { smtpPort: 2525 }],
    ['CA set', { caFingerprints: ['AA:BB'] }],
  ])('%s changed: no token, no request, at use and after a restart; back again: as before', async (_name, change) => {
    const it = await signedIn(scriptedIdentity());
    const before = it.config();
    it.change(change);
    // Nobody told the room: a hand-edited file must not be faster than us.
    await expect(it.signIn.accessToken({ forceRenewal: true })).rejects.toMatchObject({
      code: 'secret-binding-changed',
    });
    it.signIn.configChanged();
    await settle(20);
    expect(it.signIn.account()).toMatchObject({
      status: 'sign-in-needed',
      code: 'secret-binding-changed',
      identity: { upn: 'scan@contoso.com' },
    });
    await it.signIn.stop();
    const again = room(it.identity, { secrets: it.secrets, clock: it.clock, config: it.config() });
    await again.signIn.start();
    expect(again.signIn.account()).toMatchObject({ status: 'sign-in-needed', code: 'secret-binding-changed' });
    again.change(before);
    again.signIn.configChanged();
    await again.until(() => again.signIn.account().status === 'ready');
    expect(it.identity.requests).toHaveLength(2);
    await again.signIn.stop();
  });

  test('order of scopes and CAs does not matter, nor does the device address', async () => {
    const it = await signedIn(scriptedIdentity());
    it.change({ scopes: [...it.config().scopes].reverse(), deviceEmailAddress: 'x@contoso.com', renewalMarginS: 600 });
    it.signIn.configChanged();
    await expect(it.signIn.accessToken()).resolves.toMatchObject({ token: it.first['access_token'] });
    await it.signIn.stop();
  });

  test('the sealed record is bound to oid and tid too', async () => {
    const it = await signedIn(scriptedIdentity());
    expect(it.secrets.records.get('account')?.binding).toContain('["oid","oid-1"]');
    expect(it.secrets.records.get('account-identity')?.secret).not.toContain('CANARY');
    await it.signIn.stop();
  });
});

test('the smarthost says no: unproven with its code, and ready again after a 235', async () => {
  const it = await signedIn(scriptedIdentity());
  it.signIn.noteRefused('smtp-auth-disabled', '535 5.7.139');
  expect(it.signIn.account()).toMatchObject({ status: 'unproven', code: 'smtp-auth-disabled' });
  it.signIn.noteProven();
  expect(it.signIn.account()).toMatchObject({ status: 'ready' });
  await it.signIn.stop();
});
