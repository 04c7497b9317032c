import { describe, expect, test } from '@jest/globals';
import { languages, MailError, type AgentStatus, type Language, type PanelKey } from '../../src/core/index.ts';
import { columnsOf, createLcdPanel, loadPanelLanguage, qr, qrModules, type LcdPanel } from '../../src/panel/index.ts';
import { panelTexts } from '../../src/panel/texts/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { sampleJob } from '../support/sample-status.ts';
import { codeState, nowMs, screens, statusOf } from './statuses.ts';

const size = { columns: 20, rows: 4 };
for (const language of languages) await loadPanelLanguage(language);

function setUp(first: AgentStatus) {
  const scene = {
    status: first,
    jobs: [sampleJob()],
    refusal: undefined as MailError | undefined,
    acts: [] as string[],
    answer: Promise.resolve(),
  };
  const act =
    (name: string) =>
    (...args: readonly string[]) => {
      scene.acts.push([name, ...args].join(' '));
      return scene.refusal ? Promise.reject(scene.refusal) : scene.answer;
    };
  const clock = new ManualClock(nowMs);
  const panel = createLcdPanel(
    {
      status: () => scene.status,
      jobs: () => scene.jobs,
      beginSignIn: act('begin'),
      confirmSignIn: act('confirm'),
      cancelSignIn: act('cancel'),
      useUpn: act('use-upn'),
      retryJob: act('retry'),
      sendTest: act('test'),
    },
    clock,
  );
  const press = async (...keys: PanelKey[]) => {
    let view = await panel.view(size, 'en');
    for (const key of keys) view = await panel.press(key, size, 'en', 'anna');
    return view;
  };
  return { scene, clock, panel, press };
}

describe('the keys', () => {
  test('lead from home to the menu and back', async () => {
    const { press, panel } = setUp(screens['ready']!);
    expect(await press()).toMatchObject({
      screen: 'home',
      lines: ['Ready', 'anna@contoso.com', '', ''],
      keys: { ok: 'Menu' },
    });
    expect(await press('ok')).toMatchObject({
      screen: 'menu',
      lines: ['Menu', '>Sign in', ' Send test mail', ' Information'],
      keys: { ok: 'Select', back: 'Back', up: 'Up', down: 'Down' },
    });
    expect((await press('down')).lines[2]).toBe('>Send test mail');
    expect((await press('up', 'up')).lines[3]).toBe('>Information'); // round the end
    expect((await press('back')).screen).toBe('home');
    expect((await press('back', 'up', 'down')).screen).toBe('home');
    expect((await panel.view(size, 'en')).screen).toBe('home');
  });

  test('scroll a menu that is longer than the display', async () => {
    const { panel } = setUp(statusOf({ glance: 'ready', queue: { ...screens['ready']!.queue, waiting: 1 } }));
    const small = { columns: 20, rows: 2 };
    const seen = [];
    for (const key of ['ok', 'down', 'down', 'down', 'down'] as const)
      seen.push((await panel.press(key, small, 'en', 'anna')).lines[1]);
    expect(seen).toEqual(['>Send now', '>Sign in', '>Send test mail', '>Information', '>Send now']);
  });

  // What a person chooses, and what the agent is asked then.
  test.each<[string, AgentStatus, PanelKey[], string[], string]>([
    ['a sign-in', screens['ready']!, ['ok', 'ok'], ['begin anna'], 'home'],
    ['a new code', statusOf({ signIn: codeState }), ['ok', 'ok'], ['begin anna'], 'home'],
    ['the end of a sign-in', statusOf({ signIn: codeState }), ['ok', 'down', 'ok'], ['cancel anna'], 'home'],
    ['yes to the mailbox', screens['confirm-first']!, ['ok'], ['confirm anna'], 'home'],
    ['no to the mailbox', screens['confirm-first']!, ['back'], ['cancel anna'], 'home'],
    ['the UPN, after a question', screens['upn-mismatch']!, ['ok', 'ok', 'ok'], ['use-upn anna'], 'home'],
    ['not the UPN', screens['upn-mismatch']!, ['ok', 'ok', 'back'], [], 'home'],
    ['a test mail', screens['ready']!, ['ok', 'down', 'ok'], ['test anna@contoso.com anna'], 'message'],
    ['information', screens['ready']!, ['ok', 'up', 'ok'], [], 'information'],
  ])('%s', async (_name, status, keys, acts, screen) => {
    const { press, scene } = setUp(status);
    expect((await press(...keys)).screen).toBe(screen);
    expect(scene.acts).toEqual(acts);
  });

  // What cannot be done in a state is not offered in it.
  test.each<[string, AgentStatus, string[]]>([
    ['nobody is signed in', statusOf({ glance: 'sign-in-needed' }), ['Sign in', 'Information']],
    ['a plain server', statusOf({ glance: 'relay-only', provider: 'unspecified' }), ['Send test mail', 'Information']],
    ['no address of its own', statusOf({ deviceEmailAddress: '' }), ['Sign in', 'Information']],
  ])('offer what can be done: %s', async (_name, status, items) => {
    const { press } = setUp(status);
    const { lines } = await press('ok');
    expect(lines.slice(1).flatMap((line) => (line === '' ? [] : [line.slice(1)]))).toEqual(items);
  });

  test('ask about the UPN as it is, whatever it hides', async () => {
    const identity = { ...screens['upn-mismatch']!.account.identity!, upn: 'a\u202e\u001b[2J@b.example' };
    const { press } = setUp({ ...screens['upn-mismatch']!, account: { status: 'ready', identity, signedInAtMs: 1 } });
    const { screen, lines } = await press('ok', 'ok');
    expect(screen).toBe('question');
    expect(lines.join('')).toContain('a\\u202e\\x1b[2J@b.example');
  });

  test('show how an act ended, however long it took', async () => {
    const { press, panel, scene, clock } = setUp(screens['ready']!);
    await press('ok', 'down');
    let answered: () => void = () => undefined;
    scene.answer = new Promise<void>((resolve) => (answered = resolve));
    const view = panel.press('ok', size, 'en', 'anna');
    await clock.advance(120_000);
    answered();
    expect((await view).screen).toBe('message');
    await clock.advance(59_000);
    expect((await panel.view(size, 'en')).screen).toBe('message');
  });

  test('send everything now but what a person holds and what is over', async () => {
    const { press, scene } = setUp(statusOf({ glance: 'ready', queue: { ...screens['ready']!.queue, waiting: 3 } }));
    scene.jobs = [
      sampleJob({ queueId: 'a' }),
      sampleJob({ queueId: 'b', state: 'held', hold: { reason: 'sign-in-needed', sinceMs: 1 } }),
      sampleJob({ queueId: 'c', state: 'held', hold: { reason: 'by-person', sinceMs: 1 } }),
      sampleJob({ queueId: 'd', state: 'accepted' }),
    ];
    expect(await press('ok', 'ok')).toMatchObject({
      screen: 'message',
      lines: ['Send now', '2 scans are tried', 'now', ''],
    });
    expect(scene.acts).toEqual(['retry a anna', 'retry b anna']);
  });

  test('say what was refused, and go on', async () => {
    const { press, scene } = setUp(screens['ready']!);
    scene.refusal = new MailError('sign-in-too-often', 'secret detail');
    const view = await press('ok', 'ok');
    expect(view.screen).toBe('message');
    expect(view.lines.join(' ')).not.toContain('secret');
    expect(view.lines[1]).toMatch(/\w/);
    expect((await press('ok')).screen).toBe('home');
  });

  test('pressed quickly are taken one after the other', async () => {
    const { panel } = setUp(screens['ready']!);
    const views = await Promise.all(
      (['ok', 'down', 'down'] as const).map((key) => panel.press(key, size, 'en', 'anna')),
    );
    expect(views.map(({ lines }) => lines.findIndex((line) => line.startsWith('>')))).toEqual([1, 2, 3]);
  });

  test('left alone for a minute lead home', async () => {
    const { press, clock, panel } = setUp(screens['ready']!);
    await press('ok');
    await clock.advance(59_000);
    expect((await panel.view(size, 'en')).screen).toBe('menu');
    await clock.advance(1_000);
    expect((await panel.view(size, 'en')).screen).toBe('home');
    expect((await press('down')).screen).toBe('home');
  });

  test('tell whoever watches', async () => {
    const { press, panel } = setUp(screens['ready']!);
    let count = 0;
    const end = await panel.subscribe(() => count++);
    await press('ok', 'down');
    end();
    await press('back');
    expect(count).toBe(2);
  });
});

test('information names what a technician asks for, page by page', async () => {
  const { press } = setUp(screens['ready']!);
  const text = [...(await press('ok', 'up', 'ok')).lines.slice(1)];
  for (let i = 0; i < 6; i++) text.push(...(await press('down')).lines.slice(1));
  expect(text.join('')).toMatch(/Device address.*anna@contoso\.com.*smtp\.office365\.com:587.*127\.0\.0\.1:2525/);
  expect((await press('up')).screen).toBe('information');
});

describe.each(languages)('in %s', (language: Language) => {
  const walk = async (panel: LcdPanel, columns: number, rows: number, keys: readonly PanelKey[]) => {
    const view = await panel.view({ columns, rows }, language);
    const views = [view];
    for (const key of keys) views.push(await panel.press(key, { columns, rows }, language, 'anna'));
    return views;
  };

  test.each([
    [20, 2],
    [20, 4],
    [40, 4],
  ])('every page holds a display of %i columns and %i rows', async (columns, rows) => {
    for (const status of Object.values(screens)) {
      for (const keys of [
        ['ok', 'down', 'ok', 'ok'],
        ['ok', 'up', 'ok', 'down'],
        ['ok', 'ok'],
      ] as PanelKey[][]) {
        const { panel } = setUp({ ...status, language });
        const views = await walk(panel, columns, rows, keys);
        expect(views.filter(({ lines }) => lines.length !== rows)).toEqual([]);
        expect(views.flatMap(({ lines }) => lines.filter((line) => columnsOf(line) > columns))).toEqual([]);
      }
    }
  });

  test('menu items and keys have room', () => {
    const { lcdMenu, lcdMenuItems, lcdKeys } = panelTexts(language);
    for (const text of [lcdMenu, ...Object.values(lcdMenuItems)])
      expect([text, columnsOf(text) <= 19]).toEqual([text, true]);
    for (const text of Object.values(lcdKeys)) expect([text, columnsOf(text) <= 10]).toEqual([text, true]);
  });
});

describe('the modules of a QR code', () => {
  test('are a square with its three finder patterns, as the drawn one has them', () => {
    const rows = qrModules('https://microsoft.com/devicelogin');
    expect(rows).toHaveLength(29);
    for (const row of rows) expect(row).toMatch(/^[01]{29}$/);
    for (const [row, column] of [
      [0, 0],
      [0, 22],
      [22, 0],
    ] as const) {
      expect(rows.slice(row, row + 7).map((line) => line.slice(column, column + 7))).toEqual([
        '1111111',
        '1000001',
        '1011101',
        '1011101',
        '1011101',
        '1000001',
        '1111111',
      ]);
    }
    // Half blocks: the drawn one has a border of one module, and two rows in one line.
    const drawn = qr('https://microsoft.com/devicelogin');
    const module = (row: number, column: number) => {
      const block = drawn[1 + Math.floor(row / 2)]?.[column + 1] ?? '';
      return { '█': '00', '▀': '01', '▄': '10', ' ': '11' }[block]?.[row % 2];
    };
    rows.forEach((line, row) => {
      expect(Array.from(line, (_one, column) => module(row, column)).join('')).toBe(line);
    });
  });

  test('are none for a text that is too long', () => {
    expect(qrModules('x'.repeat(4000))).toEqual([]);
  });
});
