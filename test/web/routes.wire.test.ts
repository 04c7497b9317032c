/** T49: every route of the API over the real door, with everything that is wrong about a request, and once with nothing. */
import { Agent } from 'node:https';
import { afterAll, expect, test } from '@jest/globals';
import { routes } from '../../src/api/index.ts';
import { webCall } from '../support/doors.ts';
import { runningWeb } from './running-web.ts';

const keepAlive = new Agent({ keepAlive: true, maxSockets: 4 });
afterAll(() => {
  keepAlive.destroy();
});

const isChanging = (method: string) => method !== 'GET';
/** `/v1/events` and the OpenAPI file are no rows of the table. */
const all = [
  ...routes.map(({ method, path, role, doors }) => ({
    method: method.toUpperCase(),
    path: path.replace(/:\w+/g, 'x'),
    isOpen: role === 'nobody',
    isHere: doors?.includes('web') !== false,
  })),
  { method: 'GET', path: '/v1/openapi.json', isOpen: false, isHere: true },
  { method: 'GET', path: '/v1/events', isOpen: false, isHere: true },
  { method: 'GET', path: '/v1/nothing', isOpen: false, isHere: false },
];

type Wrong = readonly [name: string, headers: (good: Good) => Record<string, string | undefined>, status: number];
interface Good {
  readonly cookie: string;
  readonly 'x-csrf-token': string;
}
/** Each with the status every route answers that is not open. */
const everywhere: readonly Wrong[] = [
  ['without cookie', () => ({}), 401],
  ['with the token alone', (good) => ({ 'x-csrf-token': good['x-csrf-token'] }), 401],
  ['with a cookie of nobody', () => ({ cookie: `__Host-mfp=${'A'.repeat(43)}` }), 401],
  ['with the cookie twice', ({ cookie }) => ({ cookie: `${cookie}; ${cookie}` }), 401],
  ['with the cookie under another name', ({ cookie }) => ({ cookie: cookie.replace('__Host-mfp', 'mfp-panel') }), 401],
  ['for another Host', (good) => ({ ...good, host: 'evil.example' }), 421],
  ['from another Origin', (good) => ({ ...good, origin: 'https://evil.example' }), 403],
  ['that the browser calls foreign', (good) => ({ ...good, 'sec-fetch-site': 'cross-site' }), 403],
];
const changes: readonly Wrong[] = [
  ['without token', ({ cookie }) => ({ cookie }), 403],
  ['with another token', ({ cookie }) => ({ cookie, 'x-csrf-token': 'A'.repeat(32) }), 403],
  ['with a token of another length', (good) => ({ ...good, 'x-csrf-token': `${good['x-csrf-token']}x` }), 403],
  ['without Origin', (good) => ({ ...good, origin: undefined }), 403],
];

test('every route refuses everything that is wrong, before the agent hears of it', async () => {
  const { url, agent, logIn } = await runningWeb();
  const { cookie, csrfToken } = await logIn();
  const good: Good = { cookie, 'x-csrf-token': csrfToken };
  agent.calls.length = 0;
  const surprises: string[] = [];
  const tryOne = async (method: string, path: string, [name, headers, status]: Wrong) => {
    const reply = await webCall(url, method, path, { headers: headers(good), agent: keepAlive });
    if (reply.status !== status) surprises.push(`${method} ${path} ${name}: ${String(reply.status)}`);
    if (status === 401 && (JSON.parse(reply.text) as { error: { code: string } }).error.code !== 'login-needed')
      surprises.push(`${method} ${path} ${name}: ${reply.text}`);
    for (const header of ['content-security-policy', 'x-content-type-options', 'x-frame-options'])
      if (reply.headers[header] === undefined) surprises.push(`${method} ${path} ${name}: no ${header}`);
    if (reply.headers['cache-control'] !== 'no-store') surprises.push(`${method} ${path} ${name}: cached`);
    if (Object.keys(reply.headers).some((one) => one.startsWith('access-control'))) surprises.push(`${path}: CORS`);
  };
  for (const { method, path, isOpen } of all) {
    const wrong = [...everywhere, ...(isChanging(method) ? changes : [])].filter(
      // Who may call it without a log-in needs no cookie and no token; Host and Origin hold there too.
      ([, headers]) => !isOpen || ['host', 'origin', 'sec-fetch-site'].some((one) => one in headers(good)),
    );
    for (const one of wrong) await tryOne(method, path, one);
  }
  expect(surprises).toEqual([]);
  expect(agent.calls).toEqual([]);
  expect(agent.audited.filter(({ act }) => act !== 'claim')).toEqual([]);
}, 60_000);

test('every route is reached with cookie, token and Origin', async () => {
  const { url, agent, logIn } = await runningWeb();
  const { cookie, csrfToken } = await logIn();
  for (const { method, path, isHere } of all) {
    // It would end the session, or never end.
    if (path === '/v1/events' || (method === 'DELETE' && path === '/v1/session')) continue;
    const headers = { cookie, 'x-csrf-token': csrfToken };
    const { status } = await webCall(url, method, path, { headers, agent: keepAlive });
    expect([method, path, status === 401 || status === 421]).toEqual([method, path, false]);
    if (!isHere) expect([method, path, [403, 404, 409].includes(status)]).toEqual([method, path, true]);
  }
  expect(agent.calls.length).toBeGreaterThan(20);
}, 60_000);

test('before the log-in the product name is told and nothing else', async () => {
  const { url, agent } = await runningWeb();
  const { text, headers } = await webCall(url, 'GET', '/v1/session');
  expect(JSON.parse(text)).toEqual({ product: 'mfp-mail-agent', isClaimed: false, state: 'unclaimed' });
  expect(headers['server']).toBeUndefined();
  expect(headers['x-powered-by']).toBeUndefined();
  expect(agent.calls).toEqual([]);
});
