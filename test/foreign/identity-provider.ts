/**
 * npm's oidc-provider, certified OpenID software that is not ours, in the place of Entra: only the routes' names are
 * mapped. Refresh tokens rotate, and one that is used twice ends its grant.
 */
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer, request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import type { TlsIdentity } from '../support/certificates.ts';

export const tenantId = '3f3f3f3f-1111-4222-8333-444444444444';
export const clientId = '5a5a5a5a-1111-4222-8333-444444444444';
const gateway = { id: 'smarthost', secret: 'smarthost-secret' };

export interface IdentityProvider {
  /** HTTPS, for the host name it was made for. */
  readonly port: number;
  /** Token introspection for the mail server, over plain HTTP, its credentials inside. */
  readonly introspectionUrl: string;
  /** Refresh tokens handed out, oldest first. */
  readonly refreshTokens: readonly string[];
  /** Grants of the token requests that succeeded, and the answers' errors of those that did not. */
  readonly tokenAnswers: readonly string[];
  /** A person with a browser who types the code, logs in and agrees. @returns the text of the last page */
  approve(userCode: string, login: string): Promise<string>;
  /** Posts a form to the token endpoint. */
  redeem(form: Readonly<Record<string, string>>): Promise<{ readonly status: number; readonly body: string }>;
  stop(): Promise<void>;
}

/**
 * @param options.host host name of the log-in
 * @param options.accessTokenS life of access tokens; below MSAL's 300 s every use is a renewal
 */
export async function startIdentityProvider(options: {
  readonly host: string;
  readonly tls: TlsIdentity;
  readonly caPem: string;
  readonly scope: string;
  readonly accessTokenS: number;
}): Promise<IdentityProvider> {
  const { host, tls, caPem } = options;
  const provider = new Provider(`https://${host}`, configuration(options));
  const refreshTokens: string[] = [];
  const tokenAnswers: string[] = [];
  provider.on('grant.success', ({ body }) => {
    if (typeof body['refresh_token'] === 'string') refreshTokens.push(body['refresh_token']);
  });
  const handle = provider.callback();
  const server = createServer(tls, (request, response) => {
    request.url = mapped(request.url ?? '/');
    if (request.url === '/token') response.on('finish', () => tokenAnswers.push(String(response.statusCode)));
    void handle(request, response);
  });
  const backDoor = createHttpServer((request, response) => void handle(request, response));
  const port = await listen(server);
  const backDoorPort = await listen(backDoor);

  const ask: Ask = (method, path, form, cookie) =>
    new Promise((resolve, reject) => {
      const body = form === undefined ? '' : new URLSearchParams(form).toString();
      const headers = {
        host,
        ...(cookie === '' ? {} : { cookie }),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        'content-length': Buffer.byteLength(body),
      };
      const target = { host: '127.0.0.1', port, servername: host, ca: caPem, agent: false };
      httpsRequest({ ...target, method, path, headers }, (reply) => {
        let text = '';
        reply.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        reply.on('end', () => resolve({ reply, text }));
      })
        .on('error', reject)
        .end(body);
    });

  return {
    port,
    introspectionUrl: `http://${gateway.id}:${gateway.secret}@127.0.0.1:${backDoorPort}/token/introspection`,
    refreshTokens,
    tokenAnswers,
    approve: (userCode, login) => browse(ask, userCode, login),
    redeem: async (form) => {
      const { reply, text } = await ask('POST', '/token', form, '');
      return { status: reply.statusCode ?? 0, body: text };
    },
    stop: async () => {
      for (const one of [server, backDoor]) {
        one.closeAllConnections();
        one.close();
        await once(one, 'close');
      }
    },
  };
}

/** Entra's names for what oidc-provider calls otherwise; everything else is oidc-provider's own. */
function mapped(url: string): string {
  const route = /^\/[^/]+\/oauth2\/v2\.0\/(devicecode|token)(?:\?.*)?$/.exec(url)?.[1];
  if (route === undefined) return url;
  return route === 'devicecode' ? '/device/auth' : '/token';
}

function configuration({ scope, accessTokenS }: { scope: string; accessTokenS: number }) {
  return {
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
        response_types: [],
        redirect_uris: [],
      },
      {
        client_id: gateway.id,
        client_secret: gateway.secret,
        grant_types: [],
        response_types: [],
        redirect_uris: [],
      },
    ],
    scopes: ['openid', 'offline_access', scope],
    claims: {
      openid: ['sub', 'oid', 'tid'],
      profile: ['name', 'preferred_username'],
      email: ['email'],
    },
    // As Entra does; the standard would have them asked for at another endpoint.
    conformIdTokenClaims: false,
    findAccount: (_context: unknown, login: string) => ({
      accountId: login,
      claims: () => ({
        sub: login,
        oid: '77777777-1111-4222-8333-444444444444',
        tid: tenantId,
        name: 'Scan Room',
        preferred_username: login,
        email: login,
      }),
    }),
    features: {
      deviceFlow: { enabled: true },
      introspection: { enabled: true },
      devInteractions: { enabled: true },
    },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: { AccessToken: accessTokenS, DeviceCode: 900, RefreshToken: 86_400, IdToken: 3600, Grant: 86_400 },
    cookies: { keys: ['for tests only'] },
  };
}

async function listen(server: Server | ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

type Ask = (
  method: string,
  path: string,
  form: Readonly<Record<string, string>> | undefined,
  cookie: string,
) => Promise<{ readonly reply: IncomingMessage; readonly text: string }>;

/** Follows redirects and sends each page's form, until a page has none: what a person does on a phone. */
async function browse(ask: Ask, userCode: string, login: string): Promise<string> {
  const cookies = new Map<string, string>();
  let next: { method: string; path: string; form?: Record<string, string> } = { method: 'GET', path: '/device' };
  for (let step = 0; step < 20; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const { reply, text } = await ask(next.method, next.path, next.form, cookie);
    for (const line of reply.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    if (reply.headers.location !== undefined) {
      next = { method: 'GET', path: pathOf(reply.headers.location) };
      continue;
    }
    const action = /<form[^>]*action="([^"]+)"/.exec(text)?.[1];
    if (action === undefined) return text.replace(/<style[\s\S]*?<\/style>|<[^>]+>/g, ' ').replace(/\s+/g, ' ');
    next = { method: 'POST', path: pathOf(action.replaceAll('&amp;', '&')), form: filled(text, userCode, login) };
  }
  throw new Error('the pages of the identity provider come to no end');
}

const pathOf = (address: string) => address.replace(/^https?:\/\/[^/]+/, '');

function filled(page: string, userCode: string, login: string): Record<string, string> {
  const form: Record<string, string> = {};
  for (const [input] of page.matchAll(/<(?:input|button)[^>]*>/g)) {
    const name = /\bname="([^"]*)"/.exec(input)?.[1];
    if (name !== undefined && name !== 'abort') form[name] = /\bvalue="([^"]*)"/.exec(input)?.[1] ?? '';
  }
  const typed: Record<string, string> = { user_code: userCode, login, password: 'any' };
  for (const name of Object.keys(form)) form[name] = typed[name] ?? form[name] ?? '';
  return form;
}
