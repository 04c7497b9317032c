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

function setUp(given: { isUsed?: boolean; web?: boolean } = {}) {
  let state: SignInState = code;
  const listeners = new Set<() => void>();
  const page = createPhonePage({
    isUsed: () => given.isUsed ?? true,
    signIn: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    webUrl: () => Promise.resolve(given.web === false ? undefined : 'https://192.0.2.7:8443'),
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

  test('is a page of the web door, behind a key', async () => {
    expect((await setUp().page.link())?.url).toMatch(/^https:\/\/192\.0\.2\.7:8443\/phone#[\w-]{22}$/);
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
