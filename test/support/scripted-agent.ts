import { Readable } from 'node:stream';
import type { Agent, Caller } from '../../src/api/index.ts';
import type { AuditEntry } from '../../src/audit/index.ts';
import { type MailError, type AgentEvent } from '../../src/core/index.ts';
import { sampleEntry, sampleJob, samplePanel, sampleScan, sampleStatus } from './sample-status.ts';

export interface AgentCall {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** An agent that notes every call and answers with samples; `refuse` makes the named act fail. */
export function scriptedAgent(): Agent & {
  readonly calls: AgentCall[];
  emit(event: AgentEvent): void;
  answer(name: string, value: unknown): void;
  refuse(name: string, error: MailError): void;
  readonly watchers: () => number;
  /** What went into the audit list. */
  readonly audited: Omit<AuditEntry, 'atMs'>[];
} {
  const calls: AgentCall[] = [];
  const audited: Omit<AuditEntry, 'atMs'>[] = [];
  const refusals = new Map<string, MailError>();
  const listeners = new Set<(event: AgentEvent) => void>();
  const plan = { next: {}, changed: ['service.cloud'], consequences: [], problems: [] };
  const session = { id: 'ab', csrfToken: 'csrf', by: 'administrator', ended: new AbortController().signal };
  const entry = { token: 'token', session };
  const facts = { validFrom: '2026', validTo: '2036', isSelfSigned: true, pem: 'x' };
  const certificate = { fingerprint: 'AB', names: ['mfp'], ...facts };
  const answers: Record<string, unknown> = {
    status: sampleStatus,
    signInState: { step: 'idle' },
    beginSignIn: { step: 'starting', startedAtMs: 1 },
    confirmSignIn: { step: 'idle' },
    cancelSignIn: { step: 'idle' },
    account: sampleStatus.account,
    signOut: { status: 'none' },
    useUpn: sampleStatus,
    consentLink: { url: 'https://login.example/consent', sentence: 'Please allow' },
    jobs: [sampleJob(), sampleJob({ queueId: '01hyr0001abcde', state: 'held' })],
    job: { job: sampleJob(), headerBlock: 'A: b\r\n' },
    retryJob: sampleJob(),
    releaseJob: sampleJob(),
    holdJob: sampleJob(),
    deleteJob: sampleJob({ state: 'deleted' }),
    sendTest: sampleJob(),
    settings: { settings: {}, effective: {}, health: { ok: true } },
    hasProxyPassword: false,
    settingsSchema: { schema: {}, fields: [] },
    previewSettings: plan,
    changeSettings: plan,
    importSettings: plan,
    exportSettings: '{"version":1}',
    setProxyPassword: undefined,
    clients: [{ address: '192.0.2.7', lastSeenMs: 1, listener: 'lan', helo: 'mfp', quirk: '', accepted: 1 }],
    clientDialogue: '192.0.2.7 at lan\n',
    lan: { isEnabled: false, hasPassword: false, listeners: [], certificates: [] },
    setLanPassword: undefined,
    explain: { id: 'x', language: 'en', title: 'X', panel: ['x'], paragraph: 'X.', who: 'administrator', acts: [] },
    decommission: undefined,
    leaveSafeMode: sampleStatus,
    'jobSummary': sampleJob(),
    'tickets.submitForm': { kind: 'queued', queueId: '01hyr0000abcde' },
    'tickets.submitMessage': { kind: 'queued', queueId: '01hyr0000abcde' },
    'tickets.jobByKey': '01hyr0000abcde',
    'scans.scanners': [{ id: 'sane-1', title: 'Scanner', kind: 'sane' }],
    'scans.scanner': {
      id: 'sane-1',
      title: 'Scanner',
      sources: ['flatbed', 'feeder'],
      resolutions: [300],
      colours: ['colour'],
      formats: ['pdf', 'tiff', 'jpeg'],
    },
    'scans.begin': { ...sampleScan, state: 'scanning', pages: [] },
    'scans.more': { ...sampleScan, state: 'scanning' },
    'scans.scan': sampleScan,
    'scans.preview': { mediaType: 'image/jpeg', body: Readable.from([Buffer.from('x')]) },
    'scans.cancel': { ...sampleScan, state: 'cancelled', pages: [] },
    'scans.submit': '01hyr0000abcde',
    'addressBook.search': { entries: [sampleEntry], total: 1 },
    'addressBook.recent': [sampleEntry],
    'addressBook.add': sampleEntry,
    'addressBook.replace': sampleEntry,
    'addressBook.exportText': '\ufeffname,email\r\n',
    'addressBook.importText': {
      isDone: true,
      isOfUse: true,
      added: 1,
      changed: 0,
      removed: 0,
      skipped: 0,
      total: 1,
      problems: [],
    },
    'lcdPanel.view': samplePanel,
    'lcdPanel.press': { ...samplePanel, screen: 'menu' },
    'lcdPanel.subscribe': () => undefined,
    'access.isClaimed': true,
    'access.hasPin': true,
    'access.logIn': entry,
    'access.claim': entry,
    'access.setPassword': entry,
    'access.newClaimCode': { code: 'ABCD-EFGH', expiresAtMs: 1, triesLeft: 5 },
    webUrl: 'https://192.0.2.7:8443',
    'access.claimCode': { code: 'ABCD-EFGH', expiresAtMs: 1, triesLeft: 5 },
    'audit.list': [{ atMs: 1, by: 'admin', door: 'cli', act: 'log-in', outcome: 'done' }],
    'audit.exportText': '{"atMs":1}\n',
    'phonePage.link': { url: 'https://192.0.2.7:8443/phone#key' },
    'phonePage.view': { step: 'over' },
    'maintenance.about': { version: '1', node: 'v20', uptimeMs: 1, licences: [] },
    'maintenance.network': { hostName: 'mfp', addresses: [], dnsServers: [], doors: [] },
    'maintenance.logLines': [{ atMs: 1, level: 'info', message: 'x', event: 'notice' }],
    'maintenance.certificate': certificate,
    'maintenance.setCertificate': certificate,
    'maintenance.removeCertificate': certificate,
    'maintenance.requestCertificate': '-----BEGIN CERTIFICATE REQUEST-----\n',
    'maintenance.resetSettings': plan,
  };
  /** A room of the agent: its calls are noted as `room.act`, its answers are asked by that name. */
  const room = (name: string) =>
    new Proxy(
      {},
      {
        get:
          (_, one) =>
          (...args: unknown[]) =>
            Promise.resolve(act(`${name}.${String(one)}`, args)),
      },
    );
  const act = (name: string, args: readonly unknown[]): unknown => {
    calls.push({ name, args });
    const refusal = refusals.get(name);
    if (refusal) throw refusal;
    return answers[name];
  };
  const base = {
    calls,
    audited,
    tickets: room('tickets'),
    scans: room('scans'),
    addressBook: room('addressBook'),
    lcdPanel: room('lcdPanel'),
    access: room('access'),
    maintenance: room('maintenance'),
    phonePage: room('phonePage'),
    audit: {
      list: () => answers['audit.list'],
      exportText: () => answers['audit.exportText'],
      note: (entry: Omit<AuditEntry, 'atMs'>) => {
        audited.push(entry);
        return Promise.resolve();
      },
    },
    watchers: () => listeners.size,
    emit: (event: AgentEvent) => {
      for (const listener of listeners) listener(event);
    },
    answer: (name: string, value: unknown) => {
      answers[name] = value;
    },
    refuse: (name: string, error: MailError) => {
      refusals.set(name, error);
    },
    // No act: every request asks it.
    language: () => 'en' as const,
    subscribe: (listener: (event: AgentEvent) => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
  return new Proxy(base, {
    get: (target, name: string) => (Reflect.get(target, name) as unknown) ?? ((...args: unknown[]) => act(name, args)),
  }) as unknown as ReturnType<typeof scriptedAgent>;
}

export const administrator: Caller = { by: 'admin', door: 'cli', role: 'administrator' };
/** A browser that has not logged in. */
export const nobody: Caller = { by: '192.0.2.9', door: 'web', role: 'nobody', address: '192.0.2.9' };
export const walkUp: Caller = { by: 'panel', door: 'panel', role: 'walk-up' };
