import { describe, expect, test } from '@jest/globals';
import { defaultSettings, settingFields, settingsJsonSchema, settingsSchema } from '../../src/settings/rules.ts';

describe('the schema of the settings', () => {
  test('has the defaults every other part counts on', () => {
    expect(defaultSettings()).toEqual({
      service: {
        provider: 'exchange-online',
        cloud: 'global',
        smtpHost: '',
        smtpPort: 587,
        smtpSecurity: 'starttls',
        loginHost: '',
        tenant: 'organizations',
        clientId: '',
        scope: '',
        isPrivateNetworkAllowed: false,
      },
      sender: {
        deviceEmailAddress: '',
        changeSenderAddress: 'prohibited',
        permittedAddresses: [],
        usesAuthenticatedUserAddress: false,
        sendingUser: 'device',
        isSharedMailbox: false,
      },
      network: { proxyUrl: '', proxyUser: '', isProxyUsedForSmtp: false, proxyBypass: [], extraCaPem: [] },
      intake: { loopbackPort: 2525, isBareLineEndRefused: false, recipientDomains: [], quirks: [] },
      lan: {
        isEnabled: false,
        address: '0.0.0.0',
        plainPort: 25,
        submissionPort: 587,
        tlsPort: 0,
        oldTlsListeners: [],
        allowedNetworks: [],
        trustedPrinters: [],
        userName: '',
        signInOverdueHours: 4,
      },
      limits: {
        maxMessageBytes: 52_428_800,
        maxRecipients: 100,
        maxJobs: 500,
        maxSpoolBytes: 268_435_456,
        reserveBytes: 8_388_608,
      },
      relay: { maxConnections: 1, maxMessagesPerMinute: 25 },
      retry: { lifetimeHours: 72, firstWaitS: 60, maxWaitS: 3600 },
      panel: { language: 'en', isEnabled: true, port: 8480, isPhonePageUsed: false },
      web: { isEnabled: true, port: 8443, addresses: [], hostNames: [], redirectPort: 0 },
      scan: { isSaneUsed: true, folder: '', paper: 'a4', maxPages: 200, pageTimeoutS: 90 },
      hotFolder: { path: '', to: [], subject: '', text: '', fileName: '', settleS: 5, keepDoneHours: 24 },
      log: { level: 'info' },
    });
  });

  test('describes every setting for forms and documentation', () => {
    const paths = Object.entries(defaultSettings()).flatMap(([group, values]) =>
      Object.keys(values).map((key) => `${group}.${key}`),
    );
    expect(settingFields.map(({ path }) => path)).toEqual(paths);
    for (const field of settingFields) {
      expect(field.title).toMatch(/^\S.{2,50}[^.]$/);
      expect(field.help).toMatch(/\.$/);
      if (field.kind === 'number') expect([field.min, field.max]).toEqual([expect.any(Number), expect.any(Number)]);
      if (field.kind === 'choice') expect(field.values).toContain(field.default);
    }
  });

  test.each([
    [
      'service.cloud',
      {
        kind: 'choice',
        values: ['global', 'china-21vianet', 'us-gov-high', 'us-gov-dod', 'custom'],
        default: 'global',
      },
    ],
    ['service.smtpPort', { kind: 'number', min: 1, max: 65_535, default: 587 }],
    ['limits.maxMessageBytes', { kind: 'number', unit: 'bytes' }],
    ['network.extraCaPem', { kind: 'list', default: [] }],
    ['log.level', { needsRestart: true }],
    ['service.smtpHost', { kind: 'text', needsRestart: false }],
  ])('derives %s', (path, part) => {
    expect(settingFields.find((field) => field.path === path)).toMatchObject(part);
  });

  test('gives JSON Schema with titles, help, units, defaults and ranges', () => {
    const schema = settingsJsonSchema() as {
      properties: Record<string, { properties: Record<string, object>; additionalProperties: boolean }>;
    };
    expect(schema.properties['retry']?.properties['firstWaitS']).toMatchObject({
      type: 'integer',
      minimum: 5,
      default: 60,
      unit: 'seconds',
      title: 'First wait',
    });
    expect(schema.properties['retry']?.additionalProperties).toBe(false);
  });

  test('tidies what it takes, and takes what it gave', () => {
    const settings = settingsSchema.parse({
      service: {
        loginHost: ' Login.Contoso.COM. ',
        tenant: 'Contoso.com',
        clientId: '{FAD8CD81-A4A6-4E50-B186-5D84F6C275A5}',
        scope: 'https://partner.outlook.cn/SMTP.Send  offline_access openid email ',
      },
      network: { proxyUrl: 'http://Proxy.contoso.com:3128/' },
    });
    expect(settings.service).toMatchObject({
      loginHost: 'login.contoso.com',
      tenant: 'contoso.com',
      clientId: 'fad8cd81-a4a6-4e50-b186-5d84f6c275a5',
      scope: 'https://partner.outlook.cn/SMTP.Send offline_access openid email',
    });
    expect(settings.network.proxyUrl).toBe('http://proxy.contoso.com:3128');
    expect(settingsSchema.parse(settings)).toEqual(settings);
  });
});
