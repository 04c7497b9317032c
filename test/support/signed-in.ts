import { afterAll } from '@jest/globals';
import { startRehearsal, type Rehearsal, type RehearsalOptions } from '../../src/demo/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { collectedLog } from './collected-log.ts';

const running: Rehearsal[] = [];
afterAll(async () => {
  for (const rehearsal of running.splice(0)) await rehearsal.stop();
});

const caller = { by: 'test', door: 'cli', role: 'administrator' } as const;

/** A rehearsal in this process; ended with the test file. */
export async function rehearse(
  options: Partial<RehearsalOptions> = {},
): Promise<Rehearsal & { readonly log: ReturnType<typeof collectedLog> }> {
  const log = collectedLog();
  const rehearsal = await startRehearsal({ cloud: 'global', clock: systemClock, log, version: 'test', ...options });
  running.push(rehearsal);
  return { ...rehearsal, log };
}

/** Plays the technician to the end: code, phone, confirmation, 235. */
export async function signIn({ daemon, cloud }: Rehearsal): Promise<void> {
  const { agent } = daemon;
  await agent.beginSignIn(caller);
  const shown = await until(() => {
    const state = agent.signInState();
    return state.step === 'code' ? state : undefined;
  });
  await cloud.technician({ userCode: shown.userCode });
  await until(() => (agent.signInState().step === 'confirm' ? true : undefined));
  await agent.confirmSignIn(caller);
  await until(() => (agent.signInState().step === 'ready' ? true : undefined));
}

/** Asks until the answer is there; for whole systems, where no clock can be advanced. */
export async function until<T>(ask: () => T | undefined | Promise<T | undefined>, limitMs = 20_000): Promise<T> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > endMs) throw new Error(`waited ${String(limitMs)} ms in vain for ${ask.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
