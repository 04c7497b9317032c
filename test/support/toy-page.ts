/**
 * A front end's own `main.tsx` run in Node: a toy document, a clock that is turned by hand, a daemon that is played. For what a page
 * does (asks, sends, forgets, warns), in milliseconds; what it looks like is for test/browser.
 */
import { compileFunction } from 'node:vm';
import type { AgentStatus } from '../../src/core/index.ts';
import { FakeRefusal } from './panel-fake.ts';
import { sampleStatus } from './sample-status.ts';
import { bundleOf, entries } from './toy-bundle.ts';
import { toyClock } from './toy-clock.ts';
import { ToyDocument, ToyElement } from './toy-dom.ts';
import { ToyEvent, ToyTarget } from './toy-events.ts';

/** A call as the played daemon gets it. */
export interface ToyCall {
  /** `POST /v1/jobs/test` */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
  /** As the page asked for it. */
  readonly init: RequestInit;
}

type Answer = (call: ToyCall) => unknown;

interface ToyStream extends ToyTarget {
  readonly url: string;
  isClosed: boolean;
}

/** What is known to a script without being asked for. */
const globals = [
  'window',
  'document',
  'navigator',
  'location',
  'localStorage',
  'crypto',
  'performance',
  'fetch',
  'EventSource',
  'setTimeout',
  'clearTimeout',
  'requestAnimationFrame',
  'cancelAnimationFrame',
  'IntersectionObserver',
  'HTMLElement',
  'HTMLInputElement',
  'HTMLTextAreaElement',
  'Event',
  'Date',
] as const;

/** Opens a page. @param options.answers by `METHOD /path`; the last path part may be `:any` */
export async function openToyPage(
  app: keyof typeof entries,
  options: {
    readonly hash?: string;
    readonly status?: Partial<AgentStatus>;
    readonly answers?: Readonly<Record<string, Answer>>;
    readonly navigator?: object;
    readonly isDaemonGone?: boolean;
  } = {},
) {
  const { script, placeId } = entries[app];
  const code = await bundleOf({ script, placeId });
  const answers = new Map<string, Answer>(Object.entries(options.answers ?? {}));
  const calls: ToyCall[] = [];
  const streams: ToyStream[] = [];
  let status: AgentStatus = { ...sampleStatus, ...options.status };
  let isGone = options.isDaemonGone ?? false;
  let isStreamGone = false;
  const reloads: string[] = [];

  const { now, later, clear, settle, advance } = toyClock(Date.UTC(2026, 10, 21, 12));
  const window = new ToyTarget();
  const document = new ToyDocument(window, placeId);
  const location = {
    host: '127.0.0.1:8480',
    hostname: '127.0.0.1',
    currentPort: '8480',
    get port() {
      return this.currentPort;
    },
    set port(next: string) {
      reloads.push(`port ${next}`);
      this.currentPort = next;
    },
    currentHash: options.hash ?? '',
    get hash() {
      return this.currentHash;
    },
    set hash(next: string) {
      pages.push(this.currentHash);
      this.go(next);
    },
    go(next: string) {
      const hash = next.startsWith('#') ? next : `#${next}`;
      if (hash === this.currentHash) return;
      this.currentHash = hash;
      later(() => {
        window.hear(new ToyEvent('hashchange'), false);
      });
    },
    replace(next: string) {
      this.go(next);
    },
    reload: () => reloads.push('reload'),
  };
  /** What the browser's own Back would lead to. */
  const pages: string[] = [];
  const kept = new Map<string, string>();
  const fetchPlayed = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(path, 'http://127.0.0.1:8480');
    const key = `${init.method ?? 'GET'} ${url.pathname}`;
    const body = (typeof init.body === 'string' ? JSON.parse(init.body) : {}) as ToyCall['body'];
    const call = { key, query: url.searchParams, body, headers: new Headers(init.headers), init };
    calls.push(call);
    if (isGone && !isStreamGone) throw new TypeError('fetch failed');
    const answer = answers.get(key) ?? answers.get(key.replace(/[^/]+$/, ':any')) ?? usual[key];
    const result = await answer?.(call);
    if (init.signal?.aborted === true) throw new DOMException('gone', 'AbortError');
    if (result instanceof Response) return result;
    if (result instanceof FakeRefusal) return Response.json({ error: result.error }, { status: result.status });
    if (answer === undefined) {
      const error = { code: 'bad-request', message: `nobody plays ${key}` };
      return Response.json({ error }, { status: 404 });
    }
    return result === undefined ? new Response(null, { status: 204 }) : Response.json(result);
  };
  const usual: Readonly<Record<string, Answer>> = {
    'GET /v1/status': () => status,
    'GET /v1/session': () => ({
      product: 'mfp-mail-agent',
      state: 'signed-in',
      role: app === 'control-panel' ? 'walk-up' : 'administrator',
      hasPin: true,
      csrfToken: 'csrf-1',
    }),
    'GET /re-entry': () => ({}),
    'POST /v1/guidance': ({ body }) => ({
      id: String(body['code'] ?? body['aadsts']),
      title: `Title of ${String(body['code'] ?? body['aadsts'])}`,
      panel: [`Advice on ${String(body['code'])}`],
      paragraph: 'Paragraph.',
      who: 'person',
      acts: [],
    }),
  };
  const streamTell = (type: string, data?: unknown) => {
    for (const stream of streams.filter(({ isClosed }) => !isClosed)) {
      const event = Object.assign(new ToyEvent(type), data === undefined ? {} : { data: JSON.stringify(data) });
      stream.hear(event, false);
    }
  };
  class PlayedStream extends ToyTarget implements ToyStream {
    readonly url: string;
    isClosed = false;

    constructor(url: string) {
      super();
      this.url = url;
      streams.push(this);
      later(() => {
        if (this.isClosed) return;
        const event = new ToyEvent(isGone ? 'error' : 'open');
        this.hear(event, false);
        if (!isGone) this.hear(Object.assign(new ToyEvent('status'), { data: JSON.stringify(status) }), false);
      });
    }

    close(): void {
      this.isClosed = true;
    }
  }
  class PageDate extends Date {
    static override now(): number {
      return now();
    }
  }
  const known: Readonly<Record<(typeof globals)[number], unknown>> = {
    window: Object.assign(window, {
      location,
      fetch: fetchPlayed,
      setTimeout: later,
      clearTimeout: clear,
      setInterval: (act: () => void, everyMs: number) => later(act, everyMs, everyMs),
      clearInterval: clear,
      scrollTo: () => undefined,
      getSelection: () => ({ selectAllChildren: (one: ToyElement) => one.setAttribute('selected', '') }),
    }),
    document,
    navigator: { language: 'en-US', languages: ['en-US'], ...options.navigator },
    location,
    localStorage: {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
    },
    // Answered at once, not when a thread has time for it; what is signed is for test/panel-ui/re-entry.test.ts.
    crypto: {
      getRandomValues: (octets: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(octets),
      subtle: { importKey: () => Promise.resolve({}), sign: () => Promise.resolve(new ArrayBuffer(32)) },
    },
    performance: { now },
    fetch: fetchPlayed,
    EventSource: PlayedStream,
    setTimeout: later,
    clearTimeout: clear,
    requestAnimationFrame: (act: () => void) => later(act),
    cancelAnimationFrame: clear,
    IntersectionObserver: class {
      observe = () => undefined;
      disconnect = () => undefined;
    },
    HTMLElement: ToyElement,
    HTMLInputElement: classOf('input'),
    HTMLTextAreaElement: classOf('textarea'),
    Event: ToyEvent,
    Date: PageDate,
  };
  Object.assign(window, { localStorage: known.localStorage });
  const run = compileFunction(code, [...globals]) as (...values: unknown[]) => void;
  run(...globals.map((name) => known[name]));
  await settle();

  const touch = () => {
    for (const isCapture of [true, false]) window.hear(new ToyEvent('pointerdown'), isCapture);
  };
  const all = (selector: string) => document.querySelectorAll(selector);
  const nameOf = (one: ToyElement) => one.getAttribute('aria-label') ?? one.textContent;
  const button = (name: string): ToyElement => {
    const scope = document.querySelector('dialog[open]') ?? document;
    const found = scope.querySelectorAll('button,a').filter((one) => nameOf(one).trim() === name);
    if (found[0] === undefined)
      throw new Error(`no button "${name}" but ${all('button,a').map(nameOf).join(' | ')}; ${document.textContent}`);
    return found[0];
  };
  /** The field of a label. */
  const field = (label: string): ToyElement => {
    const id = all('label')
      .find((one) => one.textContent.trim() === label)
      ?.getAttribute('for');
    const found = document.querySelector(`[id="${id ?? '-'}"]`) ?? document.querySelector(`[aria-label="${label}"]`);
    if (found === null) throw new Error(`no field "${label}" but ${all('label').map(nameOf).join(' | ')}`);
    return found;
  };
  return {
    document,
    window,
    calls,
    streams,
    reloads,
    kept,
    pages,
    location,
    settle,
    advance,
    all,
    button,
    field,
    /** Asked this way: a failed comparison of elements would print the whole page. */
    isFocused: (one: ToyElement | undefined) => document.activeElement === one,
    has: (selector: string) => document.querySelector(selector) !== null,
    text: (selector = 'body') =>
      all(selector)
        .map((one) => one.textContent)
        .join('\n'),
    keysOf: (key: string) => calls.filter((one) => one.key === key),
    answer: (key: string, answer: Answer) => void answers.set(key, answer),
    touch,
    event: (type: string) => new ToyEvent(type),
    press: async (name: string) => {
      touch();
      const pressed = button(name);
      pressed.focus();
      pressed.click();
      await settle();
    },
    type: async (one: ToyElement | string, value: string) => {
      const target = typeof one === 'string' ? field(one) : one;
      if (target.getAttribute('type') === 'checkbox') target.checked = value === 'true';
      else target.value = value;
      target.dispatchEvent(new ToyEvent('input', { bubbles: true }));
      target.dispatchEvent(new ToyEvent('change', { bubbles: true }));
      await settle();
    },
    key: async (...keys: string[]) => {
      for (const key of keys) {
        const at = document.activeElement;
        const isWanted = at.dispatchEvent(new ToyEvent('keydown', { bubbles: true, key }));
        if (isWanted && key === 'Enter' && at.localName === 'button') at.click();
        await settle();
      }
    },
    go: async (path: string) => {
      location.go(path);
      await settle();
    },
    /** Before anything else happens. */
    tellNow: streamTell,
    /** Tells all streams. */
    tell: async (type: 'status' | 'job' | 'scan' | 'open' | 'error', data?: unknown) => {
      streamTell(type, data);
      await settle();
    },
    show: async (change: Partial<AgentStatus>) => {
      status = { ...status, ...change };
      streamTell('status', status);
      await settle();
    },
    /** @param only the stream: what is asked is answered all the same */
    vanish: async (only?: 'stream') => {
      isGone = true;
      isStreamGone = only === 'stream';
      streamTell('error');
      await settle();
    },
    comeBack: () => {
      isGone = isStreamGone = false;
    },
  };
}

/** An open page. */
export type ToyPage = Awaited<ReturnType<typeof openToyPage>>;

/** What `instanceof` asks, for one kind of element. */
function classOf(localName: string): object {
  const is = (one: unknown) => one instanceof ToyElement && one.localName === localName;
  return Object.defineProperty(() => undefined, Symbol.hasInstance, { value: is });
}
