import { type AgentStatus, type Lamp, type SignInState } from '../core/index.ts';
import { ends, lineColumns, piece, render, type Line } from './canvas.ts';
import { footer, glanceBody } from './glance-body.ts';
import { guideOf, type Guide } from './guide.ts';
import {
  codeBody,
  confirmBody,
  expiredBody,
  failedBody,
  mismatchBody,
  provingBody,
  startingBody,
} from './sign-in-body.ts';
import { columnsOf, countdown } from './text.ts';
import { failedTitle, textsFor } from './words.ts';

export interface ScreenOptions {
  /** Wall clock, for countdowns. */
  readonly nowMs: number;
  /** Width of the screen; below 24 it is taken as 24. */
  readonly columns: number;
  /** Height of the screen, if it is known: the QR code is left out where it would push the code off. */
  readonly rows?: number | undefined;
  readonly isColoured: boolean;
  /** Draw the verification address as a QR code. */
  readonly hasQr: boolean;
  /** Texts about errors; the guidance room's unless given. */
  readonly guide?: Guide | undefined;
}

/** What the parts of a screen are drawn with. */
export interface Drawing {
  readonly status: AgentStatus;
  readonly nowMs: number;
  readonly columns: number;
  readonly hasQr: boolean;
  /** The code without block letters, to leave room. */
  readonly isCompact?: boolean;
  /** There is no room for the QR code that was wanted: say so. */
  readonly isQrMissed?: boolean;
  readonly guide: Guide;
}

interface View {
  readonly title: string;
  readonly lamp: Lamp;
  /** Wall clock of the countdown in the corner. */
  readonly untilMs?: number;
  readonly body: readonly Line[];
}

/**
 * The control panel as text: everything a printer's screen shows for a state of the agent. Pure.
 * @returns lines without line ends, none wider than `columns`; foreign text escaped; colour codes only if wanted
 */
export function panelScreen(status: AgentStatus, options: ScreenOptions): string[] {
  const columns = Math.max(24, Math.floor(options.columns));
  const drawing: Drawing = {
    status,
    nowMs: options.nowMs,
    columns,
    hasQr: options.hasQr,
    guide: options.guide ?? guideOf,
  };
  const fits = (lines: readonly Line[]) => options.rows === undefined || lines.length <= options.rows;
  // A small window: the QR code saves typing an address, the block letters only a look at the line with the code.
  const shapes: readonly Partial<Drawing>[] = options.hasQr
    ? [{}, { isCompact: true }, { hasQr: false, isQrMissed: true }, { hasQr: false }]
    : [{}];
  const drawings = shapes.map((shape) => draw({ ...drawing, ...shape }));
  return render(drawings.find(fits) ?? drawings.at(-1) ?? [], options.isColoured);
}

function draw(drawing: Drawing): Line[] {
  const view = signInView(drawing, drawing.status.signIn) ?? glanceView(drawing);
  return [...header(view, drawing), [], ...view.body, [], ...footer(drawing)];
}

/** `(amber) Title      14:32`: the lamp is a word, so that it is there without colour as well. */
function header(view: View, { status, columns, nowMs }: Drawing): Line[] {
  const lamp = piece(`(${textsFor(status).lamps[view.lamp]})`, view.lamp);
  const right = view.untilMs === undefined ? [] : [piece(countdown(view.untilMs - nowMs), 'strong')];
  const room = columns - columnsOf(lamp.text) - 1 - (right.length === 0 ? 0 : lineColumns(right) + 1);
  // A headline must not lose its end: on a narrow screen it goes below the lamp.
  if (columnsOf(view.title) <= room) return [ends([lamp, piece(' '), piece(view.title, 'strong')], right, columns)];
  return [ends([lamp], right, columns), ends([piece(view.title, 'strong')], [], columns)];
}

/** The screen of a running or just ended sign-in; undefined if the state of the mailbox is what matters. */
function signInView(drawing: Drawing, signIn: SignInState): View | undefined {
  const texts = textsFor(drawing.status);
  switch (signIn.step) {
    case 'idle':
      return undefined;
    case 'starting':
      return { title: texts.signIn, lamp: 'amber', body: startingBody(drawing) };
    case 'code':
      if (signIn.expiresAtMs <= drawing.nowMs)
        return {
          title: texts.codeHasExpired,
          lamp: 'amber',
          body: expiredBody(drawing),
        };
      return { title: texts.signIn, lamp: 'amber', untilMs: signIn.expiresAtMs, body: codeBody(drawing, signIn) };
    case 'confirm':
      return {
        title: texts.useThisMailbox,
        lamp: 'amber',
        untilMs: signIn.expiresAtMs,
        body: confirmBody(drawing, signIn),
      };
    case 'proving':
      return { title: texts.tryingTheMailbox, lamp: 'amber', body: provingBody(drawing, signIn) };
    case 'ready':
      return signIn.isUpnMismatch && drawing.status.glance !== 'ready' ? mismatchView(drawing) : undefined;
    case 'failed': {
      const isStillSignedIn = drawing.status.account.status === 'ready';
      return {
        title: isStillSignedIn ? texts.signInEnded : failedTitle(drawing.status),
        lamp: isStillSignedIn ? drawing.status.lamp : 'red',
        body: failedBody(drawing, signIn),
      };
    }
  }
}

function glanceView(drawing: Drawing): View {
  const { glance, lamp } = drawing.status;
  if (glance === 'upn-mismatch') return mismatchView(drawing);
  return { title: textsFor(drawing.status).glanceTitles[glance], lamp, body: glanceBody(drawing) };
}

function mismatchView(drawing: Drawing): View {
  return { title: textsFor(drawing.status).addressesDiffer, lamp: 'red', body: mismatchBody(drawing) };
}
