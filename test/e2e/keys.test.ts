/** Keys wrapped by a device maker's program: scans open with it, wait without it, and are never given up. */
import { chmod, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { rootLayout } from '../../src/cli/index.ts';
import { createDaemon, type Daemon } from '../../src/daemon.ts';
import { loopbackDialer, playFirmware } from '../../src/simulator/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { collectedLog } from '../support/collected-log.ts';
import { writeSettings } from '../support/daemon-at.ts';
import { tempDir } from '../support/temp-dir.ts';

/** Stands for a TPM: what it wraps only it unwraps. */
const keyProgram = `#!/bin/sh
case "$1" in
  wrap) printf 'sealed:'; base64 -w0 ;;
  unwrap) tail -c +8 | base64 -d ;;
  *) exit 2 ;;
esac
`;

async function agentOn(root: string, keys: { keyProgram?: string; keyDir?: string }): Promise<Daemon> {
  const daemon = createDaemon({
    ...rootLayout(root),
    ...keys,
    version: 'test',
    clock: systemClock,
    random: Math.random,
    log: collectedLog(),
    dialer: loopbackDialer([]),
  });
  await daemon.start();
  return daemon;
}

test('a scan sealed under a wrapped key is there after a restart, and waits while the program is away', async () => {
  const root = await tempDir();
  const program = join(root, 'tpm');
  const keyDir = join(root, 'key-partition');
  await writeFile(program, keyProgram);
  await chmod(program, 0o700);
  await writeSettings(root, {});

  const first = await agentOn(root, { keyProgram: program, keyDir });
  const { port } = first.agent.status().listeners[0] ?? { port: 0 };
  const scan = {
    port,
    file: Buffer.from('x'),
    fileName: 'x.pdf',
    to: ['anna@contoso.com'],
    from: 'mfp@printer.local',
    subject: 'Scan',
  };
  await playFirmware(scan);
  const { queueId } = first.agent.jobs()[0] ?? {};
  await first.stop();
  expect(await readdir(keyDir)).toEqual(['spool.wrapped']);

  // Started by mistake without the program: nothing is sealed anew, nothing is thrown away.
  const without = await agentOn(root, { keyDir });
  expect(without.agent.status()).toMatchObject({
    glance: 'storage',
    storage: { state: 'unavailable', why: 'key-unavailable' },
  });
  const { port: secondPort } = without.agent.status().listeners[0] ?? { port: 0 };
  await expect(playFirmware({ ...scan, port: secondPort })).rejects.toThrow(/the agent answered: 451/);
  await without.stop();

  // Nor with a folder that has no key at all and without the vault's marks: a new key would make the scan unreadable.
  await rm(join(rootLayout(root).stateDir, 'secrets'), { recursive: true });
  const elsewhere = join(root, 'empty-partition');
  const astray = await agentOn(root, { keyDir: elsewhere });
  expect(astray.agent.status().storage).toEqual({ state: 'unavailable', why: 'key-unavailable' });
  await astray.stop();
  expect(await readdir(elsewhere).catch(() => [])).not.toContain('spool.key');

  const again = await agentOn(root, { keyProgram: program, keyDir });
  expect(again.agent.jobs().map((job) => job.queueId)).toEqual([queueId]);
  expect(again.agent.status().storage).toEqual({ state: 'ok' });
  await again.stop();
}, 60_000);
