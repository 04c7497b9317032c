/** Statuses to draw: one for each picture a panel can show. */
import { type AccountIdentity, type AgentStatus, type SignInState } from '../../src/core/index.ts';

export const nowMs = Date.UTC(2026, 10, 21, 12, 0, 0);

export const anna: AccountIdentity = {
  upn: 'anna@contoso.com',
  email: 'anna.berg@contoso.com',
  name: 'Anna Berg',
  objectId: '5d1c1c0e-9f55-4a55-8a07-0d2f0f2e8f01',
  tenantId: '0f6c2a4e-3d54-4b0a-9a3e-7b8f0c1d2e3f',
};

export function statusOf(changes: Partial<AgentStatus> = {}): AgentStatus {
  return {
    version: '1.0.0',
    glance: 'ready',
    lamp: 'green',
    sentence: 'Scans can be sent.',
    deviceLanguage: 'en',
    provider: 'exchange-online',
    cloud: 'global',
    deviceEmailAddress: 'anna@contoso.com',
    isSharedMailbox: false,
    account: { status: 'ready', identity: anna, signedInAtMs: nowMs - 86_400_000 },
    signIn: { step: 'idle' },
    smarthost: { host: 'smtp.office365.com', port: 587, isReachable: true },
    queue: { waiting: 0, sending: 0, held: 0, failed: 0, bytes: 0 },
    storage: { state: 'ok' },
    listeners: [{ name: 'loopback', address: '127.0.0.1', port: 2525 }],
    ...changes,
  };
}

export const codeState: Extract<SignInState, { step: 'code' }> = {
  step: 'code',
  userCode: 'B7K2QDRWX',
  verificationUri: 'https://microsoft.com/devicelogin',
  isKnownHost: true,
  expiresAtMs: nowMs + 872_000,
  clientId: '11111111-2222-4333-8444-555555555555',
  scopes: ['https://outlook.office.com/SMTP.Send', 'email', 'openid', 'profile', 'offline_access'],
};

const none = { status: 'none' } as const;
const signingIn = (signIn: SignInState, changes: Partial<AgentStatus> = {}) =>
  statusOf({
    glance: 'signing-in',
    lamp: 'amber',
    sentence: 'A sign-in is running.',
    account: none,
    signIn,
    ...changes,
  });

/** Every screen by name; the names are those of the golden files. */
export const screens: Readonly<Record<string, AgentStatus>> = {
  'starting': signingIn({ step: 'starting', startedAtMs: nowMs }, { deviceEmailAddress: '' }),
  'code': signingIn(codeState),
  'code-first-sign-in': signingIn(codeState, { deviceEmailAddress: '' }),
  'code-china': signingIn(
    {
      ...codeState,
      verificationUri: 'https://microsoft.com/deviceloginchina',
      scopes: ['https://partner.outlook.cn/SMTP.Send', 'email'],
    },
    { cloud: 'china-21vianet' },
  ),
  'code-unknown-host': signingIn({
    ...codeState,
    verificationUri: 'https://login.contoso-identity.example/device?flow=printer',
    isKnownHost: false,
  }),
  'code-trouble': signingIn(
    { ...codeState, trouble: 'dns-failed' },
    { queue: { waiting: 3, sending: 0, held: 0, failed: 0, bytes: 9_000_000 } },
  ),
  'code-with-dash': signingIn({ ...codeState, userCode: 'WDJB-MJHT' }),
  'code-lower-case': signingIn({ ...codeState, userCode: 'ab7kq2xz' }),
  'code-unknown-scope': signingIn({ ...codeState, scopes: ['https://outlook.office.com/IMAP.AccessAsUser.All'] }),
  'code-expired': signingIn({ ...codeState, expiresAtMs: nowMs - 1 }),
  'code-shared-mailbox': signingIn(codeState, { isSharedMailbox: true, deviceEmailAddress: 'scans@contoso.com' }),
  'confirm-first': signingIn({
    step: 'confirm',
    identity: anna,
    deviceEmailAddress: 'anna@contoso.com',
    expiresAtMs: nowMs + 252_000,
  }),
  'confirm-other-account': signingIn({
    step: 'confirm',
    identity: anna,
    previousUpn: 'bob@contoso.com',
    deviceEmailAddress: 'anna.berg@contoso.com',
    expiresAtMs: nowMs + 252_000,
  }),
  'proving': signingIn({ step: 'proving', identity: anna }),
  'proving-trouble': signingIn({ step: 'proving', identity: anna, trouble: 'smarthost-busy' }),
  'ready': statusOf(),
  'ready-after-sign-in': statusOf({ signIn: { step: 'ready', identity: anna, isUpnMismatch: false } }),
  'ready-shared-mailbox': statusOf({ isSharedMailbox: true, deviceEmailAddress: 'scans@contoso.com' }),
  'ready-waiting-slowed': statusOf({
    queue: { waiting: 4, sending: 1, held: 0, failed: 1, bytes: 30_000_000, slowedUntilMs: nowMs + 61_000 },
  }),
  'relay-only': statusOf({
    glance: 'relay-only',
    sentence: 'Scans are relayed without a sign-in.',
    provider: 'unspecified',
    account: none,
    smarthost: { host: 'mail.contoso.com', port: 25, isReachable: undefined },
  }),
  'upn-mismatch': statusOf({
    glance: 'upn-mismatch',
    lamp: 'red',
    deviceEmailAddress: 'scans@contoso.com',
    queue: { waiting: 0, sending: 0, held: 2, failed: 0, bytes: 4_000_000, holdReason: 'upn-mismatch' },
  }),
  'upn-mismatch-after-sign-in': statusOf({
    glance: 'upn-mismatch',
    lamp: 'red',
    deviceEmailAddress: 'scans@contoso.com',
    signIn: { step: 'ready', identity: anna, isUpnMismatch: true },
  }),
  'not-set-up': statusOf({
    glance: 'not-set-up',
    lamp: 'amber',
    sentence: 'Set a client id first.',
    guidanceId: 'client-id-missing',
    account: none,
    deviceEmailAddress: '',
    smarthost: { host: '', port: 587, isReachable: undefined },
  }),
  'sign-in-needed': statusOf({
    glance: 'sign-in-needed',
    lamp: 'red',
    sentence: 'Sign in again to send scans.',
    guidanceId: 'sign-in-needed',
    account: { status: 'sign-in-needed', identity: anna, code: 'sign-in-needed', aadsts: 700082 },
    queue: { waiting: 0, sending: 0, held: 7, failed: 0, bytes: 0, holdReason: 'sign-in-needed' },
  }),
  'held': statusOf({
    glance: 'held',
    lamp: 'red',
    sentence: 'The mailbox may not send by SMTP.',
    guidanceId: 'smtp-auth-disabled',
    queue: { waiting: 0, sending: 0, held: 1, failed: 0, bytes: 0, holdReason: 'smtp-auth-disabled' },
  }),
  'offline': statusOf({
    glance: 'offline',
    lamp: 'amber',
    sentence: 'The mail server has not answered for some minutes.',
    smarthost: { host: 'smtp.office365.com', port: 587, isReachable: false },
  }),
  'storage': statusOf({
    glance: 'storage',
    lamp: 'red',
    sentence: 'Scans cannot be stored.',
    storage: { state: 'unavailable', why: 'the disk is read-only' },
  }),
  'failed-declined': signingIn({ step: 'failed', code: 'sign-in-declined' }, { glance: 'sign-in-needed', lamp: 'red' }),
  'failed-expired': signingIn({ step: 'failed', code: 'sign-in-expired' }, { glance: 'sign-in-needed', lamp: 'red' }),
  'failed-app-not-found': signingIn(
    { step: 'failed', code: 'app-not-found', aadsts: 700016, detail: 'Application was not found in the directory' },
    { glance: 'sign-in-needed', lamp: 'red' },
  ),
  'failed-proof': statusOf({
    glance: 'held',
    lamp: 'red',
    account: { status: 'unproven', identity: anna, code: 'smtp-auth-disabled' },
    signIn: {
      step: 'failed',
      code: 'smtp-auth-disabled',
      detail: '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.',
    },
  }),
  'failed-but-still-signed-in': statusOf({ signIn: { step: 'failed', code: 'sign-in-cancelled' } }),
  'failed-unknown-code': signingIn(
    { step: 'failed', code: 'something-new' },
    { glance: 'sign-in-needed', lamp: 'red' },
  ),
};
