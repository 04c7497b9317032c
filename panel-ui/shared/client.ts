/** The one way from a screen to the daemon: typed calls over `/v1`, errors with a code, a signal when the log-in is over. */
import type { Language } from '../../src/core/index.ts';
import type { Endpoints } from './endpoints.ts';

/**
 * A call that the daemon refused, or that did not reach it.
 * `code` is a row of the error catalogue, or `connection-lost` if no answer came; `status` is 0 then.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly status: number;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>>, status: number) {
    super(message);
    this.code = code;
    this.details = details;
    this.status = status;
  }
}

/** Names of path parameters: `queueId` of `/v1/jobs/:queueId/retry`. */
type ParameterOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParameterOf<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

type Part<Key extends keyof Endpoints, Name extends 'body' | 'query'> =
  Endpoints[Key] extends Record<Name, infer Value> ? Record<Name, Value> : object;

/** What a call needs: path parameters, query and body as far as the endpoint has them. */
export type CallOptions<Key extends keyof Endpoints> = Part<Key, 'body'> &
  Partial<Part<Key, 'query'>> &
  ([ParameterOf<Key>] extends [never] ? object : { readonly params: Readonly<Record<ParameterOf<Key>, string>> }) & {
    readonly signal?: AbortSignal;
  };

type OptionsArgument<Key extends keyof Endpoints> =
  object extends CallOptions<Key> ? [options?: CallOptions<Key>] : [options: CallOptions<Key>];

/** What the doors send back for a call. */
export type ReplyOf<Key extends keyof Endpoints> = Endpoints[Key]['reply'];

/** Typed calls; `Key` is `METHOD /path` as in `endpoints.ts`. */
export interface Client {
  /** @throws ApiError */
  call<Key extends keyof Endpoints>(key: Key, ...options: OptionsArgument<Key>): Promise<ReplyOf<Key>>;
  /** For what has no type: downloads, uploads. Errors become ApiError as well. */
  request(method: string, path: string, init?: RequestInit): Promise<Response>;
}

/** What the client needs from the page. */
export interface ClientOptions {
  readonly fetch: typeof fetch;
  /** Of the sentences in replies; undefined: the language set on the device. */
  readonly language: () => Language | undefined;
  /** Of the session, on the web door. */
  readonly csrfToken?: () => string | undefined;
  /** Is somebody there? Calls of a page that was left do not keep its log-in alive. Without it somebody always is. */
  readonly isAttended?: () => boolean;
  /** The door wants a log-in (401); called once for each such answer. */
  readonly onSignedOut?: () => void;
}

interface AnyOptions {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** A word of browsers; Node's own types of fetch, which the tests see, lack it. */
const uncached: object = { cache: 'no-store' };

/**
 * Makes the client of a page.
 * @see ../../src/api/README.md for errors and languages
 */
export function createClient(options: ClientOptions): Client {
  const request = async (method: string, path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    // `*` asks for the device's own language; the browser's is whatever its maker set.
    headers.set('accept-language', options.language() ?? '*');
    const csrfToken = options.csrfToken?.();
    if (csrfToken !== undefined && method !== 'GET') headers.set('x-csrf-token', csrfToken);
    if (options.isAttended?.() === false) headers.set('x-mfp-unattended', '1');
    let response: Response;
    try {
      response = await options.fetch(path, { ...init, method, headers, redirect: 'error', ...uncached });
    } catch (cause) {
      if (init.signal?.aborted === true) throw cause;
      throw new ApiError('connection-lost', 'no answer', {}, 0);
    }
    if (response.ok) return response;
    if (response.status === 401) options.onSignedOut?.();
    throw await errorOf(response);
  };
  const call = async (key: string, given: AnyOptions = {}): Promise<unknown> => {
    const [method = 'GET', pattern = ''] = key.split(' ');
    const headers: Record<string, string> = {};
    if (given.body !== undefined) headers['content-type'] = 'application/json';
    const response = await request(method, urlOf(pattern, given), {
      headers,
      ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
      ...(given.signal === undefined ? {} : { signal: given.signal }),
    });
    if (response.status === 204) return undefined;
    const text = await response.text();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  return { call, request };
}

/** The address of a call: parameters and query filled in and escaped. */
export function urlOf(pattern: string, given: Pick<AnyOptions, 'params' | 'query'>): string {
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(given.params?.[name] ?? ''));
  const query = Object.entries(given.query ?? {})
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}

async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : {};
  const { code, message, details } = error;
  return new ApiError(
    typeof code === 'string' ? code : `http-${String(response.status)}`,
    typeof message === 'string' ? message : '',
    isRecord(details) ? details : {},
    response.status,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
