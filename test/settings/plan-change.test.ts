import { describe, expect, test } from '@jest/globals';
import { effectiveService, type ChangePlan, type Settings, type SettingsDoor } from '../../src/settings/index.ts';
import { planChange, settingsSchema } from '../../src/settings/rules.ts';
import { certificatePem } from './certificates.ts';

const clientId = 'fad8cd81-a4a6-4e50-b186-5d84f6c275a5';
const otherId = '11111111-2222-4333-8444-555555555555';
const own = {
  cloud: 'custom',
  loginHost: 'login.contoso.com',
  smtpHost: 'smtp.contoso.com',
  scope: 'https://mail.contoso.com/SMTP.Send',
} as const;

/** Settings of a device that is set up: Exchange Online, global cloud, a client id. */
function device(
  service: Partial<Settings['service']> = {},
  rest: Partial<Record<keyof Settings, object>> = {},
): Settings {
  return settingsSchema.parse({ ...rest, service: { clientId, ...service } });
}

const plain = device({
  provider: 'unspecified',
  smtpHost: 'mail.contoso.com',
  smtpPort: 25,
  smtpSecurity: 'starttls-if-offered',
});
const codes = (plan: ChangePlan) => plan.consequences.map(({ code }) => code);

test.each(['localhost', '0x7f.1', '::1', '192.168.1.5', '::ffff:10.0.0.1', 'mail.corp.local', 'fd12::1'])(
  'a plain mail server may be in the private network, as most are: %s',
  (smtpHost) => {
    expect(planChange(plain, { 'service.smtpHost': smtpHost }, 'web').problems).toEqual([]);
  },
);

describe('what a change of one service setting costs', () => {
  test.each<[string, Settings, Record<string, unknown>, string[]]>([
    // Everything a sign-in is bound to (T21)
    ['tenant', device(), { 'service.tenant': 'contoso.com' }, ['sign-in-dropped']],
    ['client id', device(), { 'service.clientId': otherId }, ['sign-in-dropped']],
    ['cloud', device(), { 'service.cloud': 'china-21vianet' }, ['sign-in-dropped']],
    [
      'another scope of the cloud',
      device(),
      { 'service.scope': 'https://outlook.office365.com/SMTP.Send' },
      ['sign-in-dropped'],
    ],
    ['another SMTP host of the cloud', device(), { 'service.smtpHost': 'smtp-mail.outlook.com' }, ['sign-in-dropped']],
    ['another log-in host of the cloud', device(), { 'service.loginHost': 'login.microsoft.com' }, ['sign-in-dropped']],
    [
      'provider',
      device(),
      { 'service.provider': 'unspecified', 'service.smtpHost': 'mail.contoso.com' },
      ['sign-in-dropped'],
    ],
    // Outside the cloud's lists (T22)
    [
      'a foreign SMTP host',
      device(),
      { 'service.smtpHost': 'smtp.evil.example' },
      ['cloud-becomes-custom', 'sign-in-dropped'],
    ],
    [
      'a foreign log-in host',
      device(),
      { 'service.loginHost': 'login.evil.example' },
      ['cloud-becomes-custom', 'sign-in-dropped'],
    ],
    [
      'a foreign scope',
      device(),
      { 'service.scope': 'https://graph.microsoft.com/Mail.Send' },
      ['cloud-becomes-custom', 'sign-in-dropped'],
    ],
    ['another port', device(), { 'service.smtpPort': 25 }, ['cloud-becomes-custom', 'sign-in-dropped']],
    [
      'a foreign host, with the cloud named beside it',
      device(),
      { 'service.cloud': 'global', 'service.smtpHost': 'smtp.evil.example' },
      ['cloud-becomes-custom', 'sign-in-dropped'],
    ],
    // The proxy password belongs to the proxy
    [
      'proxy with a log-in',
      device({}, { network: { proxyUrl: 'http://proxy:3128', proxyUser: 'mfp' } }),
      { 'network.proxyUrl': 'http://evil:3128' },
      ['proxy-password-dropped'],
    ],
    [
      'proxy without a log-in',
      device({}, { network: { proxyUrl: 'http://proxy:3128' } }),
      { 'network.proxyUrl': 'http://other:3128' },
      [],
    ],
    // Nothing a sign-in is bound to
    [
      'the same values again',
      device(),
      { 'service.cloud': 'global', 'service.tenant': 'organizations', 'service.smtpHost': '' },
      [],
    ],
    ['the host that blank means', device(), { 'service.smtpHost': 'SMTP.office365.com' }, []],
    [
      'the OIDC scopes that are asked for anyway',
      device(),
      { 'service.scope': 'https://outlook.office.com/SMTP.Send offline_access openid email' },
      [],
    ],
    ['device address', device(), { 'sender.deviceEmailAddress': 'scanner@contoso.com' }, []],
    ['limits', device(), { 'limits.maxJobs': 10 }, []],
    // Nobody can have signed in yet
    [
      'client id of a new device',
      settingsSchema.parse({}),
      { 'service.clientId': clientId, 'service.cloud': 'china-21vianet' },
      [],
    ],
    ['plain server', plain, { 'service.smtpHost': 'mail2.contoso.com' }, []],
  ])('%s', (_name, current, patch, expected) => {
    const plan = planChange(current, patch, 'web');
    expect(plan.problems).toEqual([]);
    expect(codes(plan)).toEqual(expected);
    for (const { message } of plan.consequences) expect(message).toMatch(/^[A-Z].*\.$/);
  });

  test('a certificate authority added or removed drops the sign-in, their order does not', async () => {
    const [one, other] = [await certificatePem('One'), await certificatePem('Other')];
    const current = device({}, { network: { extraCaPem: [one, other] } });
    expect(codes(planChange(current, { 'network.extraCaPem': [other, one] }, 'cli'))).toEqual([]);
    expect(codes(planChange(current, { 'network.extraCaPem': [one] }, 'cli'))).toEqual(['sign-in-dropped']);
    // A command line hands in one text with all of them.
    expect(planChange(current, { 'network.extraCaPem': [one + other] }, 'cli').changed).toEqual([]);
  });
});

describe('a foreign host', () => {
  test('makes the cloud custom and keeps what blank meant until now', () => {
    const { next, changed } = planChange(
      device({ cloud: 'china-21vianet' }),
      { 'service.smtpHost': 'relay.contoso.cn' },
      'web',
    );
    expect(next.service).toMatchObject({
      cloud: 'custom',
      smtpHost: 'relay.contoso.cn',
      loginHost: 'login.partner.microsoftonline.cn',
      scope: 'https://partner.outlook.cn/SMTP.Send',
      smtpPort: 587,
    });
    expect(changed).toEqual(['service.cloud', 'service.smtpHost', 'service.loginHost', 'service.scope']);
  });

  test('of another cloud is named, with what to set instead', () => {
    const [first] = planChange(device(), { 'service.smtpHost': 'smtp.partner.outlook.cn' }, 'web').consequences;
    expect(first?.message).toContain('set service.cloud to china-21vianet instead');
  });

  test('the settings a printer maker prints for China are one cloud, not a custom one', () => {
    const plan = planChange(
      device(),
      {
        'service.cloud': 'china-21vianet',
        'service.smtpHost': 'smtp.partner.outlook.cn',
        'service.loginHost': 'login.partner.microsoftonline.cn',
        'service.clientId': clientId,
        'service.scope': 'https://partner.outlook.cn/SMTP.Send offline_access openid email',
      },
      'cli',
    );
    expect(plan).toMatchObject({
      problems: [],
      consequences: [{ code: 'sign-in-dropped' }],
      next: { service: { cloud: 'china-21vianet' } },
    });
    expect(effectiveService(plan.next).scopes).toEqual(['https://partner.outlook.cn/SMTP.Send', 'email']);
  });
});

describe('picking', () => {
  test("a built-in cloud puts foreign hosts and scope back to the cloud's own", () => {
    const { next, problems } = planChange(
      device({ ...own, smtpPort: 465, smtpSecurity: 'implicit' }),
      { 'service.cloud': 'global' },
      'web',
    );
    expect(problems).toEqual([]);
    expect(next.service).toMatchObject({
      cloud: 'global',
      loginHost: '',
      smtpHost: '',
      scope: '',
      smtpPort: 587,
      smtpSecurity: 'starttls',
    });
    expect(effectiveService(next)).toMatchObject({
      smtpHost: 'smtp.office365.com',
      loginHost: 'login.microsoftonline.com',
    });
  });

  test('a built-in cloud with a form that repeats the old hosts does the same', () => {
    const { next } = planChange(
      device(own),
      {
        'service.cloud': 'global',
        'service.smtpHost': own.smtpHost,
        'service.loginHost': own.loginHost,
        'service.scope': own.scope,
      },
      'web',
    );
    expect(next.service).toMatchObject({ cloud: 'global', loginHost: '', smtpHost: '', scope: '' });
  });

  test('the custom cloud needs every endpoint', () => {
    expect(planChange(device(), { 'service.cloud': 'custom' }, 'web').problems.map(({ path }) => path)).toEqual([
      'service.loginHost',
      'service.smtpHost',
      'service.scope',
    ]);
    expect(
      planChange(
        device(),
        Object.fromEntries(Object.entries(own).map(([key, value]) => [`service.${key}`, value])),
        'web',
      ).problems,
    ).toEqual([]);
  });

  test('Exchange Online after a plain server never sends a token to that server', () => {
    const { next, problems } = planChange(plain, { 'service.provider': 'exchange-online' }, 'web');
    expect(problems).toEqual([]);
    expect(next.service).toMatchObject({ cloud: 'global', smtpHost: '', smtpPort: 587, smtpSecurity: 'starttls' });
    const custom = planChange(
      device({ ...own, provider: 'unspecified', smtpHost: 'mail.contoso.com' }),
      { 'service.provider': 'exchange-online' },
      'web',
    );
    expect(custom.next.service.smtpHost).toBe('');
    expect(custom.problems.map(({ path }) => path)).toEqual(['service.smtpHost']);
  });
});

describe('typing an SMTP server name under Exchange Online', () => {
  test('at the panel turns the provider to unspecified, and says so', () => {
    const plan = planChange(device(), { 'service.smtpHost': 'mail.contoso.com' }, 'panel');
    expect(codes(plan)).toEqual(['provider-becomes-unspecified', 'sign-in-dropped']);
    expect(plan.next.service).toMatchObject({ provider: 'unspecified', smtpHost: 'mail.contoso.com', cloud: 'global' });
  });

  test('at the panel does so even with the name it has already', () => {
    expect(
      codes(
        planChange(device({ smtpHost: 'smtp.office365.com' }), { 'service.smtpHost': 'smtp.office365.com' }, 'panel'),
      ),
    ).toContain('provider-becomes-unspecified');
  });

  test('a panel form that comes back with the blank it was shown changes nothing', () => {
    expect(
      planChange(device({ smtpHost: 'smtp-mail.outlook.com' }), { 'service.smtpHost': '' }, 'panel'),
    ).toMatchObject({ changed: [], consequences: [], problems: [] });
  });

  test.each<SettingsDoor>(['web', 'cli', 'import'])('at the door %s is validated instead', (door) => {
    const plan = planChange(device(), { 'service.smtpHost': 'mail.contoso.com' }, door);
    expect(plan.next.service.provider).toBe('exchange-online');
    expect(codes(plan)).toContain('cloud-becomes-custom');
  });

  test('under a plain server is just a change', () => {
    expect(planChange(plain, { 'service.smtpHost': 'mail2.contoso.com' }, 'panel')).toMatchObject({
      changed: ['service.smtpHost'],
      consequences: [],
      problems: [],
    });
  });
});

describe('what is refused', () => {
  test.each<[string, Settings, Record<string, unknown>, string, string]>([
    [
      'remote user with Exchange Online',
      device(),
      { 'sender.sendingUser': 'remote-authenticated-user' },
      'sender.sendingUser',
      'set the sending user to "device"',
    ],
    [
      "authenticated user's address with Exchange Online",
      device(),
      { 'sender.usesAuthenticatedUserAddress': true },
      'sender.usesAuthenticatedUserAddress',
      'switch',
    ],
    [
      'Exchange Online with a setting of the plain server left',
      device({ provider: 'unspecified' }, { sender: { usesAuthenticatedUserAddress: true } }),
      { 'service.provider': 'exchange-online' },
      'sender.usesAuthenticatedUserAddress',
      'off',
    ],
    [
      'shared mailbox without its address',
      device(),
      { 'sender.isSharedMailbox': true },
      'sender.deviceEmailAddress',
      'shared address',
    ],
    [
      'an IP address as custom server',
      device(own),
      { 'service.smtpHost': '203.0.113.9' },
      'service.smtpHost',
      'DNS name',
    ],
    [
      'no encryption with Exchange Online',
      device(),
      { 'service.smtpSecurity': 'none' },
      'service.smtpSecurity',
      'starttls',
    ],
    [
      'a private server',
      device(own),
      { 'service.smtpHost': 'exchange.corp.local' },
      'service.smtpHost',
      'isPrivateNetworkAllowed',
    ],
    [
      'the metadata service, whatever is ticked',
      plain,
      { 'service.smtpHost': '169.254.169.254', 'service.isPrivateNetworkAllowed': true },
      'service.smtpHost',
      'never',
    ],
    [
      'the same in IPv6',
      plain,
      { 'service.smtpHost': 'fd00:ec2::254', 'service.isPrivateNetworkAllowed': true },
      'service.smtpHost',
      'never',
    ],
    [
      'every address of this device',
      plain,
      { 'service.smtpHost': '0.0.0.0', 'service.isPrivateNetworkAllowed': true },
      'service.smtpHost',
      'never',
    ],
    [
      'our own intake',
      plain,
      { 'service.smtpHost': '127.0.0.1', 'service.smtpPort': 2525, 'service.isPrivateNetworkAllowed': true },
      'service.smtpPort',
      'circles',
    ],
    [
      'Outlook.com in China',
      device({ cloud: 'china-21vianet' }),
      { 'service.tenant': 'consumers' },
      'service.tenant',
      'organizations',
    ],
    [
      'a message larger than the queue',
      device(),
      { 'limits.maxSpoolBytes': 1_048_576 },
      'limits.maxMessageBytes',
      'maxSpoolBytes',
    ],
    ['an unknown name', device(), { 'service.smtphost': 'x' }, 'service.smtphost', 'did you mean service.smtpHost?'],
    ['a number of the wrong type', device(), { 'service.smtpPort': [587] }, 'service.smtpPort', 'whole number'],
    ['an object for a text', device(), { 'service.tenant': { toString: 'x' } }, 'service.tenant', 'Write a text.'],
    ['not a number at all', device(), { 'service.smtpPort': Number.NaN }, 'service.smtpPort', 'whole number'],
  ])('%s', (_name, current, patch, path, words) => {
    const { problems } = planChange(current, patch, 'web');
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toContain(words);
    expect(problems[0]?.message).toMatch(/[.?]$/);
  });

  test.each<[string, Settings, Record<string, unknown>]>([
    [
      'private addresses once they are allowed',
      plain,
      { 'service.smtpHost': '192.168.1.5', 'service.isPrivateNetworkAllowed': true },
    ],
    [
      "the authenticated user's address with a plain server",
      plain,
      { 'sender.usesAuthenticatedUserAddress': true, 'sender.sendingUser': 'remote-authenticated-user' },
    ],
    [
      'TLS from the first byte in a custom cloud',
      device(own),
      { 'service.smtpSecurity': 'implicit', 'service.smtpPort': 465 },
    ],
    ['text for numbers and booleans', device(), { 'limits.maxJobs': '20', 'network.isProxyUsedForSmtp': 'on' }],
  ])('but not %s', (_name, current, patch) => {
    expect(planChange(current, patch, 'web').problems).toEqual([]);
  });

  test('null is the way back to the default', () => {
    const { next, changed } = planChange(device({}, { limits: { maxJobs: 7 } }), { 'limits.maxJobs': null }, 'web');
    expect([next.limits.maxJobs, changed]).toEqual([500, ['limits.maxJobs']]);
  });

  test('old trouble of a hand-edited file is no obstacle to mending it one setting at a time', () => {
    const current = device(
      {},
      { sender: { sendingUser: 'remote-authenticated-user', usesAuthenticatedUserAddress: true } },
    );
    expect(planChange(current, { 'sender.sendingUser': 'device' }, 'panel').problems).toEqual([]);
    expect(planChange(current, { 'limits.maxJobs': 7 }, 'panel').problems).toEqual([]);
    // But no new trouble.
    expect(planChange(current, { 'service.smtpSecurity': 'none' }, 'panel').problems).toHaveLength(1);
  });

  test('a change is planned without touching what holds', () => {
    const current = device();
    const before = structuredClone(current);
    planChange(
      current,
      { 'service.smtpHost': 'smtp.evil.example', 'sender.permittedAddresses': ['a@contoso.com'] },
      'panel',
    );
    expect(current).toEqual(before);
  });

  test('keys of prototypes are names like any other: unknown', () => {
    const plan = planChange(
      device(),
      JSON.parse('{"__proto__": {"x": 1}, "constructor.prototype": 1}') as Record<string, unknown>,
      'web',
    );
    expect(plan.problems).toHaveLength(2);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('the door somebody came through', () => {
  test.each<[string, Record<string, unknown>, SettingsDoor, string[]]>([
    ['switched off by its own pages', { 'web.isEnabled': false }, 'web', ['web-door-closes']],
    ['another port', { 'web.port': 9443 }, 'web', ['web-door-moves']],
    ['other addresses', { 'web.addresses': ['192.0.2.7'] }, 'web', ['web-door-moves']],
    ['the same port', { 'web.port': 8443 }, 'web', []],
    ['a further name', { 'web.hostNames': ['mfp.contoso.com'] }, 'web', []],
    ['from elsewhere', { 'web.isEnabled': false }, 'cli', []],
  ])('%s', (_, patch, door, expected) => {
    expect(codes(planChange(device(), patch, door))).toEqual(expected);
  });
});

describe('the effective service', () => {
  test.each<[string, Partial<Settings['service']>, object]>([
    [
      "blanks are the cloud's",
      { cloud: 'us-gov-high' },
      {
        smtpHost: 'smtp.office365.us',
        loginHost: 'login.microsoftonline.us',
        scopes: ['https://outlook.office365.us/SMTP.Send', 'email'],
        cloud: 'us-gov-high',
      },
    ],
    ['what is set wins', { smtpHost: 'smtp-mail.outlook.com' }, { smtpHost: 'smtp-mail.outlook.com' }],
    ['a custom cloud has nothing of its own', { cloud: 'custom' }, { smtpHost: '', loginHost: '', scopes: ['email'] }],
    ['mail for a plain server never goes to the cloud by itself', { provider: 'unspecified' }, { smtpHost: '' }],
    [
      "email is asked for once, MSAL's own scopes never",
      { scope: 'openid profile https://outlook.office.com/SMTP.Send email offline_access' },
      { scopes: ['https://outlook.office.com/SMTP.Send', 'email'] },
    ],
  ])('%s', (_name, service, expected) => {
    expect(effectiveService(device(service))).toMatchObject({
      clientId,
      tenant: 'organizations',
      smtpPort: 587,
      ...expected,
    });
  });
});
