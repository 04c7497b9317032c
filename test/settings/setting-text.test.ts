import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseSettingText, settingFields } from '../../src/settings/rules.ts';
import { certificatePem } from './certificates.ts';
import { anyText } from '../support/any-text.ts';

describe('settings as text', () => {
  test.each<[string, string, unknown]>([
    ['service.smtpPort', ' 465 ', 465],
    ['limits.maxJobs', '0100', 100],
    ['sender.isSharedMailbox', 'Yes', true],
    ['sender.isSharedMailbox', 'off', false],
    ['service.cloud', ' china-21vianet ', 'china-21vianet'],
    ['service.smtpHost', 'SMTP.Contoso.com.', 'smtp.contoso.com'],
    // A resolver reads this as 127.0.0.1, so it must be judged as that.
    ['service.smtpHost', '127.1', '127.0.0.1'],
    ['service.smtpHost', '[2001:DB8::1]', '2001:db8::1'],
    ['service.smtpHost', 'b\u00fccher.example', 'xn--bcher-kva.example'],
    ['service.smtpHost', '', ''],
    [
      'sender.permittedAddresses',
      'a@contoso.com, b@contoso.com;c@contoso.com\nd@contoso.com',
      ['a@contoso.com', 'b@contoso.com', 'c@contoso.com', 'd@contoso.com'],
    ],
    // A quoted local part may hold what separates entries.
    ['sender.permittedAddresses', '"a, b"@contoso.com c@contoso.com', ['"a, b"@contoso.com', 'c@contoso.com']],
    ['sender.permittedAddresses', '', []],
    [
      'network.proxyBypass',
      '.Contoso.com *.lan intranet 10.0.0.1 fd12::1 *',
      ['.contoso.com', '*.lan', 'intranet', '10.0.0.1', 'fd12::1', '*'],
    ],
  ])('%s takes %j', (path, text, value) => {
    expect(parseSettingText(path, text)).toEqual(value);
  });

  test('certificates one after the other, with text of the tool around them', async () => {
    const [one, other] = [await certificatePem('One'), await certificatePem('Other')];
    expect(
      parseSettingText(
        'network.extraCaPem',
        `subject=CN=One\r\n${one.replaceAll('\n', '\r\n')}subject=CN=Other\n${other}`,
      ),
    ).toEqual([one, other]);
  });

  test.each<[string, string, string]>([
    // Number('') would be 0, Number('0x10') 16, Number('1e3') 1000: none is what a person means.
    ['service.smtpPort', '', 'is not a number; use a whole number from 1 to 65535.'],
    ['service.smtpPort', '0x10', 'is not a number'],
    ['service.smtpPort', '1e3', 'is not a number'],
    ['service.smtpPort', '587 ms', 'is not a number'],
    ['service.smtpPort', '0', 'Use a whole number from 1 to 65535.'],
    ['limits.maxSpoolBytes', '99999999999999999999', 'is not a number'],
    ['sender.isSharedMailbox', 'maybe', '"maybe" is neither yes nor no'],
    ['service.cloud', 'Germany', 'Choose one of: global'],
    ['service.smtpHost', 'smtp.office365.com/inbox', 'without a path'],
    ['service.smtpHost', 'scanner@contoso.com', 'an e-mail address or user name does not belong here'],
    ['service.smtpHost', 'smtp office365', 'is not a host name'],
    ['service.smtpHost', '-smtp.contoso.com', 'is not a host name'],
    ['service.smtpHost', 'smtp..contoso.com', 'is not a host name'],
    ['service.smtpHost', 'fe80::1%eth0', 'without the port'],
    ['service.smtpHost', `${'a'.repeat(300)}.com`, 'at most 253 characters'],
    ['service.clientId', 'fad8cd81-a4a6-4e50-b1865d84f6c275a5', 'only a hyphen is wrong'],
    ['service.scope', 'SMTP.Send', 'is not a scope'],
    ['sender.permittedAddresses', 'a@contoso.com, nobody', 'is not a complete e-mail address'],
    ['network.proxyUrl', 'proxy.contoso.com:3128', 'http://name:port'],
    ['network.proxyUrl', 'http://proxy:3128/path', 'nothing behind the port'],
    ['network.proxyUser', 'user:secret', 'cannot have a colon'],
    ['network.proxyBypass', 'http://intranet', 'without https:// or any other scheme'],
    // The proxy dialler compares names: these would silently do nothing.
    ['network.proxyBypass', '10.0.0.0/8', 'is not a host or domain'],
    ['network.proxyBypass', '*.', 'is not a host or domain'],
    ['network.proxyBypass', 'intranet:8080', 'is not a host or domain'],
    ['service.smtphost', 'x', 'did you mean service.smtpHost?'],
    ['smtpHost', 'x', 'did you mean service.smtpHost?'],
    ['service.client-id', 'x', 'did you mean service.clientId?'],
    ['server.smtpPort', '1', 'did you mean service.smtpPort?'],
    ['nothing.like.it', 'x', 'see the list of settings'],
    ['__proto__', 'x', 'see the list of settings'],
    ['service.__proto__', 'x', 'see the list of settings'],
    ['service.toString', 'x', 'see the list of settings'],
  ])('%s refuses %j', (path, text, sentence) => {
    let message = '';
    try {
      parseSettingText(path, text);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain(sentence);
    expect(message).toMatch(/^[A-Z"0-9].*[.?]$/);
  });

  test('any text either becomes a value that is taken again, or a sentence on one line', () => {
    const paths = fc.constantFrom(...settingFields.map(({ path }) => path));
    fc.assert(
      fc.property(paths, anyText(60), (path, text) => {
        try {
          const value = parseSettingText(path, text);
          const again = Array.isArray(value) ? value.join('\n') : String(value);
          expect(parseSettingText(path, again)).toEqual(value);
        } catch (error) {
          expect(error).toMatchObject({ code: 'settings-invalid' });
          expect((error as Error).message).not.toMatch(/[\r\n]/);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
