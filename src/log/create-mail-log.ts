import { pino } from 'pino';
import type { MailLog } from '../core/index.ts';
import { cleanFields, errorFields } from './error-fields.ts';
import { prettyLine } from './pretty-line.ts';
import { cleanText } from './redact.ts';
import { RepeatGuard } from './repeat-guard.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** What journald and syslog call the levels (RFC 5424 section 6.2.1). */
const severities: Readonly<Record<string, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

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
  const logger = pino(
    {
      level: options.level,
      // Process id and host name are the journal's business.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level, severity: severities[level] }) },
    },
    {
      write: (line: string) => {
        destination.write(isPretty ? prettyLine(line) : line);
      },
    },
  );
  const guard = new RepeatGuard(options.monotonicMs ?? (() => performance.now()));
  const clean = { isAddressShortened: options.level !== 'debug' };

  const write = (level: LogLevel, event: string, fields: object, message?: string) => {
    if (!logger.isLevelEnabled(level)) return;
    const line = {
      ...ownNames(cleanFields(fields as Readonly<Record<string, unknown>>, clean)),
      ...messageIds(fields),
      event,
    };
    if (message === undefined) logger[level](line);
    else logger[level](line, '%s', cleanText(message, clean));
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
      if (leftOut !== undefined && logger.isLevelEnabled('error')) {
        logger.error(
          { event: 'fault', error: fields, leftOut: leftOut === 0 ? undefined : leftOut },
          '%s',
          cleanText(message, clean),
        );
      }
    },
    setLevel: (level) => {
      logger.level = level;
      clean.isAddressShortened = level !== 'debug';
    },
    flush: () =>
      new Promise((resolve) => {
        destination.write('', () => {
          resolve();
        });
      }),
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
