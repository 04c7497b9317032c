import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { accountNamed, completeAccount, standInAccounts, suggestedAccount } from './accounts.ts';
import { makeCertificates, type StandInCertificates } from './certificates.ts';
import { realClock } from './clock.ts';
import { DeviceCodes } from './device-codes.ts';
import { dialTrouble } from './dialer.ts';
import { Faults } from './faults.ts';
import { identityServer } from './identity.ts';
import { Mailbox } from './mailbox.ts';
import { phoneServer } from './phone.ts';
import type { StandInState } from './state.ts';
import { submissionServer } from './submission.ts';
import { SubmissionLimits } from './submission-limits.ts';
import { playTechnician } from './technician.ts';
import { Tokens } from './tokens.ts';
import type { LoopbackAddress, MappedHost, StandInCloud, StandInOptions, StandInProfile } from './types.ts';

interface Running {
  readonly addresses: StandInCloud['addresses'];
  stop(): Promise<void>;
}

/** Builds a stand-in cloud; nothing listens before `start`. @throws Error for an unknown fault */
export function createStandInCloud(options: StandInOptions): StandInCloud {
  const state = newState(options);
  const { faults, mailbox, codes, tokens, accounts, profile } = state;
  const limits = new SubmissionLimits({
    messagesPerMinute: options.messagesPerMinute ?? 30,
    maxConnections: options.maxConnections ?? 3,
  });
  let certificates: StandInCertificates | undefined;
  let running: Running | undefined;
  /** Kept over stop and start, so that "the network is back" means the same addresses. */
  let ports = {
    identity: options.ports?.identity ?? 0,
    submission: options.ports?.submission ?? 0,
    phone: options.ports?.phone ?? 0,
  };
  const addresses = () => running?.addresses ?? notStarted();
  const phoneUrl = () => `http://127.0.0.1:${addresses().phone.port}/`;
  const sessionOf = (userCode: string) => {
    const session = codes.byUserCode(userCode);
    if (!session) throw new Error(`no sign-in waits for the code ${userCode}`);
    return session;
  };
  const account = (upn: string | undefined) => {
    const found = upn === undefined ? suggestedAccount(accounts, faults) : accountNamed(accounts, upn);
    if (!found) throw new Error(`the stand-in cloud has no account ${upn ?? ''}`);
    return found;
  };

  return {
    profile,
    accounts,
    clientId: state.clientId,
    tenantId: state.tenantId,
    stats: state.stats,
    start: async () => {
      if (running) return;
      certificates ??= await makeCertificates(hostNames(profile));
      running = await listen(state, certificates, limits, ports, phoneUrl);
      ports = {
        identity: running.addresses.identity.port,
        submission: running.addresses.submission.port,
        phone: running.addresses.phone.port,
      };
    },
    stop: async () => {
      const ending = running;
      running = undefined;
      await ending?.stop();
    },
    get caPem() {
      return certificates?.caPem ?? notStarted();
    },
    get addresses() {
      return addresses();
    },
    get phoneUrl() {
      return phoneUrl();
    },
    get hostMap() {
      return hostMap(profile, addresses());
    },
    dialTrouble: (host, port) => dialTrouble(faults, host, port),
    suggestedAccount: () => suggestedAccount(accounts, faults),
    deliveries: () => mailbox.deliveries,
    waitForDelivery: ({ timeoutMs = 10_000 } = {}) => mailbox.next(timeoutMs),
    setFault: (name, on, faultOptions) => {
      faults.set(name, on, faultOptions);
    },
    activeFaults: () => faults.names,
    pendingCodes: () => codes.pending(),
    approve: ({ userCode, upn }) => {
      const session = sessionOf(userCode);
      session.account = account(upn);
      session.state = 'approved';
    },
    decline: (userCode) => {
      sessionOf(userCode).state = 'declined';
    },
    technician: async ({ userCode, upn, password, answer = 'accept' }) => {
      const who = account(upn);
      return await playTechnician(phoneUrl(), { userCode, email: who.upn, password: password ?? who.password, answer });
    },
    revokeSessions: (upn) => {
      tokens.revoke(account(upn));
    },
  };
}

function newState(options: StandInOptions): StandInState {
  const { profile } = options;
  const clock = options.clock ?? realClock;
  const log = options.log ?? (() => undefined);
  const faults = new Faults(log);
  for (const text of options.faults ?? []) faults.setFromText(text);
  const tenantId = options.tenantId ?? randomUUID();
  const accounts = (options.accounts ?? standInAccounts()).map((init) =>
    completeAccount(init, tenantId, options.maxSendBytes),
  );
  return {
    profile,
    clock,
    log,
    faults,
    tenantId,
    accounts,
    clientId: options.clientId ?? randomUUID(),
    appName: options.appName ?? 'MFP mail agent',
    codes: new DeviceCodes({
      clock,
      faults,
      lifetimeS: options.codeLifetimeS ?? 900,
      intervalS: options.intervalS ?? 5,
    }),
    tokens: new Tokens({ clock, profile, lifetimeS: options.accessTokenLifetimeS }),
    mailbox: new Mailbox(options.keptBodyBytes ?? 512 * 1024 * 1024),
    stats: {
      deviceCodeRequests: 0,
      polls: 0,
      renewals: 0,
      tokenRequests: 0,
      tokensIssued: 0,
      discoveryRequests: 0,
      connections: 0,
      maxOpenConnections: 0,
      authAttempts: 0,
      authRefusals: 0,
      messagesAccepted: 0,
      messagesRefused: 0,
    },
  };
}

async function listen(
  state: StandInState,
  certificates: StandInCertificates,
  limits: SubmissionLimits,
  ports: { readonly identity: number; readonly submission: number; readonly phone: number },
  phoneUrl: () => string,
): Promise<Running> {
  const ending = new AbortController();
  const identity = identityServer(state, certificates, phoneUrl, () => ending.signal);
  const submission = submissionServer(state, certificates, limits, () => ending.signal);
  const phone = phoneServer(state);
  const stop = async () => {
    ending.abort(new Error('the stand-in cloud is stopping'));
    submission.cutAll();
    await Promise.all([close(identity), close(submission.server), close(phone)]);
  };
  try {
    const addresses = {
      identity: await open(identity, ports.identity),
      submission: await open(submission.server, ports.submission),
      phone: await open(phone, ports.phone),
    };
    return { addresses, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open(server: Server, port: number): Promise<LoopbackAddress> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

async function close(server: Server | HttpServer): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  if ('closeAllConnections' in server) server.closeAllConnections();
  await closed;
}

/** Names in the certificates: everything a client may say it wants to talk to. */
function hostNames(profile: StandInProfile): readonly string[] {
  return [
    ...new Set([
      profile.loginHost,
      ...profile.loginAliases,
      profile.smtpHost,
      ...profile.smtpAliases,
      new URL(profile.verificationUri).hostname,
    ]),
  ];
}

function hostMap(profile: StandInProfile, { identity, submission }: StandInCloud['addresses']): readonly MappedHost[] {
  const https = new Set([profile.loginHost, ...profile.loginAliases, new URL(profile.verificationUri).hostname]);
  return [
    ...[...https].map((host) => ({ host, port: 443, toPort: identity.port })),
    ...[profile.smtpHost, ...profile.smtpAliases].map((host) => ({
      host,
      port: profile.smtpPort,
      toPort: submission.port,
    })),
  ];
}

function notStarted(): never {
  throw new Error('the stand-in cloud has not started');
}
