/** Routes, gate, checked input, errors and the event stream, as one `fetch`-shaped function that any door can serve. */
import { Hono } from 'hono';
import { type z } from 'zod';
import {
  errorCatalogue,
  MailError,
  toMailError,
  type AgentEvent,
  type Clock,
  type ErrorCode,
  type Language,
  type LcdSize,
  type MailLog,
} from '../core/index.ts';
import { guidanceFor, loadGuidance } from '../guidance/index.ts';
import type { Agent, Caller } from './agent.ts';
import { octetsOf } from './octets.ts';
import { openApiDocument } from './openapi.ts';
import { panelEvents } from './panel-events.ts';
import { displayOf } from './panel-routes.ts';
import { assertAllowed, type Route } from './route.ts';
import { routes } from './routes.ts';
import { namedLanguage, requestLanguage, spoken, spokenDetails } from './speech.ts';

export interface Api {
  /** Answers one request. The door names the caller; the API never looks at who is behind a socket. */
  handle(request: Request, caller: Caller): Promise<Response>;
  /** What a door refuses by itself, told as the API tells it. */
  refuse(request: Request, error: MailError): Promise<Response>;
  /** May people call it who have not logged in? */
  isOpen(method: string, path: string): boolean;
}

const pingEveryMs = 15_000;
const otherVersion = { hint: 'this agent speaks version 1 of the API: /v1/...', versions: ['v1'] };
const largestBodyBytes = 2 * 1024 * 1024;
/** T53: nothing of ours is deeper. */
const deepestJson = 8;

/** @param options.version for the OpenAPI document */
export function createApi(options: {
  readonly agent: Agent;
  readonly clock: Clock;
  readonly log: MailLog;
  readonly version: string;
}): Api {
  const { agent, clock, log } = options;
  const app = new Hono<{ Bindings: { caller: Caller } }>({ strict: true });

  for (const route of routes) {
    app.on(route.method.toUpperCase(), route.path, async (context) => {
      const { caller } = context.env;
      const language = await requestLanguage(context.req.raw, agent);
      const result = await noted(route, agent, caller, async () => {
        assertAllowed(route, caller);
        const query: unknown = route.query ? checked(route.query, context.req.query(), 'query') : undefined;
        const body: unknown = route.body
          ? checked(route.body, await jsonBody(context.req.raw, clock), 'body')
          : undefined;
        assertStillIn(caller);
        const params = context.req.param();
        const request = context.req.raw;
        const octets = () => octetsOf(request, clock);
        return route.handle({ agent, caller, language, params, query, body, request, octets });
      });
      return reply(route, result, language);
    });
  }
  app.get('/v1/openapi.json', (context) => {
    assertAllowed({ role: 'walk-up' }, context.env.caller);
    return Response.json(openApiDocument(options.version));
  });
  app.get('/v1/events', async (context) => {
    assertAllowed({ role: 'walk-up' }, context.env.caller);
    const panel = displayOf(context.req.query('panel') ?? null);
    return eventStream({
      agent,
      clock,
      caller: context.env.caller,
      named: namedLanguage(context.req.raw),
      first: await requestLanguage(context.req.raw, agent),
      panel,
    });
  });
  app.notFound(async (context) =>
    errorReply(
      new MailError('bad-request', `no ${context.req.method} ${context.req.path}`, {
        // A client of another version must read what is wrong, not guess it from a 404.
        details: /^\/v\d+\//.test(context.req.path) && !context.req.path.startsWith('/v1/') ? otherVersion : {},
      }),
      await requestLanguage(context.req.raw, agent),
      404,
    ),
  );
  app.onError(async (error, context) => {
    const mailError = toMailError(error);
    if (mailError.code === 'internal') log.fault('API call failed', error);
    return errorReply(mailError, await requestLanguage(context.req.raw, agent));
  });

  return {
    handle: async (request, caller) =>
      // The router would run the GET and drop its body half-way: a stream of events or a page would stay open.
      request.method === 'HEAD'
        ? new Response(null, { status: 405, headers: { allow: 'GET, POST, PUT, PATCH, DELETE' } })
        : app.fetch(request, { caller }),
    refuse: async (request, error) => errorReply(error, await requestLanguage(request, agent)),
    isOpen: (method, path) =>
      routes.some((route) => route.role === 'nobody' && route.method.toUpperCase() === method && route.path === path),
  };
}

/**
 * A body may take its time, and whoever sends it has logged out, was locked out, or has a new password meanwhile.
 * @throws MailError `pin-needed`, `login-needed`
 */
function assertStillIn({ by, door, role, session }: Caller): void {
  if (session?.ended.aborted !== true) return;
  const code = door === 'panel' && role === 'administrator' ? 'pin-needed' : 'login-needed';
  throw new MailError(code, `the log-in of ${by} ended before the request did`);
}

/** Nothing was tried yet: a question back, a request that is none. */
const noOutcomes: readonly ErrorCode[] = ['settings-need-consent', 'login-needed', 'bad-request'];

/** Runs an act, and keeps who did it and how it ended (T57). */
async function noted(route: Route, agent: Agent, caller: Caller, run: () => Promise<unknown>): Promise<unknown> {
  const { act } = route;
  if (act === undefined) return run();
  const { by, door } = caller;
  try {
    const result = await run();
    const { changed } = (typeof result === 'object' && result !== null ? result : {}) as {
      changed?: readonly string[];
    };
    await agent.audit.note({ by, door, act, ...(Array.isArray(changed) ? { names: changed } : {}), outcome: 'done' });
    return result;
  } catch (error) {
    const { code } = toMailError(error);
    if (!noOutcomes.includes(code)) await agent.audit.note({ by, door, act, outcome: code });
    throw error;
  }
}

function reply(route: Route, result: unknown, language: Language): Response {
  if (result instanceof Response) return result;
  if (route.status === 204) return new Response(null, { status: 204 });
  if (typeof result === 'string')
    return new Response(result, {
      status: route.status,
      headers: { 'content-type': `${route.mediaType ?? 'application/json'}; charset=utf-8` },
    });
  const headers = route.speaks === true ? { 'content-language': language } : {};
  return Response.json(result, { status: route.status, headers });
}

async function jsonBody(request: Request, clock: Clock): Promise<unknown> {
  const text = await limitedText(request, clock);
  if (text === '') return {};
  if (depthOf(text) > deepestJson)
    throw new MailError('bad-request', 'body too deep', { details: { hint: 'the body is nested too deeply' } });
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new MailError('bad-request', 'body is not JSON', { cause, details: { hint: 'the body is not valid JSON' } });
  }
}

/** Levels of brackets outside strings, of a text that may be no JSON at all. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') isInString = !isInString;
    else if (isInString) at += letter === '\\' ? 1 : 0;
    else if (letter === '[' || letter === '{') deepest = Math.max(deepest, ++depth);
    else if (letter === ']' || letter === '}') depth--;
  }
  return deepest;
}

/** The body as text. Content-Length may be absent or a lie (C clients send chunks), so what arrives is counted. */
async function limitedText(request: Request, clock: Clock): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of octetsOf(request, clock)) {
    size += chunk.byteLength;
    if (size > largestBodyBytes)
      throw new MailError('bad-request', 'body over 2 MiB', { details: { hint: 'the body is larger than 2 MiB' } });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function checked(schema: z.ZodType, input: unknown, part: string): unknown {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const hint = `${[part, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'not valid'}`;
  throw new MailError('bad-request', hint, { details: { hint } });
}

/** HTTP status for a catalogue code; programs branch on `error.code`, this is for generic clients. */
function httpStatus(code: ErrorCode): number {
  switch (code) {
    case 'address-unknown':
    case 'client-unknown':
    case 'job-not-found':
    case 'scan-not-found':
    case 'scanner-not-found':
      return 404;
    case 'job-busy':
    case 'job-finished':
    // Nothing changes before a person has been at the scanner.
    case 'scanner-cover-open':
    case 'scanner-jammed':
    case 'scanner-feeder-empty':
    case 'settings-need-consent':
    case 'sign-in-not-running':
    case 'sign-in-not-needed':
      return 409;
    case 'settings-invalid':
    case 'settings-conflict':
    case 'client-id-missing':
    case 'client-id-malformed':
    case 'bad-address':
    case 'address-needs-smtputf8':
    case 'no-recipients':
    case 'too-many-recipients':
    case 'bad-message':
    case 'bare-line-end':
    case 'line-too-long':
    case 'password-refused':
      return 422;
    case 'login-needed':
      return 401;
    // Not 401: whoever mistypes the present password is still logged in.
    case 'login-refused':
    case 'claim-code-refused':
    case 'client-not-allowed':
    case 'pin-needed':
    case 'sender-not-permitted':
    case 'recipient-not-permitted':
      return 403;
    case 'message-too-large':
    case 'scan-too-large':
    case 'header-too-large':
      return 413;
    case 'intake-interrupted':
      return 408;
    case 'login-too-often':
    case 'sign-in-too-often':
      return 429;
    case 'bad-request':
      return 400;
    case 'internal':
      return 500;
    default:
      return errorCatalogue[code].kind === 'transient' ? 503 : 409;
  }
}

function errorReply(error: MailError, language: Language, status = httpStatus(error.code)): Response {
  const details = spokenDetails(error.details, language);
  const { hint } = details;
  const { title, paragraph } = guidanceFor(error.code, {}, language);
  const what = language === 'en' ? errorCatalogue[error.code].reply : title;
  const message = typeof hint === 'string' ? `${what}: ${hint}` : paragraph;
  const { retryAfterMs } = error.details;
  const knownS = typeof retryAfterMs === 'number' ? Math.ceil(retryAfterMs / 1000) : undefined;
  const retryAfterS = status === 429 || status === 503 ? (knownS ?? { 429: 60, 503: 5 }[status]) : undefined;
  return Response.json(
    { error: { code: error.code, message, details } },
    { status, headers: retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) } },
  );
}

/**
 * Server-sent events. A slow reader is cut off instead of filling memory; it reconnects and gets a fresh status.
 * @param options.named the language the listener named; undefined: follows the device's
 * @param options.first the one to begin in, its texts loaded
 */
function eventStream(options: {
  readonly agent: Agent;
  readonly clock: Clock;
  readonly caller: Caller;
  readonly named: Language | undefined;
  readonly first: Language;
  readonly panel: LcdSize | undefined;
}): Response {
  const { agent, clock, caller, named, first, panel } = options;
  let language = first;
  const ended = new AbortController();
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => {
        if (ended.signal.aborted) return;
        if ((controller.desiredSize ?? 0) <= -256) {
          ended.abort();
          controller.error(new MailError('timeout', 'event reader too slow'));
          return;
        }
        controller.enqueue(encoder.encode(text));
      };
      let lastStatus = '';
      const sendEvent = (event: AgentEvent) => {
        // A walk-up person sees nothing of others' jobs (T51).
        if (event.type === 'job' && caller.role === 'walk-up') return;
        const data = JSON.stringify(eventData(event, language));
        if (event.type === 'status') lastStatus = data;
        send(`event: ${event.type}\ndata: ${data}\n\n`);
        // Texts that cannot be read leave the stream in the language it speaks; nothing else may hear of it.
        followDevice().catch(() => undefined);
      };
      const followDevice = async () => {
        const next = named ?? agent.language();
        if (next === language) return;
        await loadGuidance(next);
        if (next === language) return;
        language = next;
        sendEvent({ type: 'status', status: agent.status() });
      };
      sendEvent({ type: 'status', status: agent.status() });
      const unsubscribe = agent.subscribe(sendEvent);
      ended.signal.addEventListener('abort', unsubscribe, { once: true });
      caller.session?.ended.addEventListener(
        'abort',
        () => {
          if (ended.signal.aborted) return;
          ended.abort();
          controller.close();
        },
        { once: true, signal: ended.signal },
      );
      if (panel)
        panelEvents({
          agent,
          clock,
          size: panel,
          language: () => named ?? agent.language(),
          signal: ended.signal,
          send,
        }).catch((error: unknown) => {
          if (ended.signal.aborted) return;
          ended.abort();
          controller.error(error);
        });
      void keepAlive(clock, ended.signal, () => {
        // Some of the picture changes by time alone: "offline" after two minutes, the end of a slow-down.
        const status = agent.status();
        if (JSON.stringify(spoken(status, language)) === lastStatus) send(': ping\n\n');
        else sendEvent({ type: 'status', status });
      });
    },
    cancel: () => {
      ended.abort();
    },
  });
  return new Response(stream, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'content-language': language },
  });
}

function eventData(event: AgentEvent, language: Language): unknown {
  if (event.type === 'status') return spoken(event.status, language);
  return event.type === 'job' ? event.job : event.scan;
}

async function keepAlive(clock: Clock, signal: AbortSignal, ping: () => void): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(pingEveryMs, { signal }).catch(() => undefined);
    ping();
  }
}
