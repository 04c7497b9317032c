import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createMailLog } from '../../src/log/index.ts';
import { LineRing } from '../../src/log/line-ring.ts';

const line = (message: string) => ({ atMs: 1, level: 'info', message });

test('keeps the last 500 lines', () => {
  const ring = new LineRing();
  for (let i = 0; i < 600; i++) ring.push(line(String(i)));
  const messages = ring.list().map(({ message }) => message);
  expect(messages).toHaveLength(500);
  expect([messages[0], messages.at(-1)]).toEqual(['100', '599']);
});

test('keeps fewer long ones', () => {
  const ring = new LineRing();
  for (let i = 0; i < 500; i++) ring.push(line('x'.repeat(2000)));
  expect(ring.list().length).toBeLessThan(80);
});

test('has what was written, secrets hidden, and nothing below the level', async () => {
  const log = createMailLog({
    level: 'info',
    destination: new Writable({
      write: (_chunk, _encoding, done) => {
        done();
      },
    }),
  });
  log.notice('token=abcdefgh said', { by: 'scan@contoso.com', password: 'geheim' });
  log.attempted({ queueId: 'q', attempt: 1, host: 'h' });
  log.settings({ by: 'anna', names: ['service.cloud'] });
  log.fault('it broke', new Error('refresh_token=abc'));
  await log.flush();
  const lines = log.lines();
  expect(lines.map(({ level, message }) => [level, message])).toEqual([
    ['info', expect.stringContaining('said')],
    ['info', 'settings'],
    ['error', 'it broke'],
  ]);
  const text = JSON.stringify(lines);
  for (const secret of ['geheim', 'refresh_token=abc', 'scan@contoso.com']) expect(text).not.toContain(secret);
  expect(text).toContain('service.cloud');
});
