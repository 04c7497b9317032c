/** SANE's scanners, by the program `scanimage`: flatbed and feeder, USB and network, whatever SANE has a driver for. */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MailError, toMailError, type Clock, type ScannerSummary } from '../core/index.ts';
import { readSaneOptions, saneArguments, type Paper, type SaneOptions } from './sane-options.ts';
import { scanimageText, startScanimage, type Run } from './scanimage.ts';
import type { PageFile, PageRoom, ScannerSource } from './source.ts';

/** What a SANE source needs. */
export interface SaneSourceOptions {
  /** Name or path of `scanimage`. */
  readonly program: string;
  readonly clock: Clock;
  readonly config: () => {
    readonly paper: Paper;
    /** Silence of a scanner after which it counts as hung. */
    readonly pageTimeoutS: number;
  };
}

interface Device extends ScannerSummary {
  /** As SANE calls it: `epson2:libusb:001:004`. */
  readonly device: string;
  /** "flatbed scanner", "sheetfed scanner", ... */
  readonly type: string;
}

/** Drivers ask the network for some seconds; a list that old is good enough while somebody chooses. */
const listKeptMs = 30_000;
const listTimeoutMs = 45_000;
const describeTimeoutMs = 30_000;
const watchEveryMs = 1_000;
/** From a scanner's complaint to its end. */
const complaintMs = 10_000;

/** Scanners of this machine and its network. Constructing asks nobody. */
export function createSaneSource(options: SaneSourceOptions): ScannerSource {
  const { clock, config } = options;
  let kept: { readonly devices: readonly Device[]; readonly atMs: number } | undefined;
  const optionsOf = new Map<string, SaneOptions>();

  const list = async (signal: AbortSignal | undefined): Promise<readonly Device[]> => {
    if (kept && clock.monotonicMs() - kept.atMs < listKeptMs) return kept.devices;
    const text = await scanimageText(['-f', '%d\t%v\t%m\t%t%n'], options, { signal, timeoutMs: listTimeoutMs });
    const devices = readDevices(text);
    kept = { devices, atMs: clock.monotonicMs() };
    return devices;
  };
  /** Nobody but SANE names a device: what a client says is looked up. */
  const deviceOf = async (id: string, signal: AbortSignal | undefined): Promise<Device | undefined> =>
    kept?.devices.find((one) => one.id === id) ?? (await list(signal)).find((one) => one.id === id);
  const describe = async ({ id, device, type }: Device, signal: AbortSignal | undefined): Promise<SaneOptions> => {
    const known = optionsOf.get(id);
    if (known) return known;
    const text = await scanimageText([`--device-name=${device}`, '-A'], options, {
      signal,
      timeoutMs: describeTimeoutMs,
    });
    const read = readSaneOptions(text, type);
    optionsOf.set(id, read);
    return read;
  };

  return {
    list: async ({ signal }) => (await list(signal)).map(({ id, title, kind }) => ({ id, title, kind })),
    describe: async (id, { signal }) => {
      const device = await deviceOf(id, signal);
      if (!device) return undefined;
      const { sources, resolutions, colours } = await describe(device, signal);
      return { id, title: device.title, sources: [...sources.keys()], resolutions, colours: [...colours.keys()] };
    },
    async *scan(id, request, room, { signal }) {
      const device = await deviceOf(id, signal);
      if (!device) throw new MailError('scanner-not-found', `no scanner ${id}`);
      const chosen = saneArguments(await describe(device, signal), request, config().paper);
      const batch = [
        // A pattern for printf, so no path with its own per cent signs: the folder is the working folder.
        '--batch=page-%d',
        '--batch-print',
        `--batch-start=${String(room.firstN)}`,
        `--batch-count=${String(request.source === 'feeder' ? room.maxPages : 1)}`,
      ];
      const run = startScanimage([`--device-name=${device.device}`, ...chosen, ...batch], options, {
        signal,
        cwd: room.dir,
      });
      yield* pagesOf(run, room, clock, config().pageTimeoutS * 1000);
    },
  };
}

async function* pagesOf(
  run: Run,
  room: PageRoom,
  clock: Clock,
  silenceMs: number,
): AsyncGenerator<PageFile, undefined> {
  const over = new AbortController();
  const watched = watch(run, room, clock, silenceMs, over.signal);
  let count = 0;
  try {
    for await (const line of run.lines) {
      if (!/^page-\d+$/.test(line)) continue;
      count++;
      yield { path: join(room.dir, line) };
    }
    await run.done().catch((error: unknown) => {
      // How a feeder ends; SANE says it as an error.
      const isEnd = error instanceof MailError && error.code === 'scanner-feeder-empty' && count > 0;
      if (!isEnd) throw error;
    });
  } finally {
    over.abort();
    await watched;
    await run.end(new MailError('scanner-failed', 'nobody waits for the pages'));
  }
  return undefined;
}

/** Ends a run that hangs, or fills the disk: neither SANE nor scanimage know a limit. */
async function watch(run: Run, room: PageRoom, clock: Clock, silenceMs: number, signal: AbortSignal): Promise<void> {
  let [before, changedAtMs] = [-1, clock.monotonicMs()];
  let complainedAtMs: number | undefined;
  for (;;) {
    await clock.sleep(watchEveryMs, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const bytes = await bytesIn(room.dir);
    const lack = await room.assertSpace(0).catch((error: unknown) => toMailError(error));
    const nowMs = clock.monotonicMs();
    if (bytes !== before) [before, changedAtMs] = [bytes, nowMs];
    const trouble = run.trouble();
    complainedAtMs = trouble ? (complainedAtMs ?? nowMs) : undefined;
    if (bytes > room.maxBytes) await run.end(new MailError('scan-too-large', `pages of ${String(bytes)} bytes`));
    else if (lack) await run.end(lack);
    else if (trouble && complainedAtMs !== undefined && nowMs - complainedAtMs >= complaintMs) await run.end(trouble);
    else if (nowMs - changedAtMs >= silenceMs)
      await run.end(new MailError('scanner-failed', `scanner silent for ${String(silenceMs)} ms`));
  }
}

async function bytesIn(dir: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(dir).catch((): string[] => []))
    bytes += await stat(join(dir, name)).then(
      ({ size }) => size,
      () => 0,
    );
  return bytes;
}

/** Lines of `%d TAB %v TAB %m TAB %t`. A device without a name, or with an odd one, cannot be asked for. */
export function readDevices(text: string): readonly Device[] {
  return text
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([device = '', , , type]) => /^[^-\s][^\s]*$/.test(device) && type !== undefined)
    .map(([device = '', vendor = '', model = '', type = '']) => ({
      // USB numbers and addresses change; the name must be found again, not guessed.
      id: `sane-${createHash('sha256').update(device).digest('hex').slice(0, 10)}`,
      title: `${vendor} ${model}`.replace(/[\x00-\x1f\x7f]/g, '').trim() || device,
      kind: 'sane',
      device,
      type,
    }));
}
