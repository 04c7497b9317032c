import { afterEach, expect, test } from '@jest/globals';
import { ManualClock } from '../support/manual-clock.ts';
import { tempDir } from '../support/temp-dir.ts';
import { FakeAgent, freshRoot, run } from './fake-agent.ts';

const dir = await tempDir();
const agents: FakeAgent[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
});

const made = { code: '7KQ2-XM9D', expiresAtMs: new ManualClock().nowMs() + 600_000, triesLeft: 5 };

test.each([
  // Where the web door is; what is said of it
  [{ webUrl: 'https://192.0.2.7:8443' }, 'Type it at https://192.0.2.7:8443/'],
  [{}, 'status'],
])('claim-code shows the code and where to type it: %j', async (where, words) => {
  const root = freshRoot(dir);
  const agent = await new FakeAgent(root, {
    'POST /v1/access/claim-code': { body: { ...made, ...where } },
  }).start();
  agents.push(agent);
  const { code, out } = await run(root, ['claim-code']);
  expect(code).toBe(0);
  expect(out).toContain('7KQ2-XM9D');
  expect(out).toContain('10 min');
  expect(out).toContain(words);
  expect(JSON.parse((await run(root, ['claim-code', '--json'])).out)).toEqual({ ...made, ...where });
});
