/** The two things msal-node does for us: a device code sign-in and a renewal. Each works on an application of its own. */
import type { AuthenticationResult, Configuration, LogLevel, PublicClientApplication } from '@azure/msal-node';
import { MailError, type Clock, type HttpClient } from '../core/index.ts';
import { endpointsOf, type Endpoints, type SignInConfig } from './config.ts';
import { MsalNetwork, type DeviceCodeEvents } from './msal-network.ts';

/** Tokens of one account, fresh from the identity service. */
export interface FreshTokens {
  readonly accessToken: string;
  readonly expiresInS: number;
  /** Of the ID token; undefined if a renewal brought none. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  /** The library's token cache, serialised. Secret: it holds the refresh token in clear. */
  readonly cache: string;
}

interface Attempt {
  readonly config: SignInConfig;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Signs an account in with the device authorization grant (RFC 8628).
 * @throws MailError `sign-in-expired`, `sign-in-declined`, `identity-incomplete` (no ID or refresh token came), what
 *   `refusalOf` says, or network errors; the signal's reason when it aborts
 */
export async function signInByDeviceCode(
  attempt: Attempt & { readonly events: DeviceCodeEvents },
): Promise<FreshTokens> {
  return await withApplication(attempt, attempt.events, async (application, network) => {
    const result = await application.acquireTokenByDeviceCode({
      scopes: [...attempt.config.scopes],
      // The network has told the code already, checked; the library's own call would come with whatever it understood.
      deviceCodeCallback: () => undefined,
    });
    const tokens = freshTokens(application, network, result);
    if (!tokens.claims) throw new MailError('identity-incomplete', 'no ID token came with the sign-in');
    if (network.grant?.hasRefreshToken !== true) {
      throw new MailError('identity-incomplete', 'no refresh token came with the sign-in (offline_access)');
    }
    return tokens;
  });
}

/**
 * Redeems the refresh token of a serialised cache. Always a request: freshness is judged by the caller, by the device's own
 * clock and margin.
 * @throws MailError `sign-in-needed` if the cache holds no usable account, what `refusalOf` says, or network errors
 */
export async function renew(attempt: Attempt & { readonly cache: string }): Promise<FreshTokens> {
  return await withApplication(attempt, undefined, async (application, network) => {
    const tokenCache = application.getTokenCache();
    tokenCache.deserialize(attempt.cache);
    const [account] = await tokenCache.getAllAccounts();
    if (!account) throw new MailError('sign-in-needed', 'the stored sign-in holds no account');
    const result = await application.acquireTokenSilent({
      account,
      scopes: [...attempt.config.scopes],
      forceRefresh: true,
    });
    return freshTokens(application, network, result);
  });
}

async function withApplication<T>(
  { config, http, clock, signal }: Attempt,
  events: DeviceCodeEvents | undefined,
  work: (application: PublicClientApplication, network: MsalNetwork) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const endpoints = endpointsOf(config);
  const network = new MsalNetwork({ http, endpoints, clock, signal, events });
  // 8 MB of library: loaded when somebody signs in or the first token is due, not at start-up.
  const { PublicClientApplication: Application, LogLevel } = await import('@azure/msal-node');
  try {
    return await work(new Application(configuration(config, endpoints, network, LogLevel.Error)), network);
  } catch (error) {
    signal.throwIfAborted();
    if (network.failure) throw network.failure;
    throw error instanceof MailError ? error : fromLibrary(error);
  }
}

/** `knownAuthorities` and `authorityMetadata` together: the library sends no discovery request, for any host. */
function configuration(
  config: SignInConfig,
  endpoints: Endpoints,
  network: MsalNetwork,
  logLevel: LogLevel,
): Configuration {
  return {
    auth: {
      clientId: config.clientId,
      authority: endpoints.authority,
      knownAuthorities: [config.loginHost],
      authorityMetadata: JSON.stringify({
        authorization_endpoint: `${endpoints.authority}/oauth2/v2.0/authorize`,
        token_endpoint: endpoints.token,
        issuer: `${endpoints.authority}/v2.0`,
        jwks_uri: `${endpoints.authority}/discovery/v2.0/keys`,
      }),
    },
    system: {
      networkClient: network,
      loggerOptions: { piiLoggingEnabled: false, logLevel, loggerCallback: () => undefined },
    },
  };
}

function freshTokens(
  application: PublicClientApplication,
  network: MsalNetwork,
  result: AuthenticationResult | null,
): FreshTokens {
  if (!network.grant || !result) throw new MailError('reply-invalid', 'the library returned without a token answer');
  const claims = network.grant.body['id_token'] === undefined ? undefined : { ...result.idTokenClaims };
  return {
    accessToken: network.grant.accessToken,
    expiresInS: network.grant.expiresInS,
    claims,
    cache: application.getTokenCache().serialize(),
  };
}

/** Only the library's code is kept: its messages may quote what it could not parse. */
function fromLibrary(error: unknown): MailError {
  const found = typeof error === 'object' && error !== null && 'errorCode' in error ? error.errorCode : undefined;
  const code = typeof found === 'string' ? found.replace(/[^\w.-]/g, '').slice(0, 64) : 'unknown';
  const isGone = code === 'no_tokens_found' || code === 'refresh_token_expired';
  return new MailError(isGone ? 'sign-in-needed' : 'reply-invalid', `msal-node: ${code}`, {
    details: { library: 'msal-node' },
  });
}
