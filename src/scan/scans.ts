/** Scans in progress: from Start to the job they become. Pages are files in a private folder, for as long as the scan lives. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  MailError,
  toMailError,
  type Clock,
  type MailLog,
  type QueueId,
  type ScanFormat,
  type ScannerDescription,
  type ScannerSummary,
  type ScanSummary,
} from '../core/index.ts';
import { filesOf, formatsOf, type ScanFile } from './scan-files.ts';
import { readPage } from './page-image.ts';
import { rasterPreview } from './preview.ts';
import { Session } from './session.ts';
import type { ScannerSource, ScanRequest } from './source.ts';

/** Who acts, as the door says. */
export interface ScanCaller {
  readonly by: string;
  readonly door: 'bridge' | 'panel';
}

/** What scanning needs of the rooms around it. */
export interface ScansOptions<Ticket> {
  /** Private; everything in it is removed at the first use. */
  readonly dir: string;
  /** Asked at each call: settings may change. */
  readonly sources: () => readonly ScannerSource[];
  readonly limits: () => {
    readonly maxPages: number;
    readonly maxBytes: number;
    /** What the spool needs to keep its records on a full disk; pages leave it alone. */
    readonly reserveBytes: number;
  };
  /** Free octets of the file system of `dir`; undefined: asked for. */
  readonly freeBytes?: (() => Promise<number>) | undefined;
  /** Hands the files in; durable when it resolves. `key`: the same scan never becomes two jobs. */
  readonly submit: (
    ticket: Ticket,
    files: AsyncIterable<ScanFile>,
    key: string,
    caller: ScanCaller,
  ) => Promise<QueueId>;
  /** Called at every change of any scan. */
  readonly onChange: (scan: ScanSummary) => void;
  readonly clock: Clock;
  readonly log: MailLog;
}

/** Everything that doors offer of scanners. */
export interface Scans<Ticket> {
  /** @throws MailError `scanner-failed` */
  scanners(): Promise<readonly ScannerSummary[]>;
  /** @throws MailError `scanner-not-found`, `scanner-busy`, ... */
  scanner(id: string): Promise<ScannerDescription>;
  /** Starts; pages come in afterwards. @throws MailError `scanner-not-found`, `scan-busy`, `bad-request`, `disk-full` */
  begin(scannerId: string, request: ScanRequest): Promise<ScanSummary>;
  /** Next pages into the same scan. @throws MailError `scan-not-found`, `scan-busy`, `disk-full` */
  more(id: string, request?: Partial<ScanRequest>): Promise<ScanSummary>;
  /** @throws MailError `scan-not-found` */
  scan(id: string): Promise<ScanSummary>;
  /** A picture of a page. @throws MailError `scan-not-found`, also for a page that cannot be drawn */
  preview(id: string, n: number): Promise<{ readonly mediaType: string; readonly body: Readable }>;
  /** Ends it, whatever its state; its pages are removed. @throws MailError `scan-not-found` */
  cancel(id: string): Promise<ScanSummary>;
  /** Makes it a job. Again with the same id: the same job. @throws MailError as `submitTicket`; `scan-not-found`, `scan-busy` */
  submit(id: string, ticket: Ticket, format: ScanFormat, caller: ScanCaller): Promise<QueueId>;
  /** Ends all; removes all pages. */
  stop(): Promise<void>;
}

/** Open at the same time: a panel has one, a browser beside it perhaps another. */
const mostOpen = 4;
const idleMs = 15 * 60_000;
/** Above the spool's reserve: pages are looked at once a second, and a scanner is fast. */
const marginBytes = 16 * 1024 * 1024;

/** Makes the scans of one agent. Nothing happens before the first call. */
export function createScans<Ticket>(options: ScansOptions<Ticket>): Scans<Ticket> {
  const { dir, clock, log } = options;
  const sessions = new Map<string, Session>();
  const working = new Set<Promise<void>>();

  const tell = (session: Session) => {
    options.onChange(summaryOf(session));
  };
  const sessionOf = (id: string): Session => {
    const session = sessions.get(id);
    if (!session) throw new MailError('scan-not-found', 'no such scan');
    return session;
  };
  const keep = (work: Promise<void>) => {
    const kept = work
      .catch((error: unknown) => {
        log.fault('scan', error);
      })
      .finally(() => working.delete(kept));
    working.add(kept);
  };

  let prepared: Promise<unknown> | undefined;
  /** What a power cut left is nobody's any more. */
  const prepare = () =>
    (prepared ??= rm(dir, { recursive: true, force: true })
      .then(() => mkdir(dir, { recursive: true, mode: 0o700 }))
      .catch((cause: unknown) => {
        prepared = undefined;
        throw new MailError('storage-failed', 'folder of the scans cannot be made', { cause });
      }));

  const freeBytes = options.freeBytes ?? (() => statfs(dir).then(({ bavail, bsize }) => bavail * bsize));
  /** With no octet left the relay could not even record that a mail was accepted, and would send it again (F11). */
  const assertSpace = async (moreBytes: number) => {
    const neededBytes = options.limits().reserveBytes + marginBytes + moreBytes;
    if ((await freeBytes()) < neededBytes) throw new MailError('disk-full', 'no room for pages beside the queue');
  };
  /** @throws MailError `disk-full`, `storage-failed`: nothing is remembered of a scan without a folder */
  const makeFolder = async (path: string) => {
    await prepare();
    await assertSpace(0);
    // The folder around it may have been removed; preparing again would take the pages of others with it.
    await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
      const isFull = ['ENOSPC', 'EDQUOT'].includes(String((cause as { readonly code?: unknown }).code));
      throw new MailError(isFull ? 'disk-full' : 'storage-failed', 'folder of the scan cannot be made', { cause });
    });
  };

  const describe = async (id: string) => {
    for (const source of options.sources()) {
      // A source without its program has no scanners; another may have this one.
      const offered = await source.describe(id, {}).catch((error: unknown) => {
        if (toMailError(error).code !== 'scanner-not-found') throw error;
        return undefined;
      });
      if (offered) return { source, offered };
    }
    throw new MailError('scanner-not-found', `no scanner ${id}`);
  };

  /** Lets go of the pages; what became of the scan is told for as long as it is remembered. */
  const removePages = async (session: Session) => {
    session.pages.length = 0;
    await rm(session.dir, { recursive: true, force: true });
  };
  /** A page that broke off takes room, and its number from the next. */
  const removeRest = async ({ dir: folder, pages }: Session) => {
    const kept = new Set(pages.map(({ image }) => image.path));
    for (const name of await readdir(folder).catch((): string[] => []))
      if (!kept.has(join(folder, name))) await rm(join(folder, name), { recursive: true, force: true });
  };
  const forget = async (session: Session) => {
    session.ending.abort(new MailError('scan-not-found', 'scan has ended'));
    sessions.delete(session.id);
    await session.scanning;
    await removePages(session);
  };
  const expire = async (session: Session): Promise<void> => {
    const isOver = await session.idle(clock, idleMs);
    if (isOver) await forget(session);
  };

  const scanPages = async (session: Session, source: ScannerSource, request: ScanRequest): Promise<void> => {
    session.state = 'scanning';
    session.trouble = undefined;
    session.request = request;
    tell(session);
    const { maxPages, maxBytes } = options.limits();
    const room = {
      dir: session.dir,
      firstN: session.nextN,
      maxPages: maxPages - session.pages.length,
      maxBytes,
      assertSpace,
    };
    const cancelled = new AbortController();
    session.stopScanning = cancelled;
    try {
      if (room.maxPages < 1) throw new MailError('scan-too-large', `scan has ${String(maxPages)} pages`);
      for await (const file of source.scan(session.scannerId, request, room, { signal: cancelled.signal })) {
        session.nextN++;
        const image = await readPage(file.path);
        session.touch();
        session.pages.push({ n: session.pages.length + 1, image, name: file.name, dpi: request.resolution });
        tell(session);
        if (session.bytes() > maxBytes) throw new MailError('scan-too-large', 'scan is larger than a message may be');
      }
    } catch (error) {
      if (!cancelled.signal.aborted) {
        const trouble = toMailError(error);
        session.trouble = trouble.code;
        log.notice('scan stopped', { code: trouble.code, why: trouble.message, pages: session.pages.length });
        await removeRest(session);
      }
    } finally {
      session.stopScanning = undefined;
      session.touch();
    }
    if (cancelled.signal.aborted) return;
    session.state = session.pages.length > 0 ? 'scanned' : 'failed';
    tell(session);
  };

  const run = (session: Session, source: ScannerSource, request: ScanRequest): ScanSummary => {
    const work = scanPages(session, source, request);
    session.scanning = work;
    keep(work);
    return summaryOf(session);
  };

  return {
    scanners: async () => {
      const found: ScannerSummary[] = [];
      let failure: unknown;
      for (const source of options.sources())
        try {
          found.push(...(await source.list({})));
        } catch (error) {
          if (toMailError(error).code !== 'scanner-not-found') failure = error;
        }
      if (found.length === 0 && failure !== undefined) throw toMailError(failure);
      return found;
    },
    scanner: async (id) => ({ ...(await describe(id)).offered, formats: ['pdf', 'tiff', 'jpeg'] }),
    begin: async (scannerId, request) => {
      const { source, offered } = await describe(scannerId);
      assertOffered(offered, request);
      const id = randomUUID();
      const folder = join(dir, id);
      await makeFolder(folder);
      // Those that ended are only remembered; they make room.
      for (const session of [...sessions.values()])
        if (sessions.size >= mostOpen && session.isOver()) await forget(session);
      if (sessions.size >= mostOpen) {
        await rm(folder, { recursive: true, force: true });
        throw new MailError('scan-busy', `${String(mostOpen)} scans are open`);
      }
      const session = new Session(id, scannerId, folder, clock.monotonicMs.bind(clock));
      sessions.set(id, session);
      keep(expire(session));
      return run(session, source, request);
    },
    more: async (id, changes = {}) => {
      const session = sessionOf(id);
      if (session.isOver()) throw new MailError('scan-not-found', 'scan is over');
      if (session.isAtWork()) throw new MailError('scan-busy', 'scan is under way');
      const { source, offered } = await describe(session.scannerId);
      const { request } = session;
      if (!request) throw new MailError('internal', 'scan without a request');
      const next = { ...request, ...changes };
      assertOffered(offered, next);
      await assertSpace(0);
      // A scanner may take half a minute to say what it offers, and a person has cancelled meanwhile, or pressed twice.
      if (session.isOver() || !sessions.has(id)) throw new MailError('scan-not-found', 'scan is over');
      if (session.isAtWork()) throw new MailError('scan-busy', 'scan is under way');
      return run(session, source, next);
    },
    // eslint-disable-next-line @typescript-eslint/require-await -- an error becomes a rejection
    scan: async (id) => {
      const session = sessionOf(id);
      session.touch();
      return summaryOf(session);
    },
    preview: async (id, n) => {
      const session = sessionOf(id);
      session.touch();
      const image = session.pages[n - 1]?.image;
      if (image === undefined || image.kind === 'document') throw new MailError('scan-not-found', 'no such picture');
      if (image.kind === 'jpeg') return { mediaType: 'image/jpeg', body: createReadStream(image.path) };
      return { mediaType: 'image/png', body: Readable.from([await rasterPreview(image)]) };
    },
    cancel: async (id) => {
      const session = sessionOf(id);
      if (session.state === 'submitting') throw new MailError('scan-busy', 'scan is being handed in');
      if (!session.isOver()) session.state = 'cancelled';
      session.stopScanning?.abort(new MailError('scan-not-found', 'scan was cancelled'));
      await session.scanning;
      await removePages(session);
      tell(session);
      return summaryOf(session);
    },
    submit: async (id, ticket, format, caller) => {
      const session = sessionOf(id);
      if (session.queueId !== undefined) return session.queueId;
      if (session.isOver()) throw new MailError('scan-not-found', 'scan is over');
      if (session.isAtWork()) throw new MailError('scan-busy', 'scan is under way');
      const files = filesOf(session.pages, format);
      const before = session.state;
      session.state = 'submitting';
      try {
        session.queueId = await options.submit(ticket, files, `scan-${id}`, caller);
      } catch (error) {
        session.state = before;
        session.touch();
        throw error;
      }
      session.state = 'submitted';
      session.touch();
      // Only now: until the job is durable, these pages are the only ones.
      await removePages(session);
      tell(session);
      return session.queueId;
    },
    stop: async () => {
      for (const session of [...sessions.values()]) {
        session.stopScanning?.abort(new MailError('stopping', 'agent stops'));
        await forget(session);
      }
      await Promise.all(working);
      // Whoever starts again may have removed the folder.
      prepared = undefined;
    },
  };
}

function summaryOf(session: Session): ScanSummary {
  const { id, scannerId, state, pages, trouble, queueId } = session;
  return {
    id,
    scannerId,
    state: state === 'submitting' ? 'scanned' : state,
    pages: pages.map(({ n, image }) => ({
      n,
      widthPx: image.kind === 'document' ? 0 : image.widthPx,
      heightPx: image.kind === 'document' ? 0 : image.heightPx,
      sizeBytes: image.sizeBytes,
      hasPreview: image.kind !== 'document',
    })),
    formats: formatsOf(pages),
    ...(trouble === undefined ? {} : { trouble }),
    ...(queueId === undefined ? {} : { queueId }),
  };
}

function assertOffered(
  offered: {
    readonly sources: readonly string[];
    readonly resolutions: readonly number[];
    readonly colours: readonly string[];
  },
  request: ScanRequest,
): void {
  const isResolution = offered.resolutions.length === 0 || offered.resolutions.includes(request.resolution);
  if (offered.sources.includes(request.source) && isResolution && offered.colours.includes(request.colour)) return;
  const hint = 'this scanner does not offer that source, resolution or colour';
  throw new MailError('bad-request', hint, { details: { hint } });
}
