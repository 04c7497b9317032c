import { expect, test } from '@jest/globals';
import { settingRules } from '../../src/settings/index.ts';
import { deliveredPort, movedAsDelivered, movedTo } from '../../panel-ui/internet-services/form/moved.ts';

const web = (...places: readonly (readonly [string, number])[]) =>
  places.map(([address, port]) => ({ name: 'web', address, port }));
const any = web(['::', 8443]);
const hash = '#/home';

test.each([
  ['nothing changed', { hostname: 'mfp.local', port: '8443' }, any, any, undefined],
  [
    'another port',
    { hostname: 'mfp.local', port: '8443' },
    any,
    web(['::', 9443]),
    { url: 'https://mfp.local:9443/#/home' },
  ],
  [
    'the usual port',
    { hostname: '192.0.2.7', port: '8443' },
    any,
    web(['::', 443]),
    { url: 'https://192.0.2.7/#/home' },
  ],
  [
    'another address',
    { hostname: '192.0.2.7', port: '8443' },
    any,
    web(['2001:db8::1', 8443]),
    { url: 'https://[2001:db8::1]:8443/#/home' },
  ],
  ['our own of two', { hostname: '[2001:db8::1]', port: '' }, web(['::', 443]), web(['2001:db8::1', 443]), undefined],
  ['switched off', { hostname: 'mfp.local', port: '8443' }, any, [], {}],
  // Behind a forwarded port nobody knows where we are seen from.
  ['forwarded', { hostname: 'mfp.contoso.com', port: '444' }, any, web(['::', 9443]), undefined],
  ['at the first status', { hostname: 'mfp.local', port: '8443' }, [], any, undefined],
])('%s', (_, here, before, now, expected) => {
  expect(movedTo({ ...here, hash }, before, now)).toEqual(expected);
});

test('an emptied device is at the port it was delivered with', async () => {
  const { defaultSettings } = await settingRules();
  expect(deliveredPort).toBe(defaultSettings().web.port);
  expect(movedAsDelivered({ hostname: 'mfp.local', port: '9443' })).toEqual({ url: 'https://mfp.local:8443/' });
  expect(movedAsDelivered({ hostname: 'mfp.local', port: '8443' })).toBeUndefined();
});
