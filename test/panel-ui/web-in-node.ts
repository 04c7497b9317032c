/** Internet Services in Node (../support/node-page.ts), with a daemon that is set up. */
import type { AgentStatus } from '../../src/core/index.ts';
import { cloudProfiles } from '../../src/cloud/index.ts';
import { FakeRefusal } from '../support/panel-fake.ts';
import { openNodePage, type Answer, type NodePage } from '../support/node-page.ts';

/** When the page is opened. */
export const nowMs = Date.UTC(2026, 10, 21, 12);
/** Session of nobody. */
export const signedOut = { product: 'mfp-mail-agent', state: 'signed-out' };
/** Session of an administrator. */
export const signedIn = { product: 'mfp-mail-agent', state: 'signed-in', role: 'administrator', hasPin: true };
/** What a change brings about: nothing. */
export const plan = { changed: [], consequences: [], problems: [] };
/** One, as a preview names it. */
export const consequence = (code: string) => ({ code, message: `Sentence of ${code}` });
const service = {
  provider: 'exchange-online',
  cloud: 'global',
  smtpHost: '',
  smtpPort: 587,
  smtpSecurity: 'starttls',
  loginHost: '',
  tenant: 'consumers',
  clientId: '01234567-89ab-4def-8123-456789abcdef',
  scope: '',
  isPrivateNetworkAllowed: false,
};
const sender = {
  sendingUser: 'device',
  usesAuthenticatedUserAddress: false,
  changeSenderAddress: 'prohibited',
  permittedAddresses: [],
  isSharedMailbox: false,
};
/** Certificates of authorities. */
export const pems = ['A', 'B', 'C'].map((one) => `-----BEGIN CERTIFICATE-----\n${one}\n-----END CERTIFICATE-----`);
const network = { proxyUrl: '', proxyUser: '', isProxyUsedForSmtp: false, proxyBypass: [], extraCaPem: pems };
const lan = {
  isEnabled: false,
  address: '::',
  plainPort: 0,
  submissionPort: 0,
  tlsPort: 0,
  oldTlsListeners: [],
  allowedNetworks: [],
  trustedPrinters: [],
  userName: '',
  signInOverdueHours: 24,
};
const fields = [
  ['network.proxyUrl', 'text'],
  ['network.proxyBypass', 'list'],
  ['sender.usesAuthenticatedUserAddress', 'boolean'],
  ['sender.changeSenderAddress', 'choice'],
  ['sender.sendingUser', 'choice'],
  ['sender.permittedAddresses', 'list'],
  ['lan.isEnabled', 'boolean'],
  ['lan.plainPort', 'number'],
  ['lan.allowedNetworks', 'list'],
  ['lan.userName', 'text'],
].map(([path, kind]) => ({
  path,
  kind,
  title: `Title of ${path!}`,
  help: '',
  default: '',
  needsRestart: false,
  ...(kind === 'choice' ? { values: ['prohibited', 'allowed', 'device', 'remote-authenticated-user'] } : {}),
  ...(kind === 'number' ? { min: 0, max: 65_535 } : {}),
}));
/** The own one. */
export const certificate = {
  pem: pems[0],
  fingerprint: 'A7',
  isSelfSigned: true,
  names: ['mfp'],
  validFrom: '2026-01-01',
  validTo: '2027-01-01',
};
/** What the daemon says. */
export const answers = {
  'GET /v1/settings': () => ({ settings: { service, sender, network, lan }, secrets: { proxyPassword: true } }),
  'GET /v1/settings/schema': () => ({ fields }),
  'GET /v1/profiles': () => ({ profiles: Object.values(cloudProfiles) }),
  'POST /v1/settings/preview': () => plan,
  'PATCH /v1/settings': () => plan,
  'GET /v1/certificate': () => certificate,
  'GET /v1/jobs': () => ({ jobs: [], total: 0 }),
  'GET /v1/about': () => ({ version: '1', node: 'v20', uptimeMs: 1, licences: [] }),
  'GET /v1/network': () => ({ hostName: 'mfp', addresses: [], dnsServers: ['192.0.2.1'], doors: [] }),
  'GET /v1/lan': () => ({ isEnabled: false, listeners: [], hasPassword: true, certificates: [] }),
  'DELETE /v1/session': () => undefined,
};
/** What the daemon says, by call. */
export type Answers = Readonly<Record<string, Answer>>;
/** Opens a page. @param more other answers */
export const open = (hash: string, more: Answers = {}, status: Partial<AgentStatus> = {}) =>
  openNodePage('internet-services', { hash: `#${hash}`, status, answers: { ...answers, ...more } });
/** What was sent last. */
export const bodyOf = (page: NodePage, key: string) => page.keysOf(key).at(-1)?.body;
/** How often it was asked. */
export const count = (page: NodePage, key: string) => page.keysOf(key).length;
/** An answer. */
export const refusal =
  (message: string, code = 'storage-failed') =>
  () =>
    new FakeRefusal(503, code, message);
