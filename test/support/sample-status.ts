import type { AgentStatus, JobSummary, PanelView, ScanSummary } from '../../src/core/index.ts';

const atMs = Date.UTC(2026, 10, 21, 12);

export const sampleIdentity = {
  upn: 'scan@contoso.com',
  email: 'scan@contoso.com',
  objectId: 'oid-1',
  tenantId: 'tid-1',
  name: 'Scanner',
};

export const sampleStatus: AgentStatus = {
  version: '0.1.0',
  glance: 'ready',
  lamp: 'green',
  sentence: 'Ready',
  deviceLanguage: 'en',
  provider: 'exchange-online',
  cloud: 'global',
  deviceEmailAddress: 'scan@contoso.com',
  isSharedMailbox: false,
  account: { status: 'ready', identity: sampleIdentity, signedInAtMs: atMs, renewedAtMs: atMs },
  signIn: { step: 'idle' },
  smarthost: { host: 'smtp.office365.com', port: 587, isReachable: true },
  queue: { waiting: 0, sending: 0, held: 0, failed: 0, bytes: 0 },
  storage: { state: 'ok' },
  listeners: [{ name: 'loopback', address: '127.0.0.1', port: 2525 }],
};

/** A sign-in that waits for the phone. */
export const sampleCode = {
  step: 'code',
  userCode: 'FBKQR7XLM',
  verificationUri: 'https://microsoft.com/devicelogin',
  isKnownHost: true,
  expiresAtMs: atMs + 15 * 60_000,
  clientId: 'app-1',
  scopes: ['https://outlook.office.com/SMTP.Send'],
} as const;

export const samplePanel: PanelView = {
  screen: 'home',
  lamp: 'green',
  columns: 20,
  rows: 4,
  lines: ['Ready', 'scan@contoso.com', '', ''],
  keys: { ok: 'Menu' },
};

export const sampleScan: ScanSummary = {
  id: '6f1c9a52-0000-4000-8000-000000000000',
  scannerId: 'sane-1',
  state: 'scanned',
  pages: [{ n: 1, widthPx: 2480, heightPx: 3508, sizeBytes: 500_000, hasPreview: true }],
  formats: ['pdf', 'tiff', 'jpeg'],
};

export const sampleEntry = { id: '00112233445566aa', name: 'Anna Kay', address: 'anna@contoso.com', index: 'an' };

export function sampleJob(changes: Partial<JobSummary> = {}): JobSummary {
  return {
    queueId: '01hyr0000abcde',
    door: 'loopback',
    acceptedAtMs: atMs,
    acceptedClockSet: true,
    client: '127.0.0.1 (MFP)',
    reversePath: 'scan@contoso.com',
    recipients: [{ forwardPath: 'anna@contoso.com', state: 'waiting' }],
    messageId: '<1@mfp>',
    subject: 'Scan',
    bodyBytes: 1000,
    is8bit: false,
    isSmtpUtf8: false,
    state: 'waiting',
    attempts: 0,
    activeMs: 0,
    crashes: 0,
    isPossibleDuplicate: false,
    ...changes,
  };
}
