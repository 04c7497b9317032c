/** The demo with a fault: what is said, and how it ends. A file of its own, so that others run beside it. */
import { describe, expect, test } from '@jest/globals';
import { faultNames } from '../../src/simulator/index.ts';
import { agentCommand } from '../support/agent-process.ts';

const minuteMs = 60_000;

describe('npm run demo -- --auto', () => {
  test.each([
    ['declined', /declined/i],
    ['app-not-public', /public client/i],
    ['smtp-auth-off-mailbox', /Set-CASMailbox/],
  ])(
    '--fault %s ends with exit code 1 and says what to do',
    async (fault, said) => {
      const { code, stdout } = await agentCommand(['demo', '--auto', '--fault', fault], { limitMs: minuteMs });
      expect(code).toBe(1);
      // Before anything is played: what it is, and what a person sees of it.
      const { title, seen } = faultNames.find(({ name }) => name === fault) ?? {};
      const [introduction = '', played = ''] = stdout.split(/(?<=What a person sees: .*\n)/);
      expect(introduction).toContain(`\nRehearsed fault ${fault}: ${title}.\n  What a person sees: ${seen}.\n`);
      expect(played).toMatch(said);
    },
    minuteMs,
  );

  test(
    'an end with a fault names no command for the folder that is gone, but how to try them',
    async () => {
      const args = ['demo', '--auto', '--fault', 'recipient-refused'];
      const { code, stdout, stderr } = await agentCommand(args, { limitMs: minuteMs });
      expect(code).toBe(1);
      expect(stdout + stderr).not.toMatch(/--root|rehearsal\.mjs/);
      expect(stdout).toMatch(/^ {2}mfp-mail-agent queue retry /m);
      expect(stdout).toMatch(/^ {2}failed +nobody@contoso\.com$/m);
      expect(stdout).toContain('A retry sends only to those still missing.');
      expect(stdout).toContain('leave --auto out:\n  npm run demo -- --fault recipient-refused\n');
    },
    minuteMs,
  );

  // They wait for most of their time, each in a process of its own.
  test.concurrent.each([
    'slow-down',
    'throttled-429',
    'unavailable-503',
    'interval-missing',
    'expires-in-string',
    'auth-535-once',
  ])(
    '--fault %s is survived: the scan arrives',
    async (fault) => {
      const { code } = await agentCommand(['demo', '--auto', '--fault', fault], { limitMs: minuteMs });
      expect(code).toBe(0);
    },
    minuteMs,
  );
});
