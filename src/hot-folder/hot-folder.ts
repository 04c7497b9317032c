/** A folder that firmware drops scans into: each complete group becomes one mail, exactly once. */
import { watch } from 'node:fs';
import { join } from 'node:path';
import {
  MailError,
  toMailError,
  withSignals,
  type Clock,
  type MailLog,
  type QueueId,
  type Service,
} from '../core/index.ts';
import type { Ticket, TicketFile } from '../ticket/index.ts';
import {
  beginClaim,
  failedResult,
  filesOf,
  finish,
  gather,
  giveBack,
  isClaim,
  keepResult,
  letInAll,
  settledAtMs,
  type Plan,
  type Result,
} from './claim.ts';
import { usableFolder, type UsableFolder } from './folder-check.ts';
import { groupsOf, isIgnored, type Group } from './groups.ts';
import { stateOf, Stillness } from './stillness.ts';
import { filesOfPlan, ticketOf, type DefaultTicket } from './submission.ts';
import { isFinishedCode } from './verdict.ts';
import { realWorkDisk, type WorkDisk } from './work-disk.ts';

/** What a hot folder works by; asked each round. */
export interface HotFolderConfig extends DefaultTicket {
  /** A file that has kept still for so long is complete. */
  readonly settleS: number;
  /** How long sent files stay in `done/`. */
  readonly keepDoneHours: number;
  readonly maxFileBytes: number;
}

export interface HotFolderOptions {
  readonly path: string;
  /** The agent's own folders. */
  readonly forbidden: readonly string[];
  readonly config: () => HotFolderConfig;
  /** Hands one mail in; durable when it resolves. */
  readonly submit: (ticket: Ticket, files: AsyncIterable<TicketFile>, signal: AbortSignal) => Promise<QueueId>;
  readonly clock: Clock;
  readonly log: MailLog;
  /** `trouble` says something else now. */
  readonly onTrouble?: (() => void) | undefined;
  readonly disk?: WorkDisk | undefined;
}

/** A running hot folder. */
export interface HotFolder extends Service {
  /** What an administrator should see to; undefined if all is well. */
  trouble(): string | undefined;
}

/** Between two looks when nothing happens: the watch tells of changes, but not on every file system. */
const idleWaitMs = 10_000;
const shortestWaitMs = 250;
/** A file that nobody can send: its ticket never came, or a ticket without files. */
const orphanMs = 3_600_000;
const retryFirstMs = 5_000;
const retryMostMs = 300_000;
/** In one round; the rest is taken in the next. */
const namesMost = 2_000;
const submitMostMs = 600_000;

/** Makes the hot folder of one agent; `start` does not wait for the folder to be usable. */
export function createHotFolder(options: HotFolderOptions): HotFolder {
  const { path, config, clock, log, disk = realWorkDisk } = options;
  const stopping = new AbortController();
  const stillness = new Stillness();
  const retries = new Map<string, { attempts: number; atMs: number; code: string }>();
  /**
   * What was handed in, or refused, and could not be written down yet. Submitting again under the same key would help only as
   * long as the spool remembers it, and a full disk may stay full for longer.
   */
  const settled = new Map<string, Result>();
  let bell = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  let unusable: string | undefined;
  let failedCount = 0;
  let cleanedAtMs = -Infinity;

  const isStopping = () => stopping.signal.aborted;
  const ring = () => {
    bell.abort();
  };

  /** @returns milliseconds until something is to be done */
  const round = async (): Promise<number> => {
    let folder: UsableFolder;
    try {
      folder = await usableFolder(path, options.forbidden);
    } catch (error) {
      noteUnusable(toMailError(error));
      return 6 * idleWaitMs;
    }
    noteUnusable(undefined);
    try {
      const isHour = await clean(folder);
      // Who has mended and emptied `failed/` sees it at once; one that was empty is not looked at each round.
      if (isHour || failedCount > 0) await countFailed(folder);
      // What was begun comes first, in its order: also what a crash has left.
      const begun = (await disk.list(folder.places.working)).filter(isClaim).sort();
      for (const known of [retries, settled])
        for (const id of [...known.keys()]) if (!begun.includes(id)) known.delete(id);
      for (const id of begun) await carryOut(folder, id);
      return Math.min(await takeUp(folder), retryWait());
    } finally {
      await folder.close();
    }
  };

  const noteUnusable = (error: MailError | undefined) => {
    const hint = error?.details['hint'];
    const sentence =
      error && `The hot folder ${path} cannot be used: ${typeof hint === 'string' ? hint : error.message}.`;
    if (sentence !== undefined && sentence !== unusable) log.notice('hot folder cannot be used', { why: String(hint) });
    const isNew = sentence !== unusable;
    unusable = sentence;
    if (isNew) options.onTrouble?.();
  };

  const retryWait = (): number => {
    const waits = [...retries.values()].map(({ atMs }) => atMs - clock.monotonicMs());
    return Math.max(shortestWaitMs, Math.min(idleWaitMs, ...waits));
  };

  /** Looks at what lies in the folder and claims what is complete. */
  const takeUp = async (folder: UsableFolder): Promise<number> => {
    const { drop } = folder.places;
    const names = (await disk.list(drop)).filter((name) => !isIgnored(name)).slice(0, namesMost);
    const states = new Map<string, string>();
    for (const name of names) {
      const facts = await disk.lstat(join(drop, name)).catch(() => undefined);
      // Folders are not looked into, ours included.
      if (facts && !facts.isDirectory()) states.set(name, stateOf(facts));
    }
    const nowMs = clock.monotonicMs();
    const since = stillness.note(states, nowMs);
    let waitMs = idleWaitMs;
    for (const group of groupsOf([...states.keys()])) {
      if (isStopping()) return 0;
      const members = [group.ticket, group.mark, ...group.files].filter((name) => name !== undefined);
      const stillMs = nowMs - Math.max(...members.map((name) => since.get(name) ?? nowMs));
      const leftMs = neededMs(group) - stillMs;
      if (leftMs > 0) {
        waitMs = Math.min(waitMs, leftMs);
        continue;
      }
      await carryOut(folder, await beginClaim(folder.places, group, states, disk));
    }
    return Math.max(shortestWaitMs, waitMs);
  };

  const neededMs = (group: Group): number => {
    const { to, settleS } = config();
    const isWhole = group.files.length > 0 && !group.isUnfinished && (group.ticket !== undefined || to.length > 0);
    if (!isWhole) return orphanMs;
    return group.mark === undefined ? settleS * 1000 : 0;
  };

  /** Brings one claim as far as it goes now. */
  const carryOut = async (folder: UsableFolder, id: string): Promise<void> => {
    if ((retries.get(id)?.atMs ?? -Infinity) > clock.monotonicMs() || isStopping()) return;
    const { places } = folder;
    try {
      if (!settled.has(id)) {
        const standing = await gather(places, id, disk, clock.nowMs());
        if (standing.step === 'finish') await end(folder, id, standing.result);
        if (standing.step === 'submit') await submit(folder, id, standing.plan);
      }
      const result = settled.get(id);
      if (result) await end(folder, id, await keepResult(places, id, result, disk));
      retries.delete(id);
      settled.delete(id);
    } catch (error) {
      // What the stop has interrupted goes on after the next start.
      if (isStopping()) return;
      putOff(id, toMailError(error));
    }
  };

  const submit = async (folder: UsableFolder, id: string, plan: Plan): Promise<void> => {
    const { places, owners } = folder;
    const dir = filesOf(places, id);
    const rules = { owners, maxBytes: config().maxFileBytes };
    const over = new AbortController();
    const late = clock.sleep(submitMostMs, { signal: over.signal }).then(
      () => {
        over.abort();
      },
      () => undefined,
    );
    let result: Result;
    try {
      const ticket = await ticketOf(plan, dir, rules, config());
      const queueId = await withSignals([stopping.signal, over.signal], (signal) =>
        options.submit(ticket, filesOfPlan(plan, dir, rules), signal),
      );
      const at = new Date(clock.nowMs()).toISOString();
      result = { name: plan.name, files: plan.files, state: 'queued', queueId, at };
    } catch (cause) {
      const error = toMailError(cause);
      if (error.code === 'file-changing') {
        await giveBack(places, id, plan, disk, clock.nowMs());
        return;
      }
      if (!isFinishedCode(error)) throw error;
      result = failedResult(plan, error, clock.nowMs());
    } finally {
      over.abort();
      await late;
    }
    settled.set(id, result);
  };

  const end = async ({ places }: UsableFolder, id: string, result: Result): Promise<void> => {
    const folder = await finish(places, id, result, disk);
    if (result.state === 'failed') {
      failedCount++;
      options.onTrouble?.();
    }
    const { queueId, code } = result;
    log.notice(result.state === 'queued' ? 'hot folder: file taken' : 'hot folder: file refused', {
      folder,
      ...(queueId === undefined ? {} : { queueId }),
      ...(code === undefined ? {} : { code }),
    });
  };

  /** Full queue, failing disk, our own fault: the files stay, and are tried again. */
  const putOff = (id: string, error: MailError) => {
    const before = retries.get(id);
    const attempts = (before?.attempts ?? 0) + 1;
    const waitMs = Math.min(retryMostMs, retryFirstMs * 2 ** Math.min(10, attempts - 1));
    if (before?.code !== error.code)
      log.notice('hot folder: file must wait', { id, code: error.code, why: error.message });
    retries.set(id, { attempts, atMs: clock.monotonicMs() + waitMs, code: error.code });
  };

  /** Once an hour: sent files that are old enough go; refused ones stay until somebody has looked. @returns true then */
  const clean = async ({ places }: UsableFolder): Promise<boolean> => {
    if (clock.monotonicMs() - cleanedAtMs < 3_600_000) return false;
    const isFirst = cleanedAtMs === -Infinity;
    cleanedAtMs = clock.monotonicMs();
    if (isFirst) for (const place of [places.done, places.failed]) await letInAll(place, disk);
    const oldestMs = clock.nowMs() - config().keepDoneHours * 3_600_000;
    for (const name of await disk.list(places.done))
      if ((settledAtMs(name) ?? Infinity) <= oldestMs)
        // One that the firmware has filled with what cannot be removed must not stop the others.
        await disk.removeTree(join(places.done, name)).catch((error: unknown) => {
          log.fault('hot folder: sent files cannot be removed', error);
        });
    return true;
  };

  const countFailed = async ({ places }: UsableFolder): Promise<void> => {
    const before = failedCount;
    failedCount = (await disk.list(places.failed)).length;
    if (failedCount !== before) options.onTrouble?.();
  };

  const run = async (): Promise<void> => {
    while (!isStopping()) {
      let waitMs = idleWaitMs;
      try {
        waitMs = await round();
      } catch (error) {
        log.fault('hot folder', error);
      }
      await withSignals([stopping.signal, bell.signal], (signal) => clock.sleep(waitMs, { signal })).catch(
        () => undefined,
      );
      // A file that is being written rings with each piece.
      if (bell.signal.aborted) await clock.sleep(shortestWaitMs, { signal: stopping.signal }).catch(() => undefined);
      bell = new AbortController();
    }
  };

  let endWatch: () => void = () => undefined;
  return {
    trouble: () =>
      unusable ??
      (failedCount > 0
        ? `Files of the hot folder could not be sent (${String(failedCount)}); its folder "failed" says why. Remove them there when that is mended.`
        : undefined),
    start: async () => {
      // A hint only: network file systems and full inotify tables have none.
      try {
        const watcher = watch(path, { persistent: false }, ring);
        watcher.on('error', () => undefined);
        endWatch = () => {
          watcher.close();
        };
      } catch {
        // The rounds find it.
      }
      loop = run();
      return Promise.resolve();
    },
    stop: async () => {
      stopping.abort(new MailError('stopping', 'agent stops'));
      endWatch();
      await loop;
    },
  };
}
