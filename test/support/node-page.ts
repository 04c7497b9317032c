/**
 * A front end's own `main.tsx` run in Node: the document of happy-dom, a clock that is turned by hand, a daemon that is played.
 * For what a page does (asks, sends, forgets, warns), in milliseconds; what it looks like is for test/browser.
 */
import { compileFunction } from 'node:vm';
import { Window, type Element, type HTMLElement, type HTMLInputElement } from 'happy-dom';
import type { AgentStatus } from '../../src/core/index.ts';
import { FakeRefusal } from './panel-fake.ts';
import { sampleStatus } from './sample-status.ts';
import { bundleOf, entries } from './page-bundle.ts';
import { pageClock } from './page-clock.ts';

/** A call as the played daemon gets it. */
export interface PageCall {
  /** `POST /v1/jobs/test` */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
  /** As the page asked for it. */
  readonly init: RequestInit;
}

/** What the daemon says to a call; a FakeRefusal or a Response goes as it is. */
export type Answer = (call: PageCall) => unknown;

interface Stream extends EventTarget {
  readonly url: string;
  isClosed: boolean;
}

/** In pixels. */
interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
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

type Script = (...values: unknown[]) => void;
const scripts = new Map<string, Promise<Script>>();

/** Compiled once for each test file; each call is a page of its own. */
function scriptOf(app: keyof typeof entries): Promise<Script> {
  const known = scripts.get(app);
  if (known !== undefined) return known;
  const made = bundleOf(entries[app].script).then((code) => compileFunction(code, [...globals]) as Script);
  scripts.set(app, made);
  return made;
}

/** Opens a page. @param options.answers by `METHOD /path`; the last path part may be `:any` */
export async function openNodePage(
  app: keyof typeof entries,
  options: {
    readonly hash?: string;
    readonly status?: Partial<AgentStatus>;
    readonly answers?: Readonly<Record<string, Answer>>;
    readonly navigator?: object;
    readonly isDaemonGone?: boolean;
  } = {},
) {
  const { placeId } = entries[app];
  const run = await scriptOf(app);
  const answers = new Map<string, Answer>(Object.entries(options.answers ?? {}));
  const calls: PageCall[] = [];
  const streams: Stream[] = [];
  let status: AgentStatus = { ...sampleStatus, ...options.status };
  let isGone = options.isDaemonGone ?? false;
  let isStreamGone = false;
  const reloads: string[] = [];

  const { now, later, clear, settle, advance } = pageClock(Date.UTC(2026, 10, 21, 12));
  const browser = new Window();
  const { document } = browser;
  document.body.innerHTML = `<div id="${placeId}"></div>`;
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
        browser.dispatchEvent(new browser.Event('hashchange'));
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
    const body = (typeof init.body === 'string' ? JSON.parse(init.body) : {}) as PageCall['body'];
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
    for (const stream of streams.filter(({ isClosed }) => !isClosed))
      stream.dispatchEvent(
        data === undefined ? new Event(type) : new MessageEvent(type, { data: JSON.stringify(data) }),
      );
  };
  class PlayedStream extends EventTarget implements Stream {
    readonly url: string;
    isClosed = false;

    constructor(url: string) {
      super();
      this.url = url;
      streams.push(this);
      later(() => {
        if (this.isClosed) return;
        this.dispatchEvent(new Event(isGone ? 'error' : 'open'));
        if (!isGone) this.dispatchEvent(new MessageEvent('status', { data: JSON.stringify(status) }));
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
  const localStorage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
  const known: Readonly<Record<(typeof globals)[number], unknown>> = {
    window: overlaid(browser, {
      location,
      localStorage,
      fetch: fetchPlayed,
      setTimeout: later,
      clearTimeout: clear,
      setInterval: (act: () => void, everyMs: number) => later(act, everyMs, everyMs),
      clearInterval: clear,
    }),
    document,
    navigator: { language: 'en-US', languages: ['en-US'], ...options.navigator },
    location,
    localStorage,
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
    HTMLElement: browser.HTMLElement,
    HTMLInputElement: browser.HTMLInputElement,
    HTMLTextAreaElement: browser.HTMLTextAreaElement,
    Event: browser.Event,
    Date: PageDate,
  };
  run(...globals.map((name) => known[name]));
  await settle();

  /** Brought there last. */
  let inView: HTMLElement | undefined;
  const touch = () => browser.dispatchEvent(new browser.Event('pointerdown'));
  const all = (selector: string): HTMLInputElement[] => [...document.querySelectorAll(selector)] as HTMLInputElement[];
  const nameOf = (one: Element) => one.getAttribute('aria-label') ?? one.textContent;
  const button = (name: string): HTMLElement => {
    const inDialog = all('dialog[open] :is(button,a)');
    const scope = document.querySelector('dialog[open]') === null ? all('button,a') : inDialog;
    const found = scope.find((one) => nameOf(one).trim() === name);
    if (found === undefined)
      throw new Error(`no button "${name}" but ${scope.map(nameOf).join(' | ')}; ${document.body.textContent}`);
    return found;
  };
  /** The field of a label. */
  const field = (label: string): HTMLInputElement => {
    const id = all('label')
      .find((one) => one.textContent.trim() === label)
      ?.getAttribute('for');
    const [found] = [...all(`[id="${id ?? '-'}"]`), ...all(`[aria-label="${label}"]`)];
    if (found === undefined) throw new Error(`no field "${label}" but ${all('label').map(nameOf).join(' | ')}`);
    return found;
  };
  const keyNow = (key: string) => {
    const at = document.activeElement as HTMLElement;
    const isWanted = at.dispatchEvent(new browser.KeyboardEvent('keydown', { bubbles: true, cancelable: true, key }));
    if (isWanted && key === 'Enter' && at.localName === 'button') at.click();
  };
  return {
    document,
    window: browser,
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
    /** Whether the browser would ask before it closes the window. */
    asksBeforeLeaving: () => !browser.dispatchEvent(new browser.Event('beforeunload', { cancelable: true })),
    /** Nothing is laid out in Node: where it stands, and how much of it is seen. */
    lay: (one: HTMLElement, box: Box, heights = { scrollHeight: 0, clientHeight: 0 }) => {
      const { scrollHeight, clientHeight } = heights;
      const scrollBy = (_: number, downPx: number) => {
        one.scrollTop = Math.max(0, Math.min(scrollHeight - clientHeight, one.scrollTop + downPx));
      };
      const scrollIntoView = () => {
        inView = one;
      };
      const drawn = { getBoundingClientRect: () => box, scrollHeight, clientHeight, scrollBy, scrollIntoView };
      for (const [name, value] of Object.entries(drawn))
        Object.defineProperty(one, name, { value, configurable: true });
    },
    isInView: (one: HTMLElement) => inView === one,
    choose: async (one: HTMLInputElement, file: object) => {
      Object.defineProperty(one, 'files', { value: [file], configurable: true });
      one.dispatchEvent(new browser.Event('change', { bubbles: true }));
      await settle();
    },
    /** Asked this way: a failed comparison of elements would print the whole page. */
    isFocused: (one: Element | undefined) => document.activeElement === one,
    has: (selector: string) => document.querySelector(selector) !== null,
    text: (selector = 'body') =>
      all(selector)
        .map((one) => one.textContent)
        .join('\n'),
    keysOf: (key: string) => calls.filter((one) => one.key === key),
    answer: (key: string, answer: Answer) => void answers.set(key, answer),
    touch,
    event: (type: string) => new browser.Event(type, { cancelable: true }),
    press: async (name: string) => {
      touch();
      const pressed = button(name);
      pressed.focus();
      pressed.click();
      await settle();
    },
    type: async (one: HTMLInputElement | string, value: string) => {
      const target = typeof one === 'string' ? field(one) : one;
      if (target.getAttribute('type') === 'checkbox') target.checked = value === 'true';
      else target.value = value;
      target.dispatchEvent(new browser.Event('input', { bubbles: true }));
      target.dispatchEvent(new browser.Event('change', { bubbles: true }));
      await settle();
    },
    key: async (...keys: string[]) => {
      for (const key of keys) {
        keyNow(key);
        await settle();
      }
    },
    /** Before anything else happens. */
    keyNow,
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
export type NodePage = Awaited<ReturnType<typeof openNodePage>>;

/** The browser's window with some of it played. */
function overlaid(browser: Window, played: Readonly<Record<string, unknown>>): unknown {
  return new Proxy(browser, {
    get: (_, name) => {
      if (typeof name === 'string' && Object.hasOwn(played, name)) return played[name];
      const value: unknown = Reflect.get(browser, name);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(browser) : value;
    },
  });
}
