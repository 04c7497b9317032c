/** States of the control panel to look at: what the daemon says, where the panel is, what was touched. */
import type { Page } from 'playwright-core';
import type { AgentStatus, JobSummary, ScanSummary } from '../../src/core/index.ts';
import { FakeRefusal, type PanelFake } from '../support/panel-fake.ts';
import { sampleIdentity, sampleJob, sampleStatus } from '../support/sample-status.ts';
import type { PanelState } from './played-panel.ts';

/** One state to look at. */
export interface Scene extends PanelState {
  readonly name: string;
}

const account = { status: 'ready', identity: sampleIdentity } as const;
const longAddress = 'scanner-third-floor-east-wing.accounting@subsidiary-with-a-long-name.contoso.onmicrosoft.com';
const nowMs = Date.now();

const code = {
  step: 'code',
  userCode: 'FBKQR7XLM',
  verificationUri: 'https://microsoft.com/devicelogin',
  isKnownHost: true,
  expiresAtMs: nowMs + 14 * 60_000,
  clientId: '11111111-2222-4333-8444-555555555555',
  scopes: ['https://outlook.office.com/SMTP.Send', 'offline_access', 'openid', 'email', 'profile'],
} as const;

/** Nobody is signed in. */
export const needed: Partial<AgentStatus> = {
  glance: 'sign-in-needed',
  lamp: 'red',
  guidanceId: 'sign-in-needed',
  account: { status: 'sign-in-needed' },
};

const mismatch: Partial<AgentStatus> = {
  glance: 'upn-mismatch',
  lamp: 'red',
  guidanceId: 'upn-mismatch',
  deviceEmailAddress: 'scan@contoso.com',
  account: { status: 'ready', identity: { ...sampleIdentity, upn: longAddress } },
};

/** Modules of some code; whether phones read the real one is tested with the real daemon. */
const qrRows = Array.from({ length: 29 }, (_, y) =>
  Array.from({ length: 29 }, (_, x) => ((x * 7 + y * 13 + ((x * y) % 5)) % 3 === 0 ? '1' : '0')).join(''),
);

const people = [
  { id: '1', name: 'Anna Schmidt', address: 'anna@contoso.com' },
  { id: '2', name: '王小明', address: 'xiaoming.wang@contoso.cn' },
  { id: '3', name: '佐藤 健一', address: 'kenichi.sato@contoso.co.jp' },
  { id: '4', name: 'Accounting, third floor east wing', address: longAddress },
  { id: '5', name: '', address: 'nameless@contoso.com' },
];

const scanner = {
  id: 'glass',
  title: 'Built-in scanner',
  sources: ['flatbed', 'feeder'],
  resolutions: [100, 200, 300, 600],
  colours: ['colour', 'grey', 'lineart'],
  formats: ['pdf', 'tiff', 'jpeg'],
};

const scanned: ScanSummary = {
  id: 's1',
  scannerId: 'glass',
  state: 'scanned',
  pages: [1, 2, 3].map((n) => ({ n, widthPx: 850, heightPx: 1100, sizeBytes: 100_000, hasPreview: n < 3 })),
  formats: ['pdf', 'tiff'],
};

const preview = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 85 110"><path fill="#fff" d="M0 0h85v110H0z"/>' +
    '<path stroke="#555" d="M10 15h40M10 25h65M10 30h60M10 35h62M10 40h30M10 55h65M10 60h58"/></svg>',
);

/** The jobs of a busy Monday; the newest first. */
export function manyJobs(count: number): JobSummary[] {
  const states = ['accepted', 'held', 'failed', 'waiting', 'accepted', 'deleted'] as const;
  return Array.from({ length: count }, (_, index) =>
    sampleJob({
      queueId: `01hyr${String(index).padStart(9, '0')}`,
      subject:
        ['Scan', '合同扫描件 2026 年第四季度', '請求書の送付について（株式会社サンプル商事 御中）', ''][index % 4] ??
        '',
      state: states[index % states.length] ?? 'waiting',
      acceptedAtMs: nowMs - index * 3_600_000,
      recipients: [
        { forwardPath: index % 5 === 3 ? longAddress : 'anna@contoso.com', state: 'accepted' },
        ...(index % 3 === 0 ? [{ forwardPath: 'bruno@contoso.com', state: 'failed' as const }] : []),
      ],
    }),
  );
}

const accepted = sampleJob({
  state: 'accepted',
  attempts: 1,
  bodyBytes: 1_482_000,
  finishedAtMs: nowMs,
  tookMs: 4200,
  serverMessageId: '<PAVPR07MB9183A0C2E1@PAVPR07MB9183.eurprd07.prod.outlook.com>',
  recipients: [{ forwardPath: 'anna@contoso.com', state: 'accepted' }],
});

const failed = sampleJob({
  state: 'failed',
  attempts: 1,
  recipients: [
    { forwardPath: 'anna@contoso.com', state: 'accepted' },
    { forwardPath: longAddress, state: 'failed', code: 'recipient-refused' },
  ],
  lastReply: { code: 'recipient-refused', reply: '550 5.1.10 RecipientNotFound', atMs: nowMs },
});

/** Somebody has typed the PIN. */
export const pinGiven = (fake: PanelFake) => {
  fake.answer('GET /v1/session', () => ({
    product: 'mfp-mail-agent',
    state: 'signed-in',
    role: 'administrator',
    hasPin: true,
  }));
};

/** Answers that most scenes share. */
export function usualAnswers(fake: PanelFake): void {
  const answer = (key: string, reply: Parameters<PanelFake['answer']>[1]) => fake.answer(key, reply);
  answer('GET /v1/session', () => ({
    product: 'mfp-mail-agent',
    state: 'signed-in',
    role: 'walk-up',
    hasPin: true,
  }));
  answer('GET /v1/sign-in/qr', () => ({ text: code.verificationUri, rows: qrRows }));
  answer('GET /v1/scanners', () => ({ scanners: [{ id: 'glass', title: scanner.title, kind: 'sane' }] }));
  answer('GET /v1/scanners/:id', () => scanner);
  answer('GET /v1/address-book/recent', () => ({ entries: people.slice(0, 2) }));
  answer('GET /v1/address-book', ({ query }) => {
    const wanted = (query.get('q') ?? '').toLowerCase();
    const entries = people.filter((one) => `${one.name} ${one.address}`.toLowerCase().includes(wanted));
    return { entries, total: entries.length };
  });
  answer('POST /v1/scans', () => ({ ...scanned, state: 'scanning', pages: scanned.pages.slice(0, 1) }));
  answer('GET /v1/scans/:id', () => scanned);
  answer('GET /v1/scans/:id/pages/:n', () => preview);
  answer('POST /v1/scans/:id/submit', () => accepted);
  answer('GET /v1/jobs/by-key/:key', () => accepted);
  answer('GET /v1/jobs/:queueId', () => ({ job: failed }));
  answer('GET /v1/jobs', () => ({ jobs: manyJobs(500), total: 500 }));
  answer('GET /v1/certificate', () => ({ fingerprint: Array.from({ length: 32 }, () => 'A7').join(':') }));
  answer('POST /v1/access/claim-code', () => ({
    code: '7KQ3-M9XW',
    expiresAtMs: nowMs + 600_000,
    webUrl: 'https://192.0.2.7:8443',
  }));
  answer('POST /v1/panel/unlock', ({ body }) => {
    if (body['pin'] !== '4711') return new FakeRefusal(401, 'login-refused', 'Password or PIN is wrong');
    return { product: 'mfp-mail-agent', state: 'signed-in', role: 'administrator', hasPin: true };
  });
}

/** Chooses a first recipient, the way most people do. */
async function chooseRecipient(page: Page): Promise<void> {
  await page.locator('.line').first().click();
  await page.locator('.row').first().click();
  await page.locator('.bar .button-main').click();
}

async function scanThree(page: Page): Promise<void> {
  await chooseRecipient(page);
  await page.locator('.start-button').click();
  await page.locator('.pages figure').nth(2).waitFor();
}

export const scenes: readonly Scene[] = [
  { name: 'home-ready', path: '/' },
  {
    name: 'home-shared-mailbox',
    path: '/',
    status: { isSharedMailbox: true, deviceEmailAddress: longAddress, queue: { ...sampleStatus.queue, waiting: 12 } },
  },
  {
    name: 'home-sign-in-needed',
    path: '/',
    status: { ...needed, queue: { ...sampleStatus.queue, held: 2, failed: 1, holdReason: 'sign-in-needed' } },
  },
  { name: 'home-mismatch', path: '/', status: mismatch },
  {
    name: 'home-not-set-up',
    path: '/',
    status: { glance: 'not-set-up', lamp: 'red', guidanceId: 'client-id-missing', account: { status: 'none' } },
  },
  {
    name: 'home-offline',
    path: '/',
    status: {
      glance: 'offline',
      lamp: 'amber',
      guidanceId: 'connect-timeout',
      queue: { ...sampleStatus.queue, waiting: 3 },
    },
  },
  { name: 'help', path: '/help', status: { glance: 'not-set-up', lamp: 'red', guidanceId: 'client-id-missing' } },
  { name: 'language', path: '/language' },
  { name: 'sign-in-idle', path: '/sign-in', status: { ...needed } },
  {
    name: 'sign-in-starting',
    path: '/sign-in',
    status: { ...needed, signIn: { step: 'starting', startedAtMs: nowMs } },
  },
  { name: 'sign-in-code', path: '/sign-in', status: { ...needed, glance: 'signing-in', lamp: 'amber', signIn: code } },
  {
    name: 'sign-in-code-china-unknown-host',
    path: '/sign-in',
    status: {
      ...needed,
      signIn: {
        ...code,
        isKnownHost: false,
        verificationUri: 'https://login.partner.microsoftonline.cn.example.net/common/oauth2/deviceauth',
        trouble: 'connect-timeout',
      },
    },
  },
  {
    name: 'sign-in-code-expired',
    path: '/sign-in',
    status: { ...needed, signIn: { ...code, expiresAtMs: nowMs - 1000 } },
  },
  {
    name: 'sign-in-confirm',
    path: '/sign-in',
    status: {
      ...needed,
      signIn: {
        step: 'confirm',
        identity: { ...sampleIdentity, upn: longAddress, tenantId: '9b1c0000-1111-4222-8333-444455556666' },
        previousUpn: 'old-scanner@contoso.com',
        deviceEmailAddress: 'scan@contoso.com',
        expiresAtMs: nowMs + 60_000,
      },
    },
  },
  {
    name: 'sign-in-proving',
    path: '/sign-in',
    status: { account, signIn: { step: 'proving', identity: sampleIdentity, trouble: 'throttled' } },
  },
  {
    name: 'sign-in-ready',
    path: '/sign-in',
    status: { account, signIn: { step: 'ready', identity: sampleIdentity, isUpnMismatch: false } },
  },
  { name: 'sign-in-mismatch', path: '/sign-in', status: mismatch },
  {
    name: 'sign-in-declined',
    path: '/sign-in',
    status: { ...needed, signIn: { step: 'failed', code: 'sign-in-declined' } },
  },
  {
    name: 'sign-in-policy-blocked',
    path: '/sign-in',
    status: {
      ...needed,
      signIn: {
        step: 'failed',
        code: 'policy-blocked',
        aadsts: 53003,
        detail: 'AADSTS53003: Access has been blocked by Conditional Access policies.',
      },
    },
  },
  {
    name: 'phone-number',
    path: '/sign-in/phone',
    status: needed,
    act: async (page) => {
      for (const digit of '5300') await page.getByRole('button', { name: digit, exact: true }).click();
    },
  },
  {
    name: 'phone-guidance',
    path: '/sign-in/phone',
    status: needed,
    act: async (page) => {
      await page.keyboard.type('53003');
      await page.locator('.bar .button-main').click();
      await page.locator('.notice').waitFor();
    },
  },
  {
    name: 'phone-unknown',
    path: '/sign-in/phone',
    status: needed,
    prepare: (fake) =>
      fake.answer('POST /v1/guidance', () => new FakeRefusal(400, 'bad-request', 'The request is not valid.')),
    act: async (page) => {
      await page.keyboard.type('99999');
      await page.keyboard.press('Enter');
      await page.locator('.notice-info', { hasText: 'AADSTS99999' }).waitFor();
    },
  },
  { name: 'test-mail', path: '/sign-in/test' },
  { name: 'device', path: '/device' },
  { name: 'device-mismatch', path: '/device', status: mismatch },
  {
    name: 'device-smtp-warning',
    path: '/device',
    act: async (page) => {
      await page.locator('.setting .button').nth(1).click();
      await page.locator('dialog').waitFor();
    },
  },
  {
    name: 'device-consequences',
    path: '/device/smtp-server',
    prepare: (fake) =>
      fake.answer(
        'PUT /v1/device/smtp-server',
        () =>
          new FakeRefusal(409, 'settings-need-consent', 'x', {
            consequences: ['provider-becomes-unspecified', 'sign-in-dropped'],
            messages: ['a', 'b'],
          }),
      ),
    act: async (page) => {
      await page.keyboard.type('mail.contoso.com');
      await page.keyboard.press('Enter');
      await page.locator('dialog').waitFor();
    },
  },
  {
    name: 'claim-code',
    path: '/device/web',
    act: async (page) => {
      await page.locator('.button-main').click();
      await page.locator('.code').waitFor();
    },
  },
  { name: 'scan-empty', path: '/scan' },
  {
    name: 'scan-no-scanner',
    path: '/scan',
    prepare: (fake) => fake.answer('GET /v1/scanners', () => ({ scanners: [] })),
  },
  {
    name: 'scan-error',
    path: '/scan',
    prepare: (fake) =>
      fake.answer('GET /v1/scanners', () => new FakeRefusal(503, 'scanner-not-found', 'No scanner answers.')),
  },
  { name: 'scan-recipients', path: '/scan/to', act: (page) => page.locator('.row').first().click() },
  {
    name: 'scan-recipients-chosen',
    path: '/scan/to',
    act: async (page) => {
      for (const row of [0, 1, 3]) await page.locator('.row').nth(row).click();
    },
  },
  { name: 'scan-type-address', path: '/scan/to', act: (page) => page.locator('.tabs .button').nth(3).click() },
  { name: 'scan-subject', path: '/scan/subject' },
  { name: 'scan-symbols', path: '/scan/subject', act: (page) => page.locator('.key-wide').nth(1).click() },
  { name: 'scan-options', path: '/scan/options' },
  { name: 'scan-form', path: '/scan', act: chooseRecipient },
  { name: 'scan-pages', path: '/scan', act: scanThree },
  {
    name: 'scan-failed',
    path: '/scan',
    prepare: (fake) =>
      fake.answer('POST /v1/scans', () => ({ ...scanned, state: 'failed', pages: [], trouble: 'scanner-jammed' })),
    act: async (page) => {
      await chooseRecipient(page);
      await page.locator('.start-button').click();
      await page.locator('.notice').waitFor();
    },
  },
  {
    name: 'scan-result',
    path: '/scan',
    act: async (page) => {
      await scanThree(page);
      await page.locator('.start-button').click();
      await page.locator('.result').waitFor();
    },
  },
  {
    name: 'jobs-walk-up',
    path: '/jobs',
    status: { queue: { ...sampleStatus.queue, waiting: 1, held: 2, holdReason: 'upn-mismatch' } },
  },
  {
    name: 'pin',
    path: '/jobs',
    prepare: (fake) =>
      fake.answer('GET /v1/jobs', () => new FakeRefusal(403, 'client-not-allowed', 'Not allowed here')),
    act: async (page) => {
      await page.locator('main .button').click();
      await page.locator('dialog').waitFor();
      await page.keyboard.type('471');
    },
  },
  { name: 'jobs-500', path: '/jobs', prepare: pinGiven, act: (page) => page.locator('.row').first().waitFor() },
  {
    name: 'jobs-empty',
    path: '/jobs',
    prepare: (fake) => {
      pinGiven(fake);
      fake.answer('GET /v1/jobs', () => ({ jobs: [], total: 0 }));
    },
  },
  {
    name: 'job-failed',
    path: '/jobs/01hyr0000abcde',
    prepare: pinGiven,
    act: (page) => page.locator('.notice').waitFor(),
  },
  {
    name: 'door-closed',
    path: '/',
    prepare: (fake) =>
      fake.answer('GET /v1/session', () => ({ product: 'mfp-mail-agent', isClaimed: true, state: 'signed-out' })),
  },
];
