import { expect, test } from '@jest/globals';
import { webUrl } from '../src/web-url.ts';

const addresses = ['127.0.0.1', '::1', 'fe80::1', '169.254.1.1', '2001:db8::7', '192.0.2.7'];

test.each<[string, { address?: string; port?: number; own?: readonly string[]; trustedName?: string }, string]>([
  ['an address of the network', {}, 'https://192.0.2.7:8443'],
  ['no port where browsers know it', { port: 443 }, 'https://192.0.2.7'],
  ['the address the door is bound to', { address: '2001:db8::7' }, 'https://[2001:db8::7]:8443'],
  ['an address of IPv6 if there is no other', { own: ['127.0.0.1', '2001:db8::7'] }, 'https://[2001:db8::7]:8443'],
  ['loopback without a network', { address: '0.0.0.0', own: ['127.0.0.1'] }, 'https://127.0.0.1:8443'],
  ['a name that browsers can verify', { trustedName: 'mfp.contoso.com' }, 'https://mfp.contoso.com:8443'],
])('people find the web pages at %s', async (_what, { address = '::', port = 8443, own, trustedName }, expected) => {
  const listeners = [
    { name: 'loopback', address: '127.0.0.1', port: 2525 },
    { name: 'web', address, port },
  ];
  const given = { listeners, addresses: own ?? addresses, trustedName: () => Promise.resolve(trustedName) };
  expect(await webUrl(given)).toBe(expected);
});

test('they are nowhere while the door is closed', async () => {
  expect(await webUrl({ listeners: [], addresses, trustedName: () => Promise.resolve('x') })).toBeUndefined();
});
