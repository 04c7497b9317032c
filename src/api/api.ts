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
  type MailLog,
} from '../core/index.ts';
import { guidanceFor } from '../guidance/index.ts';
import type { Agent, Caller } from './agent.ts';
import { openApiDocument } from './openapi.ts';
import { assertAllowed, type Route } from './route.ts';
import { routes } from './routes.ts';
import { requestLanguage, spoken } from './speech.ts';

export interface Api {
  /** Answers one request. The door names the caller; the API never looks at who is behind a socket. */
  handle(request: Request, caller: Caller): Promise<Response>;
}

const pingEveryMs = 15_000;
const largestBodyBytes = 2 * 1024 * 1024;

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
      assertAllowed(route.role, caller);
      const query: unknown = route.query ? checked(route.query, context.req.query(), 'query') : undefined;
      const body: unknown = route.body ? checked(route.body, await jsonBody(context.req.raw), 'body') : undefined;
      const language = await requestLanguage(context.req.raw, agent);
      const result = await route.handle({
        agent,
        caller,
        language,
        params: context.req.param(),
        query,
        body,
        request: context.req.raw,
      });
      return reply(route, result, language);
    });
  }
  app.get('/v1/openapi.json', () => Response.json(openApiDocument(options.version)));
  app.get('/v1/events', async (context) => {
    assertAllowed('walk-up', context.env.caller);
    return eventStream(agent, clock, context.env.caller, await requestLanguage(context.req.raw, agent));
  });
  app.notFound(async (context) =>
    errorReply(
      new MailError('bad-request', `no ${context.req.method} ${context.req.path}`),
      await requestLanguage(context.req.raw, agent),
      404,
    ),
  );
  app.onError(async (error, context) => {
    const mailError = toMailError(error);
    if (mailError.code === 'internal') log.fault('API call failed', error);
    return errorReply(mailError, await requestLanguage(context.req.raw, agent));
  });

  return { handle: async (request, caller) => app.fetch(request, { caller }) };
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

async function jsonBody(request: Request): Promise<unknown> {
  const text = await limitedText(request);
  if (text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new MailError('bad-request', 'body is not JSON', { cause, details: { hint: 'the body is not valid JSON' } });
  }
}

/** The body as text. Content-Length may be absent or a lie (C clients send chunks), so what arrives is counted. */
async function limitedText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
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
    case 'client-unknown':
    case 'job-not-found':
      return 404;
    case 'job-busy':
    case 'job-finished':
    case 'settings-need-consent':
    case 'sign-in-not-running':
    case 'sign-in-not-needed':
      return 409;
    case 'settings-invalid':
    case 'settings-conflict':
    case 'client-id-missing':
    case 'client-id-malformed':
    case 'bad-address':
      return 422;
    case 'client-not-allowed':
      return 403;
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
  const hint = error.details['hint'];
  const { title, paragraph } = guidanceFor(error.code, {}, language);
  // Hints name fields and values; they are English in every language.
  const what = language === 'en' ? errorCatalogue[error.code].reply : title;
  const message = typeof hint === 'string' ? `${what}: ${hint}` : paragraph;
  return Response.json({ error: { code: error.code, message, details: error.details } }, { status });
}

/** Server-sent events. A slow reader is cut off instead of filling memory; it reconnects and gets a fresh status. */
function eventStream(agent: Agent, clock: Clock, caller: Caller, language: Language): Response {
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
        const data = JSON.stringify(event.type === 'status' ? spoken(event.status, language) : event.job);
        if (event.type === 'status') lastStatus = data;
        send(`event: ${event.type}\ndata: ${data}\n\n`);
      };
      sendEvent({ type: 'status', status: agent.status() });
      const unsubscribe = agent.subscribe(sendEvent);
      ended.signal.addEventListener('abort', unsubscribe, { once: true });
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

async function keepAlive(clock: Clock, signal: AbortSignal, ping: () => void): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(pingEveryMs, { signal }).catch(() => undefined);
    ping();
  }
}
