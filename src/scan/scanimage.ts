/** The program `scanimage`: started, listened to, and ended. SANE's libraries and their faults stay in that process. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { MailError, type Clock, type ErrorCode } from '../core/index.ts';

/** How it is run. */
export interface ScanimageOptions {
  /** Name or path of `scanimage`. */
  readonly program: string;
  readonly clock: Clock;
}

/** What ends a run early. */
export interface RunLimits {
  readonly signal?: AbortSignal | undefined;
  /** For the whole run. */
  readonly timeoutMs?: number | undefined;
  readonly cwd?: string | undefined;
}

const maxOutputBytes = 256 * 1024;
const politeMs = 5_000;

/** SANE_Status, which is also the exit code. @see https://sane-project.gitlab.io/standard/api.html#status-type */
const statusCodes: Readonly<Record<number, ErrorCode>> = {
  3: 'scanner-busy',
  6: 'scanner-jammed',
  7: 'scanner-feeder-empty',
  8: 'scanner-cover-open',
  9: 'scanner-failed',
  11: 'scanner-failed',
};

/** What the program says where the exit code is only 1. The words are SANE's own (sane_strstatus). */
const sentences: readonly (readonly [RegExp, ErrorCode])[] = [
  [/Device busy/i, 'scanner-busy'],
  [/jammed/i, 'scanner-jammed'],
  [/out of documents/i, 'scanner-feeder-empty'],
  [/cover is open/i, 'scanner-cover-open'],
  [/no SANE devices found|open of device .* failed: Invalid argument/i, 'scanner-not-found'],
];

/** One run. */
export interface Run {
  /** Lines of its standard output, as they come. */
  readonly lines: AsyncIterable<string>;
  /** Waits for its end. @throws MailError `scanner-*`, or the reason why it was ended */
  done(): Promise<void>;
  /** What the scanner complained of so far; some drivers hang after that instead of ending. */
  trouble(): MailError | undefined;
  /** Asks it to end, and ends it if it does not. Safe to call again. */
  end(reason: unknown): Promise<void>;
}

/**
 * Starts the program.
 * @returns the run; a program that is not there shows in `done`
 */
export function startScanimage(args: readonly string[], options: ScanimageOptions, limits: RunLimits): Run {
  const { clock, program } = options;
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: limits.cwd,
    // Its sentences are read by this program, so they must be English.
    env: { ...process.env, LC_ALL: 'C' },
  });
  const ended = new AbortController();
  let failure: unknown;
  child.once('error', (error) => {
    failure = error;
    ended.abort();
  });
  child.once('close', () => {
    ended.abort();
  });
  const lines = createInterface({ input: child.stdout, crlfDelay: Infinity });
  const isOver = () => ended.signal.aborted;
  const complaint = collectText(child.stderr);
  let why: unknown;
  const end = async (reason: unknown): Promise<void> => {
    why ??= reason;
    if (isOver()) return;
    // scanimage cancels the scan on the first signal, so that the lamp goes home and the sheet comes out.
    child.kill('SIGTERM');
    await clock.sleep(politeMs, { signal: ended.signal }).catch(() => undefined);
    if (isOver()) return;
    child.kill('SIGKILL');
    // A grandchild that keeps the pipes open must not keep us waiting; a destroyed pipe has no last line.
    lines.close();
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const onAbort = () => {
    void end(limits.signal?.reason);
  };
  if (limits.signal?.aborted === true) onAbort();
  limits.signal?.addEventListener('abort', onAbort, { once: true });
  const { timeoutMs } = limits;
  if (timeoutMs !== undefined)
    void clock.sleep(timeoutMs, { signal: ended.signal }).then(
      () => end(new MailError('scanner-failed', `scanimage gave no answer for ${String(timeoutMs)} ms`)),
      () => undefined,
    );
  return {
    lines,
    end,
    trouble: () => (/^scanimage: sane_\w+: /m.test(complaint()) ? scanFailure(null, complaint()) : undefined),
    done: async () => {
      await closed(child, ended.signal);
      limits.signal?.removeEventListener('abort', onAbort);
      if (why !== undefined) throw why instanceof Error ? why : new MailError('scanner-failed', 'scan was ended');
      if (failure !== undefined) throw await startFailure(failure, limits.cwd);
      if (child.exitCode !== 0) throw scanFailure(child.exitCode, complaint());
    },
  };
}

/** Runs it to its end. @returns what it printed, at most 256 KiB */
export async function scanimageText(
  args: readonly string[],
  options: ScanimageOptions,
  limits: RunLimits,
): Promise<string> {
  const run = startScanimage(args, options, limits);
  let text = '';
  for await (const line of run.lines) {
    text += `${line}\n`;
    if (text.length > maxOutputBytes) await run.end(new MailError('scanner-failed', 'scanimage says too much'));
  }
  await run.done();
  return text;
}

async function closed(child: ChildProcessByStdio<null, Readable, Readable>, ended: AbortSignal): Promise<void> {
  if (!ended.aborted) await once(ended, 'abort');
  child.stdout.destroy();
}

/** The last words of a stream. */
function collectText(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(-4096);
  });
  stream.on('error', () => undefined);
  return () => text;
}

async function startFailure(cause: unknown, cwd: string | undefined): Promise<MailError> {
  // The same word for a program and for a working folder that are not there.
  const hasFolder =
    cwd === undefined ||
    (await access(cwd).then(
      () => true,
      () => false,
    ));
  if (!hasFolder) return new MailError('scanner-failed', 'folder of the scan is gone', { cause });
  const isMissing = (cause as { readonly code?: unknown }).code === 'ENOENT';
  return isMissing
    ? new MailError('scanner-not-found', 'scanimage is not installed', {
        cause,
        details: { hint: 'the program scanimage is not installed' },
      })
    : new MailError('scanner-failed', 'scanimage cannot be started', { cause });
}

/** What an end with an error means. @param exitCode null: ended by a signal */
export function scanFailure(exitCode: number | null, complaint: string): MailError {
  const line = complaint
    .split('\n')
    .filter((one) => one.startsWith('scanimage:'))
    .at(-1);
  const code = statusCodes[exitCode ?? -1] ?? sentences.find(([pattern]) => pattern.test(line ?? ''))?.[1];
  return new MailError(code ?? 'scanner-failed', `${line ?? 'scanimage'} (exit ${String(exitCode)})`);
}
