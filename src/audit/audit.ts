/**
 * Who did what to this device (T57): a bounded ring of entries that survives a restart. One line of JSON each; never a value of
 * a setting, never a secret. Nothing is read or written while nobody does anything.
 */
import { constants } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MailError, type Clock, type MailLog } from '../core/index.ts';
import { syncDirectory } from '../vault/index.ts';

/** One act of a person or program. */
export interface AuditEntry {
  /** Wall clock. */
  readonly atMs: number;
  readonly by: string;
  readonly door: string;
  /** A word of `Route.act`, such as `log-in`, `settings-changed`. */
  readonly act: string;
  /** Settings that changed. */
  readonly names?: readonly string[] | undefined;
  /** `done`, or the catalogue code of the refusal. */
  readonly outcome: string;
  /** Refusals of the same act before this one that are not in the list: strangers must not fill it. */
  readonly leftOut?: number | undefined;
}

/** The list. */
export interface Audit {
  /** Keeps an entry durably; never rejects: an act is not undone because its record failed, the log says so. */
  note(entry: Omit<AuditEntry, 'atMs' | 'leftOut'>): Promise<void>;
  /** Latest first. @throws MailError `storage-failed` */
  list(limit: number): Promise<readonly AuditEntry[]>;
  /** All of it, oldest first, as lines of JSON. @throws MailError `storage-failed` */
  exportText(): Promise<string>;
  /** Removes every entry. */
  destroy(): Promise<void>;
}

const presentName = 'audit.jsonl';
const olderName = 'audit.1.jsonl';
const textLimit = 200;
const namesLimit = 50;
/** Refusals of one act that are kept in an hour. */
const refusalsPerHour = 10;
const hourMs = 3_600_000;

/**
 * @param options.dir made with the first entry
 * @param options.fileBytes a file is put aside when it has grown to this; two are kept
 */
export function createAudit(options: {
  readonly dir: string;
  readonly clock: Clock;
  readonly log: MailLog;
  readonly fileBytes?: number;
}): Audit {
  const { dir, clock, log, fileBytes = 64 * 1024 } = options;
  const present = join(dir, presentName);
  const older = join(dir, olderName);
  const refusals = new Map<string, { sinceMs: number; kept: number; leftOut: number }>();
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  const append = async (line: string): Promise<void> => {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const { size } = await stat(present).catch(() => ({ size: 0 }));
    const isFull = size > 0 && size + line.length > fileBytes;
    if (isFull) await rename(present, older);
    const file = await open(
      present,
      constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      await file.writeFile(line);
      await file.sync();
    } finally {
      await file.close();
    }
    if (isFull || size === 0) await syncDirectory(dir);
  };

  const lines = async (): Promise<string[]> => {
    const texts = await Promise.all([older, present].map(textOf));
    return texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
  };

  return {
    note: (entry) => {
      const leftOut = entry.outcome === 'done' ? 0 : admitRefusal(refusals, entry.act, clock.monotonicMs());
      if (leftOut === undefined) return Promise.resolve();
      // The line end goes first: whatever a power cut has left of the line before stays a line of its own.
      const line = `\n${JSON.stringify({
        atMs: clock.nowMs(),
        by: entry.by.slice(0, textLimit),
        door: entry.door,
        act: entry.act,
        ...(entry.names === undefined ? {} : { names: entry.names.slice(0, namesLimit) }),
        outcome: entry.outcome,
        ...(leftOut === 0 ? {} : { leftOut }),
      })}`;
      return inTurn(() => append(line)).catch((error: unknown) => {
        log.fault(`audit entry ${entry.act} was not kept`, error);
      });
    },
    list: (limit) =>
      inTurn(async () =>
        (await lines())
          .flatMap((line) => parsed(line) ?? [])
          .slice(-limit)
          .reverse(),
      ),
    exportText: () => inTurn(async () => (await lines()).map((line) => `${line}\n`).join('')),
    destroy: () =>
      inTurn(async () => {
        for (const path of [older, present]) await rm(path, { force: true });
      }),
  };
}

/** @returns how many were left out before this one; undefined: this one is left out too */
function admitRefusal(
  refusals: Map<string, { sinceMs: number; kept: number; leftOut: number }>,
  act: string,
  nowMs: number,
): number | undefined {
  const before = refusals.get(act);
  const isFresh = before === undefined || nowMs - before.sinceMs >= hourMs;
  const window = isFresh ? { sinceMs: nowMs, kept: 0, leftOut: before?.leftOut ?? 0 } : before;
  refusals.set(act, window);
  if (window.kept >= refusalsPerHour) {
    window.leftOut += 1;
    return undefined;
  }
  window.kept += 1;
  const { leftOut } = window;
  window.leftOut = 0;
  return leftOut;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new MailError('storage-failed', `audit list cannot be read: ${String(cause)}`, { cause });
  }
}

/** A line that a power cut tore is left out. */
function parsed(line: string): AuditEntry | undefined {
  try {
    return JSON.parse(line) as AuditEntry;
  } catch {
    return undefined;
  }
}
