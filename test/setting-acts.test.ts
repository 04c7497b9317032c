/** The proxy's password belongs to one proxy and user (T21), and no sentence is asked of people for nothing. */
import { describe, expect, test } from '@jest/globals';
import { MailError, type SecretBinding } from '../src/core/index.ts';
import { createSettingActs } from '../src/setting-acts.ts';
import { defaultSettings } from '../src/settings/rules.ts';
import { collectedLog } from './support/collected-log.ts';

const admin = { by: 'admin', door: 'web', role: 'administrator' } as const;
const plan = { changed: ['service.cloud'], consequences: [{ code: 'sign-in-dropped', message: 'x' }], problems: [] };

/** Secrets as the vault keeps them: what was sealed for one place opens for no other. */
function boundSecrets() {
  const kept = new Map<string, { readonly sealed: string; readonly secret: Buffer }>();
  return {
    kept,
    put: (name: string, binding: SecretBinding, secret: Buffer) => {
      kept.set(name, { sealed: JSON.stringify(binding), secret });
      return Promise.resolve();
    },
    get: (name: string, binding: SecretBinding) => {
      const found = kept.get(name);
      if (found !== undefined && found.sealed !== JSON.stringify(binding))
        return Promise.reject(new MailError('secret-binding-changed', 'another place'));
      return Promise.resolve(found?.secret);
    },
    remove: (name: string) => {
      kept.delete(name);
      return Promise.resolve();
    },
  };
}

function setUp(network: Partial<ReturnType<typeof defaultSettings>['network']> = {}) {
  const current = defaultSettings();
  Object.assign(current, { network: { ...current.network, ...network } });
  const secrets = boundSecrets();
  const log = collectedLog();
  const scene = { account: 'ready', accepted: [] as readonly string[], told: [] as string[], hasLanPassword: false };
  const rooms = {
    settings: {
      current: () => current,
      health: () => ({ ok: true }),
      preview: () => Promise.resolve(plan),
      change: (_changes: object, { accept }: { accept: readonly string[] }) => {
        scene.accepted = accept;
        return Promise.resolve(plan);
      },
    },
    secrets,
    lanPassword: { isSet: () => Promise.resolve(scene.hasLanPassword) },
    signIn: { account: () => ({ status: scene.account }), configChanged: () => scene.told.push('sign-in') },
    relay: { wake: () => scene.told.push('relay') },
    log,
    changed: () => scene.told.push('changed'),
  };
  // The members these acts ask.
  const made = createSettingActs(rooms as unknown as Parameters<typeof createSettingActs>[0]);
  return { ...made, current, secrets, log, scene };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error as MailError).code,
  );

describe("the proxy's password", () => {
  const network = { proxyUrl: 'http://proxy.contoso.com:3128', proxyUser: 'mfp' };

  test.each<[string, Partial<typeof network>, boolean]>([
    ['the same proxy', {}, true],
    ['another path of it', { proxyUrl: 'http://proxy.contoso.com:3128/' }, true],
    ['another host', { proxyUrl: 'http://proxy.evil.example:3128' }, false],
    ['another port', { proxyUrl: 'http://proxy.contoso.com:3129' }, false],
    ['no TLS any more, or TLS', { proxyUrl: 'https://proxy.contoso.com:3128' }, false],
    ['another user', { proxyUser: 'other' }, false],
    ['no proxy', { proxyUrl: '' }, false],
  ])('is there for %s: %j', async (_name, change, isThere) => {
    const { acts, current } = setUp(network);
    await acts.setProxyPassword('Geheim!', admin);
    Object.assign(current, { network: { ...current.network, ...change } });
    expect(await acts.hasProxyPassword()).toBe(isThere);
  });

  test('is told to nobody, and what failed for want of it is tried again', async () => {
    const { acts, log, scene } = setUp(network);
    await acts.setProxyPassword('Geheim!', admin);
    expect(log.of('settings')).toHaveLength(1);
    expect(log.text()).toContain('network.proxyPassword');
    expect(log.text()).not.toContain('Geheim');
    expect(scene.told).toEqual(['sign-in', 'relay']);
  });

  test('goes with an empty one; without a proxy there is none', async () => {
    const { acts, secrets } = setUp(network);
    await acts.setProxyPassword('Geheim!', admin);
    await acts.setProxyPassword('', admin);
    expect(secrets.kept.size).toBe(0);
    expect(await codeOf(setUp().acts.setProxyPassword('Geheim!', admin))).toBe('settings-invalid');
  });
});

test.each([
  ['nobody is signed in', 'none', ['x', 'sign-in-dropped'], []],
  ['somebody is', 'ready', ['x'], ['sign-in-dropped']],
])('the end of a sign-in is a consequence only if there is one: %s', async (_name, account, accepted, asked) => {
  const { acts, scene } = setUp();
  scene.account = account;
  const change = { changes: { 'service.cloud': 'global' }, accept: ['x'] };
  const codes = async (work: Promise<{ readonly consequences: readonly { readonly code: string }[] }>) =>
    (await work).consequences.map(({ code }) => code);
  expect(await codes(acts.previewSettings(change, admin))).toEqual(asked);
  expect(await codes(acts.changeSettings(change, admin))).toEqual(asked);
  expect(scene.accepted).toEqual(accepted);
});

test('printers that cannot log in are warned of, once the name is set and no password', async () => {
  const { lookForLanPassword, warnings, current, scene } = setUp();
  Object.assign(current, { lan: { ...current.lan, isEnabled: true, userName: 'scan' } });
  await lookForLanPassword();
  await lookForLanPassword();
  expect(warnings().join()).toContain('Printers cannot log in as scan');
  expect(scene.told).toEqual(['changed']);
  scene.hasLanPassword = true;
  await lookForLanPassword();
  expect(warnings().join()).not.toContain('cannot log in');
});
