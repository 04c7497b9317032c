import type { Agent, Caller } from '../../src/api/index.ts';
import { type MailError, type AgentEvent } from '../../src/core/index.ts';
import { sampleJob, sampleStatus } from './sample-status.ts';

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
} {
  const calls: AgentCall[] = [];
  const refusals = new Map<string, MailError>();
  const listeners = new Set<(event: AgentEvent) => void>();
  const plan = { next: {}, changed: ['service.cloud'], consequences: [], problems: [] };
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
  };
  const base = {
    calls,
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
    get: (target, name: string) =>
      (Reflect.get(target, name) as unknown) ??
      ((...args: unknown[]) => {
        calls.push({ name, args });
        const refusal = refusals.get(name);
        if (refusal) throw refusal;
        return answers[name];
      }),
  }) as unknown as ReturnType<typeof scriptedAgent>;
}

export const administrator: Caller = { by: 'admin', door: 'cli', role: 'administrator' };
export const walkUp: Caller = { by: 'panel', door: 'panel', role: 'walk-up' };
