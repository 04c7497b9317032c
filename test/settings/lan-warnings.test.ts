import { expect, test } from '@jest/globals';
import { lanWarnings, settingRules } from '../../src/settings/index.ts';

const { defaultSettings } = await settingRules();

test.each<[allowed: string[], trusted: string[], warnings: string[]]>([
  [[], [], []],
  [['192.168.1.0/24', '192.168.1.20', 'fd12:3456::/64', '10.0.0.5/32'], ['192.168.1.20'], []],
  // The networks come later.
  [[], ['192.168.1.20'], []],
  [['192.168.1.5/24'], [], ['192.168.1.5/24 in lan.allowedNetworks means all of 192.168.1.0/24;']],
  [['200.255.1.128/25'], [], []],
  [['200.255.1.130/25'], [], ['means all of 200.255.1.128/25;']],
  [['10.1.2.3/8'], ['10.9.9.9/30'], ['means all of 10.0.0.0/8;', 'lan.trustedPrinters means all of 10.9.9.8/30;']],
  [['192.168.1.0/24'], ['192.168.2.7'], ['192.168.2.7 in lan.trustedPrinters is not within lan.allowedNetworks']],
])('allowed %j, trusted %j: %j', (allowedNetworks, trustedPrinters, warnings) => {
  const { lan } = defaultSettings();
  const found = lanWarnings({ lan: { ...lan, allowedNetworks, trustedPrinters } });
  expect(found).toEqual(warnings.map((one) => expect.stringContaining(one)));
});
