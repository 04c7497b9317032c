import { describe, expect, test } from '@jest/globals';
import {
  checkAddress,
  checkClientId,
  checkHost,
  checkLanForm,
  checkSmtpForm,
  senderConflicts,
} from '../../panel-ui/internet-services/form/checks.ts';
import { consequencesOf } from '../../panel-ui/internet-services/form/consent.ts';
import { guidanceQuestion } from '../../panel-ui/internet-services/form/guidance-question.ts';
import { filterJobs, jobActs, withJob } from '../../panel-ui/internet-services/form/job-list.ts';
import { checkNewPassword, checkPin, refusalOf } from '../../panel-ui/internet-services/form/password.ts';
import {
  changesOf,
  draftOf,
  draftsOf,
  problemsByPath,
  valueAt,
  valueOf,
  type SettingField,
} from '../../panel-ui/internet-services/form/settings-model.ts';
import {
  changesOfSmtp,
  chooseCloud,
  chooseProvider,
  cloudOf,
  formFromSettings,
  type SmtpForm,
} from '../../panel-ui/internet-services/form/smtp-form.ts';
import { cloudProfiles } from '../../src/cloud/index.ts';
import { sampleJob } from '../support/sample-status.ts';

const profiles = Object.values(cloudProfiles);
const service = {
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
};
const sender = { sendingUser: 'device' };
const fresh = formFromSettings(service, sender, profiles);
const id = '01234567-89ab-4def-8123-456789abcdef';
/** What printer makers print for the cloud operated by 21Vianet. */
const printed: Partial<SmtpForm> = {
  smtpHost: 'smtp.partner.outlook.cn',
  loginHost: 'login.partner.microsoftonline.cn',
  clientId: id,
  scope: 'https://partner.outlook.cn/SMTP.Send offline_access openid email',
};

describe('the SMTP form', () => {
  test('shows the values of the cloud where nothing is set', () => {
    expect(fresh).toMatchObject({
      smtpHost: 'smtp.office365.com',
      loginHost: 'login.microsoftonline.com',
      scope: 'https://outlook.office.com/SMTP.Send offline_access openid email',
      smtpPort: '587',
    });
  });

  test('printed steps for 21Vianet, typed over the values of another cloud, choose that cloud and no custom one', () => {
    const form = { ...fresh, ...printed };
    expect(cloudOf(form, profiles)).toMatchObject({ cloud: 'china-21vianet' });
    expect(changesOfSmtp(form, service, sender, profiles)).toEqual({
      'service.cloud': 'china-21vianet',
      'service.clientId': id,
    });
  });

  test('a value of another cloud alone makes it custom, and says whose it is', () => {
    const form = { ...fresh, smtpHost: 'SMTP.partner.outlook.cn ' };
    expect(cloudOf(form, profiles)).toEqual({
      cloud: 'custom',
      outside: ['smtpHost'],
      belongsTo: { smtpHost: 'china-21vianet' },
    });
    // The daemon says the consequence; the page does not save "custom" by itself.
    expect(changesOfSmtp(form, service, sender, profiles)).toEqual({ 'service.smtpHost': 'SMTP.partner.outlook.cn' });
  });

  test.each<[string, Partial<SmtpForm>, readonly string[]]>([
    ['another host of the cloud', { smtpHost: 'smtp-mail.outlook.com' }, []],
    ['the other spelling of the scope', { scope: 'https://outlook.office365.com/SMTP.Send' }, []],
    ['blank is the cloud itself', { smtpHost: '', loginHost: ' ', scope: '' }, []],
    ['a host nobody knows', { loginHost: 'login.contoso.com' }, ['loginHost']],
    ['another port', { smtpPort: '25' }, ['smtpPort']],
    ['a scope that reads mail', { scope: 'https://outlook.office.com/IMAP.AccessAsUser.All' }, ['scope']],
  ])('%s', (_name, part, outside) => {
    expect(cloudOf({ ...fresh, ...part }, profiles).outside).toEqual(outside);
  });

  test('choosing a cloud fills its values; custom keeps them', () => {
    const china = chooseCloud(fresh, 'china-21vianet', profiles);
    expect(china).toMatchObject({ cloud: 'china-21vianet', smtpHost: printed.smtpHost, scope: printed.scope });
    expect(changesOfSmtp(china, service, sender, profiles)).toEqual({ 'service.cloud': 'china-21vianet' });
    expect(chooseCloud(china, 'custom', profiles)).toEqual({ ...china, cloud: 'custom' });
    // What custom allowed ends with it.
    const loose = { ...fresh, cloud: 'custom', smtpSecurity: 'none', isPrivateNetworkAllowed: 'true' };
    expect(chooseCloud(loose, 'global', profiles)).toMatchObject({
      smtpSecurity: 'starttls',
      isPrivateNetworkAllowed: 'false',
    });
  });

  test('saving what stands there changes nothing', () => {
    expect(changesOfSmtp(fresh, service, sender, profiles)).toEqual({});
    const custom = {
      ...service,
      cloud: 'custom',
      smtpHost: 'mail.contoso.com',
      loginHost: 'login.contoso.com',
      scope: 'https://mail.contoso.com/SMTP.Send',
    };
    expect(changesOfSmtp(formFromSettings(custom, sender, profiles), custom, sender, profiles)).toEqual({});
  });

  test('a plain server starts blank, and coming back fills the cloud in', () => {
    expect(formFromSettings({ ...service, provider: 'unspecified' }, sender, profiles).smtpHost).toBe('');
    const plain = chooseProvider(fresh, 'unspecified', profiles);
    expect(plain.smtpHost).toBe('');
    const changes = changesOfSmtp({ ...plain, smtpHost: 'mail.contoso.com' }, service, sender, profiles);
    // Fields that are not on the page are not sent either.
    expect(changes).toEqual({ 'service.provider': 'unspecified', 'service.smtpHost': 'mail.contoso.com' });
    expect(chooseProvider({ ...plain, smtpHost: 'mail.contoso.com' }, 'exchange-online', profiles)).toEqual(fresh);
  });

  test('a port that is no number is left for the daemon to refuse', () => {
    expect(changesOfSmtp({ ...fresh, smtpPort: 'x' }, service, sender, profiles)).toEqual({ 'service.smtpPort': 'x' });
  });
});

describe('what a form says by itself', () => {
  test.each([
    [id, undefined],
    [`{${id.toUpperCase()}}`, undefined],
    ['', 'clientIdMissing'],
    // As printed in a manual: the hyphen between two groups is missing.
    ['01234567-89ab-4def-8123456789abcdef', 'clientIdHyphen'],
    ['01234567\u201389ab\u20134def\u20138123\u2013456789abcdef', 'clientIdHyphen'],
    ['abc~secret', 'clientIdSecret'],
    ['01234567', 'clientIdShape'],
  ])('client id %s: %s', (text, key) => {
    expect(checkClientId(text)).toBe(key);
  });

  test.each([
    ['smtp.contoso.com', true, undefined],
    ['https://smtp.contoso.com', true, 'hostOnly'],
    ['smtp.contoso.com:587', true, 'hostOnly'],
    ['', true, 'hostNeeded'],
    ['mail', true, 'hostDots'],
    // A plain server in the office may have a short name or a bare address.
    ['mail', false, undefined],
    ['2001:db8::1', false, undefined],
  ])('host %s: %s', (text, isExchange, key) => {
    expect(checkHost(text, isExchange)).toBe(key);
  });

  test.each([
    ['scanner@contoso.com', undefined],
    [' scanner@contoso.com ', undefined],
    ['scanner', 'address'],
    ['a@b', 'address'],
    ['Anna <anna@contoso.com>', 'address'],
  ])('address %s: %s', (text, key) => {
    expect(checkAddress(text)).toBe(key);
  });

  test('a plain server needs no client id; custom needs all of it', () => {
    expect(checkSmtpForm({ ...fresh, provider: 'unspecified', smtpHost: '' })).toEqual({});
    expect(checkSmtpForm({ ...fresh, cloud: 'custom', smtpHost: '', loginHost: '', scope: '' })).toEqual({
      clientId: 'clientIdMissing',
      smtpHost: 'hostNeeded',
      loginHost: 'hostNeeded',
      scope: 'scopeNeeded',
    });
  });

  test.each<[string, Readonly<Record<string, string>>, object]>([
    ['closed', {}, {}],
    [
      'open for nobody in particular, without a port',
      { isEnabled: 'true', plainPort: '0', submissionPort: '', tlsPort: '0' },
      { allowedNetworks: 'networksNeeded', trustedPrinters: 'whoNeeded', isEnabled: 'portNeeded' },
    ],
    ['one port, a network, a log-in', { isEnabled: 'true', tlsPort: '465', allowedNetworks: 'x', userName: 'p' }, {}],
    ['trusted printers', { isEnabled: 'true', plainPort: '25', allowedNetworks: 'x', trustedPrinters: 'y' }, {}],
  ])('the door for printers, %s', (_, drafts, lacks) => {
    const byPath = Object.fromEntries(Object.entries(lacks).map(([key, value]) => [`lan.${key}`, value as unknown]));
    expect(checkLanForm((path) => drafts[path.replace('lan.', '')] ?? '')).toEqual(byPath);
  });

  test('sender rules contradict Exchange Online only', () => {
    const rules = {
      usesAuthenticatedUserAddress: 'true',
      changeSenderAddress: 'allowed',
      sendingUser: 'remote-authenticated-user',
    };
    expect(senderConflicts('exchange-online', rules)).toEqual({ user: true, change: true, remote: true });
    expect(senderConflicts('unspecified', rules)).toEqual({ user: false, change: false, remote: false });
  });

  test.each([
    ['short', 'short', 'tooShort'],
    // Eight characters as people count them, although more code units.
    ['😀😀😀😀😀😀😀😀', '😀😀😀😀😀😀😀😀', undefined],
    ['😀😀😀😀', '😀😀😀😀', 'tooShort'],
    ['long enough', 'long enought', 'different'],
    ['long enough', 'long enough', undefined],
  ])('password %s', (one, other, key) => {
    expect(checkNewPassword(one, other)).toBe(key);
  });

  test('PIN, and where a refusal of the daemon belongs', () => {
    expect(['123', '1234', '1234567890123456', '12a4'].map(checkPin)).toEqual([false, true, true, false]);
    expect(refusalOf({ code: 'claim-code-refused', details: {} })).toEqual({ field: 'code', key: 'codeWrong' });
    expect(refusalOf({ code: 'password-refused', details: { reason: 'too-common' } })).toEqual({
      field: 'password',
      key: 'tooCommon',
    });
    expect(refusalOf({ code: 'password-refused', details: { reason: 'pin-format' } })).toEqual({
      field: 'pin',
      key: 'pinDigits',
    });
    expect(refusalOf({ code: 'password-refused', details: { reason: 'too-common', field: 'pin' } })).toEqual({
      field: 'pin',
      key: 'tooCommon',
    });
    expect(refusalOf({ code: 'internal', details: {} })).toBeUndefined();
  });

  test.each([
    ['53003', { aadsts: 53003 }],
    ['AADSTS530033:', { aadsts: 530033 }],
    ['Error Code: 90094', { aadsts: 90094 }],
    ['５３００３', { aadsts: 53003 }],
    ['upn-mismatch', { code: 'upn-mismatch' }],
    ['  ', undefined],
    // An address or a version is no number of the phone.
    ['5.7.139', { code: '5.7.139' }],
  ])('asks for %s', (text, question) => {
    expect(guidanceQuestion(text)).toEqual(question);
  });
});

describe('settings as fields', () => {
  const field = (path: string, kind: SettingField['kind'], more: Partial<SettingField> = {}): SettingField => ({
    path,
    kind,
    title: path,
    help: '',
    default: '',
    needsRestart: false,
    ...more,
  });
  const fields = [
    field('a.text', 'text'),
    field('a.number', 'number', { min: 1, max: 10 }),
    field('a.on', 'boolean'),
    field('a.list', 'list'),
  ];
  const settings = { a: { text: 'x', number: 5, on: false, list: ['one', 'two'] } };

  test('values become drafts and drafts values', () => {
    const drafts = draftsOf(fields, settings);
    expect(drafts).toEqual({ 'a.text': 'x', 'a.number': '5', 'a.on': 'false', 'a.list': 'one\ntwo' });
    expect(changesOf(fields, settings, drafts)).toEqual({ changes: {}, problems: [] });
    expect(
      changesOf(fields, settings, { 'a.text': ' y ', 'a.number': '7', 'a.on': 'true', 'a.list': 'one, three\n\n' }),
    ).toEqual({ changes: { 'a.text': 'y', 'a.number': 7, 'a.on': true, 'a.list': ['one', 'three'] }, problems: [] });
  });

  test('only what differs is sent, and numbers are checked here', () => {
    expect(changesOf(fields, settings, { 'a.list': ' one\ntwo ' }).changes).toEqual({});
    expect(changesOf(fields, settings, { 'a.number': 'many' }).problems).toMatchObject([
      { path: 'a.number', kind: 'number' },
    ]);
    expect(changesOf(fields, settings, { 'a.number': '11' }).problems).toMatchObject([
      { kind: 'range', min: 1, max: 10 },
    ]);
    expect(changesOf(fields, settings, { 'a.number': '0' }).problems).toMatchObject([{ kind: 'range' }]);
  });

  test('certificates are taken apart; other text is left for the daemon to refuse', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----';
    const pems = field('network.extraCaPem', 'list');
    expect(valueOf(pems, `${pem}\n${pem}\n`)).toEqual({ value: [pem, pem] });
    expect(valueOf(pems, 'no, certificate')).toEqual({ value: ['no, certificate'] });
  });

  test('reads no property of objects', () => {
    expect(valueAt({ a: {} }, 'a.constructor')).toBeUndefined();
    expect(valueAt({}, '__proto__.x')).toBeUndefined();
    expect(draftOf({})).toBe('');
  });

  test('messages go to their field, the rest to the page', () => {
    expect(
      problemsByPath(
        [
          { path: 'a.text', message: 'One.' },
          { path: 'a.text', message: 'Two.' },
          { path: 'b.other', message: 'Three.' },
          { path: '', message: 'Four.' },
        ],
        ['a.text'],
      ),
    ).toEqual({ 'a.text': 'One. Two.', '': 'b.other: Three. Four.' });
  });

  test('a refusal for want of consent names what is to be accepted', () => {
    const details = { consequences: ['sign-in-dropped'], messages: ['It ends.'] };
    expect(consequencesOf('settings-need-consent', details)).toEqual({
      consequences: [{ code: 'sign-in-dropped', message: 'It ends.' }],
    });
    // Decommissioning refuses with the same code, but for a number.
    expect(consequencesOf('settings-need-consent', { waitingJobs: 2 })).toBeUndefined();
    expect(consequencesOf('settings-need-consent', { consequences: [] })).toBeUndefined();
    expect(consequencesOf('settings-invalid', details)).toBeUndefined();
  });
});

describe('the list of jobs', () => {
  const list = {
    jobs: [sampleJob({ queueId: '03' }), sampleJob({ queueId: '01', state: 'held', subject: 'Invoice 7' })],
    total: 2,
  };

  test('an event changes its job in place, or puts a new one where its time is', () => {
    expect(withJob(list, sampleJob({ queueId: '01', state: 'accepted' })).jobs.map(({ state }) => state)).toEqual([
      'waiting',
      'accepted',
    ]);
    expect(withJob(list, sampleJob({ queueId: '04' })).jobs.map(({ queueId }) => queueId)).toEqual(['04', '03', '01']);
    expect(withJob(list, sampleJob({ queueId: '02' }))).toMatchObject({
      total: 3,
      jobs: [{ queueId: '03' }, { queueId: '02' }, { queueId: '01' }],
    });
    expect(withJob(list, sampleJob({ queueId: '00' })).jobs.map(({ queueId }) => queueId)).toEqual(['03', '01', '00']);
  });

  test('filters by state and by every word', () => {
    expect(filterJobs(list.jobs, { state: 'held', words: '' })).toHaveLength(1);
    expect(filterJobs(list.jobs, { state: '', words: 'ANNA invoice' })).toMatchObject([{ queueId: '01' }]);
    expect(filterJobs(list.jobs, { state: '', words: 'anna nobody' })).toEqual([]);
  });

  test('a finished job offers nothing, one that is being sent waits', () => {
    expect(jobActs({ state: 'held' })).toEqual(['release', 'retry', 'remove']);
    expect(jobActs({ state: 'waiting' })).toEqual(['retry', 'hold', 'remove']);
    expect(jobActs({ state: 'sending' })).toEqual([]);
    expect(jobActs({ state: 'accepted' })).toEqual([]);
    expect(jobActs({ state: 'failed' })).toEqual(['retry', 'remove']);
  });
});
