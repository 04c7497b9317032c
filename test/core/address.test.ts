import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { comparableAddress, isSameAddress, parseMailbox, shortenAddress } from '../../src/core/index.ts';
import { anyText } from '../support/any-text.ts';

describe('parseMailbox', () => {
  test.each([
    ['scan@contoso.com', 'scan', 'contoso.com'], // the plain case
    ['Scan.2F+x@Contoso.COM', 'Scan.2F+x', 'contoso.com'], // local part keeps its case, domain does not
    ['"a b"@contoso.com', 'a b', 'contoso.com'], // quoted local part, unquoted for comparison
    ['"a\\"b"@contoso.com', 'a"b', 'contoso.com'], // quoted pair
    ['scan@münchen.example', 'scan', 'xn--mnchen-3ya.example'], // U-label domain goes as A-label
    ['扫描@contoso.com', '扫描', 'contoso.com'], // RFC 6531 local part
    ['scan@[192.0.2.7]', 'scan', '[192.0.2.7]'], // address literal
    ['scan@[IPv6:2001:db8::1]', 'scan', '[ipv6:2001:db8::1]'], // and its IPv6 form
    ['scan@printer', 'scan', 'printer'], // one label: firmware in a LAN writes this
    ["o'neil{x}@contoso.com", "o'neil{x}", 'contoso.com'], // all of atext
  ])('takes %s', (text, localPart, domain) => {
    expect(parseMailbox(text)).toMatchObject({ address: text, localPart, domain });
  });

  test.each([
    [''],
    ['scan'],
    ['@contoso.com'],
    ['scan@'], // halves
    ['scan@@contoso.com'],
    ['a b@contoso.com'],
    ['.a@contoso.com'],
    ['a..b@contoso.com'],
    ['a.@contoso.com'], // local part
    ['scan@contoso..com'],
    ['scan@-contoso.com'],
    ['scan@contoso.com.'],
    ['scan@con_toso.com'], // domain
    ['scan@contoso.com\r\nRCPT TO:<x@y.z>'],
    ['scan\0@contoso.com'],
    ['scan@contoso.com\n'], // injection (T5)
    ['<scan@contoso.com>'],
    ['@relay:scan@contoso.com'], // path syntax is not a mailbox
    ['scan@[300.1.1.1]'],
    ['scan@1.2.3.4'],
    ['scan@127.1'], // addresses that are not literals
    [`${'a'.repeat(65)}@contoso.com`],
    [`scan@${'a.'.repeat(130)}com`], // RFC 5321 4.5.3.1 lengths
    ['scan@contoso.com/x'],
    ['scan@contoso.com:25'],
    ['scan@%63ontoso.com'], // what a URL parser would forgive
  ])('refuses %j', (text) => {
    expect(parseMailbox(text)).toBeUndefined();
  });

  test('never throws and never lets a control character through, whatever comes', () => {
    fc.assert(
      fc.property(anyText(80), (text) => {
        const mailbox = parseMailbox(text);
        expect(mailbox === undefined || !/[\x00-\x1f\x7f]/.test(mailbox.address)).toBe(true);
      }),
    );
  });
});

describe('isSameAddress', () => {
  test.each([
    ['Scan@Contoso.com', 'scan@contoso.com', true], // case
    [' scan@contoso.com ', 'scan@contoso.com', true], // trimmed
    ['jos\u00e9@contoso.com', 'jose\u0301@contoso.com', true], // NFC and NFD
    ['scan@münchen.example', 'scan@xn--mnchen-3ya.example', true], // U-label and A-label
    ['"scan"@contoso.com', 'scan@contoso.com', true], // needless quotes
    ['scan@contoso.com', 'scan@contoso.onmicrosoft.com', false], // the mismatch the product is about
    ['scan@contoso.com', '', false], // nothing set yet
    ['scan1@contoso.com', 'scan2@contoso.com', false],
  ])('%j and %j: %s', (one, other, expected) => {
    expect(isSameAddress(one, other)).toBe(expected);
    expect(isSameAddress(other, one)).toBe(expected);
  });

  test('comparing twice changes nothing', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        expect(comparableAddress(comparableAddress(address))).toBe(comparableAddress(address));
      }),
    );
  });
});

test.each([
  ['scans@contoso.com', 's***s@contoso.com'],
  ['ab@contoso.com', '***@contoso.com'], // too short to mask by halves
  ['', '<>'], // null reverse-path
  ['junk', '***'],
])('shortens %j for the log', (address, expected) => {
  expect(shortenAddress(address)).toBe(expected);
});
