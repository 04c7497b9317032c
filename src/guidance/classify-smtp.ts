import { entries, type GuidanceId } from './entries.ts';
import { smtpMatchers, type EnhancedStatus, type SmtpMatcher, type SmtpStage } from './smtp-matchers.ts';
import { type Verdict } from './types.ts';

/** A reply of the mail server in its place of the dialogue. */
export interface SmtpReplyInput {
  readonly stage: SmtpStage;
  /** Raw reply, one or more lines. */
  readonly reply: string;
  /** Header From was an alias of the permitted list, not the device address. */
  readonly isOnAlias?: boolean | undefined;
}

interface ParsedReply {
  readonly code: number;
  readonly enhanced: EnhancedStatus | undefined;
  readonly text: string;
}

/** Longer than any reply worth reading; keeps the patterns cheap on a hostile server's 64 KiB. */
const maxReplyLength = 4096;

/**
 * Says what a reply of the mail server means and what to do (facts section 6). Unknown replies go by their first digit: 4
 * is tried again, 5 counts against the account, the recipient or the message, depending on the stage.
 * @returns never throws; text that is no reply at all is `reply-invalid`, to be tried again
 */
export function classifySmtpReply(input: SmtpReplyInput): Verdict {
  const reply = parseReply(input.reply);
  if (reply === undefined) return verdictOf('reply-invalid');
  const matcher = smtpMatchers.find((one) => isMatch(one, reply, input.stage));
  const id = matcher?.guidanceId ?? unknownReply(reply, input.stage);
  // On the device address nothing can be sent until a person acts; on an alias only this message is concerned.
  if (id === 'send-as-denied' && input.isOnAlias === true && messageStages.includes(input.stage))
    return verdictOf('send-as-denied-alias');
  const verdict = verdictOf(id);
  // After DATA a refusal is about all recipients at once.
  return verdict.action === 'fail-recipient' && input.stage !== 'rcpt' ? { ...verdict, action: 'fail-job' } : verdict;
}

/**
 * All rows of the table that claim a reply; the first decides. Exported for the test that no two rows fight.
 */
export function matchersOf(input: SmtpReplyInput): readonly SmtpMatcher[] {
  const reply = parseReply(input.reply);
  return reply === undefined ? [] : smtpMatchers.filter((one) => isMatch(one, reply, input.stage));
}

/** The entry's facts as a verdict. */
export function verdictOf(guidanceId: GuidanceId): Verdict {
  const { code, action, holdReason, waitMs } = entries[guidanceId];
  return {
    code,
    action,
    guidanceId,
    ...(holdReason === undefined ? {} : { holdReason }),
    ...(waitMs === undefined ? {} : { waitMs }),
  };
}

/** Joins the lines of a multi-line reply (RFC 5321 4.2.1): code and enhanced status of the last, the words of all. */
function parseReply(raw: string): ParsedReply | undefined {
  const lines = raw
    .slice(0, maxReplyLength)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const last = lines.at(-1) ?? '';
  const code = Number(/^([2-5]\d\d)(?:[ -]|$)/.exec(last)?.[1]);
  if (Number.isNaN(code)) return undefined;
  const text = lines.map((line) => line.replace(/^\d{3}[ -]?/, '')).join(' ');
  return { code, enhanced: enhancedStatusOf(text), text };
}

/** The enhanced status code (RFC 3463) a text begins with. */
export function enhancedStatusOf(text: string): EnhancedStatus | undefined {
  const found = /^([245])\.(\d{1,3})\.(\d{1,3})(?=\D|$)/.exec(text);
  if (found === null) return undefined;
  return {
    text: `${found[1] ?? ''}.${String(Number(found[2]))}.${String(Number(found[3]))}`,
    classDigit: Number(found[1]),
    subject: Number(found[2]),
    detail: Number(found[3]),
  };
}

/** Whether a row names this status; one that names none takes any. */
export function isStatusMatch({ enhanced }: SmtpMatcher, status: EnhancedStatus): boolean {
  return typeof enhanced === 'function' ? enhanced(status) : enhanced?.includes(status.text) !== false;
}

function isMatch(matcher: SmtpMatcher, reply: ParsedReply, stage: SmtpStage): boolean {
  if (reply.code < 400 || !isPossible(matcher.guidanceId, reply, stage)) return false;
  if (matcher.stages !== undefined && !matcher.stages.includes(stage)) return false;
  if (matcher.replyCodes !== undefined && !matcher.replyCodes.includes(reply.code)) return false;
  if (matcher.words !== undefined && !matcher.words.test(reply.text)) return false;
  if (matcher.notWords?.test(reply.text) === true) return false;
  if (matcher.enhanced === undefined) return true;
  return reply.enhanced !== undefined && isStatusMatch(matcher, reply.enhanced);
}

/**
 * What words can never do: make a passing reply (first digit 4, RFC 5321 4.2.1) end or hold a job, or blame a message that
 * the server has not been told of yet.
 */
function isPossible(id: GuidanceId, reply: ParsedReply, stage: SmtpStage): boolean {
  const { action } = entries[id];
  if (reply.code < 500 && action !== 'retry' && action !== 'wait') return false;
  return !action.startsWith('fail') || messageStages.includes(stage);
}

/** From MAIL on the dialogue is about one message. */
const messageStages: readonly SmtpStage[] = ['mail', 'rcpt', 'data', 'final'];

/** No row knows it: the first digit decides, and with 5 the stage. */
function unknownReply({ code }: ParsedReply, stage: SmtpStage): GuidanceId {
  if (code < 400) return 'reply-invalid';
  if (code < 500) return code === 432 ? 'throttled' : code === 421 ? 'connection-closed' : 'later-unknown-reply';
  switch (stage) {
    // Nothing of ours has been judged yet: a server that turns everybody away is busy, broken or the wrong one.
    case 'greeting':
    case 'ehlo':
    case 'starttls':
      return 'later-unknown-reply';
    case 'auth':
      return 'authentication-unknown';
    case 'mail':
      return mailRefused(code);
    case 'rcpt':
      return isSyntaxReply(code) && code !== 501 ? 'command-not-understood' : 'recipient-unknown-reply';
    case 'data':
    case 'final':
      return isSyntaxReply(code) ? 'command-not-understood' : code === 530 ? 'not-authenticated' : 'message-refused';
  }
}

/** The reverse-path is the device's own, so a refusal of it is no message's fault, unless it is about its parameters. */
function mailRefused(code: number): GuidanceId {
  if (code === 530) return 'not-authenticated';
  if (code === 552) return 'smarthost-size';
  if (code === 501 || code === 555) return 'message-refused';
  return isSyntaxReply(code) ? 'command-not-understood' : 'sending-refused';
}

/** 500 to 504 blame the dialogue, not the mail: our own bug or a confused server never fails a job. */
function isSyntaxReply(code: number): boolean {
  return code >= 500 && code <= 504;
}
