import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleStatus } from '../support/sample-status.ts';
import { tempDir } from '../support/temp-dir.ts';
import { FakeAgent, freshRoot, run } from './fake-agent.ts';

let root: string;
let agent: FakeAgent;

beforeAll(async () => {
  root = freshRoot(await tempDir());
  agent = await new FakeAgent(root, { 'POST /v1/safe-mode/leave': { body: sampleStatus } }).start();
});
afterAll(async () => {
  await agent.stop();
});

test('leave-safe-mode says how the agent is now', async () => {
  expect(await run(root, ['leave-safe-mode'])).toMatchObject({ code: 0, out: `${sampleStatus.sentence}\n` });
  const { code, out } = await run(root, ['leave-safe-mode', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ glance: sampleStatus.glance });
});
