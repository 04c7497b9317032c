/** The dialogues that the device images hold as well, here without a device. */
import { afterEach, expect, test } from '@jest/globals';
import { doorDialogues } from '../support/door-dialogues.ts';
import { playDialogue } from '../support/smtp-dialogue.ts';
import { runningIntake } from './running-intake.ts';

const running: Awaited<ReturnType<typeof runningIntake>>[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.intake.stop();
});

test.each(doorDialogues)('%s', async (_name, script) => {
  const one = await runningIntake();
  running.push(one);
  await playDialogue({ port: one.port }, script);
  for (const job of one.sink.jobs) expect(job.facts.subject).toMatch(/^dialogue/);
});
