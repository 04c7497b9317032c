/** The gate's first half: hosts, paths, origins, as tables. */
import { describe, expect, test } from '@jest/globals';
import { cookieOf, hostOf, judgeHead, plainHost } from '../../src/doorway/request-head.ts';

const names = ['mfp-7', 'mfp-7.local', '192.168.1.5', 'fd12::5'];

function judge(change: {
  method?: string;
  target?: string;
  headers?: Record<string, string | undefined>;
  rawHeaders?: string[];
}) {
  const headers = Object.fromEntries(
    Object.entries<string | undefined>({ host: 'mfp-7:8443', ...change.headers }).filter(
      (one): one is [string, string] => one[1] !== undefined,
    ),
  );
  return judgeHead(
    {
      method: change.method ?? 'GET',
      target: change.target ?? '/v1/status',
      headers,
      rawHeaders: change.rawHeaders ?? Object.entries(headers).flat(),
    },
    { scheme: 'https', isHostAllowed: (host) => names.includes(host) },
  );
}
const statusOf = (change: Parameters<typeof judge>[0]) => {
  const verdict = judge(change);
  return verdict.kind === 'refused' ? verdict.status : verdict.kind;
};

describe('the Host list (T44)', () => {
  test.each<[string | undefined, number | string]>([
    ['mfp-7', 'call'],
    ['MFP-7:8443', 'call'],
    ['mfp-7.local:18443', 'call'], // a forwarded port
    ['192.168.1.5:8443', 'call'],
    ['[fd12::5]:8443', 'call'],
    ['[FD12:0:0:0:0:0:0:5]', 'call'], // the same address
    ['evil.example', 421], // the name a rebinding page has
    ['evil.example:8443', 421],
    ['mfp-7.evil.example', 421],
    ['mfp-7.', 421], // another site to a browser
    ['192.168.1.6', 421],
    ['', 421],
    [undefined, 421],
    ['mfp-7 evil', 421],
    ['mfp-7,evil.example', 421],
    ['mfp-7@evil.example', 421],
    ['[mfp-7]', 421],
    ['[::ffff:192.168.1.5]', 421],
    ['mfp-7:', 421],
    ['mfp-7:99999999', 421],
  ])('%j: %s', (host, outcome) => {
    expect(statusOf({ headers: { host } })).toBe(outcome);
  });

  test('two Host lines are none', () => {
    expect(statusOf({ rawHeaders: ['Host', 'mfp-7', 'hOsT', 'evil.example'] })).toBe(421);
  });

  test('goes before everything else', () => {
    expect(statusOf({ headers: { host: 'evil.example' }, method: 'TRACE', target: '//' })).toBe(421);
  });

  test('one spelling for each host', () => {
    expect([plainHost('MFP-7'), plainHost('FE80::1%eth0'), plainHost('[fd12:0::5]')]).toEqual([
      'mfp-7',
      'fe80::1',
      'fd12::5',
    ]);
    expect(hostOf('127.0.0.1:8480')).toEqual({ name: '127.0.0.1', port: 8480 });
  });
});

describe('path tricks (T49)', () => {
  test.each<[string, number | string]>([
    ['/v1/status', 'call'],
    ['/v1', 'call'],
    ['/v1/jobs?state=held&limit=1', 'call'],
    ['/v1/clients/fd12%3A%3A5/dialogue', 'call'], // as encodeURIComponent writes an address
    ['/v1/messages?to=a%2Fb%40contoso.com', 'call'], // a slash in a value is none in the path
    ['/', 'file'],
    ['/main-ABCD2345.js', 'file'],
    ['/V1/status', 'file'], // a file that is not there
    ['//', 400],
    ['//v1/status', 400],
    ['/v1//status', 400],
    ['/v1/status/', 400],
    ['/./v1/status', 400],
    ['/v1/./status', 400],
    ['/v1/../v1/status', 400],
    ['/..', 400],
    ['/v1/status.', 400], // trailing dot
    ['/v1/status...', 400],
    ['/v1%2fstatus', 400],
    ['/v1%2Fstatus', 400],
    ['/v1/%2e%2e/status', 400],
    ['/v1/%2E/status', 400],
    ['/v1/%5cstatus', 400],
    ['/v1/%252e', 400], // read twice it is a dot
    ['/v1/status%00', 400],
    ['/v1/status%0d%0aSet-Cookie:x', 400],
    ['/v1/status%7f', 400],
    ['/v1/status;x=1', 400],
    ['/v1;/status', 400],
    ['/v1\\status', 400],
    ['/v1/sta tus', 400],
    ['/v1/status#x', 400],
    ['/v1/stätus', 400],
    ['/v1/%zz', 400],
    ['/v1/%c', 400],
    ['https://mfp-7/v1/status', 400], // absolute form
    ['mfp-7:443', 400],
    ['*', 400],
    ['', 400],
    ['/v1/status?_method=DELETE', 400],
    ['/v1/status?a=1&_METHOD=DELETE', 400],
    [`/${'a'.repeat(2048)}`, 400],
  ])('%j: %s', (target, outcome) => {
    expect(statusOf({ target })).toBe(outcome);
  });

  test.each(['x-http-method-override', 'x-http-method', 'x-method-override'])('%s is refused', (name) => {
    expect(statusOf({ headers: { [name]: 'DELETE' } })).toBe(400);
  });

  test.each(['OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'get', ''])('the method %j is refused', (method) => {
    expect(statusOf({ method })).toBe(405);
  });
});

describe('where a request comes from (T43)', () => {
  const own = 'https://mfp-7:8443';
  type Case = [string, string, Record<string, string | undefined>, number | string];
  const json = { 'content-type': 'application/json', 'content-length': '2' };
  test.each<Case>([
    ['a change of our page', 'POST', { origin: own, 'sec-fetch-site': 'same-origin', ...json }, 'call'],
    ['of a program that says where it is', 'POST', { origin: own, ...json }, 'call'],
    ['without Origin', 'POST', json, 403],
    ['of another site', 'POST', { origin: 'https://evil.example', ...json }, 403],
    ['of a sandboxed frame', 'POST', { origin: 'null', ...json }, 403],
    ['of the same host without TLS', 'POST', { origin: 'http://mfp-7:8443', ...json }, 403],
    ['of another port', 'POST', { origin: 'https://mfp-7:9443', ...json }, 403],
    ['of a host of the same site', 'POST', { origin: own, 'sec-fetch-site': 'same-site', ...json }, 403],
    ['with a word of the browser against it', 'DELETE', { origin: own, 'sec-fetch-site': 'cross-site' }, 403],
    ['that nobody clicked', 'POST', { origin: own, 'sec-fetch-site': 'none', ...json }, 403],
    ['a form', 'POST', { origin: own, 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a form as text', 'POST', { origin: own, 'content-type': 'text/plain', 'content-length': '9' }, 415],
    ['a body without type', 'POST', { origin: own, 'content-length': '9' }, 415],
    ['a body of chunks without type', 'POST', { origin: own, 'transfer-encoding': 'chunked' }, 415],
    ['no body', 'DELETE', { origin: own }, 'call'],
    ['JSON with charset', 'PUT', { origin: own, 'content-type': 'Application/JSON; charset=utf-8' }, 'call'],
    ['a scan', 'POST', { origin: own, 'content-type': 'multipart/form-data; boundary=x' }, 'call'],
    ['reading', 'GET', {}, 'call'],
    ['reading, typed', 'GET', { 'sec-fetch-site': 'none' }, 'call'],
    ['reading by another site', 'GET', { 'sec-fetch-site': 'cross-site' }, 403],
    ['reading by a script of another site', 'GET', { origin: 'https://evil.example' }, 403],
    [
      'a link to a call',
      'GET',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      403,
    ],
  ])('%s (%s): %j is %s', (_name, method, headers, outcome) => {
    expect(statusOf({ method, headers })).toBe(outcome);
  });

  test.each<[Record<string, string>, number | string]>([
    [{}, 'file'],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 'file'], // a link
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, 403], // a frame
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }, 403], // looking for us
  ])('the page, with %j, is %s', (headers, outcome) => {
    expect(statusOf({ target: '/', headers })).toBe(outcome);
  });

  test('pages are read only', () => {
    expect(statusOf({ method: 'POST', target: '/', headers: { origin: own } })).toBe(405);
  });
});

test.each<[string | undefined, string | undefined]>([
  ['a=1; __Host-mfp=token; b=2', 'token'],
  ['__Host-mfp=token', 'token'],
  ['__Host-mfp=', ''],
  ['__Host-mfp=a; __Host-mfp=b', undefined], // somebody else set one of them
  ['x__Host-mfp=a', undefined],
  ['__host-mfp=a', undefined],
  [undefined, undefined],
])('the cookie of %j is %j', (cookie, value) => {
  expect(cookieOf(cookie === undefined ? {} : { cookie }, '__Host-mfp')).toBe(value);
});
