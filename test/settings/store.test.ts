import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createSettingsStore, type SettingsStore } from '../../src/settings/index.ts';
import { type Migration } from '../../src/settings/migrations.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { tempDir } from '../support/temp-dir.ts';

const clientId = 'fad8cd81-a4a6-4e50-b186-5d84f6c275a5';
const web = { door: 'web', by: 'admin', accept: [] } as const;

interface Device {
  readonly dir: string;
  readonly store: SettingsStore;
  readonly log: ReturnType<typeof collectedLog>;
  readonly clock: ManualClock;
}

/** A started store; `dir` of an earlier one is the next start of the same device. */
async function device(
  options: { readonly dir?: string; readonly migrations?: readonly Migration[] } = {},
): Promise<Device> {
  const dir = options.dir ?? join(await tempDir(), 'etc', 'settings');
  const log = collectedLog();
  const clock = new ManualClock();
  const store = createSettingsStore({ dir, clock, log, migrations: options.migrations });
  await store.start();
  return { dir, store, log, clock };
}

const file = (dir: string, name = 'settings.json') => join(dir, name);
const jsonOf = (dir: string, name?: string) => JSON.parse(readFileSync(file(dir, name), 'utf8')) as unknown;
const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (error as { code: string }).code,
  );

describe('the settings store', () => {
  test('of a new device has defaults and writes nothing', async () => {
    const { store, dir } = await device();
    expect([store.current().service.smtpPort, store.health(), readdirSync(dir)]).toEqual([587, { ok: true }, []]);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });

  test('keeps a change over a restart, only what differs from the defaults, readable by nobody else', async () => {
    const { store, dir } = await device();
    await store.change(
      { 'service.clientId': clientId, 'limits.maxJobs': 500, 'sender.permittedAddresses': ['a.b@contoso.com'] },
      web,
    );
    expect(jsonOf(dir)).toEqual({
      version: 1,
      service: { clientId },
      sender: { permittedAddresses: ['a.b@contoso.com'] },
    });
    expect(readFileSync(file(dir, 'settings.last-good.json'), 'utf8')).toBe(readFileSync(file(dir), 'utf8'));
    expect(readdirSync(dir).map((name) => statSync(file(dir, name)).mode & 0o777)).toEqual([0o600, 0o600]);
    const again = await device({ dir });
    expect([again.store.current().service.clientId, again.store.health()]).toEqual([clientId, { ok: true }]);
  });

  test('says who changed what, never to what', async () => {
    const { store, log } = await device();
    await store.change({ 'network.proxyUser': 'canary' }, web);
    expect(log.of('settings')).toEqual([{ by: 'admin', names: ['network.proxyUser'] }]);
    expect(log.text()).not.toContain('canary');
  });

  test('tells listeners after it is durable, and survives one that throws', async () => {
    const { store, dir, log } = await device();
    const heard: unknown[] = [];
    store.subscribe(() => {
      throw new Error('listener');
    });
    const end = store.subscribe((settings, changed) => {
      heard.push([settings.limits.maxJobs, changed, existsSync(file(dir))]);
    });
    await store.change({ 'limits.maxJobs': 7 }, web);
    end();
    await store.change({ 'limits.maxJobs': 8 }, web);
    expect(heard).toEqual([[7, ['limits.maxJobs'], true]]);
    expect(log.of('fault')).toHaveLength(2);
  });

  test('a change to what is there already writes nothing and tells nobody', async () => {
    const { store, dir, log } = await device();
    await store.change({ 'service.cloud': 'global' }, web);
    expect([readdirSync(dir), log.entries]).toEqual([[], []]);
  });

  test('is all or nothing', async () => {
    const { store, dir } = await device();
    await expect(
      store.change({ 'limits.maxJobs': 7, 'service.smtpPort': 0, 'service.smtphost': 'x' }, web),
    ).rejects.toMatchObject({
      code: 'settings-invalid',
      details: {
        field: 'service.smtpPort',
        problems: [
          'service.smtpPort: Use a whole number from 1 to 65535.',
          expect.stringContaining('did you mean service.smtpHost?'),
        ],
      },
    });
    expect([store.current().limits.maxJobs, readdirSync(dir)]).toEqual([500, []]);
  });

  test('wants every consequence accepted before anything is saved', async () => {
    const { store, dir } = await device();
    await store.change({ 'service.clientId': clientId }, web);
    const before = readFileSync(file(dir), 'utf8');
    const patch = { 'service.smtpHost': 'smtp.contoso.com' };
    await expect(store.change(patch, { ...web, accept: ['cloud-becomes-custom'] })).rejects.toMatchObject({
      code: 'settings-need-consent',
      details: {
        consequences: ['cloud-becomes-custom', 'sign-in-dropped'],
        messages: [expect.stringContaining('custom'), expect.stringContaining('sign in again')],
      },
    });
    expect(readFileSync(file(dir), 'utf8')).toBe(before);
    await store.change(patch, { ...web, accept: ['cloud-becomes-custom', 'sign-in-dropped'] });
    expect(store.current().service).toMatchObject({ cloud: 'custom', smtpHost: 'smtp.contoso.com' });
  });

  test('the address of a sign-in needs no consent', async () => {
    const { store } = await device();
    await store.change({ 'service.clientId': clientId }, web);
    await store.change(
      { 'sender.deviceEmailAddress': 'scanner@contoso.com' },
      { door: 'sign-in', by: 'sign-in', accept: [] },
    );
    expect(store.current().sender.deviceEmailAddress).toBe('scanner@contoso.com');
  });

  test('two changes at once lose neither, and the second one is judged by what the first one left', async () => {
    const { store, dir } = await device();
    const names = ['maxJobs', 'maxRecipients', 'maxSpoolBytes', 'reserveBytes'];
    await Promise.all(
      names.map((name, index) =>
        store.change({ [`limits.${name}`]: index === 2 ? 99_000_000 : index === 3 ? 2_000_000 : 9 }, web),
      ),
    );
    expect((jsonOf(dir) as { limits: object }).limits).toEqual({
      maxJobs: 9,
      maxRecipients: 9,
      maxSpoolBytes: 99_000_000,
      reserveBytes: 2_000_000,
    });
    const results = await Promise.all([
      codeOf(store.change({ 'limits.maxMessageBytes': 90_000_000 }, web)),
      codeOf(store.change({ 'limits.maxSpoolBytes': 80_000_000 }, web)),
      codeOf(store.change({ 'limits.maxJobs': 10 }, web)),
    ]);
    expect(results).toEqual(['ok', 'settings-invalid', 'ok']);
  });

  test('nobody can write to what it hands out', async () => {
    const { store } = await device();
    expect(() => {
      store.current().limits.maxJobs = 1;
    }).toThrow(TypeError);
    expect(() => {
      store.current().sender.permittedAddresses.push('x');
    }).toThrow(TypeError);
  });

  test('stop waits for a change under way', async () => {
    const { store, dir } = await device();
    const change = store.change({ 'limits.maxJobs': 7 }, web);
    await store.stop();
    expect(jsonOf(dir)).toMatchObject({ limits: { maxJobs: 7 } });
    await change;
  });

  test('destroy leaves nothing of ours and everything of others', async () => {
    const { store, dir } = await device();
    await store.change({ 'service.clientId': clientId }, web);
    writeFileSync(file(dir, 'notes.txt'), 'mine');
    writeFileSync(file(dir, 'settings.damaged-20261121T120000000Z.json'), '{');
    await store.destroy();
    expect([readdirSync(dir), store.current().service.clientId]).toEqual([['notes.txt'], '']);
  });
});

describe('a damaged file', () => {
  test('cut at any byte: the last good copy holds, and the next change makes the file good again', async () => {
    const first = await device();
    await first.store.change({ 'service.clientId': clientId, 'limits.maxJobs': 7 }, web);
    const whole = readFileSync(file(first.dir));
    for (let length = 0; length < whole.length - 2; length += 3) {
      writeFileSync(file(first.dir), whole.subarray(0, length));
      const { store } = await device({ dir: first.dir });
      expect(store.current()).toMatchObject({ service: { clientId }, limits: { maxJobs: 7 } });
      expect(store.health()).toMatchObject({
        ok: false,
        code: 'settings-damaged',
        why: expect.stringContaining('the last good copy is used'),
      });
    }
    const { store } = await device({ dir: first.dir });
    await store.change({ 'limits.maxJobs': 8 }, web);
    expect([store.health(), jsonOf(first.dir)]).toEqual([
      { ok: true },
      { version: 1, service: { clientId }, limits: { maxJobs: 8 } },
    ]);
  });

  test('is kept once, and of many different ones five', async () => {
    const { dir } = await device();
    const names = () => readdirSync(dir).filter((name) => name.startsWith('settings.damaged-'));
    for (let round = 0; round < 8; round++) {
      writeFileSync(file(dir), `{"service": ${String(round)}`);
      for (let start = 0; start < 2; start++) {
        const store = createSettingsStore({
          dir,
          clock: new ManualClock(Date.UTC(2026, 10, 21, 12, round, start)),
          log: collectedLog(),
        });
        await store.start();
      }
      expect(names()).toHaveLength(Math.min(5, round + 1));
    }
    expect(names()[0]).toBe('settings.damaged-20261121T120300000Z.json');
  });

  test('saving the value that holds already makes it good again', async () => {
    const { dir } = await device();
    writeFileSync(file(dir), '{');
    const { store } = await device({ dir });
    await store.change({ 'limits.maxJobs': 500 }, web);
    expect([store.health(), jsonOf(dir)]).toEqual([{ ok: true }, { version: 1 }]);
  });

  test('with a damaged last good copy leaves the defaults', async () => {
    const { dir } = await device();
    writeFileSync(file(dir), '{');
    writeFileSync(file(dir, 'settings.last-good.json'), 'x');
    const { store } = await device({ dir });
    expect(store.health().why).toContain('defaults are used');
    expect(store.current().service.clientId).toBe('');
  });

  test('that is gone altogether: the last good copy holds', async () => {
    const { store, dir } = await device();
    await store.change({ 'service.clientId': clientId }, web);
    rmSync(file(dir));
    const again = await device({ dir });
    expect([again.store.current().service.clientId, again.store.health().why]).toEqual([
      clientId,
      expect.stringContaining('missing'),
    ]);
  });

  test('edited badly while the agent runs is set aside by the next change', async () => {
    const { store, dir } = await device();
    writeFileSync(file(dir), '{"limits": {"maxJobs": "many"}}');
    await store.change({ 'limits.maxRecipients': 9 }, web);
    expect(jsonOf(dir)).toEqual({ version: 1, limits: { maxRecipients: 9 } });
    expect(readdirSync(dir).filter((name) => name.startsWith('settings.damaged-'))).toHaveLength(1);
  });

  test.each<[string, (path: string) => void]>([
    [
      'a folder',
      (path) => {
        mkdirSync(path);
      },
    ],
    [
      'larger than 1 MiB',
      (path) => {
        writeFileSync(path, ' '.repeat(1_048_577));
      },
    ],
  ])('that is %s is no reason not to start', async (_name, make) => {
    const { dir } = await device();
    make(file(dir));
    const { store } = await device({ dir });
    expect(store.health()).toMatchObject({ ok: false, code: 'settings-damaged' });
    expect(store.current().service.smtpPort).toBe(587);
  });

  test('leftovers of a power cut in the middle of writing are cleared', async () => {
    const { dir } = await device();
    for (const name of [
      'settings.json.tmp-1234567890abcdef',
      'settings.last-good.json.tmp',
      'settings.v1.json.tmp',
      'other.tmp',
    ])
      writeFileSync(file(dir, name), '{');
    await device({ dir });
    expect(readdirSync(dir)).toEqual(['other.tmp']);
  });
});

describe('storage that fails', () => {
  test('at start is no reason not to start', async () => {
    const blocked = join(await tempDir(), 'file');
    writeFileSync(blocked, '');
    const { store, log } = await device({ dir: join(blocked, 'settings') });
    expect(store.current().service.smtpPort).toBe(587);
    expect(log.of('fault').length).toBeGreaterThan(0);
  });

  test('at a change refuses it and keeps what held', async () => {
    const { store, dir } = await device();
    await store.change({ 'limits.maxJobs': 7 }, web);
    rmSync(dir, { recursive: true });
    writeFileSync(dir, '');
    expect(await codeOf(store.change({ 'limits.maxJobs': 8 }, web))).toBe('storage-failed');
    expect(store.current().limits.maxJobs).toBe(7);
  });

  test('only for the copy loses no change', async () => {
    const { store, dir, log } = await device();
    mkdirSync(file(dir, 'settings.last-good.json'));
    await store.change({ 'limits.maxJobs': 7 }, web);
    expect([store.current().limits.maxJobs, jsonOf(dir), log.of('fault')]).toEqual([
      7,
      { version: 1, limits: { maxJobs: 7 } },
      [expect.stringContaining('last good copy')],
    ]);
  });
});

describe('a hand edit', () => {
  test('counts from reload on, and is told', async () => {
    const { store, dir, log } = await device();
    await store.change({ 'limits.maxJobs': 7 }, web);
    chmodSync(file(dir), 0o644);
    writeFileSync(file(dir), '{"limits": {"maxRecipients": 5}}');
    expect(store.current().limits.maxRecipients).toBe(100);
    const heard: unknown[] = [];
    store.subscribe((_settings, changed) => {
      heard.push(changed);
    });
    await store.reload();
    expect([store.current().limits, heard]).toEqual([
      expect.objectContaining({ maxJobs: 500, maxRecipients: 5 }),
      [['limits.maxRecipients', 'limits.maxJobs']],
    ]);
    expect(log.of('settings').at(-1)).toEqual({
      by: 'settings file',
      names: ['limits.maxRecipients', 'limits.maxJobs'],
    });
    await store.change({ 'limits.maxJobs': 8 }, web);
    expect(statSync(file(dir)).mode & 0o777).toBe(0o600);
  });

  test('that contradicts itself holds, is no last good copy, and is well again once mended', async () => {
    const { store, dir } = await device();
    await store.change({ 'limits.maxJobs': 7 }, web);
    const lastGood = readFileSync(file(dir, 'settings.last-good.json'), 'utf8');
    writeFileSync(file(dir), '{"sender": {"sendingUser": "remote-authenticated-user"}}');
    await store.reload();
    expect(store.health()).toMatchObject({
      ok: false,
      code: 'settings-conflict',
      why: expect.stringContaining('sender.sendingUser'),
    });
    expect(store.current().sender.sendingUser).toBe('remote-authenticated-user');
    expect(readFileSync(file(dir, 'settings.last-good.json'), 'utf8')).toBe(lastGood);
    await store.change({ 'limits.maxJobs': 9 }, web);
    expect(store.health().code).toBe('settings-conflict');
    await store.change({ 'sender.sendingUser': 'device' }, web);
    expect(store.health()).toEqual({ ok: true });
  });
});

describe('migrations', () => {
  // Two steps that a later version might have: a renamed key, and a unit that changed.
  const migrations: readonly Migration[] = [
    ({ limits, ...rest }) => ({ ...rest, limits: { maxJobs: (limits as { jobs: number }).jobs } }),
    ({ limits, ...rest }) => ({ ...rest, limits: { maxJobs: (limits as { maxJobs: number }).maxJobs * 10 } }),
  ];
  const old = '{ "version": 1, "limits": { "jobs": 7 } }';

  test('run in order, keep the old file as a backup, and run once', async () => {
    const { dir } = await device();
    writeFileSync(file(dir), old);
    const { store } = await device({ dir, migrations });
    expect([store.current().limits.maxJobs, store.health()]).toEqual([70, { ok: true }]);
    expect(readFileSync(file(dir, 'settings.v1.json'), 'utf8')).toBe(old);
    expect(jsonOf(dir)).toEqual({ version: 3, limits: { maxJobs: 70 } });
    expect((await device({ dir, migrations })).store.current().limits.maxJobs).toBe(70);
    await store.change({ 'limits.maxJobs': 71 }, web);
    expect(jsonOf(dir)).toEqual({ version: 3, limits: { maxJobs: 71 } });
  });

  test('start in the middle for a file of a middle version', async () => {
    const { dir } = await device();
    writeFileSync(file(dir), '{ "version": 2, "limits": { "maxJobs": 7 } }');
    expect((await device({ dir, migrations })).store.current().limits.maxJobs).toBe(70);
    expect(existsSync(file(dir, 'settings.v2.json'))).toBe(true);
  });

  test('one that fails leaves the file as it was', async () => {
    const { dir } = await device();
    writeFileSync(file(dir), '{ "version": 1 }');
    const { store } = await device({ dir, migrations });
    expect(store.health()).toMatchObject({ ok: false, code: 'settings-damaged' });
    expect(readFileSync(file(dir), 'utf8')).toBe('{ "version": 1 }');
  });

  test('a file from the future is read by nobody and overwritten by nothing', async () => {
    const { dir } = await device();
    const future = '{ "version": 3, "limits": { "maxJobs": 70 } }';
    for (const name of ['settings.json', 'settings.last-good.json']) writeFileSync(file(dir, name), future);
    const { store } = await device({ dir });
    expect(store.health()).toMatchObject({
      ok: false,
      code: 'settings-from-the-future',
      why: expect.stringContaining('update the program'),
    });
    expect(store.current().limits.maxJobs).toBe(500);
    expect(await codeOf(store.change({ 'limits.maxJobs': 8 }, web))).toBe('settings-from-the-future');
    expect(['settings.json', 'settings.last-good.json'].map((name) => readFileSync(file(dir, name), 'utf8'))).toEqual([
      future,
      future,
    ]);
  });
});

describe('export and import', () => {
  const importBy = { by: 'admin', accept: [] };

  test('an export taken by a new device makes it the same', async () => {
    const one = await device();
    await one.store.change(
      {
        'service.cloud': 'china-21vianet',
        'service.clientId': clientId,
        'sender.permittedAddresses': ['a@contoso.com'],
        'limits.maxJobs': 7,
      },
      web,
    );
    const text = await one.store.exportText();
    expect(JSON.parse(text)).toMatchObject({ version: 1, service: { cloud: 'china-21vianet', smtpPort: 587 } });
    const other = await device();
    const plan = await other.store.importText(`\uFEFF${text}`, importBy);
    expect(plan.changed).toEqual(['service.cloud', 'service.clientId', 'sender.permittedAddresses', 'limits.maxJobs']);
    expect(other.store.current()).toEqual(one.store.current());
  });

  test('a file that names some settings leaves the others', async () => {
    const { store } = await device();
    await store.change({ 'limits.maxJobs': 7 }, web);
    await store.importText('{"limits": {"maxRecipients": 5}}', importBy);
    expect(store.current().limits).toMatchObject({ maxJobs: 7, maxRecipients: 5 });
  });

  test('a file with other servers drops the sign-in, with consent only', async () => {
    const { store } = await device();
    await store.change({ 'service.clientId': clientId }, web);
    const text = '{"service": {"smtpHost": "smtp.evil.example"}}';
    expect(await codeOf(store.importText(text, importBy))).toBe('settings-need-consent');
    expect((await store.previewImport(text)).consequences.map(({ code }) => code)).toEqual([
      'cloud-becomes-custom',
      'sign-in-dropped',
    ]);
    expect(store.current().service.smtpHost).toBe('');
  });

  test.each<[string, string, string, string]>([
    ['too large', `{"service": "${'x'.repeat(1_048_576)}"}`, 'settings-invalid', 'larger than 1 MiB'],
    [
      'too large in bytes, not in letters',
      `{"service": "${'\u5149'.repeat(400_000)}"}`,
      'settings-invalid',
      'larger than 1 MiB',
    ],
    ['a bracket bomb', '['.repeat(500_000), 'settings-invalid', 'nested too deeply'],
    ['a prototype key', '{"service": {"__proto__": {"smtpPort": 25}}}', 'settings-invalid', '__proto__'],
    ['an escaped prototype key', '{"\\u005f_proto__": {}}', 'settings-invalid', '__proto__'],
    ['not JSON', 'service.smtpHost=x', 'settings-invalid', 'not complete JSON'],
    ['no object', '"x"', 'settings-invalid', 'one JSON object'],
    ['null', 'null', 'settings-invalid', 'one JSON object'],
    ['from the future', '{"version": 2}', 'settings-from-the-future', 'newer version'],
    ['a strange version', '{"version": {}}', 'settings-invalid', 'not a whole number'],
    ['an unknown group', '{"sevice": {"cloud": "global"}}', 'settings-invalid', 'did you mean service.cloud?'],
    ['a group that is none', '{"service": 1}', 'settings-invalid', 'is not a group of settings'],
    ['a secret', '{"network": {"proxyPassword": "canary"}}', 'settings-invalid', 'Secrets are not taken from a file'],
    [
      'one wrong value among right ones',
      '{"limits": {"maxJobs": 7, "maxRecipients": 0}}',
      'settings-invalid',
      'limits.maxRecipients',
    ],
  ])('refuses a file that is %s, altogether', async (_name, text, code, words) => {
    const { store, dir, log } = await device();
    const error = await store.importText(text, importBy).then(
      () => undefined,
      (one: unknown) => one as Error & { code: string },
    );
    expect([error?.code, error?.message]).toEqual([code, expect.stringContaining(words)]);
    expect(`${error?.message ?? ''}${log.text()}`).not.toContain('canary');
    expect([store.current().limits.maxJobs, readdirSync(dir)]).toEqual([500, []]);
    expect(({} as Record<string, unknown>)['smtpPort']).toBeUndefined();
  });
});
