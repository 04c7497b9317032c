import { describe, expect, test } from '@jest/globals';
import { errorCatalogue, isErrorCode, MailError, type ErrorCode } from '../../src/core/index.ts';
import {
  guidanceEntries,
  guidanceFor,
  guidanceIdOf,
  isGuidanceId,
  quoteForPowerShell,
  type GuidanceContext,
  type GuidanceId,
} from '../../src/guidance/index.ts';
import { builtInNames, fillIn, placeholderNames } from '../../src/guidance/placeholders.ts';
import { textsOf } from '../../src/guidance/texts/index.ts';

const ids = Object.keys(guidanceEntries) as GuidanceId[];
const everything: GuidanceContext = {
  deviceEmailAddress: 'scanner@contoso.com',
  upn: 'anna@contoso.com',
  tenant: 'contoso.com',
  clientId: '11112222-3333-4444-5555-666677778888',
  cloud: 'china-21vianet',
  smtpHost: 'smtp.partner.outlook.cn',
  loginHost: 'login.partner.microsoftonline.cn',
  consentLink:
    'https://login.partner.microsoftonline.cn/contoso.com/v2.0/adminconsent?client_id=x&scope=https%3A%2F%2Fpartner.outlook.cn%2F.default',
  portalUrl: 'https://portal.azure.cn',
  reply: '550 5.1.1 User unknown',
  size: 41_943_040,
  queueId: '01jd6v3q8abcde',
  host: 'smtp.partner.outlook.cn',
  smtpPort: 587,
  proxy: 'http://proxy.contoso.com:3128',
  aadsts: 53003,
  atMs: Date.UTC(2026, 10, 21),
};

// The other languages: languages.test.ts.
describe.each([['en', textsOf('en')] as const])('the texts in %s', (tag, { texts, fillIn: names }) => {
  test('speak every error code and every entry, and nothing else', () => {
    expect(Object.keys(texts).sort()).toEqual([...ids].sort());
    expect(Object.keys(errorCatalogue).filter((code) => !isGuidanceId(code))).toEqual([]);
  });

  test('name every placeholder but those whose part of the sentence goes with them', () => {
    expect([...Object.keys(names), 'reply', 'size'].sort()).toEqual([...placeholderNames].sort());
    expect(Object.values(names).filter((name) => name === '' || /[<>{}']/.test(name))).toEqual([]);
  });

  test.each(ids)('%s is complete', (id) => {
    const text = texts[id];
    expect(text.title).toMatch(/^\S.{2,59}$/);
    expect(text.title).not.toMatch(/[.!?]$|[{}]/);
    expect(text.panel.length).toBeGreaterThanOrEqual(1);
    expect(text.panel.length).toBeLessThanOrEqual(3);
    for (const line of text.panel) {
      expect(line.length).toBeGreaterThan(0);
      expect(line.length).toBeLessThanOrEqual(40);
      // A small screen shows it as it is: no placeholder may grow there, but for the one that is a line of its own.
      if (line !== '{again}') expect(line).not.toMatch(/[{}]|^\s|\s$/);
    }
    expect(text.panel.join(' ')).toMatch(/[.?]$|\{again\}$/);
    expect(text.paragraph).toMatch(/[.?]$|\{reply\}(?:\|\.)?\]$|\{again\}$/);
    expect(text.paragraph.length).toBeGreaterThan(25);
    for (const words of [text.paragraph, text.remedy ?? '']) {
      for (const [, name] of words.matchAll(/\{([^}]*)\}/g))
        expect([...placeholderNames, ...builtInNames]).toContain(name?.replace(/:ps$/, ''));
    }
  });

  test.each(ids)('%s has its commands alone on their lines, where they survive a copy', (id) => {
    const inProse = (texts[id].remedy ?? '')
      .split('\n')
      .filter((line) => /[^(].*(?:mfp-mail-agent [a-z]|(?:Set|Get|Add|Connect)-[A-Z])/.test(line));
    expect(inProse).toEqual([]);
  });

  test.each(ids)('%s leaves no placeholder behind, with everything known and with nothing known', (id) => {
    const full = guidanceFor(id, everything, tag);
    expect(`${full.paragraph}\n${full.remedy ?? ''}`).not.toMatch(/[{}]|undefined|<(?!\d)[a-z]/);
    const bare = guidanceFor(id, {}, tag);
    expect(`${bare.paragraph}\n${bare.remedy ?? ''}`).not.toMatch(/[{}|[\]]|undefined/);
    // What the other side said is for administrators: others read a sentence that does without it.
    expect(bare.paragraph).toMatch(/[^\s:.][.?]$/);
    expect(bare.paragraph).not.toMatch(/: ?\.| {2}|\( ?\)/);
  });

  test.each(
    ids.filter(
      (id) =>
        ['technician', 'administrator', 'network', 'developer'].includes(guidanceEntries[id].who) &&
        guidanceEntries[id].action === 'hold',
    ),
  )('%s, which holds mail for a person, says what that person does', (id) => {
    // The cancelled sign-in needs no mending.
    if (id === 'sign-in-cancelled') return;
    expect([id, texts[id].remedy !== undefined || /sign in|change|use/i.test(texts[id].panel.join(' '))]).toEqual([
      id,
      true,
    ]);
  });
});

describe('the entries', () => {
  test.each(ids)('%s fit their code', (id) => {
    const { code, action, holdReason, waitMs, where } = guidanceEntries[id];
    expect(where.length).toBeGreaterThan(0);
    // An entry named like a code speaks for that code.
    if (isErrorCode(id)) expect(code).toBe(id);
    // What a person mends holds with a reason the screens can name; what ends a job names none.
    if (action === 'hold') expect(holdReason).toBeDefined();
    if (action === 'fail-job' || action === 'fail-recipient' || action === 'retry') expect(holdReason).toBeUndefined();
    if (action === 'wait') expect(waitMs).toBeGreaterThanOrEqual(60_000);
    // A permanent refusal never retries for ever, a sign-in fault never fails a message; SendAs on an alias is the ruled exception.
    const { kind } = errorCatalogue[code];
    if (kind === 'permanent') expect(['fail-job', 'fail-recipient']).toContain(action);
    if (kind === 'signin' && id !== 'send-as-denied-alias')
      expect(['fail-job', 'fail-recipient']).not.toContain(action);
  });

  test('who must sign in again is a matter of the sign-in, not of the message', () => {
    expect(
      ids.filter((id) => guidanceEntries[id].again !== 'no' && guidanceEntries[id].action.startsWith('fail')),
    ).toEqual([]);
  });
});

describe('guidanceFor', () => {
  test('puts this mailbox into the PowerShell line and this cloud into the connection', () => {
    expect(guidanceFor('smtp-auth-disabled', everything).remedy).toContain(
      "Connect-ExchangeOnline -ExchangeEnvironmentName O365China\nSet-CASMailbox -Identity 'scanner@contoso.com' -SmtpClientAuthenticationDisabled $false",
    );
    expect(guidanceFor('smtp-auth-disabled', { ...everything, cloud: 'global' }).remedy).toContain(
      'Connect-ExchangeOnline\n',
    );
  });

  test('names the mailbox by the account while no device address is set', () => {
    expect(guidanceFor('smtp-auth-disabled', { upn: 'anna@contoso.com' }).remedy).toContain(
      "-Identity 'anna@contoso.com'",
    );
  });

  test("puts this cloud's portal and this link in", () => {
    expect(guidanceFor('admin-consent-needed', everything).remedy).toContain(everything.consentLink);
    expect(guidanceFor('conditional-access', everything).remedy).toContain(
      'At https://portal.azure.cn > Microsoft Entra ID > Security > Conditional Access > Policies > (the policy)',
    );
    // The Entra admin center has other menus than the Azure portals.
    expect(
      guidanceFor('conditional-access', { ...everything, portalUrl: 'https://entra.microsoft.com' }).remedy,
    ).toContain('At https://entra.microsoft.com > Entra ID > Conditional Access > Policies > (the policy)');
  });

  test('names what to fill in when it is not known', () => {
    const { remedy } = guidanceFor('smtp-auth-disabled', {});
    expect(remedy).toContain(
      "Set-CASMailbox -Identity '<mailbox of this device>' -SmtpClientAuthenticationDisabled $false",
    );
    expect(guidanceFor('admin-consent-needed', {}).remedy).toContain('<consent link: set the client id first>');
  });

  test.each([
    ['by-person', 'queue release'],
    ['repeated-crash', 'queue retry'],
    ['repeated-crash', 'queue delete'],
    ['lifetime-over', 'queue retry'],
    ['smarthost-size', 'queue retry'],
    ['send-as-denied-alias', 'queue retry'],
    ['recipient-restricted', 'queue retry'],
    ['header-from-refused', 'queue retry'],
  ])('%s has the command %s for this message', (id, command) => {
    expect(guidanceFor(id, everything).remedy?.split('\n')).toContain(`mfp-mail-agent ${command} 01jd6v3q8abcde`);
    // Foreign like all values: what is no id does not get into a command.
    for (const queueId of [undefined, '', '01jd; reboot']) {
      expect(guidanceFor(id, { queueId }).remedy?.split('\n')).toContain(
        `mfp-mail-agent ${command} <id of the message>`,
      );
    }
  });

  test('says both addresses of a mismatch', () => {
    const { paragraph } = guidanceFor('upn-mismatch', everything);
    expect(paragraph).toContain('anna@contoso.com');
    expect(paragraph).toContain('scanner@contoso.com');
  });

  test.each(['en', 'EN', 'en-GB', 'xx', ''])('speaks English for %j', (tag) => {
    expect(guidanceFor('queue-full', {}, tag).title).toBe('Queue is full');
  });

  test.each(['no-such-code', '', 'toString', '__proto__'])('tells %j as an internal fault', (id) => {
    expect(guidanceFor(id, {}).id).toBe('internal');
  });

  test('shows sizes as people read them', () => {
    const sizes = [41_943_040, 2_000, 0, '35 MB', Number.NaN, -1].map(
      (size) => /\((.*?)\)/.exec(guidanceFor('message-too-large', { size }).paragraph)?.[1] ?? '',
    );
    expect(sizes).toEqual(['40.0 MiB', '2 KiB', '1 KiB', '35 MB', '', '']);
  });
});

describe('what depends on the moment', () => {
  test('a retry is promised only where one comes', () => {
    const waiting = guidanceFor('dns-failed', { host: 'smtp.office365.com' });
    expect(waiting.paragraph).toBe(
      'The network knows no server of the name smtp.office365.com. The device tries again by itself.',
    );
    expect(waiting.panel.at(-1)).toBe('The device tries again by itself.');
    const over = guidanceFor('dns-failed', { host: 'login.microsoftonline.com', isSignInOver: true });
    expect(over.paragraph).toContain('login.microsoftonline.com');
    expect(`${over.paragraph} ${over.panel.join(' ')}`).not.toContain('by itself');
    expect(over.panel.at(-1)).toBe('Start the sign-in again later.');
    expect(over.acts).toEqual(['sign-in']);
  });

  test('both hosts are named while nobody says which was meant', () => {
    const { paragraph } = guidanceFor('dns-failed', { smtpHost: 'a.example', loginHost: 'b.example' });
    expect(paragraph).toContain('a.example / b.example');
  });

  test('an answer nobody knows comes with what support asks for, whole and on lines of its own', () => {
    const reply = `554 5.9.9 ${'x'.repeat(600)} [AM0PR01MB0001 2026-11-21T10:00:00.000Z 08DE0A1B2C3D4E5F]`;
    expect(guidanceFor('message-refused', { reply, queueId: '01jd6v3q8abcde', atMs: 0, aadsts: 1 }).support).toEqual([
      'If you ask for help, send these lines as they are:',
      'Message: 01jd6v3q8abcde',
      'Time: 1970-01-01T00:00:00.000Z',
      'Number: AADSTS1',
      `Answer: ${reply}`,
    ]);
    expect(guidanceFor('message-refused', {}).support).toBeUndefined();
    expect(guidanceFor('recipient-refused', { reply }).support).toBeUndefined();
  });

  test.each<[string, readonly string[]]>([
    ['upn-mismatch', ['use-upn', 'sign-in']],
    ['by-person', ['release-job']],
    ['lifetime-over', ['retry-job']],
    ['session-revoked', ['sign-in']],
    ['smarthost-not-set', ['change-settings']],
    ['throttled', []],
  ])('%s is mended here by %j', (id, acts) => {
    expect(guidanceFor(id, {}).acts).toEqual(acts);
  });
});

describe('guidanceIdOf', () => {
  test.each<[string, ErrorCode, Readonly<Record<string, string | number>>, string]>([
    [
      'who threw it knows best',
      'send-as-denied',
      { guidanceId: 'send-as-denied-alias', aadsts: 53003 },
      'send-as-denied-alias',
    ],
    ['a strange id is not believed', 'timeout', { guidanceId: 'toString' }, 'timeout'],
    ['then the number', 'policy-blocked', { aadsts: 530036 }, 'device-code-session-blocked'],
    ['then what the system said', 'dns-failed', { systemCode: 'EAI_AGAIN' }, 'dns-no-answer'],
    ['a name that does not exist', 'dns-failed', { systemCode: 'ENOTFOUND' }, 'dns-failed'],
    ['no route at all', 'connect-failed', { systemCode: 'ENETUNREACH' }, 'network-down'],
    ['a root of its own in the chain', 'tls-untrusted', { systemCode: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'tls-inspected'],
    ['a clock that is behind', 'tls-expired', { systemCode: 'CERT_NOT_YET_VALID' }, 'certificate-not-yet-valid'],
    ['unless the clock is known not to be set', 'clock-not-set', { systemCode: 'CERT_NOT_YET_VALID' }, 'clock-not-set'],
    ['a refused proxy stays one', 'proxy-refused', { systemCode: 'ECONNREFUSED' }, 'proxy-refused'],
    ['nothing more known', 'timeout', {}, 'timeout'],
  ])('%s', (_what, code, details, id) => {
    expect(guidanceIdOf(new MailError(code, 'x', { details }))).toBe(id);
  });
});

describe('values put into remedies', () => {
  const remedyFor = (deviceEmailAddress: string) =>
    guidanceFor('smtp-auth-disabled', { deviceEmailAddress }).remedy ?? '';

  test.each<[string, string]>([
    ['an Irish name', "o'brien@contoso.com"],
    ['a command', "x'; Remove-Mailbox 'ceo@contoso.com"],
    ['a typographic quote, which PowerShell takes for a quote', 'x\u2019; Remove-Mailbox \u2018ceo@contoso.com'],
    ['the two low quotes', 'x\u201a; Remove-Mailbox \u201bceo@contoso.com'],
    ['a variable and a sub-expression, which single quotes do not expand', 'x$(Remove-Mailbox ceo)`n@contoso.com'],
    ['a second line', 'x@contoso.com\r\nRemove-Mailbox ceo@contoso.com'],
    ['a line separator', 'x@contoso.com\u2028Remove-Mailbox ceo@contoso.com'],
  ])('%s stays one argument on one line', (_what, address) => {
    const lines = remedyFor(address).split('\n');
    const line = lines.find((one) => one.includes('Set-CASMailbox')) ?? '';
    // A single-quoted PowerShell string by PowerShell's own rule: any of five quote letters, doubled inside.
    expect(line).toMatch(
      /^Set-CASMailbox -Identity '(?:[^'\u2018-\u201b\p{Cc}\p{Zl}\p{Zp}]|(['\u2018-\u201b])\1)*' -SmtpClientAuthenticationDisabled \$false$/u,
    );
    expect(lines.filter((one) => one.startsWith('Remove-Mailbox'))).toEqual([]);
  });

  test('quoteForPowerShell doubles quotes', () => {
    expect(quoteForPowerShell("o'brien")).toBe("'o''brien'");
  });

  test('a value that looks like a placeholder stays what it is', () => {
    const names = textsOf('en').fillIn;
    expect(fillIn('{upn} {tenant}', { upn: '{tenant}', tenant: '{upn:ps}' }, names)).toBe('{tenant} {upn:ps}');
  });

  test.each([
    'javascript:alert(1)',
    'http://login.microsoftonline.com/x',
    'https://a.example/\r\nhttps://b.example',
    'https://user@evil.example/',
    'https://a.example/<b>',
    "https://a.example/'x",
  ])('a consent link like %j is no link', (consentLink) => {
    expect(guidanceFor('admin-consent-needed', { consentLink }).remedy).toContain('<consent link');
  });

  test('a hostile reply cannot repaint a screen or fill it', () => {
    const { paragraph } = guidanceFor('message-refused', { reply: `554 \u001b[2J\u202eno\r\n${'x'.repeat(5000)}` });
    expect(paragraph).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(paragraph.length).toBeLessThan(500);
  });
});

test('every hold reason that needs guidance has an entry of its own code or text', () => {
  const reasons: Readonly<Record<string, ErrorCode>> = {
    'sign-in-needed': 'sign-in-needed',
    'upn-mismatch': 'upn-mismatch',
    'authentication-refused': 'authentication-refused',
    'smtp-auth-disabled': 'smtp-auth-disabled',
    'policy-blocked': 'policy-blocked',
    'send-as-denied': 'send-as-denied',
    'mailbox-full': 'mailbox-full',
    'mailbox-blocked': 'mailbox-blocked',
    'quota-reached': 'quota-reached',
    'smarthost-not-set': 'smarthost-not-set',
    'settings-conflict': 'settings-conflict',
    'key-unavailable': 'key-unavailable',
  };
  for (const [reason, id] of Object.entries(reasons)) expect(guidanceEntries[id].holdReason).toBe(reason);
});
