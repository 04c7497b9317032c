import { describe, expect, test } from '@jest/globals';
import {
  adminConsentScopeFor,
  cloudProfiles,
  consentLink,
  isCloudName,
  nativeClientRedirect,
  outsideProfile,
  parseTenant,
  profileOfHost,
  resourceScopes,
  type CloudName,
} from '../../src/cloud/index.ts';
import { MailError } from '../../src/core/index.ts';

const builtIn = Object.values(cloudProfiles).filter((profile) => profile.name !== 'custom');
const clientId = '11112222-3333-4444-5555-666677778888';

function errorOf(act: () => unknown): MailError {
  try {
    act();
  } catch (error) {
    if (error instanceof MailError) return error;
  }
  throw new Error('nothing was refused');
}

describe('cloud profiles', () => {
  // The endpoints people must be able to rely on; changing one is a decision, not an edit.
  test.each<[CloudName, string, string, string, string]>([
    [
      'global',
      'login.microsoftonline.com',
      'smtp.office365.com',
      'https://outlook.office.com/SMTP.Send',
      'https://outlook.office365.com/.default',
    ],
    [
      'china-21vianet',
      'login.partner.microsoftonline.cn',
      'smtp.partner.outlook.cn',
      'https://partner.outlook.cn/SMTP.Send',
      'https://partner.outlook.cn/.default',
    ],
    [
      'us-gov-high',
      'login.microsoftonline.us',
      'smtp.office365.us',
      'https://outlook.office365.us/SMTP.Send',
      'https://outlook.office365.us/.default',
    ],
    [
      'us-gov-dod',
      'login.microsoftonline.us',
      'outlook-dod.office365.us',
      'https://outlook.office365.us/SMTP.Send',
      'https://outlook.office365.us/.default',
    ],
  ])('%s has its defaults', (name, loginHost, smtpHost, scope, consentScope) => {
    const profile = cloudProfiles[name];
    expect([profile.loginHosts[0], profile.smtpHosts[0], profile.scopes[0], profile.adminConsentScope]).toEqual([
      loginHost,
      smtpHost,
      scope,
      consentScope,
    ]);
    expect(profile.smtpPort).toBe(587);
  });

  test.each(builtIn)('$name is well-formed', (profile) => {
    for (const host of [
      ...profile.loginHosts,
      ...profile.smtpHosts,
      ...profile.verificationHosts,
      ...profile.otherHosts,
    ]) {
      expect(host).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
    }
    for (const scope of [...profile.scopes, profile.adminConsentScope])
      expect(scope).toMatch(/^https:\/\/[a-z0-9.-]+\/(SMTP\.Send|\.default)$/);
    expect(profile.portalUrl).toMatch(/^https:\/\/[a-z.]+$/);
    expect(profile.verificationHosts).toContain('microsoft.com');
    // Consent for another resource than the one the token names would not cover it; the global pair is the documented exception.
    if (profile.name !== 'global')
      expect(new URL(profile.adminConsentScope).host).toBe(new URL(profile.scopes[0] ?? '').host);
  });

  test('only the global cloud and a custom one know personal accounts', () => {
    expect(
      Object.values(cloudProfiles)
        .filter((one) => one.hasPersonalAccounts)
        .map((one) => one.name),
    ).toEqual(['global', 'custom']);
  });

  test('custom allows nothing by itself and carries no default', () => {
    const { loginHosts, smtpHosts, scopes, verificationHosts } = cloudProfiles.custom;
    expect([loginHosts, smtpHosts, scopes, verificationHosts]).toEqual([[], [], [], []]);
  });

  test('no profile carries a client id: the one printed by a printer maker is not ours', () => {
    expect(JSON.stringify(cloudProfiles)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  });

  test('isCloudName knows profiles and no inherited names', () => {
    expect(['global', 'custom', 'toString', '__proto__', ''].map(isCloudName)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('profileOfHost', () => {
  test.each([
    ['smtp.partner.outlook.cn', 'china-21vianet'],
    ['LOGIN.PARTNER.microsoftonline.cn', 'china-21vianet'], // case
    ['login.chinacloudapi.cn', 'china-21vianet'], // alias
    ['smtp.office365.com.', 'global'], // final dot
    ['outlook.office365.com', 'global'], // the IMAP name, typed by mistake
    ['smtp-mail.outlook.com', 'global'],
    ['login.microsoftonline.us', 'us-gov-high'], // shared with DoD
    ['outlook-dod.office365.us', 'us-gov-dod'],
    ['login.microsoftonline.de', undefined], // closed cloud
    ['smtp.office365.com.attacker.example', undefined],
    ['', undefined],
  ])('%j belongs to %s', (host, name) => {
    expect(profileOfHost(host)).toBe(name);
  });
});

describe('outsideProfile', () => {
  const blank = { loginHost: '', smtpHost: '', smtpPort: 587, scope: '' };

  test.each<[string, CloudName, Partial<typeof blank>, string[]]>([
    ['blanks stand for the defaults', 'china-21vianet', { smtpPort: 0 }, []],
    [
      'the values printed for 21Vianet',
      'china-21vianet',
      {
        loginHost: 'login.partner.microsoftonline.cn',
        smtpHost: 'smtp.partner.outlook.cn',
        scope: 'https://partner.outlook.cn/SMTP.Send offline_access openid email',
      },
      [],
    ],
    [
      'documented alternatives',
      'china-21vianet',
      { smtpHost: 'partner.outlook.cn', scope: 'https://partner.outlook.cn/.default' },
      [],
    ],
    ['capitals and white space', 'global', { smtpHost: ' SMTP.Office365.com ' }, []],
    ['a host of another cloud', 'global', { smtpHost: 'smtp.partner.outlook.cn' }, ['smtpHost']],
    ['a look-alike', 'global', { loginHost: 'login.microsoftonline.com.attacker.example' }, ['loginHost']],
    ['another port', 'global', { smtpPort: 465 }, ['smtpPort']],
    [
      'a second resource beside the right one',
      'global',
      { scope: 'https://outlook.office.com/SMTP.Send https://graph.microsoft.com/.default' },
      ['scope'],
    ],
    ['more rights than sending', 'global', { scope: 'https://outlook.office.com/.default' }, ['scope']],
    [
      'everything',
      'us-gov-dod',
      { loginHost: 'a.example', smtpHost: 'b.example', smtpPort: 25, scope: 'x' },
      ['loginHost', 'smtpHost', 'smtpPort', 'scope'],
    ],
    [
      'custom has no outside',
      'custom',
      { loginHost: 'a.example', smtpHost: 'b.example', smtpPort: 2525, scope: 'x' },
      [],
    ],
  ])('%s', (_what, cloud, change, fields) => {
    expect(outsideProfile(cloud, { ...blank, ...change })).toEqual(fields);
  });

  test('resourceScopes drops what only names a person', () => {
    expect(resourceScopes('https://a/SMTP.Send offline_access openid  email profile https://a/SMTP.Send')).toEqual([
      'https://a/SMTP.Send',
    ]);
  });
});

describe('parseTenant', () => {
  test.each([
    ['organizations', 'organizations'],
    [' Common ', 'common'],
    ['consumers', 'consumers'],
    ['AAAABBBB-CCCC-DDDD-EEEE-FFFF00001111', 'aaaabbbb-cccc-dddd-eeee-ffff00001111'],
    ['Contoso.onmicrosoft.com', 'contoso.onmicrosoft.com'],
    ['contoso.partner.onmschina.cn', 'contoso.partner.onmschina.cn'], // 21Vianet
    ['bücher.example', 'xn--bcher-kva.example'], // U-label
  ])('reads %j', (text, tenant) => {
    expect(parseTenant(text)).toBe(tenant);
  });

  test.each([
    '',
    'contoso', // a single label is no verified domain
    '00000000-0000-0000-0000-000000000000',
    'contoso.com/oauth2',
    'contoso.com?x=1',
    '../common',
    'user@contoso.com',
    '192.0.2.1',
    'a b.com',
    'https://contoso.com',
  ])('refuses %j', (text) => {
    const error = errorOf(() => parseTenant(text));
    expect(error.code).toBe('settings-invalid');
    expect(error.details['field']).toBe('service.tenant');
  });
});

describe('consentLink', () => {
  const base = {
    loginHost: 'login.partner.microsoftonline.cn',
    tenant: 'contoso.partner.onmschina.cn',
    clientId,
    adminConsentScope: 'https://partner.outlook.cn/.default',
  };

  test('is the documented v2 address with a registered redirect', () => {
    expect(consentLink(base)).toBe(
      'https://login.partner.microsoftonline.cn/contoso.partner.onmschina.cn/v2.0/adminconsent' +
        `?client_id=${clientId}&redirect_uri=https%3A%2F%2Flogin.partner.microsoftonline.cn%2Fcommon%2Foauth2%2Fnativeclient` +
        '&scope=https%3A%2F%2Fpartner.outlook.cn%2F.default',
    );
  });

  test.each([
    ['organizations', 'organizations'],
    ['common', 'organizations'], // the vendor: do not use common, personal accounts cannot consent for a tenant
    ['AAAABBBB-CCCC-DDDD-EEEE-FFFF00001111', 'aaaabbbb-cccc-dddd-eeee-ffff00001111'],
  ])('puts tenant %s as %s', (tenant, inPath) => {
    expect(new URL(consentLink({ ...base, tenant })).pathname).toBe(`/${inPath}/v2.0/adminconsent`);
  });

  test.each(['consumers', '9188040d-6c67-4c5b-b112-36a304b66dad'])(
    'has none for personal accounts (%s) and says why',
    (tenant) => {
      const error = errorOf(() => consentLink({ ...base, tenant }));
      expect(error.code).toBe('bad-request');
      expect(error.details['hint']).toContain('Outlook.com accounts need no administrator');
    },
  );

  test.each<[string, Partial<typeof base>, string]>([
    ['the misprinted client id', { clientId: 'fad8cd81-a4a6-4e50-b1865d84f6c275a5' }, 'client-id-malformed'],
    ['no client id', { clientId: '' }, 'client-id-missing'],
    ['a path in the host', { loginHost: 'login.microsoftonline.com/evil' }, 'settings-invalid'],
    ['a user part in the host', { loginHost: 'login.microsoftonline.com@evil.example' }, 'settings-invalid'],
    ['a blank host (custom, not filled in)', { loginHost: '' }, 'settings-invalid'],
    ['a blank scope (custom, not filled in)', { adminConsentScope: '' }, 'settings-invalid'],
    ['a delegated scope', { adminConsentScope: 'https://partner.outlook.cn/SMTP.Send' }, 'settings-invalid'],
  ])('refuses %s', (_what, change, code) => {
    expect(errorOf(() => consentLink({ ...base, ...change })).code).toBe(code);
  });

  test('takes another registered redirect', () => {
    expect(new URL(consentLink({ ...base, redirectUri: 'http://localhost' })).searchParams.get('redirect_uri')).toBe(
      'http://localhost',
    );
  });

  test('nativeClientRedirect is on the login host of the cloud', () => {
    expect(nativeClientRedirect('login.microsoftonline.us')).toBe(
      'https://login.microsoftonline.us/common/oauth2/nativeclient',
    );
  });

  test.each<[CloudName, string, string]>([
    ['global', '', 'https://outlook.office365.com/.default'],
    ['global', 'https://outlook.office.com/SMTP.Send', 'https://outlook.office365.com/.default'], // both spellings, one consent scope
    ['us-gov-dod', 'https://outlook-dod.office365.us/SMTP.Send email', 'https://outlook-dod.office365.us/.default'], // follows the choice
    ['custom', 'https://mail.example/SMTP.Send offline_access', 'https://mail.example/.default'],
    ['custom', '', ''],
  ])('consent scope for %s with %j', (cloud, scope, expected) => {
    expect(adminConsentScopeFor(cloud, scope)).toBe(expected);
  });
});
