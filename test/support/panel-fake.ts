/**
 * A daemon's `/v1` played by hand, and the files of one of the front ends beside it: each state of each screen can be called up.
 * Sentences and guidance are the real ones.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from '@jest/globals';
import type { AgentStatus, Language } from '../../src/core/index.ts';
import { wishedLanguage } from '../../src/core/index.ts';
import {
  guidanceFor,
  isGuidanceId,
  loadGuidance,
  lookUpPhoneNumber,
  statusSentence,
} from '../../src/guidance/index.ts';
import { sampleStatus } from './sample-status.ts';

/** What a scripted call gets. */
export interface FakeCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly language: Language;
}

/** A refusal instead of a reply. */
export class FakeRefusal {
  readonly status: number;
  readonly error: { readonly code: string; readonly message: string; readonly details: object };

  constructor(status: number, code: string, message: string, details: object = {}) {
    this.status = status;
    this.error = { code, message, details };
  }
}

type Answer = (call: FakeCall) => unknown;

/** The played daemon. */
export interface PanelFake {
  readonly url: string;
  /** Every call but the stream, as `METHOD /path`. */
  readonly calls: readonly string[];
  /** @param key `GET /v1/jobs/:queueId`; an answer may be a FakeRefusal, octets, or never come */
  answer(key: string, answer: Answer): void;
  /** As it was at the start, with another picture: for the next state to be looked at. */
  reset(picture: Partial<AgentStatus>): void;
  /** Changes the picture and tells all streams. */
  show(change: Partial<AgentStatus>): void;
  emit(type: string, data: unknown): void;
  /** Cuts every connection and takes no more. */
  vanish(): Promise<void>;
  /** Is there again, on the same port. */
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

interface UiFile {
  readonly path: string;
  readonly mediaType: string;
  readonly encoding: string;
  readonly base64: string;
}

/** The policy of the real door: a page that breaks it must break here. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const running = new Set<() => Promise<void>>();
// A test that failed on its way leaves its daemon; jest would wait for it for ever.
afterAll(async () => {
  for (const stop of running) await stop();
});

/** Starts it on 127.0.0.1; ended with the test file. @param files of `uiFromSources` */
export async function startPanelFake(files: readonly UiFile[]): Promise<PanelFake> {
  const answers = new Map<string, Answer>();
  const calls: string[] = [];
  const streams = new Map<ServerResponse, Language>();
  let status: AgentStatus = sampleStatus;

  const spoken = (language: Language): AgentStatus => ({
    ...status,
    language,
    sentence: statusSentence(status, language),
  });
  const tell = (stream: ServerResponse, type: string, data: unknown) =>
    stream.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  const languageOfCall = async (request: IncomingMessage, url: URL): Promise<Language> => {
    const language =
      wishedLanguage(url.searchParams.get('language') ?? '') ??
      wishedLanguage(request.headers['accept-language'] ?? '') ??
      status.deviceLanguage;
    await loadGuidance(language);
    return language;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://panel');
    if (!url.pathname.startsWith('/v1/')) {
      serveFile(files, url.pathname, response);
      return;
    }
    const language = await languageOfCall(request, url);
    if (url.pathname === '/v1/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      streams.set(response, language);
      response.on('close', () => streams.delete(response));
      tell(response, 'status', spoken(language));
      return;
    }
    const { method = 'GET' } = request;
    calls.push(`${method} ${url.pathname}`);
    const found = match(answers, method, url.pathname);
    const result = found
      ? await found.answer({ params: found.params, query: url.searchParams, body: await bodyOf(request), language })
      : new FakeRefusal(404, 'bad-request', `The request is not valid: no ${method} ${url.pathname}`);
    if (result instanceof FakeRefusal) {
      send(response, result.status, { error: result.error });
    } else if (result instanceof Uint8Array) {
      response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(result);
    } else send(response, 200, result);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const vanish = async () => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };

  const answerAsUsual = () => {
    answers.clear();
    answers.set('GET /v1/status', ({ language }) => spoken(language));
    answers.set('GET /v1/session', () => ({
      product: 'mfp-mail-agent',
      state: 'signed-in',
      role: 'walk-up',
      hasPin: true,
    }));
    answers.set('POST /v1/guidance', ({ body, language }) => {
      const number = body['aadsts'];
      const id = typeof number === 'number' ? lookUpPhoneNumber(number) : String(body['code']);
      const context = { deviceEmailAddress: status.deviceEmailAddress, smtpHost: status.smarthost.host };
      return guidanceFor(id !== undefined && isGuidanceId(id) ? id : 'identity-refused', context, language);
    });
  };
  answerAsUsual();
  running.add(vanish);
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    calls,
    answer: (key, answer) => {
      answers.set(key, answer);
    },
    reset: (picture) => {
      answerAsUsual();
      calls.length = 0;
      status = { ...sampleStatus, ...picture };
    },
    show: (change) => {
      status = { ...status, ...change };
      for (const [stream, language] of streams) tell(stream, 'status', spoken(language));
    },
    emit: (type, data) => {
      for (const stream of streams.keys()) tell(stream, type, data);
    },
    vanish,
    comeBack: () => listen(port),
    stop: vanish,
  };
}

function serveFile(files: readonly UiFile[], path: string, response: ServerResponse): void {
  const file = files.find((one) => one.path === path);
  if (!file) {
    response.writeHead(404).end();
    return;
  }
  const headers = {
    'content-type': file.mediaType,
    'content-encoding': file.encoding,
    'content-security-policy': policy,
  };
  response.writeHead(200, headers).end(Buffer.from(file.base64, 'base64'));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? null));
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

function match(answers: ReadonlyMap<string, Answer>, method: string, path: string) {
  const parts = path.split('/');
  for (const [key, answer] of answers) {
    const [wanted, pattern = ''] = key.split(' ');
    const names = pattern.split('/');
    if (wanted !== method || names.length !== parts.length) continue;
    const params: Record<string, string> = {};
    const fits = names.every((name, index) => {
      const part = parts[index] ?? '';
      if (name.startsWith(':')) params[name.slice(1)] = decodeURIComponent(part);
      return name.startsWith(':') || name === part;
    });
    if (fits) return { params, answer };
  }
  return undefined;
}
