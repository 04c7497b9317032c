import { afterEach, expect, test } from '@jest/globals';
import { ManualClock } from '../support/manual-clock.ts';
import { sampleStatus } from '../support/sample-status.ts';
import { tempDir } from '../support/temp-dir.ts';
import { FakeAgent, freshRoot, run } from './fake-agent.ts';

const dir = await tempDir();
const agents: FakeAgent[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
});

const made = { code: '7KQ2-XM9D', expiresAtMs: new ManualClock().nowMs() + 600_000, triesLeft: 5 };

test.each([
  // Ports of the web door; what is said of them
  [[{ name: 'web', address: '::', port: 8443 }], 'https://<this device>:8443/'],
  [[{ name: 'web', address: '::', port: 443 }], 'https://<this device>/'],
  [[{ name: 'loopback', address: '127.0.0.1', port: 2525 }], 'status'],
])('claim-code shows the code and where to type it: %j', async (listeners, words) => {
  const root = freshRoot(dir);
  const agent = await new FakeAgent(root, {
    'POST /v1/access/claim-code': { body: made },
    'GET /v1/status': { body: { ...sampleStatus, listeners } },
  }).start();
  agents.push(agent);
  const { code, out } = await run(root, ['claim-code']);
  expect(code).toBe(0);
  expect(out).toContain('7KQ2-XM9D');
  expect(out).toContain('10 min');
  expect(out).toContain(words);
  expect(JSON.parse((await run(root, ['claim-code', '--json'])).out)).toEqual(made);
});
