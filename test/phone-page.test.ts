import { describe, expect, test } from '@jest/globals';
import type { SignInState } from '../src/core/index.ts';
import { createPhonePage } from '../src/phone-page.ts';

const code: SignInState = {
  step: 'code',
  userCode: 'ABCD1234',
  verificationUri: 'https://microsoft.com/devicelogin',
  isKnownHost: true,
  expiresAtMs: 1000,
  clientId: 'secret to nobody, and not told',
  scopes: ['email'],
};

function setUp(given: { isUsed?: boolean; address?: string; trustedName?: string; web?: boolean } = {}) {
  let state: SignInState = code;
  const listeners = new Set<() => void>();
  const page = createPhonePage({
    isUsed: () => given.isUsed ?? true,
    signIn: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    listeners: () =>
      given.web === false ? [] : [{ name: 'web', address: given.address ?? '::', port: given.address ? 443 : 8443 }],
    addresses: () => ['127.0.0.1', '::1', 'fe80::1', '2001:db8::7', '192.0.2.7'],
    trustedName: () => Promise.resolve(given.trustedName),
  });
  const keyOf = async () => (await page.link())?.url.split('#')[1] ?? '';
  return {
    page,
    keyOf,
    become: (next: SignInState) => {
      state = next;
      for (const listener of listeners) listener();
    },
  };
}

describe('the page for the phone', () => {
  test('shows the code, where to type it, and nothing else', async () => {
    const { page, keyOf } = setUp();
    expect(page.view(await keyOf())).toEqual({
      step: 'code',
      userCode: 'ABCD1234',
      verificationUri: 'https://microsoft.com/devicelogin',
      isKnownHost: true,
      expiresAtMs: 1000,
    });
  });

  test.each<[string, Parameters<typeof setUp>[0], RegExp]>([
    ['an address of the network', {}, /^https:\/\/192\.0\.2\.7:8443\/phone#[\w-]{22}$/],
    ['the address the door is bound to', { address: '2001:db8::7' }, /^https:\/\/\[2001:db8::7\]\/phone#/],
    ['a name that phones can verify', { trustedName: 'mfp.contoso.com' }, /^https:\/\/mfp\.contoso\.com:8443\/phone#/],
  ])('its address is %s', async (_, given, expected) => {
    expect((await setUp(given).page.link())?.url).toMatch(expected);
  });

  test.each<[string, Parameters<typeof setUp>[0], SignInState]>([
    ['switched off', { isUsed: false }, code],
    ['without web pages', { web: false }, code],
    ['while nobody signs in', {}, { step: 'idle' }],
  ])('there is none %s', async (_, given, state) => {
    const { page, become } = setUp(given);
    become(state);
    expect(await page.link()).toBeUndefined();
    expect(page.view('')).toEqual({ step: 'over' });
  });

  test('a wrong key learns nothing', async () => {
    const { page, keyOf } = setUp();
    const key = await keyOf();
    for (const wrong of ['', 'x', `${key}x`, key.toLowerCase() === key ? key.toUpperCase() : key.toLowerCase()])
      expect(page.view(wrong)).toEqual({ step: 'over' });
  });

  test('it lives as long as its sign-in: through a new code, not into the next sign-in', async () => {
    const { page, keyOf, become } = setUp();
    const key = await keyOf();
    become({ step: 'starting', startedAtMs: 1 });
    expect(page.view(key)).toEqual({ step: 'wait' });
    become({ ...code, userCode: 'NEWCODE2' });
    expect(await keyOf()).toBe(key);
    expect(page.view(key)).toMatchObject({ userCode: 'NEWCODE2' });
    become({ step: 'failed', code: 'sign-in-expired' });
    become(code);
    expect(page.view(key)).toEqual({ step: 'over' });
    expect(await keyOf()).not.toBe(key);
  });
});
