/** The HTTPS identity service: what Entra answers a device, on the host names of the profile. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import { constants } from 'node:crypto';
import { consentRequest } from './admin-consent.ts';
import type { StandInCertificates } from './certificates.ts';
import { newTrace, refusal, refusalBody, type Refusal } from './entra-errors.ts';
import { readForm, sendJson, sendPage, sendRedirect } from './http-exchange.ts';
import { captivePortalPage, consentDonePage, consentPage, errorPage, plainPage } from './phone-pages.ts';
import { isRefusal, readScopes } from './scopes.ts';
import { scriptedRefusal } from './scripted-faults.ts';
import { certificateInUse, isKnownTenant, type StandInState } from './state.ts';
import { tokenReply } from './token-endpoint.ts';

const protocolPath = /^\/([^/]+)\/oauth2\/v2\.0\/(devicecode|token)$/;
const configurationPath = /^\/([^/]+)(?:\/v2\.0)?\/\.well-known\/openid-configuration$/;
const consentPath = /^\/([^/]+)\/(?:v2\.0\/)?adminconsent$/;

/** Makes the server; it does not listen yet. @param phoneUrl where the verification address leads in a rehearsal */
export function identityServer(
  state: StandInState,
  certificates: StandInCertificates,
  phoneUrl: () => string,
  signal: () => AbortSignal,
): Server {
  const contexts = new Map<string, SecureContext>();
  const context = () => {
    const kind = certificateInUse(state.faults, 'identity');
    // Without tickets every connection is a full handshake: a resumed one would never see a certificate fault.
    const made =
      contexts.get(kind) ??
      createSecureContext({ ...certificates.server[kind], secureOptions: constants.SSL_OP_NO_TICKET });
    contexts.set(kind, made);
    return made;
  };
  return createServer(
    {
      ...certificates.server.good,
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_TICKET,
      SNICallback: (_name, done) => {
        done(null, context());
      },
    },
    (request, response) => {
      answer(state, phoneUrl, signal(), request, response).catch((error: unknown) => {
        if (!signal().aborted) state.log(`identity   ${error instanceof Error ? error.message : String(error)}`);
        response.destroy();
      });
    },
  );
}

async function answer(
  state: StandInState,
  phoneUrl: () => string,
  signal: AbortSignal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { faults, profile, log } = state;
  const url = new URL(request.url ?? '/', 'https://stand-in');
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  response.on('finish', () => {
    log(`identity   ${request.method ?? ''} ${url.pathname} ${response.statusCode}`);
  });
  const late = faults.take('latency', 'identity');
  if (late) await state.clock.sleep(late.ms ?? 200, { signal });

  const portal = faults.take('identity-html', 'identity');
  if (portal) {
    request.resume();
    sendPage(response, portal.number ?? 200, captivePortalPage());
    return;
  }
  const form = request.method === 'POST' ? await readForm(request) : undefined;
  if (isVerificationHost(state, host) && !isLoginHost(state, host)) {
    sendRedirect(response, phoneUrl());
    return;
  }
  const trace = newTrace(state.clock.nowMs(), requestId(request, form));
  const refuse = (one: Refusal, headers: Readonly<Record<string, string>> = {}) => {
    sendJson(response, one.status, refusalBody(one, trace, profile.loginHost), {
      'x-ms-request-id': trace.traceId,
      ...headers,
    });
  };
  if (!isLoginHost(state, host)) {
    refuse(refusal('notInstance', host));
    return;
  }

  const protocol = protocolPath.exec(url.pathname);
  if (protocol) {
    if (request.method !== 'POST') {
      refuse(refusal('postOnly', request.method ?? ''));
      return;
    }
    const leg =
      protocol[2] === 'devicecode' ? 'devicecode' : form?.get('grant_type') === 'refresh_token' ? 'renewal' : 'poll';
    count(state, leg);
    if (outage(state, leg, request, refuse)) return;
    const tenant = decodeURIComponent(protocol[1] ?? '');
    const body = form ?? new URLSearchParams();
    const reply = leg === 'devicecode' ? deviceCodeReply(state, tenant, body, url) : tokenReply(state, tenant, body);
    if (faults.take('identity-garbage', leg)) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"token_type":"Bear');
    } else if ('error' in reply) refuse(reply);
    else sendJson(response, 200, reply.body, { 'x-ms-request-id': trace.traceId });
    return;
  }
  answerGet(state, url, request, response, form, phoneUrl);
}

/** Faults that hit before anybody reads the request. @returns true if the request is answered, or its connection gone */
function outage(
  { faults }: StandInState,
  leg: 'devicecode' | 'poll' | 'renewal',
  request: IncomingMessage,
  refuse: (one: Refusal, headers?: Readonly<Record<string, string>>) => void,
): boolean {
  // Unless somebody names the place, the start of a sign-in is spared: a person would simply press the key again.
  const strikes = (name: 'lost-packets' | 'throttled-429' | 'unavailable-503') =>
    leg !== 'devicecode' || faults.peek(name)?.place === 'devicecode' ? faults.take(name, leg) : undefined;
  if (strikes('lost-packets')) {
    request.socket.destroy();
    return true;
  }
  const throttled = strikes('throttled-429');
  if (throttled) {
    refuse(refusal('throttled'), { 'retry-after': String(throttled.retryAfterS ?? 1) });
    return true;
  }
  const unavailable = strikes('unavailable-503');
  if (!unavailable) return false;
  refuse(
    refusal('unavailable'),
    unavailable.retryAfterS === undefined ? {} : { 'retry-after': String(unavailable.retryAfterS) },
  );
  return true;
}

function deviceCodeReply(
  state: StandInState,
  tenant: string,
  form: URLSearchParams,
  url: URL,
): Refusal | { readonly body: Record<string, unknown> } {
  const { faults, profile, codes, clientId } = state;
  const isGeneral = ['organizations', 'common', 'consumers'].includes(tenant.toLowerCase());
  const scripted = scriptedRefusal(faults, 'devicecode');
  if (scripted) return scripted;
  const elsewhere = faults.peek('wrong-cloud', 'devicecode');
  if (elsewhere && (!isGeneral || elsewhere.place === 'devicecode')) return refusal('otherCloud', tenant);
  if (!isKnownTenant(state, tenant)) return refusal('tenantNotFound', tenant);
  const wantedClient = form.get('client_id');
  if (wantedClient === null || wantedClient === '') return refusal('missing', 'client_id');
  if (wantedClient.toLowerCase() !== clientId.toLowerCase() || faults.peek('app-not-found'))
    return refusal('appNotFound', wantedClient);
  if (faults.peek('app-not-public', 'devicecode')) return refusal('appNotPublic');
  const scopeText = form.get('scope') ?? '';
  const scopes = readScopes(scopeText, profile);
  if (isRefusal(scopes)) return scopes;
  const session = codes.open({ tenant, clientId: wantedClient, scopeText, scopes });
  const isText = faults.peek('expires-in-string') !== undefined;
  return {
    body: {
      user_code: session.userCode,
      device_code: session.deviceCode,
      verification_uri: profile.verificationUri,
      expires_in: isText ? String(codes.lifetimeS) : codes.lifetimeS,
      ...(faults.peek('interval-missing') ? {} : { interval: isText ? String(codes.intervalS) : codes.intervalS }),
      message: promptSentence(
        url.searchParams.get('mkt') ?? form.get('mkt') ?? '',
        profile.verificationUri,
        session.userCode,
      ),
    },
  };
}

/** The sentence for people, in the languages this product speaks; anything else gets English. */
function promptSentence(market: string, uri: string, code: string): string {
  switch (market.toLowerCase().split('-')[0]) {
    case 'de':
      return `Verwenden Sie einen Webbrowser, um die Seite ${uri} zu öffnen, und geben Sie den Code ${code} ein, um sich zu authentifizieren.`;
    case 'ja':
      return `サインインするには、Web ブラウザーを使用して、ページ ${uri} を開き、コード ${code} を入力して認証します。`;
    case 'zh':
      return `若要登录，请使用 Web 浏览器打开页面 ${uri} 并输入代码 ${code} 以进行身份验证。`;
    default:
      return `To sign in, use a web browser to open the page ${uri} and enter the code ${code} to authenticate.`;
  }
}

function answerGet(
  state: StandInState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  form: URLSearchParams | undefined,
  phoneUrl: () => string,
): void {
  const { profile, tenantId, stats } = state;
  const consent = consentPath.exec(url.pathname);
  if (consent) {
    const wish = consentRequest(state, url.searchParams, url.pathname.includes('/v2.0/'));
    if (wish.kind === 'refused') sendPage(response, 400, errorPage(state, wish.refusal, newTrace(state.clock.nowMs())));
    else if (form) {
      state.faults.set('consent-needed', false);
      if (wish.redirectUri === undefined) sendPage(response, 200, consentDonePage());
      else
        sendRedirect(
          response,
          `${wish.redirectUri}?${new URLSearchParams({ admin_consent: 'True', tenant: tenantId }).toString()}`,
        );
    } else sendPage(response, 200, consentPage(state));
    return;
  }
  if (url.pathname === '/common/oauth2/nativeclient') {
    sendPage(response, 200, plainPage('Done', 'You may close this window.'));
    return;
  }
  if (url.pathname === new URL(profile.verificationUri).pathname) {
    sendRedirect(response, phoneUrl());
    return;
  }
  const configuration = configurationPath.exec(url.pathname);
  if (url.pathname === '/common/discovery/instance') {
    stats.discoveryRequests += 1;
    sendJson(response, 200, instanceDiscovery(state));
  } else if (configuration) {
    stats.discoveryRequests += 1;
    const tenant = decodeURIComponent(configuration[1] ?? '');
    if (isKnownTenant(state, tenant)) sendJson(response, 200, openIdConfiguration(state, tenant));
    else {
      const one = refusal('tenantNotFound', tenant);
      sendJson(response, one.status, refusalBody(one, newTrace(state.clock.nowMs()), profile.loginHost));
    }
  } else if (url.pathname.endsWith('/discovery/v2.0/keys')) sendJson(response, 200, { keys: [] });
  else
    sendPage(
      response,
      404,
      plainPage('Not here', `The stand-in cloud has no page ${request.method ?? ''} ${url.pathname}.`),
    );
}

function instanceDiscovery({ profile }: StandInState): Record<string, unknown> {
  return {
    tenant_discovery_endpoint: `https://${profile.loginHost}/common/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [
      {
        preferred_network: profile.loginHost,
        preferred_cache: profile.loginAliases[0] ?? profile.loginHost,
        aliases: [profile.loginHost, ...profile.loginAliases],
      },
    ],
  };
}

function openIdConfiguration({ profile, tenantId }: StandInState, tenant: string): Record<string, unknown> {
  const isGeneral = ['organizations', 'common'].includes(tenant.toLowerCase());
  const base = `https://${profile.loginHost}/${isGeneral ? tenant : tenantId}`;
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    issuer: `https://${profile.loginHost}/${isGeneral ? '{tenantid}' : tenantId}/v2.0`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    response_types_supported: ['code', 'id_token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    tenant_region_scope: null,
  };
}

function count({ stats }: StandInState, leg: 'devicecode' | 'poll' | 'renewal'): void {
  if (leg === 'devicecode') {
    stats.deviceCodeRequests += 1;
    return;
  }
  stats.tokenRequests += 1;
  if (leg === 'renewal') stats.renewals += 1;
  else stats.polls += 1;
}

function isLoginHost({ profile }: StandInState, host: string): boolean {
  return host === profile.loginHost || profile.loginAliases.includes(host);
}

function isVerificationHost({ profile }: StandInState, host: string): boolean {
  return host === new URL(profile.verificationUri).hostname;
}

function requestId(request: IncomingMessage, form: URLSearchParams | undefined): string {
  const header = request.headers['client-request-id'];
  return (typeof header === 'string' ? header : undefined) ?? form?.get('client-request-id') ?? randomUUID();
}
