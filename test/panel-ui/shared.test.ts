/** What both front ends share, as far as it needs no browser. */
import { describe, expect, test } from '@jest/globals';
import { ApiError, createClient, urlOf } from '../../panel-ui/shared/client.ts';
import { connectEvents, type Connection, type EventStream } from '../../panel-ui/shared/events.ts';
import { codeGroups, countdown, formatsOf, grantsOf, textSource } from '../../panel-ui/shared/language.ts';

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

function clientOver(answer: (request: Request) => Response | Promise<Response>) {
  const requests: Request[] = [];
  const signedOut = { times: 0 };
  const client = createClient({
    fetch: async (input, init) => {
      const request = new Request(`http://panel${input as string}`, { ...init, redirect: 'manual' });
      requests.push(request);
      return answer(request);
    },
    language: () => undefined,
    csrfToken: () => 'csrf-1',
    onSignedOut: () => {
      signedOut.times++;
    },
  });
  return { client, requests, signedOut };
}

describe('the client', () => {
  test('fills in path and query, sends JSON and the token of the session, asks for the language of the device', async () => {
    const { client, requests } = clientOver(() => json({ queueId: 'x' }));
    await client.call('POST /v1/jobs/:queueId/retry', { params: { queueId: 'a/b?c' } });
    await client.call('POST /v1/jobs/test', { body: { to: 'a@b.example' } });
    expect(requests[0]?.url).toBe('http://panel/v1/jobs/a%2Fb%3Fc/retry');
    expect(requests[1]?.headers.get('x-csrf-token')).toBe('csrf-1');
    expect(requests[1]?.headers.get('accept-language')).toBe('*');
    expect(requests[1]?.headers.get('content-type')).toBe('application/json');
    expect(await requests[1]?.json()).toEqual({ to: 'a@b.example' });
  });

  test('follows nobody elsewhere and takes no answer of before; a question that was ended is no lost connection', async () => {
    const inits: unknown[] = [];
    const end = new AbortController();
    const client = createClient({
      fetch: (_, init) => {
        inits.push(init);
        return end.signal.aborted ? Promise.reject(new DOMException('ended', 'AbortError')) : Promise.resolve(json({}));
      },
      language: () => undefined,
    });
    await client.call('GET /v1/status', { signal: end.signal });
    expect(inits[0]).toMatchObject({ redirect: 'error', cache: 'no-store', signal: end.signal });
    end.abort();
    await expect(client.call('GET /v1/status', { signal: end.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('a read carries no token: nothing that only reads needs it', async () => {
    const { client, requests } = clientOver(() => json({}));
    await client.call('GET /v1/status');
    expect(requests[0]?.headers.has('x-csrf-token')).toBe(false);
  });

  test.each<[string, Response, Partial<ApiError>]>([
    // What the API refuses
    [
      'code, sentence and details',
      json({ error: { code: 'bad-address', message: 'No.', details: { hint: 'to' } } }, 422),
      { code: 'bad-address', message: 'No.', details: { hint: 'to' }, status: 422 },
    ],
    // A door, or something between, that speaks no JSON
    ['a page instead of an answer', new Response('<h1>Bad gateway</h1>', { status: 502 }), { code: 'http-502' }],
    // JSON of another shape
    ['an error that is no object', json({ error: 'no' }, 400), { code: 'http-400', message: '' }],
  ])('tells %s', async (_what, response, error) => {
    const { client } = clientOver(() => response);
    await expect(client.call('GET /v1/status')).rejects.toMatchObject(error);
  });

  test('a page that was left says so with each call', async () => {
    const requests: Request[] = [];
    let isAttended = true;
    const client = createClient({
      fetch: (path, init) => {
        requests.push(new Request(new URL(path, 'http://panel'), init));
        return Promise.resolve(json({}));
      },
      language: () => undefined,
      isAttended: () => isAttended,
    });
    await client.call('GET /v1/status');
    isAttended = false;
    await client.call('GET /v1/status');
    expect(requests.map(({ headers }) => headers.get('x-mfp-unattended'))).toEqual([null, '1']);
  });

  test('no answer is a lost connection', async () => {
    const { client } = clientOver(() => Promise.reject(new TypeError('fetch failed')));
    await expect(client.call('GET /v1/status')).rejects.toMatchObject({ code: 'connection-lost', status: 0 });
  });

  test('a log-in that is over is told once per answer', async () => {
    const { client, signedOut } = clientOver(() => json({ error: { code: 'login-needed', message: 'x' } }, 401));
    await expect(client.call('GET /v1/jobs')).rejects.toBeInstanceOf(ApiError);
    expect(signedOut.times).toBe(1);
  });

  test('an empty answer is undefined', async () => {
    const { client } = clientOver(() => new Response(null, { status: 204 }));
    await expect(client.call('DELETE /v1/session')).resolves.toBeUndefined();
  });

  test('leaves out what is not asked for', () => {
    expect(urlOf('/v1/jobs', { query: { state: undefined, limit: 5, q: '' } })).toBe('/v1/jobs?limit=5');
  });
});

/** Streams and waits, played by hand. */
function streams(first?: Promise<unknown>) {
  const opened: { url: string; isClosed: boolean; fire(type: string, data?: string): void }[] = [];
  const waits: { waitMs: number; act: () => void }[] = [];
  const states: Connection[] = [];
  const statuses: unknown[] = [];
  const language = { now: undefined as 'ja' | undefined };
  const events = connectEvents({
    open: (url): EventStream => {
      const listeners = new Map<string, (event: { readonly data?: unknown }) => void>();
      const one = {
        url,
        isClosed: false,
        fire: (type: string, data?: string) => listeners.get(type)?.({ data }),
      };
      opened.push(one);
      return {
        addEventListener: (type, listener) => listeners.set(type, listener),
        close: () => {
          one.isClosed = true;
        },
      };
    },
    language: () => language.now,
    ...(first === undefined ? {} : { first }),
    after: (waitMs, act) => {
      const wait = { waitMs, act };
      waits.push(wait);
      return () => waits.splice(waits.indexOf(wait), waits.includes(wait) ? 1 : 0);
    },
    listeners: { status: (status) => statuses.push(status), connection: (state) => states.push(state) },
  });
  /** Ends the shortest wait. */
  const elapse = () => {
    const [next] = waits.sort((one, other) => one.waitMs - other.waitMs).splice(0, 1);
    next?.act();
  };
  return { events, opened, waits, states, statuses, language, elapse };
}

describe('the stream of events', () => {
  test('comes back by itself, and says lost only when it stays away', () => {
    const { opened, states, elapse } = streams();
    opened[0]?.fire('open');
    opened[0]?.fire('error');
    expect(states).toEqual(['connecting', 'open']);
    elapse();
    opened[1]?.fire('open');
    // Back within the moment of grace: nobody was told.
    expect(states).toEqual(['connecting', 'open', 'open']);
    opened[1]?.fire('error');
    for (let tries = 0; tries < 3; tries++) {
      elapse();
      opened.at(-1)?.fire('error');
    }
    elapse();
    expect(states.at(-1)).toBe('lost');
  });

  test('hears nothing of a stream it has left', () => {
    const { events, opened, statuses, language } = streams();
    language.now = 'ja';
    events.reopen();
    expect(opened.map((one) => one.url)).toEqual(['/v1/events', '/v1/events?language=ja']);
    expect(opened[0]?.isClosed).toBe(true);
    opened[0]?.fire('status', '{"old":true}');
    opened[1]?.fire('status', '{"new":true}');
    expect(statuses).toEqual([{ new: true }]);
  });

  test('a stream that broke is closed, or the browser would open it a second time; tries become rarer, until one succeeds', () => {
    const { opened, waits, states, elapse } = streams();
    const next = () => Math.min(...waits.filter(({ waitMs }) => waitMs !== 1500).map(({ waitMs }) => waitMs));
    const tries: number[] = [];
    for (let round = 0; round < 5; round++) {
      opened.at(-1)?.fire('error');
      tries.push(next());
      waits.find(({ waitMs }) => waitMs === next())?.act();
      waits.splice(
        waits.findIndex(({ waitMs }) => waitMs === next()),
        1,
      );
    }
    expect(tries).toEqual([300, 1000, 2000, 3000, 3000]);
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, true, true, true, true, false]);
    // One wait until "lost", from the first break on: not put off by each try.
    expect(waits.filter(({ waitMs }) => waitMs === 1500)).toHaveLength(1);
    opened.at(-1)?.fire('open');
    expect(waits).toEqual([]);
    expect(states).not.toContain('lost');
    opened.at(-1)?.fire('error');
    elapse();
    expect(opened).toHaveLength(7);
  });

  test('the first one waits for what it is told to; who is quicker opens the only one', async () => {
    let isReady: () => void = () => undefined;
    const first = new Promise<void>((resolve) => (isReady = resolve));
    const { events, opened } = streams(first);
    expect(opened).toEqual([]);
    events.reopen();
    isReady();
    await first;
    expect(opened).toHaveLength(1);
  });

  test('opens nothing after its end, whoever asks', async () => {
    const first = Promise.resolve();
    const { events, opened } = streams(first);
    events.close();
    await first;
    expect(opened).toEqual([]);
  });

  test('is quiet after its end', () => {
    const { events, opened, waits } = streams();
    opened[0]?.fire('error');
    events.close();
    expect(waits).toEqual([]);
  });
});

describe('how things are written', () => {
  test.each([
    [61_000, '1:01'],
    [0, '0:00'],
    // Over is over, not minus
    [-5000, '0:00'],
    // Fifteen minutes and a moment of another clock are fifteen minutes
    [900_900, '15:00'],
    [3_600_000, '1:00:00'],
  ])('%i ms left: %s', (leftMs, words) => {
    expect(countdown(leftMs)).toBe(words);
  });

  test.each([
    ['ABCDEFGHJ', ['ABC', 'DEF', 'GHJ']],
    ['ABCDEFGH', ['ABCD', 'EFGH']],
    // Separators of the server's own stay
    ['ABCD-EFGH', ['ABCD-EFGH']],
    ['AB CD', ['AB', 'CD']],
    ['', []],
  ])('%s in groups', (code, groups) => {
    expect(codeGroups(code)).toEqual(groups);
  });

  test('names what is granted, each once, and a scope nobody knows as it is', () => {
    expect(
      grantsOf(['https://outlook.office.com/SMTP.Send', 'offline_access', 'openid', 'email', 'profile', 'Mail.Read']),
    ).toEqual(['send', 'stay', 'know', { scope: 'Mail.Read' }]);
  });

  test('sizes, times and counts in a language', () => {
    const en = formatsOf('en', 'UTC');
    expect([en.size(999), en.size(1_482_000), en.size(12_000)]).toEqual(['1 kB', '1.5 MB', '12 kB']);
    expect(en.size(2_500_000_000)).toBe('2.5 GB');
    expect(en.span(3)).toBe('1 sec');
    expect([en.span(4200), en.span(180_000), en.span(7_200_000)]).toEqual(['4 sec', '3 min', '2 hr']);
    expect(en.plural(1, { one: '{n} job', other: '{n} jobs' })).toBe('1 job');
    expect(en.plural(1200, { one: '{n} job', other: '{n} jobs' })).toBe('1,200 jobs');
    expect(formatsOf('ja', 'UTC').dateTime(Date.UTC(2026, 10, 21, 9, 5))).toBe('11月21日 09:05');
    expect(formatsOf('zh-CN', 'UTC').time(Date.UTC(2026, 10, 21, 0, 5))).toBe('00:05');
  });

  test('loads the words of a language once', async () => {
    let loads = 0;
    const load = () => Promise.resolve({ texts: `words ${String(++loads)}` });
    const textsOf = textSource({ en: load, 'zh-CN': load, 'zh-TW': load, ja: load });
    expect([await textsOf('ja'), await textsOf('ja'), await textsOf('en')]).toEqual(['words 1', 'words 1', 'words 2']);
  });
});
