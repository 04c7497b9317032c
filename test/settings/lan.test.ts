/** Values of the door for printers on the network. */
import { describe, expect, test } from '@jest/globals';
import * as read from '../../src/settings/lan-readers.ts';
import { defaultSettings, planChange } from '../../src/settings/rules.ts';

describe('readers', () => {
  test.each<[(text: string) => string, string, string]>([
    [read.readNetwork, ' 192.168.1.20 ', '192.168.1.20'],
    [read.readNetwork, '192.168.1.0/24', '192.168.1.0/24'],
    [read.readNetwork, 'FD12:3456::/64', 'fd12:3456::/64'],
    [read.readListenAddress, '[::]', '::'],
    [read.readQuirk, '192.168.1.20 = Xerox-Login', '192.168.1.20=xerox-login'],
    [read.readQuirk, '10.0.0.0/8=missing-final-dot + charset-gb18030', '10.0.0.0/8=missing-final-dot+charset-gb18030'],
    [read.readMailDomain, '@Contoso.COM', 'contoso.com'],
    [read.readMailDomain, 'bücher.example', 'xn--bcher-kva.example'],
    [read.readLanUser, ' u ', 'u'],
  ])('%p takes %j', (reader, text, tidy) => {
    expect(reader(text)).toBe(tidy);
  });

  test.each<[(text: string) => string, string]>([
    [read.readNetwork, ''],
    [read.readNetwork, '192.168.1.0/33'],
    [read.readNetwork, '192.168.1.0/'],
    [read.readNetwork, '192.168.1.0/24/8'],
    [read.readNetwork, '192.168.1'],
    [read.readNetwork, 'printer.local'],
    [read.readNetwork, '::/0'],
    [read.readNetwork, 'fe80::1%eth0'],
    [read.readListenAddress, 'eth0'],
    [read.readQuirk, '192.168.1.20'],
    [read.readQuirk, '192.168.1.20='],
    [read.readQuirk, '192.168.1.20=xerox-login=x'],
    [read.readMailDomain, 'contoso'],
    [read.readMailDomain, 'a@contoso.com'],
    [read.readLanUser, 'a\u0007b'],
  ])('%p refuses %j with a sentence', (reader, text) => {
    expect(() => reader(text)).toThrow(/\.$/);
  });
});

describe('opening the door', () => {
  const open = { 'lan.isEnabled': true, 'lan.allowedNetworks': '192.168.1.0/24' };
  test.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    ['alone is refused for both reasons', { 'lan.isEnabled': true }, ['lan.allowedNetworks', 'lan.trustedPrinters']],
    ['with a list only is refused', open, ['lan.trustedPrinters']],
    ['with a list and a user is allowed', { ...open, 'lan.userName': 'scan' }, []],
    ['with a list and trusted printers is allowed', { ...open, 'lan.trustedPrinters': '192.168.1.20' }, []],
    [
      'with a trusted network wider than the list is refused',
      { ...open, 'lan.trustedPrinters': '192.168.0.0/16' },
      ['lan.trustedPrinters'],
    ],
    [
      'without any port is refused',
      { ...open, 'lan.userName': 'u', 'lan.plainPort': 0, 'lan.submissionPort': 0 },
      ['lan.isEnabled'],
    ],
    ['on the port of loopback is refused', { ...open, 'lan.userName': 'u', 'lan.plainPort': 2525 }, ['lan.plainPort']],
    [
      'on that port of another address is allowed',
      { ...open, 'lan.userName': 'u', 'lan.plainPort': 2525, 'lan.address': '192.168.1.5' },
      [],
    ],
  ])('%s', (_name, patch, paths) => {
    expect(planChange(defaultSettings(), patch, 'cli').problems.map(({ path }) => path)).toEqual(paths);
  });

  test('old TLS names its listeners', () => {
    expect(
      planChange(defaultSettings(), { 'lan.oldTlsListeners': 'plain,tls' }, 'cli').next.lan.oldTlsListeners,
    ).toEqual(['plain', 'tls']);
    expect(planChange(defaultSettings(), { 'lan.oldTlsListeners': 'all' }, 'cli').problems).toHaveLength(1);
  });
});
