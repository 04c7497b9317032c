/** The agent's HTTP API, from the other end of its Unix socket. */
import { request, type IncomingMessage } from 'node:http';
import {
  abandonable,
  languageOf,
  MailError,
  type AgentEvent,
  type AgentStatus,
  type AccountState,
  type Clock,
  type JobState,
  type JobSummary,
  type Language,
  type SignInState,
} from '../core/index.ts';
import { type Guidance } from '../guidance/index.ts';
import { loadPanelLanguage } from '../panel/index.ts';
import { withDeadline } from './deadline.ts';
import { parseJson, readAll, refusal, socketError } from './replies.ts';
import { EventParser } from './sse.ts';

/** What a change of settings comes to. */
export interface PlannedChange {
  readonly changed: readonly string[];
  readonly consequences: readonly { readonly code: string; readonly message: string }[];
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

/** One setting as forms and tables show it. */
export interface SettingField {
  readonly path: string;
  readonly title: string;
  readonly help?: string | undefined;
  readonly unit?: string | undefined;
  readonly needsRestart?: boolean | undefined;
  readonly isSecret?: boolean | undefined;
}

/** Settings by group and key; their types belong to the agent. */
export type SettingGroups = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The settings, whether their file is sound, and which secrets are stored beside them. */
export interface SettingsReply {
  readonly settings: SettingGroups;
  readonly health: { readonly ok: boolean; readonly why?: string };
  readonly secrets: { readonly proxyPassword: boolean };
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Options = { readonly signal?: AbortSignal | undefined };

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Longest wait for a reply; the identity service is asked in the background, so nothing takes this long. */
const requestWaitMs = 30_000;
/** The agent sends a ping every 15 s; three missing ones mean a dead stream. */
const silenceMs = 45_000;
/** Tries at a lost event stream, waiting 1, 2, 4, 8 and 8 s: a restart of the agent is bridged. */
const mostReconnects = 5;

/**
 * One method per route. All reject with MailError: the API's own code and sentence, `daemon-not-running` if nobody
 * listens, `timeout`, `reply-invalid`.
 */
export class AgentClient {
  readonly #socketPath: string;
  readonly #clock: Clock;
  readonly #by: string;
  readonly #language: Language | undefined;

  /**
   * @param options.by who the agent's records shall name, printable ASCII; '' leaves it to the agent
   * @param options.language of sentences and advice; undefined leaves it to the agent
   */
  constructor(options: {
    readonly socketPath: string;
    readonly clock: Clock;
    readonly by?: string | undefined;
    readonly language?: Language | undefined;
  }) {
    this.#socketPath = options.socketPath;
    this.#clock = options.clock;
    this.#language = options.language;
    this.#by = (options.by ?? '').replace(/[^\x21-\x7e]/g, '').slice(0, 60);
  }

  async status(options?: Options): Promise<AgentStatus> {
    return (await this.#json('GET', '/v1/status', undefined, options)) as AgentStatus;
  }

  async signIn(options?: Options): Promise<SignInState> {
    return (await this.#json('GET', '/v1/sign-in', undefined, options)) as SignInState;
  }
  async beginSignIn(options?: Options): Promise<SignInState> {
    return (await this.#json('POST', '/v1/sign-in', {}, options)) as SignInState;
  }
  async confirmSignIn(options?: Options): Promise<SignInState> {
    return (await this.#json('POST', '/v1/sign-in/confirm', {}, options)) as SignInState;
  }
  async cancelSignIn(options?: Options): Promise<SignInState> {
    return (await this.#json('POST', '/v1/sign-in/cancel', {}, options)) as SignInState;
  }

  async signOut(options?: Options): Promise<AccountState> {
    return (await this.#json('DELETE', '/v1/account', undefined, options)) as AccountState;
  }
  async useUpn(options?: Options): Promise<AgentStatus> {
    return (await this.#json('POST', '/v1/account/use-upn', {}, options)) as AgentStatus;
  }
  async consentLink(options?: Options): Promise<{ url: string; sentence: string }> {
    return (await this.#json('GET', '/v1/account/consent-link', undefined, options)) as {
      url: string;
      sentence: string;
    };
  }

  /** @param filter.limit 1 to 1000 */
  async jobs(
    filter: { readonly state?: JobState | undefined; readonly limit: number },
    options?: Options,
  ): Promise<{ jobs: JobSummary[]; total: number }> {
    const query = new URLSearchParams({
      limit: String(filter.limit),
      ...(filter.state === undefined ? {} : { state: filter.state }),
    });
    return (await this.#json('GET', `/v1/jobs?${query.toString()}`, undefined, options)) as {
      jobs: JobSummary[];
      total: number;
    };
  }
  async job(
    queueId: string,
    options?: Options,
  ): Promise<{ job: JobSummary; headerBlock?: string; guidance?: Guidance }> {
    return (await this.#json('GET', jobPath(queueId), undefined, options)) as {
      job: JobSummary;
      headerBlock?: string;
      guidance?: Guidance;
    };
  }
  async actOnJob(queueId: string, act: 'retry' | 'release' | 'hold', options?: Options): Promise<JobSummary> {
    return (await this.#json('POST', `${jobPath(queueId)}/${act}`, {}, options)) as JobSummary;
  }
  async deleteJob(queueId: string, options?: Options): Promise<JobSummary> {
    return (await this.#json('DELETE', jobPath(queueId), undefined, options)) as JobSummary;
  }
  async sendTest(to: string, options?: Options): Promise<JobSummary> {
    return (await this.#json('POST', '/v1/jobs/test', { to }, options)) as JobSummary;
  }

  async settings(options?: Options): Promise<SettingsReply> {
    return (await this.#json('GET', '/v1/settings', undefined, options)) as SettingsReply;
  }
  async settingFields(options?: Options): Promise<readonly SettingField[]> {
    return ((await this.#json('GET', '/v1/settings/schema', undefined, options)) as { fields: readonly SettingField[] })
      .fields;
  }
  async previewSettings(changes: Readonly<Record<string, unknown>>, options?: Options): Promise<PlannedChange> {
    return (await this.#json('POST', '/v1/settings/preview', { changes }, options)) as PlannedChange;
  }
  async changeSettings(
    changes: Readonly<Record<string, unknown>>,
    accept: readonly string[],
    options?: Options,
  ): Promise<PlannedChange> {
    return (await this.#json('PATCH', '/v1/settings', { changes, accept }, options)) as PlannedChange;
  }
  async exportSettings(options?: Options): Promise<string> {
    return (await this.#request('GET', '/v1/settings/export', undefined, options)).text;
  }
  async importSettings(text: string, accept: readonly string[], options?: Options): Promise<PlannedChange> {
    return (await this.#json('POST', '/v1/settings/import', { text, accept }, options)) as PlannedChange;
  }
  /** An empty value removes the password. */
  async setProxyPassword(value: string, options?: Options): Promise<void> {
    await this.#request('PUT', '/v1/secrets/proxy-password', { value }, options);
  }

  /** An empty value removes the password. */
  async setLanPassword(value: string, options?: Options): Promise<void> {
    await this.#request('PUT', '/v1/secrets/lan-password', { value }, options);
  }
  /** What a route that only reads says. */
  async get(path: string, options?: Options): Promise<unknown> {
    return this.#json('GET', path, undefined, options);
  }
  /** An act that needs no body. */
  async post(path: string, options?: Options): Promise<unknown> {
    return this.#json('POST', path, {}, options);
  }
  async getText(path: string, options?: Options): Promise<string> {
    return (await this.#request('GET', path, undefined, options)).text;
  }

  /** @param waitingJobs the number of jobs the person has seen and gives up; another number is refused */
  async decommission(waitingJobs: number, options?: Options): Promise<void> {
    await this.#request('POST', '/v1/decommission', { confirmWaitingJobs: waitingJobs }, options);
  }

  async explain(
    question: { readonly code: string } | { readonly aadsts: number },
    options?: Options,
  ): Promise<Guidance> {
    return (await this.#json('POST', '/v1/guidance', question, options)) as Guidance;
  }

  /**
   * What happens, as it happens; the first event, and the first after a lost connection, is a whole status.
   * Ends only by an error: `signal.reason`, or `daemon-not-running` after five fruitless reconnects.
   */
  async *events(options: { readonly signal: AbortSignal }): AsyncGenerator<AgentEvent, never> {
    let failures = 0;
    for (;;) {
      try {
        for await (const event of this.#eventStream(options.signal)) {
          failures = 0;
          yield event;
        }
      } catch (error) {
        options.signal.throwIfAborted();
        const isLost =
          error instanceof MailError &&
          (error.code === 'daemon-not-running' || error.kind === 'transient') &&
          error.details['why'] !== 'no-permission';
        if (!isLost || failures >= mostReconnects) throw error;
      }
      failures += 1;
      if (failures > mostReconnects)
        throw new MailError('daemon-not-running', 'The agent stopped; start it again with: mfp-mail-agent run');
      await this.#clock.sleep(Math.min(1000 * 2 ** (failures - 1), 8000), { signal: options.signal });
    }
  }

  async *#eventStream(signal: AbortSignal): AsyncGenerator<AgentEvent> {
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    try {
      const response = await this.#within('The agent', requestWaitMs, either, (limit) =>
        abandonable(this.#open('GET', '/v1/events', undefined, either), limit),
      );
      if (response.statusCode !== 200) throw refusal(response.statusCode ?? 0, await readAll(response));
      await loadWordsOf(response);
      const parser = new EventParser();
      const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
      for (;;) {
        const next = await this.#within('The event stream', silenceMs, either, (limit) =>
          abandonable(chunks.next(), limit),
        );
        if (next.done === true) return;
        for (const { event, data } of parser.push(next.value)) {
          if (event === 'status') yield { type: 'status', status: parseJson(data) as AgentStatus };
          if (event === 'job') yield { type: 'job', job: parseJson(data) as JobSummary };
        }
      }
    } catch (error) {
      either.throwIfAborted();
      throw socketError(error, this.#socketPath);
    } finally {
      ended.abort(); // closes the connection, whichever way the reader left
    }
  }

  async #within<T>(
    what: string,
    waitMs: number,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return withDeadline({ clock: this.#clock, waitMs, what, signal }, work);
  }

  async #json(method: Method, path: string, body: unknown, options?: Options): Promise<unknown> {
    return parseJson((await this.#request(method, path, body, options)).text);
  }

  async #request(method: Method, path: string, body: unknown, options: Options = {}): Promise<Reply> {
    try {
      return await this.#within('The agent', requestWaitMs, options.signal, async (signal) => {
        const response = await this.#open(method, path, body, signal);
        const text = await readAll(response);
        await loadWordsOf(response);
        const status = response.statusCode ?? 0;
        if (status < 200 || status > 299) throw refusal(status, text);
        return { status, text };
      });
    } catch (error) {
      options.signal?.throwIfAborted();
      throw socketError(error, this.#socketPath);
    }
  }

  /** Sends one request and waits for the head of its reply. */
  #open(method: Method, path: string, body: unknown, signal: AbortSignal): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          socketPath: this.#socketPath,
          method,
          path,
          signal,
          // One connection per request: nothing stays open that would keep the command from ending.
          agent: false,
          headers: {
            accept: 'application/json',
            'user-agent': 'mfp-mail-agent-cli',
            ...(this.#language === undefined ? {} : { 'accept-language': this.#language }),
            ...(this.#by === '' ? {} : { 'x-mfp-by': this.#by }),
            // Also without a body: a server must not have to guess whether one follows.
            'content-length': String(Buffer.byteLength(text ?? '')),
            ...(text === undefined ? {} : { 'content-type': 'application/json' }),
          },
        },
        resolve,
      );
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }
}

/** Loads the words of the language a reply speaks, before anybody draws it. */
async function loadWordsOf({ headers }: IncomingMessage): Promise<void> {
  const language = languageOf(headers['content-language'] ?? '');
  if (language !== undefined) await loadPanelLanguage(language);
}

function jobPath(queueId: string): string {
  return `/v1/jobs/${encodeURIComponent(queueId)}`;
}
