/** What the README promises: the demo, for each cloud, as a person starts it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { faultNames, standInProfiles } from '../../src/simulator/index.ts';
import { agentCommand } from '../support/agent-process.ts';
import { rehearse } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';

const minuteMs = 60_000;

describe('npm run demo -- --auto', () => {
  test.each(Object.entries(standInProfiles))(
    '%s: signs in and delivers the scan byte for byte',
    async (cloud, profile) => {
      const { code, stdout, stderr } = await agentCommand(['demo', '--auto', '--cloud', cloud], { limitMs: minuteMs });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('byte for byte the file that was scanned');
      expect(stdout).toContain('Ready: signed in as');
      expect(stdout).toContain(profile.verificationUri);
      // Pipes get no colour codes, and nothing is wider than a terminal.
      expect(stdout).not.toMatch(/\x1b/);
      expect(stdout.split('\n').filter((line) => line.length > 80 && !/https:|^ {4}<\S+>$/.test(line))).toEqual([]);
    },
    minuteMs,
  );

  test(
    "sends a file of the person's own, and reads its name as mail programs do",
    async () => {
      const file = join(await tempDir(), 'Überweisung 報.pdf');
      await writeFile(file, Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7919) % 256)));
      const { code, stdout } = await agentCommand(['demo', '--auto', '--scan', file], { limitMs: minuteMs });
      expect(code).toBe(0);
      expect(stdout).toContain('Überweisung 報.pdf, 70000 bytes');
      // Whole: half a sum compares nothing.
      expect(stdout).toMatch(/^ {2}SHA-256 +[0-9a-f]{64}$/m);
    },
    minuteMs,
  );

  test(
    '--language is of the panel and of the last sentence',
    async () => {
      const { code, stdout } = await agentCommand(['demo', '--auto', '--language', 'ja'], { limitMs: minuteMs });
      expect(code).toBe(0);
      expect(stdout).toMatch(/サインイン/);
    },
    minuteMs,
  );

  test.each([
    [['--fault', 'nonsense'], /no fault "nonsense".*--fault list/],
    [['--cloud', 'mars'], /no cloud "mars".*china-21vianet/],
    [['--scan', '/nowhere/scan.pdf'], /Cannot read \/nowhere\/scan\.pdf/],
    [['--bogus'], /--bogus/],
    [['--language', 'tlh'], /--language needs one of en, zh-CN, zh-TW, ja/],
  ])('%j is refused with exit code 2 and a sentence', async (args, said) => {
    const { code, stderr } = await agentCommand(['demo', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(said);
  });

  test('--fault list names every fault once, by group, one line of 80 columns each', async () => {
    const { code, stdout } = await agentCommand(['demo', '--fault', 'list']);
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.flatMap((line) => /^ {2}(\S+) /.exec(line)?.[1] ?? [])).toEqual(faultNames.map(({ name }) => name));
    expect(lines.filter((line) => /^\S.*:$/.test(line)).slice(1)).toEqual(
      [...new Set(faultNames.map(({ group }) => group))].map((group) => `${group}:`),
    );
  });
});

test('nothing of a rehearsal listens to the network', async () => {
  const { daemon } = await rehearse();
  const { listeners } = daemon.agent.status();
  expect(listeners.map(({ name }) => name)).toEqual(expect.arrayContaining(['web', 'panel']));
  expect(listeners.filter(({ address }) => address !== '127.0.0.1')).toEqual([]);
}, 30_000);
