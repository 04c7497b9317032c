import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { MailError } from '../../src/core/index.ts';
import {
  createVault,
  executableKeyProvider,
  fileKeyProvider,
  type KeyProvider,
  type Vault,
} from '../../src/vault/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { tempDir } from '../support/temp-dir.ts';

const root = await tempDir();
let serial = 0;
const newDir = () => join(root, String(++serial));
const log = collectedLog();
const vaultAt = (
  dir: string,
  keys: KeyProvider = fileKeyProvider(join(dir, 'keys')),
  hasSpoolData?: () => Promise<boolean>,
): Vault => createVault({ dir, keys, log, hasSpoolData });
const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) => (error as MailError).code,
  );
const binding = { loginHost: 'login.example', clientId: '1', port: '587' };
const secret = Buffer.from('canary-refresh-token');

describe('secrets', () => {
  test('come back after a restart, sealed and private on disk, whatever the order of the binding', async () => {
    const dir = newDir();
    expect(await vaultAt(dir).get('account', binding)).toBeUndefined();
    await vaultAt(dir).put('account', binding, secret);
    expect(
      (await vaultAt(dir).get('account', { port: '587', clientId: '1', loginHost: 'login.example' }))?.equals(secret),
    ).toBe(true);
    const path = join(dir, 'account.sealed');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'latin1')).not.toContain('canary');
    expect(log.text()).not.toContain('canary');
    expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test.each<[string, Record<string, string>]>([
    ['another host', { ...binding, loginHost: 'evil.example' }],
    ['a value that only looks the same', { ...binding, port: '587 ' }],
    ['one field less', { loginHost: 'login.example', clientId: '1' }],
    ['one field more', { ...binding, tenant: '' }],
    // Joined without care these would be the same text.
    ['text moved from one field to the next', { ...binding, clientId: '15', port: '87' }],
  ])('are refused for %s (T21)', async (_name, other) => {
    const vault = vaultAt(newDir());
    await vault.put('account', binding, secret);
    expect(await codeOf(vault.get('account', other))).toBe('secret-binding-changed');
    expect((await vault.get('account', binding))?.equals(secret)).toBe(true);
  });

  test('are damaged, not "changed", by any flip or cut; the file of another name does not open', async () => {
    const dir = newDir();
    const vault = vaultAt(dir);
    await vault.put('account', binding, secret);
    const path = join(dir, 'account.sealed');
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      writeFileSync(path, flipped);
      expect([at, await codeOf(vault.get('account', binding))]).toEqual([at, 'secret-damaged']);
      writeFileSync(path, whole.subarray(0, at));
      expect([at, await codeOf(vault.get('account', binding))]).toEqual([at, 'secret-damaged']);
    }
    writeFileSync(join(dir, 'proxy.sealed'), whole);
    expect(await codeOf(vault.get('proxy', binding))).toBe('secret-damaged');
  });

  test('are replaced one after the other, and removed for good', async () => {
    const dir = newDir();
    const vault = vaultAt(dir);
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => vault.put('account', binding, Buffer.from(String(index)))),
    );
    expect((await vault.get('account', binding))?.toString()).toBe('9');
    await vault.remove('account');
    await vault.remove('account');
    expect(await vault.get('account', binding)).toBeUndefined();
    expect(existsSync(join(dir, 'account.sealed'))).toBe(false);
  });

  test('a name that is no plain file name, and a link in the place of a secret, are refused', async () => {
    const dir = newDir();
    const vault = vaultAt(dir);
    for (const name of ['', '../x', 'a/b', '.hidden', 'A', 'x'.repeat(65)])
      expect(await codeOf(vault.put(name, binding, secret))).toBe('internal');
    await vault.put('account', binding, secret);
    symlinkSync(join(dir, 'account.sealed'), join(dir, 'link.sealed'));
    expect(await codeOf(vault.get('link', binding))).toBe('storage-failed');
  });

  test('a disk that does not take them keeps the old one', async () => {
    const dir = newDir();
    const vault = vaultAt(dir);
    await vault.put('account', binding, secret);
    // A folder in the way of the temporary file fails for root too.
    mkdirSync(join(dir, 'account.sealed.tmp'));
    expect(await codeOf(vault.put('account', binding, Buffer.from('new')))).toBe('storage-failed');
    expect((await vault.get('account', binding))?.equals(secret)).toBe(true);
  });
});

describe('keys', () => {
  test('are made on first use, one each, and stay', async () => {
    const dir = newDir();
    const [one, two] = await Promise.all([vaultAt(dir).spoolKey(), Promise.resolve()]).then(async ([first]) => [
      first,
      await vaultAt(dir).spoolKey(),
    ]);
    expect(one?.length).toBe(32);
    expect(two?.equals(one!)).toBe(true);
    expect(readdirSync(join(dir, 'keys'))).toEqual(['spool.key']);
    await vaultAt(dir).put('account', binding, secret);
    expect(readFileSync(join(dir, 'keys', 'secrets.key')).equals(readFileSync(join(dir, 'keys', 'spool.key')))).toBe(
      false,
    );
    expect(statSync(join(dir, 'keys', 'spool.key')).mode & 0o777).toBe(0o600);
  });

  test('asked for at once are made once', async () => {
    const vault = vaultAt(newDir());
    const keys = await Promise.all([vault.spoolKey(), vault.spoolKey(), vault.spoolKey()]);
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  });

  test.each<[string, (keyFile: string) => void]>([
    [
      'gone',
      (file) => {
        rmSync(file);
      },
    ],
    [
      'empty',
      (file) => {
        writeFileSync(file, '');
      },
    ],
    [
      'cut short',
      (file) => {
        writeFileSync(file, readFileSync(file).subarray(0, 20));
      },
    ],
    [
      'flipped in a bit',
      (file) => {
        const data = readFileSync(file);
        data[10] = (data[10] ?? 0) ^ 1;
        writeFileSync(file, data);
      },
    ],
    [
      'a folder',
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
    [
      'the key of another device',
      (file) => {
        writeFileSync(file, otherKey);
      },
    ],
  ])('%s: not available, nothing lost, nothing made anew, good again when it is back', async (_name, harm) => {
    const dir = newDir();
    const key = await vaultAt(dir).spoolKey();
    await vaultAt(dir).put('account', binding, secret);
    for (const name of ['spool', 'secrets']) {
      const file = join(dir, 'keys', `${name}.key`);
      const data = readFileSync(file);
      harm(file);
      const vault = vaultAt(dir);
      const ask = () => (name === 'spool' ? vault.spoolKey() : vault.get('account', binding));
      expect(await codeOf(ask())).toBe('key-unavailable');
      if (name === 'secrets')
        expect(await codeOf(vault.put('account', binding, Buffer.from('new')))).toBe('key-unavailable');
      rmSync(file, { recursive: true, force: true });
      writeFileSync(file, data);
      expect((await ask())?.equals(name === 'spool' ? key : secret)).toBe(true);
    }
  });
  let otherKey: Buffer = Buffer.alloc(0);
  test('(another device, for the table above)', async () => {
    const dir = newDir();
    await vaultAt(dir).spoolKey();
    otherKey = readFileSync(join(dir, 'keys', 'spool.key'));
    expect(otherKey.length).toBe(40);
  });

  test('without a mark are not made over sealed data', async () => {
    const dir = newDir();
    const keys = join(root, `keys-${String(serial)}`);
    await vaultAt(dir, fileKeyProvider(keys)).put('account', binding, secret);
    rmSync(join(dir, 'secrets.keymark'));
    rmSync(keys, { recursive: true });
    expect(await codeOf(vaultAt(dir, fileKeyProvider(keys)).get('account', binding))).toBe('key-unavailable');
    expect(await codeOf(vaultAt(newDir(), fileKeyProvider(keys), () => Promise.resolve(true)).spoolKey())).toBe(
      'key-unavailable',
    );
    expect(await codeOf(vaultAt(newDir(), fileKeyProvider(keys), () => Promise.resolve(false)).spoolKey())).toBe(
      'no error',
    );
  });

  test('stored just before a crash, without a mark yet, are used', async () => {
    const dir = newDir();
    const key = await vaultAt(dir).spoolKey();
    rmSync(join(dir, 'spool.keymark'));
    expect((await vaultAt(dir).spoolKey()).equals(key)).toBe(true);
    expect(existsSync(join(dir, 'spool.keymark'))).toBe(true);
  });

  test('are never replaced in place by a provider', async () => {
    const keys = fileKeyProvider(newDir());
    await keys.wrap('spool', Buffer.alloc(32, 1));
    expect(await codeOf(keys.wrap('spool', Buffer.alloc(32, 2)))).toBe('key-unavailable');
    expect((await keys.unwrap('spool'))?.equals(Buffer.alloc(32, 1))).toBe(true);
  });

  test("destroyed: nothing opens any more, the holder's copy is not zeroed under its feet, and it can be repeated", async () => {
    const dir = newDir();
    const vault = vaultAt(dir);
    const held = await vault.spoolKey();
    const before = Buffer.from(held);
    await vault.put('account', binding, secret);
    for (let times = 0; times < 2; times++) {
      await vault.destroySpoolKey();
      await vault.destroySecretsKey();
    }
    expect(held.equals(before)).toBe(true);
    expect(readdirSync(join(dir, 'keys'))).toEqual([]);
    expect(readdirSync(dir)).toEqual(['keys']);
    expect((await vault.spoolKey()).equals(before)).toBe(false);
    expect(await vault.get('account', binding)).toBeUndefined();
  });

  test('a provider that does not give back what it took is found out at once', async () => {
    const kept = new Map<string, Buffer>();
    const liar: KeyProvider = {
      wrap: (name) => {
        kept.set(name, Buffer.alloc(32));
        return Promise.resolve();
      },
      unwrap: (name) => Promise.resolve(kept.get(name)),
      destroy: (name) => {
        kept.delete(name);
        return Promise.resolve();
      },
    };
    const vault = vaultAt(newDir(), liar);
    expect(await codeOf(vault.spoolKey())).toBe('key-unavailable');
    expect(kept.size).toBe(0);
  });
});

describe('the executable key provider', () => {
  /** A vendor program as a shell script. */
  const program = (body: string) => {
    const path = join(root, `program-${String(++serial)}`);
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const providerOf = (body: string, clock = new ManualClock()) =>
    executableKeyProvider({ path: program(body), dir: newDir(), clock, log });

  test('wraps and unwraps through the program and keeps the blob', async () => {
    const dir = newDir();
    // rot13 of hexadecimal stands for a TPM.
    const path = program(
      'case "$1" in wrap) od -An -v -tx1 | tr -d " \\n";; unwrap) sed "s/../\\\\\\\\x&/g" | xargs -0 printf "%b";; esac; echo "for $2" >&2',
    );
    const keys = executableKeyProvider({ path, dir, clock: new ManualClock(), log });
    expect(await keys.unwrap('spool')).toBeUndefined();
    const key = Buffer.alloc(32, 0x41);
    await keys.wrap('spool', key);
    expect(readFileSync(join(dir, 'spool.wrapped'), 'latin1')).toBe('41'.repeat(32));
    expect((await keys.unwrap('spool'))?.equals(key)).toBe(true);
    expect(await codeOf(keys.wrap('spool', key))).toBe('key-unavailable');
    const complaints = log.entries.filter(({ args }) => args[0] === 'key program said').map(({ args }) => args[1]);
    expect(complaints).toContainEqual({ verb: 'unwrap', name: 'spool', stderr: 'for spool' });
    await keys.destroy('spool');
    await keys.destroy('spool');
    expect(await keys.unwrap('spool')).toBeUndefined();
  });

  test.each<[string, string]>([
    ['fails', 'echo "no TPM" >&2; exit 3'],
    ['says nothing', 'cat >/dev/null'],
    ['does not read', 'exec <&-; exit 1'],
    ['talks without end', 'yes'],
    ['kills itself', 'kill -9 $$'],
  ])('a program that %s is a key that is not available', async (_name, body) => {
    expect(await codeOf(providerOf(body).wrap('spool', Buffer.alloc(32)))).toBe('key-unavailable');
  });

  test('a program that is not there, likewise', async () => {
    const keys = executableKeyProvider({ path: join(root, 'none'), dir: newDir(), clock: new ManualClock(), log });
    expect(await codeOf(keys.wrap('spool', Buffer.alloc(32)))).toBe('key-unavailable');
  });

  test('a program that hangs is ended after ten seconds', async () => {
    const clock = new ManualClock();
    const outcome = providerOf('exec sleep 600', clock)
      .wrap('spool', Buffer.alloc(32))
      .catch((error: unknown) => error as MailError);
    await settle();
    expect(clock.pendingMs).toEqual([10_000]);
    await clock.advance(10_000);
    expect(await outcome).toMatchObject({ code: 'key-unavailable', message: expect.stringContaining('10 s') });
  });

  test('its environment is empty but for PATH, and no data reach the log', async () => {
    process.env['MFP_CANARY'] = 'canary-environment';
    await providerOf('cat; env >&2').wrap('spool', Buffer.from('canary-key-canary-key-canary-key'));
    delete process.env['MFP_CANARY'];
    expect(log.text()).not.toContain('canary');
  });

  test('carries a whole vault', async () => {
    const dir = newDir();
    const keys = () =>
      executableKeyProvider({ path: program('cat'), dir: join(dir, 'keys'), clock: new ManualClock(), log });
    await vaultAt(dir, keys()).put('account', binding, secret);
    expect((await vaultAt(dir, keys()).get('account', binding))?.equals(secret)).toBe(true);
  });
});
