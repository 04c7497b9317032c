import {
  MailError,
  type HttpClient,
  type HttpReply,
  type SecretBinding,
  type SecretStore,
} from '../../src/core/index.ts';
import { createSignIn, type SignInConfig, type SignInParts } from '../../src/signin/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';

export const tenantId = '11111111-1111-4111-8111-111111111111';
export const clientId = '22222222-2222-4222-8222-222222222222';

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const oauthError = (
  error: string,
  rest: { aadsts?: number; suberror?: string; status?: number; description?: string } = {},
  headers = {},
): HttpReply =>
  json(
    rest.status ?? 400,
    {
      error,
      error_description:
        rest.description ?? `AADSTS${rest.aadsts ?? 50000}: Something about it. Trace ID: t\r\nCorrelation ID: c`,
      ...(rest.aadsts === undefined ? {} : { error_codes: [rest.aadsts] }),
      ...(rest.suberror === undefined ? {} : { suberror: rest.suberror }),
      trace_id: 'trace-1',
      correlation_id: 'correlation-1',
      timestamp: '2026-11-21 12:00:00Z',
    },
    headers,
  );

export const pending = () => oauthError('authorization_pending', { aadsts: 70016 });

export const deviceCode = (rest: object = {}): HttpReply =>
  json(200, {
    device_code: 'CANARY-device-code',
    user_code: 'ABCD-EFGH',
    verification_uri: 'https://login.example/device',
    expires_in: 900,
    interval: 5,
    message: 'm',
    ...rest,
  });

export const claims = (rest: object = {}) => ({
  oid: 'oid-1',
  tid: tenantId,
  sub: 'sub-1',
  preferred_username: 'scan@contoso.com',
  email: 'scan@contoso.com',
  name: 'Scan Room',
  ...rest,
});

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const idToken = (of: object) => `${base64url({ alg: 'none' })}.${base64url(of)}.CANARYsignature`;

let serial = 0;
/** A token answer; every call has tokens of its own. */
export function tokens(rest: object = {}, idClaims: object = claims()): HttpReply {
  serial++;
  return json(200, {
    token_type: 'Bearer',
    scope: 'https://outlook.office.com/SMTP.Send email openid profile',
    expires_in: 3600,
    access_token: `CANARY-access-${serial}`,
    refresh_token: `CANARY-refresh-${serial}`,
    id_token: idToken(idClaims),
    client_info: base64url({ uid: 'oid-1', utid: tenantId }),
    ...rest,
  });
}

export const bodyOf = (reply: HttpReply) => JSON.parse(reply.body) as Record<string, string>;

type Answer =
  HttpReply | Error | ((form: URLSearchParams, signal: AbortSignal | undefined) => HttpReply | Promise<HttpReply>);

/** A reply that waits: nobody hears it before `release`. */
export function lateReply(reply: HttpReply) {
  let answer: ((reply: HttpReply) => void) | undefined;
  return {
    reply: () =>
      new Promise<HttpReply>((resolve) => {
        answer = resolve;
      }),
    isAsked: () => answer !== undefined,
    release: () => answer?.(reply),
  };
}

/** An identity service that answers from a list; after its end every poll is `authorization_pending`. */
export function scriptedIdentity(...script: Answer[]) {
  const requests: { url: string; form: URLSearchParams; headers: Readonly<Record<string, string>> }[] = [];
  const http: HttpClient = {
    request: async ({ url, body, headers, signal }) => {
      const form = new URLSearchParams(body);
      requests.push({ url, form, headers: headers ?? {} });
      const answer = script.shift();
      if (answer === undefined) return pending();
      if (answer instanceof Error) throw answer;
      return await (typeof answer === 'function' ? answer(form, signal) : answer);
    },
  };
  return {
    ...http,
    requests,
    then_: (...more: Answer[]) => {
      script.push(...more);
    },
  };
}

/** A secret store in memory; `fail` decides before every write. */
export function memorySecrets() {
  const records = new Map<string, { binding: string; secret: string }>();
  const journal: string[] = [];
  const bindingText = (binding: SecretBinding) => JSON.stringify(Object.entries(binding).sort());
  const store = {
    records,
    journal,
    fail: undefined as ((act: string) => Error | undefined) | undefined,
    put: async (name: string, binding: SecretBinding, secret: Buffer) => {
      await settle(1);
      const error = store.fail?.(`put ${name}`);
      if (error) throw error;
      records.set(name, { binding: bindingText(binding), secret: secret.toString() });
      journal.push(`put ${name}`);
    },
    get: async (name: string, binding: SecretBinding) => {
      await settle(1);
      const error = store.fail?.(`get ${name}`);
      if (error) throw error;
      const record = records.get(name);
      if (record && record.binding !== bindingText(binding)) throw new MailError('secret-binding-changed', name);
      return record && Buffer.from(record.secret);
    },
    remove: async (name: string) => {
      await settle(1);
      records.delete(name);
      journal.push(`remove ${name}`);
    },
  } satisfies SecretStore & Record<string, unknown>;
  return store;
}

export const defaultConfig: SignInConfig = {
  cloud: 'global',
  loginHost: 'login.example',
  tenant: 'organizations',
  clientId,
  scopes: ['https://outlook.office.com/SMTP.Send', 'email'],
  smtpHost: 'smtp.example',
  smtpPort: 587,
  caFingerprints: [],
  verificationHosts: ['login.example'],
  hasPersonalAccounts: false,
  renewalMarginS: 300,
  deviceEmailAddress: '',
  isSharedMailbox: false,
};

/** A whole sign-in room around a scripted identity service. */
export function room(
  identity: ReturnType<typeof scriptedIdentity>,
  options: {
    config?: Partial<SignInConfig>;
    secrets?: ReturnType<typeof memorySecrets>;
    clock?: ManualClock;
    prove?: SignInParts['prove'];
  } = {},
) {
  const clock = options.clock ?? new ManualClock();
  const secrets = options.secrets ?? memorySecrets();
  const log = collectedLog();
  const proofs: { upn: string; token: string }[] = [];
  const addresses: string[] = [];
  let config: SignInConfig = { ...defaultConfig, ...options.config };
  const signIn = createSignIn({
    config: () => config,
    secrets,
    http: identity,
    clock,
    random: () => 0.5,
    log,
    prove:
      options.prove ??
      ((who, token) => {
        proofs.push({ upn: who.upn, token: token.token });
        return Promise.resolve();
      }),
    setDeviceEmailAddress: (address, by) => {
      addresses.push(`${address} by ${by}`);
      config = { ...config, deviceEmailAddress: address };
      signIn.configChanged();
      return Promise.resolve();
    },
  });
  /** Lets the real library and its first import run until the condition holds; the clock stands still. */
  const until = async (isSo: () => boolean) => {
    for (let turn = 0; turn < 5000 && !isSo(); turn++) await settle(1);
    if (!isSo()) throw new Error(`never came: ${isSo.toString()}; sign-in ${JSON.stringify(signIn.signIn())}`);
  };
  const step = () => signIn.signIn().step;
  return {
    signIn,
    clock,
    secrets,
    log,
    proofs,
    addresses,
    until,
    step,
    change: (next: Partial<SignInConfig>) => {
      config = { ...config, ...next };
    },
    config: () => config,
    /** To the screen with the code. */
    toCode: async () => {
      await signIn.begin({ by: 'tester' });
      await until(() => step() !== 'starting');
    },
    /** From the code to whatever comes after the next poll. */
    poll: async (ms = 5_000) => {
      await clock.advance(ms);
      await settle(20);
    },
  };
}

/** Signs in to `ready` with the usual answers. */
export async function signedIn(
  identity: ReturnType<typeof scriptedIdentity>,
  options: Parameters<typeof room>[1] = {},
  first = tokens(),
) {
  identity.then_(deviceCode(), first);
  const it = room(identity, options);
  await it.signIn.start();
  await it.toCode();
  await it.poll();
  await it.until(() => it.step() === 'confirm');
  await it.signIn.confirm({ by: 'tester' });
  await it.until(() => it.step() === 'ready');
  return { ...it, identity, first: bodyOf(first) };
}
