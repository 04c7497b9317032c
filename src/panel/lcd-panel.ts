/**
 * The panel of a device with a character display and four keys, as a state machine: what is shown follows from the state
 * of the agent and from the page the keys have led to. One display, one panel: whoever presses a key moves everybody's.
 */
import {
  isFinished,
  toMailError,
  type AgentStatus,
  type Clock,
  type JobSummary,
  type Language,
  type LcdSize,
  type PanelKey,
  type PanelView,
} from '../core/index.ts';
import { statusSentence } from '../guidance/index.ts';
import { guideOf } from './guide.ts';
import { lcdLines } from './lcd.ts';
import { columnsOf, cutToFit, escapeControls, flowing, wrap } from './text.ts';
import { loadPanelLanguage } from './texts/index.ts';
import type { PanelTexts } from './texts/texts.ts';
import { textsFor } from './words.ts';

/** What the keys can bring about. Every act names who did it. */
export interface PanelActs {
  status(): AgentStatus;
  jobs(): readonly JobSummary[];
  beginSignIn(by: string): Promise<unknown>;
  confirmSignIn(by: string): Promise<unknown>;
  cancelSignIn(by: string): Promise<unknown>;
  useUpn(by: string): Promise<unknown>;
  retryJob(queueId: string, by: string): Promise<unknown>;
  sendTest(to: string, by: string): Promise<unknown>;
}

/** The panel as the API offers it. */
export interface LcdPanel {
  view(size: LcdSize, language: Language): Promise<PanelView>;
  /** Never throws for what an act refuses: the display says it. */
  press(key: PanelKey, size: LcdSize, language: Language, by: string): Promise<PanelView>;
  /** Called after a key has changed the page. Returns the function that ends it. */
  subscribe(listener: () => void): Promise<() => void>;
}

type Item = keyof PanelTexts['lcdMenuItems'];

type Page =
  | { readonly screen: 'home' }
  | { readonly screen: 'menu'; readonly at: number }
  | { readonly screen: 'question' }
  | { readonly screen: 'information'; readonly at: number }
  | { readonly screen: 'message'; readonly head: string; readonly texts: readonly string[] };

const home: Page = { screen: 'home' };
/** Who walks away leaves the page open; the next person must find the state of the device. */
const idleMs = 60_000;

/** Makes the panel; it shows its home page. */
export function createLcdPanel(acts: PanelActs, clock: Clock): LcdPanel {
  const listeners = new Set<() => void>();
  let page: Page = home;
  let pressedAtMs = 0;
  let turn: Promise<unknown> = Promise.resolve();

  const pageNow = (): Page => (clock.monotonicMs() - pressedAtMs >= idleMs ? home : page);
  const draw = (size: LcdSize, status: AgentStatus): PanelView => drawPage(pageNow(), size, status, clock.nowMs());

  const press = async (key: PanelKey, size: LcdSize, language: Language, by: string): Promise<PanelView> => {
    await loadPanelLanguage(language);
    page = pageNow();
    pressedAtMs = clock.monotonicMs();
    const status = spokenStatus(acts, language);
    try {
      page = await nextPage(page, key, { acts, status, size, by });
    } catch (error) {
      page = messageOf(toMailError(error).code, status);
    }
    // An act may take a while: the page it ends with must not be gone when it comes.
    pressedAtMs = clock.monotonicMs();
    for (const listener of listeners) listener();
    return draw(size, spokenStatus(acts, language));
  };

  return {
    view: async (size, language) => {
      await loadPanelLanguage(language);
      return draw(size, spokenStatus(acts, language));
    },
    press: (key, size, language, by) => {
      // One after the other: two quick presses are two steps, not two answers to the same page.
      const mine = turn.then(() => press(key, size, language, by));
      turn = mine.catch(() => undefined);
      return mine;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return Promise.resolve(() => {
        listeners.delete(listener);
      });
    },
  };
}

function spokenStatus(acts: PanelActs, language: Language): AgentStatus {
  const status = acts.status();
  return { ...status, language, sentence: language === 'en' ? status.sentence : statusSentence(status, language) };
}

/** What the menu offers: only what can be done in this state. */
function itemsOf(status: AgentStatus): readonly Item[] {
  const { signIn, glance, queue } = status;
  const items: Item[] = [];
  if (glance === 'upn-mismatch') items.push('use-upn');
  if (signIn.step === 'confirm') items.push('confirm', 'cancel');
  else if (signIn.step === 'code') items.push('new-code', 'cancel');
  else if (signIn.step === 'starting') items.push('cancel');
  if (queue.waiting + queue.held > 0) items.push('send-now');
  if (status.provider === 'exchange-online' && ['idle', 'failed', 'ready'].includes(signIn.step)) items.push('sign-in');
  if ((glance === 'ready' || glance === 'relay-only') && status.deviceEmailAddress !== '') items.push('test-mail');
  return [...items, 'information'];
}

interface Press {
  readonly acts: PanelActs;
  readonly status: AgentStatus;
  readonly size: LcdSize;
  readonly by: string;
}

async function nextPage(page: Page, key: PanelKey, press: Press): Promise<Page> {
  const { acts, status, size, by } = press;
  const step = key === 'down' ? 1 : key === 'up' ? -1 : 0;
  switch (page.screen) {
    case 'home':
      if (status.signIn.step === 'confirm' && (key === 'ok' || key === 'back')) {
        await (key === 'ok' ? acts.confirmSignIn(by) : acts.cancelSignIn(by));
        return home;
      }
      return key === 'ok' ? { screen: 'menu', at: 0 } : home;
    case 'menu': {
      const items = itemsOf(status);
      const at = Math.min(page.at, items.length - 1);
      if (key === 'back') return home;
      const item = items[at];
      if (key === 'ok' && item !== undefined) return chosen(item, press);
      return { screen: 'menu', at: (at + step + items.length) % items.length };
    }
    case 'question':
      if (key === 'ok') await acts.useUpn(by);
      return key === 'ok' || key === 'back' ? home : page;
    case 'information': {
      if (step === 0) return key === 'back' ? { screen: 'menu', at: itemsOf(status).length - 1 } : home;
      const last = Math.max(0, informationLines(status, size).length - (size.rows - 1));
      return { screen: 'information', at: Math.max(0, Math.min(last, page.at + step * (size.rows - 1))) };
    }
    case 'message':
      return home;
  }
}

async function chosen(item: Item, { acts, status, by }: Press): Promise<Page> {
  const texts = textsFor(status);
  switch (item) {
    case 'sign-in':
    case 'new-code':
      await acts.beginSignIn(by);
      return home;
    case 'cancel':
      await acts.cancelSignIn(by);
      return home;
    case 'confirm':
      await acts.confirmSignIn(by);
      return home;
    case 'use-upn':
      return { screen: 'question' };
    case 'information':
      return { screen: 'information', at: 0 };
    case 'send-now': {
      // What a person holds stays held: that is another person's word.
      const jobs = acts.jobs().filter((job) => !isFinished(job.state) && job.hold?.reason !== 'by-person');
      let count = 0;
      for (const { queueId } of jobs) {
        await acts.retryJob(queueId, by).then(
          () => count++,
          // Being sent right now, or just over: that is what was wanted.
          () => undefined,
        );
      }
      return { screen: 'message', head: texts.lcdMenuItems['send-now'], texts: [texts.lcdSendNow(count)] };
    }
    case 'test-mail': {
      const address = status.deviceEmailAddress;
      await acts.sendTest(address, by);
      return { screen: 'message', head: texts.lcdMenuItems['test-mail'], texts: [texts.lcdTestMail(address)] };
    }
  }
}

/** A refusal in the words of its guidance. */
function messageOf(code: string, status: AgentStatus): Page {
  const guidance = guideOf(code, status);
  return {
    screen: 'message',
    head: guidance?.title ?? code,
    texts: guidance === undefined ? [] : [flowing(guidance.panel)],
  };
}

function drawPage(page: Page, size: LcdSize, status: AgentStatus, nowMs: number): PanelView {
  const texts = textsFor(status);
  const { menu, select, yes, no, back, up, down } = texts.lcdKeys;
  const view = (lines: readonly string[], keys: PanelView['keys']): PanelView => ({
    screen: page.screen,
    lamp: status.lamp,
    columns: size.columns,
    rows: size.rows,
    lines,
    keys,
  });
  switch (page.screen) {
    case 'home':
      return view(
        lcdLines(status, { ...size, nowMs }),
        status.signIn.step === 'confirm' ? { ok: yes, back: no } : { ok: menu },
      );
    case 'menu': {
      const items = itemsOf(status);
      const at = Math.min(page.at, items.length - 1);
      // The chosen one stays in sight, the others as they come.
      const first = Math.max(0, Math.min(at, items.length - (size.rows - 1)));
      const labels = items.map((item, index) => `${index === at ? '>' : ' '}${texts.lcdMenuItems[item]}`);
      return view(fill(texts.lcdMenu, labels.slice(first), size), { ok: select, back, up, down });
    }
    case 'question': {
      const upn = status.account.identity?.upn ?? '';
      const lines = [upn, texts.lcdUseUpn].flatMap((text) => wrap(escapeControls(text), size.columns));
      return view(fill(texts.lcdMenuItems['use-upn'], lines, size), { ok: yes, back: no });
    }
    case 'information': {
      const lines = informationLines(status, size).slice(page.at);
      return view(fill(texts.lcdMenuItems.information, lines, size), { ok: menu, back, up, down });
    }
    case 'message': {
      const lines = page.texts.flatMap((text) => wrap(escapeControls(text), size.columns));
      return view(fill(page.head, lines, size), { ok: back, back });
    }
  }
}

/** What a service technician asks for on the telephone. */
function informationLines(status: AgentStatus, { columns }: LcdSize): string[] {
  const texts = textsFor(status);
  const { account, smarthost, listeners, version, deviceEmailAddress } = status;
  const facts: readonly (readonly [string, string])[] = [
    [texts.deviceAddress, deviceEmailAddress],
    [texts.account, account.identity?.upn ?? ''],
    [texts.mailServer, smarthost.host === '' ? '' : `${smarthost.host}:${String(smarthost.port)}`],
    ...listeners.map(({ address, port }) => [texts.lcdScansGoTo, `${address}:${String(port)}`] as const),
    [texts.lcdVersion, version],
  ];
  return facts
    .filter(([, value]) => value !== '')
    .flatMap(([label, value]) => {
      const line = `${label}: ${escapeControls(value)}`;
      return columnsOf(line) <= columns
        ? [line]
        : [...wrap(`${label}:`, columns), ...wrap(escapeControls(value), columns)];
    });
}

/** Headline and as many lines as there is room for. */
function fill(head: string, lines: readonly string[], { columns, rows }: LcdSize): string[] {
  const below = lines.slice(0, rows - 1).map((line) => cutToFit(line, columns));
  return [
    cutToFit(escapeControls(head), columns),
    ...below,
    ...Array.from({ length: rows - 1 - below.length }, () => ''),
  ];
}
