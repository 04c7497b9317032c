import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import { MailError, toMailError, type Clock, type HttpClient, type HttpReply } from '../core/index.ts';
import { type Endpoints } from './config.ts';
import { deviceCodeGrantOf, tokenGrantOf, type DeviceCodeGrant, type TokenGrant } from './identity-reply.ts';
import { pollUntilDecided } from './poll.ts';

/** A code that is good now. */
export interface ShownCode extends DeviceCodeGrant {
  /** Wall clock. */
  readonly expiresAtMs: number;
}

/** What happens below the library while it waits. */
export interface DeviceCodeEvents {
  readonly onCode: (code: ShownCode) => void;
  readonly onTrouble: (trouble: MailError | undefined) => void;
}

const urnGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/**
 * The network under msal-node, one per attempt. The library sees one request per leg and a success to each: everything
 * else (polling, slow_down, throttling, lost packets, refusals) is dealt with here, because the library ends the sign-in on
 * the first of them and forgets why. `failure` keeps what it forgets.
 */
export class MsalNetwork implements INetworkModule {
  /** Why the attempt failed, in our words. */
  failure: MailError | undefined;
  /** The last token answer. */
  grant: TokenGrant | undefined;
  readonly #http: HttpClient;
  readonly #endpoints: Endpoints;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #events: DeviceCodeEvents | undefined;
  #code: { readonly intervalMs: number; readonly deadlineMs: number } | undefined;

  constructor(options: {
    readonly http: HttpClient;
    readonly endpoints: Endpoints;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly events?: DeviceCodeEvents | undefined;
  }) {
    this.#http = options.http;
    this.#endpoints = options.endpoints;
    this.#clock = options.clock;
    this.#signal = options.signal;
    this.#events = options.events;
  }

  /** Discovery is switched off by configuration; a GET means that this stopped working. */
  sendGetRequestAsync<T>(): Promise<NetworkResponse<T>> {
    return this.#keepingFailure(() =>
      Promise.reject(new MailError('internal', 'msal-node asked for a document it was given')),
    );
  }

  sendPostRequestAsync<T>(_url: string, options: NetworkRequestOptions = {}): Promise<NetworkResponse<T>> {
    return this.#keepingFailure(async () => {
      const form = new URLSearchParams(options.body ?? '');
      const body = await this.#answer(form, options.headers ?? {});
      // The library changes what it gets; it gets its own copy.
      return { status: 200, headers: {}, body: { ...body } as T };
    });
  }

  async #answer(form: URLSearchParams, headers: Record<string, string>): Promise<Readonly<Record<string, unknown>>> {
    switch (form.get('grant_type')) {
      case null:
        return await this.#askForCode(form, headers);
      case 'device_code':
      case urnGrant:
        return await this.#poll(form, headers);
      case 'refresh_token': {
        this.grant = tokenGrantOf('renewal', await this.#post(this.#endpoints.token, form, headers));
        return this.grant.body;
      }
      default:
        throw new MailError('internal', `msal-node asked for the grant ${form.get('grant_type') ?? ''}`);
    }
  }

  async #askForCode(
    form: URLSearchParams,
    headers: Record<string, string>,
  ): Promise<Readonly<Record<string, unknown>>> {
    // The code's life counts from the request, so that a slow answer does not lengthen it.
    const askedAtMs = this.#clock.monotonicMs();
    const code = deviceCodeGrantOf(await this.#post(this.#endpoints.deviceCode, form, headers));
    const deadlineMs = askedAtMs + code.expiresInS * 1000;
    this.#code = { intervalMs: code.intervalS * 1000, deadlineMs };
    this.#events?.onCode({ ...code, expiresAtMs: this.#clock.nowMs() + deadlineMs - this.#clock.monotonicMs() });
    return {
      user_code: code.userCode,
      device_code: code.deviceCode,
      verification_uri: code.verificationUri,
      expires_in: code.expiresInS,
      interval: code.intervalS,
      message: '',
    };
  }

  async #poll(form: URLSearchParams, headers: Record<string, string>): Promise<Readonly<Record<string, unknown>>> {
    const code = this.#code;
    if (!code) throw new MailError('internal', 'msal-node polls without a code');
    // RFC 8628 3.4 and the vendor's pages name the URN; the library sends a short form that only Entra takes.
    form.set('grant_type', urnGrant);
    this.grant = await pollUntilDecided({
      ...code,
      clock: this.#clock,
      signal: this.#signal,
      send: () => this.#post(this.#endpoints.token, form, headers),
      onTrouble: (trouble) => this.#events?.onTrouble(trouble),
    });
    return this.grant.body;
  }

  #post(url: string, form: URLSearchParams, headers: Record<string, string>): Promise<HttpReply> {
    return this.#http.request({
      method: 'POST',
      url,
      body: form.toString(),
      signal: this.#signal,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
    });
  }

  /** The library drops the cause of whatever is thrown here. */
  async #keepingFailure<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.failure = toMailError(error);
      throw error;
    }
  }
}
