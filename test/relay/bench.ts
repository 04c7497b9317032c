/** A relay on its test bench: memory store, scripted smarthost, a clock that stands still. */
import { afterEach } from '@jest/globals';
import { MailError, type AccountState, type TokenSource } from '../../src/core/index.ts';
import { createRelay, type Relay, type RelayConfig } from '../../src/relay/index.ts';
import { makeCa, type TestCa } from '../support/certificates.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { MemoryStore } from './memory-store.ts';
import { startSmarthost, type Replies, type ServerTls, type Smarthost } from './scripted-smarthost.ts';

export const device = 'scanner@contoso.com';
export const identity = { upn: device, objectId: 'oid-1', tenantId: 'tid-1' };
export const smarthostName = 'smtp.example.test';

export interface Bench {
  readonly store: MemoryStore;
  readonly host: Smarthost;
  readonly clock: ManualClock;
  readonly relay: Relay;
  readonly log: ReturnType<typeof collectedLog>;
  readonly tokens: TokenSource & { asked: boolean[] };
  readonly proven: number[];
  readonly refused: string[];
  config: RelayConfig;
  account: AccountState;
}

let ca: Promise<TestCa> | undefined;
export function testCa(): Promise<TestCa> {
  return (ca ??= makeCa());
}

const open: { readonly relay: Relay; readonly host: Smarthost }[] = [];
afterEach(async () => {
  for (const { relay, host } of open.splice(0)) {
    await host.stop();
    await relay.stop();
  }
});

export async function bench(
  replies: Replies = {},
  options: {
    readonly config?: Partial<RelayConfig>;
    readonly names?: readonly string[];
    readonly isTrusted?: boolean;
    readonly isImplicit?: boolean;
    /** In place of the certificate of the test CA. */
    readonly tls?: ServerTls;
    readonly random?: () => number;
  } = {},
): Promise<Bench> {
  const authority = await testCa();
  const host = await startSmarthost(
    replies,
    options.tls ?? (await authority.issue(options.names ?? [smarthostName])),
    options.isImplicit,
  );
  const clock = new ManualClock();
  const store = new MemoryStore();
  const log = collectedLog();
  const proven: number[] = [];
  const refused: string[] = [];
  const asked: boolean[] = [];
  const tokens = {
    asked,
    accessToken: ({ forceRenewal = false } = {}) => {
      asked.push(forceRenewal);
      return Promise.resolve({ token: `token-${String(asked.length)}`, expiresAtMs: clock.nowMs() + 3_600_000 });
    },
  };
  const config: RelayConfig = {
    provider: 'exchange-online',
    host: smarthostName,
    port: 587,
    security: 'starttls',
    extraCaPem: options.isTrusted === false ? [] : [authority.cert],
    rules: {
      provider: 'exchange-online',
      deviceEmailAddress: device,
      changeSenderAddress: 'prohibited',
      permittedAddresses: [],
      usesAuthenticatedUserAddress: false,
      sendingUser: 'device',
      isSharedMailbox: false,
      hasPersonalAccounts: true,
    },
    maxConnections: 1,
    maxMessagesPerMinute: 1000,
    retry: { firstWaitMs: 60_000, maxWaitMs: 3_600_000, lifetimeMs: 72 * 3_600_000 },
    heloName: 'mfp.example',
    ...options.config,
  };
  const made: Bench = {
    store,
    host,
    clock,
    log,
    tokens,
    proven,
    refused,
    config,
    account: { status: 'ready', identity },
    relay: createRelay({
      store,
      tokens,
      dialer: host.dialer,
      config: () => made.config,
      account: () => made.account,
      clock,
      random: options.random ?? (() => 0.5),
      log,
      onProven: () => {
        proven.push(clock.nowMs());
      },
      onRefused: (code, reply) => {
        refused.push(`${code}: ${reply}`);
      },
    }),
  };
  open.push(made);
  return made;
}

/** Plain provider: no sign-in, no TLS. */
export const plain = (config: RelayConfig): RelayConfig => ({
  ...config,
  provider: 'unspecified',
  security: 'none',
  rules: { ...config.rules, provider: 'unspecified' },
});

/** Waits for real I/O on loopback; the manual clock stands still meanwhile. */
export async function until(isTrue: () => boolean, what = 'it'): Promise<void> {
  const giveUpAt = Date.now() + 4000;
  while (!isTrue()) {
    if (Date.now() > giveUpAt) throw new MailError('timeout', `waited too long for ${what}`);
    await settle(1);
  }
}
