import type { MailLog } from '../core/index.ts';
import { jsonLogger, severities, type JsonLogger } from './json-logger.ts';
import { cleanFields, errorFields } from './error-fields.ts';
import { LineRing, type KeptLine } from './line-ring.ts';
import { prettyLine } from './pretty-line.ts';
import { cleanText } from './redact.ts';
import { RepeatGuard } from './repeat-guard.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

const sameWarning = { most: 1, windowMs: 300_000 };
/** A stranger on the LAN decides how often he is refused. */
const refusals = { most: 30, windowMs: 60_000 };

export interface MailLogOptions {
  /** `debug` shows whole addresses, the others shorten them. */
  readonly level: LogLevel;
  /** Default: standard output, where journald and BusyBox init pick lines up. */
  readonly destination?: NodeJS.WritableStream | undefined;
  /** One line for a person instead of JSON, if the destination is a terminal. */
  readonly pretty?: boolean | undefined;
  /** For the limit on repeated lines; tests hand in their own. */
  readonly monotonicMs?: (() => number) | undefined;
}

/** The log with what its owner may do to it. */
export interface OwnedMailLog extends MailLog {
  /** Resolves when everything written so far has been taken by the destination. */
  flush(): Promise<void>;
  /** The level is a setting, and the log is there before the settings are. */
  setLevel(level: LogLevel): void;
  /** The last 500 lines, oldest first, as they were written. */
  lines(): readonly KeptLine[];
}

/** Names pino and this file write themselves; a detail of that name would be a second key of the same line. */
const reservedNames: ReadonlySet<string> = new Set(['time', 'level', 'severity', 'event', 'msg']);

function ownNames(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [reservedNames.has(name) ? `${name}_` : name, value]),
  );
}

/**
 * Makes the log: JSON, one line for each event, `queueId` on each line about a job. Levels say who must look: error = mail
 * or storage is lost to someone, warn = a person may have to act, info = the life of a job, debug = each attempt.
 */
export function createMailLog(options: MailLogOptions): OwnedMailLog {
  const destination = options.destination ?? process.stdout;
  const isPretty = options.pretty === true && (destination as { readonly isTTY?: boolean }).isTTY === true;
  let level = options.level;
  let logger: JsonLogger | undefined;
  /** Said before pino was there; each line has the time at which it was said. */
  const early: ((to: JsonLogger) => void)[] = [];
  const ring = new LineRing();
  let loading: Promise<void> | undefined;
  /** With the first line: an agent says nothing until it listens. */
  const load = async () => {
    const made = await jsonLogger((line) => destination.write(isPretty ? prettyLine(line) : line));
    logger = made;
    for (const write of early.splice(0)) write(made);
  };
  const say = (at: LogLevel, fields: object, message?: string) => {
    const now = new Date();
    const line = { time: now.toISOString(), ...fields };
    const { event } = fields as { readonly event?: string };
    ring.push({ ...fields, atMs: now.getTime(), level: at, message: message ?? event ?? '' });
    const write = (to: JsonLogger) => {
      if (message === undefined) to[at](line);
      else to[at](line, '%s', message);
    };
    if (logger) {
      write(logger);
      return;
    }
    early.push(write);
    loading ??= load();
  };
  const isSaid = (at: LogLevel) => (severities[at] ?? 0) <= (severities[level] ?? 0);
  const guard = new RepeatGuard(options.monotonicMs ?? (() => performance.now()));
  const clean = { isAddressShortened: options.level !== 'debug' };

  const write = (at: LogLevel, event: string, fields: object, message?: string) => {
    if (!isSaid(at)) return;
    const line = {
      ...ownNames(cleanFields(fields as Readonly<Record<string, unknown>>, clean)),
      ...messageIds(fields),
      event,
    };
    say(at, line, message === undefined ? undefined : cleanText(message, clean));
  };
  const guarded = (level: LogLevel, event: string, message: string, fields: object) => {
    const leftOut = guard.admit(`${event} ${message} ${JSON.stringify(fields)}`, sameWarning);
    if (leftOut !== undefined) write(level, event, leftOut === 0 ? fields : { ...fields, leftOut }, message);
  };

  return {
    queued: (event) => {
      write('info', 'queued', event);
    },
    refused: (event) => {
      const leftOut = guard.admit('refused', refusals);
      if (leftOut !== undefined) write('warn', 'refused', leftOut === 0 ? event : { ...event, leftOut });
    },
    repeated: (event) => {
      write('info', 'repeated', event);
    },
    attempted: (event) => {
      write('debug', 'attempted', event);
    },
    delivered: (event) => {
      write('info', 'delivered', event);
    },
    deferred: (event) => {
      write('warn', 'deferred', event);
    },
    held: (event) => {
      write('warn', 'held', event);
    },
    released: (event) => {
      write('info', 'released', event);
    },
    failed: (event) => {
      write('error', 'failed', event);
    },
    deleted: (event) => {
      write('info', 'deleted', event);
    },
    possibleDuplicate: (event) => {
      write('warn', 'possible-duplicate', event);
    },
    corrupt: (event) => {
      write('error', 'corrupt', event);
    },
    account: (event) => {
      write(event.code === undefined ? 'info' : 'warn', 'account', event);
    },
    settings: (event) => {
      write('info', 'settings', event);
    },
    notice: (message, detail = {}) => {
      write('info', 'notice', detail, message);
    },
    warn: (message, detail = {}) => {
      guarded('warn', 'warning', message, detail);
    },
    fault: (message, error) => {
      const fields = errorFields(error, clean);
      const leftOut = guard.admit(`fault ${message} ${JSON.stringify(fields)}`, sameWarning);
      if (leftOut === undefined) return;
      const line = { event: 'fault', error: fields, leftOut: leftOut === 0 ? undefined : leftOut };
      say('error', line, cleanText(message, clean));
    },
    setLevel: (next) => {
      level = next;
      clean.isAddressShortened = next !== 'debug';
    },
    lines: () => ring.list(),
    flush: async () => {
      await loading;
      await new Promise<void>((resolve) => {
        destination.write('', () => {
          resolve();
        });
      });
    },
  };

  /** A message id looks like an address, but is what operators search for: cleaned, never shortened. */
  function messageIds(fields: object): Readonly<Record<string, string>> {
    const values = fields as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      ['messageId', 'serverMessageId'].flatMap((name) => {
        const value = values[name];
        return typeof value === 'string' ? [[name, cleanText(value, { isAddressShortened: false })]] : [];
      }),
    );
  }
}
