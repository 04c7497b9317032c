import { type AgentStatus } from '../core/index.ts';
import { codeGroups } from './glyphs.ts';
import { guideOf, troubleWords, type Guide } from './guide.ts';
import { columnsOf, countdown, cutToFit, escapeControls, flowing, wrap } from './text.ts';
import { failedTitle, textsFor } from './words.ts';

export interface LcdOptions {
  /** 20 to 40 */
  readonly columns: number;
  /** 2 to 4 */
  readonly rows: number;
  /** Wall clock: the countdown, and which page of a longer text is shown. Without it the first page, no countdown. */
  readonly nowMs?: number | undefined;
  /** Texts about errors; the guidance room's unless given. */
  readonly guide?: Guide | undefined;
}

/** How long a page stays: two short lines are read in three seconds. */
const pageMs = 3_000;

/**
 * The panel for a character display. The first line stays; what does not fit below it is shown page by page.
 * @returns exactly `rows` lines, none wider than `columns`
 */
export function lcdLines(status: AgentStatus, options: LcdOptions): string[] {
  const columns = Math.max(1, Math.floor(options.columns));
  const rows = Math.max(2, Math.floor(options.rows));
  const { head, texts } = content(status, options);
  const below = texts.filter((text) => text !== '').flatMap((text) => wrap(escapeControls(text), columns));
  const room = rows - 1;
  const pages = Math.max(1, Math.ceil(below.length / room));
  const page = Math.floor((options.nowMs ?? 0) / pageMs) % pages;
  const shown = below.slice(page * room, page * room + room);
  return [cutToFit(fit(head, columns), columns), ...shown, ...Array.from({ length: room - shown.length }, () => '')];
}

interface Content {
  /** Pieces of the first line, most important first. */
  readonly head: readonly string[];
  readonly texts: readonly string[];
}

/** As many pieces as the line holds. */
function fit(pieces: readonly string[], columns: number): string {
  const [first = '', ...rest] = pieces.map(escapeControls);
  return rest.reduce((line, one) => (columnsOf(line) + 1 + columnsOf(one) <= columns ? `${line} ${one}` : line), first);
}

function content(status: AgentStatus, { nowMs, guide = guideOf }: LcdOptions): Content {
  const { signIn } = status;
  const texts = textsFor(status);
  const shared = status.isSharedMailbox ? texts.lcdSharedMailbox(status.deviceEmailAddress) : '';
  const trouble = (code: string | undefined) => (code === undefined ? '' : troubleWords(code, status, guide));
  const left = (untilMs: number) => (nowMs === undefined ? [] : [countdown(untilMs - nowMs)]);
  switch (signIn.step) {
    case 'starting':
      return { head: [texts.signIn], texts: [texts.lcdAskingForCode, shared] };
    case 'code': {
      const spaced = codeGroups(signIn.userCode).join(' ');
      if (nowMs !== undefined && signIn.expiresAtMs <= nowMs)
        return {
          head: [texts.lcdCodeExpired],
          texts: [texts.lcdStartAgain, shared],
        };
      const below = [
        signIn.isKnownHost ? '' : texts.lcdUnknownHost,
        signIn.verificationUri.replace(/^https:\/\//, ''),
        trouble(signIn.trouble),
        shared,
      ];
      return { head: [spaced, ...left(signIn.expiresAtMs)], texts: below };
    }
    case 'confirm':
      return {
        head: [texts.useThisMailbox, ...left(signIn.expiresAtMs)],
        texts: [signIn.identity.upn, shared],
      };
    case 'proving':
      return { head: [texts.tryingTheMailbox], texts: [trouble(signIn.trouble), signIn.identity.upn, shared] };
    case 'failed': {
      const guidance = guide(signIn.code, status, signIn.aadsts);
      return {
        head: [failedTitle(status)],
        texts: [
          guidance === undefined ? signIn.code : flowing(guidance.panel),
          signIn.aadsts === undefined ? '' : `AADSTS${String(signIn.aadsts)}`,
          shared,
        ],
      };
    }
    case 'ready':
    case 'idle':
      return glanceContent(status, shared);
  }
}

function glanceContent(status: AgentStatus, shared: string): Content {
  const { glance, queue, account, deviceEmailAddress } = status;
  const texts = textsFor(status);
  const upn = account.identity?.upn ?? '';
  const waits =
    queue.held > 0
      ? [texts.queueStates.held(queue.held)]
      : queue.waiting > 0
        ? [texts.queueStates.waiting(queue.waiting)]
        : [];
  const head = [texts.glanceTitles[glance], ...waits];
  if (glance === 'ready') return { head, texts: [shared === '' ? deviceEmailAddress : shared] };
  if (glance === 'upn-mismatch') return { head, texts: [upn, deviceEmailAddress, texts.lcdUseUpn] };
  return {
    head,
    texts: [status.sentence, queue.holdReason === undefined ? '' : texts.holdWords[queue.holdReason], shared],
  };
}
