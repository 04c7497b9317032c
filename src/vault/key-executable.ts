import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MailError, type Clock, type MailLog } from '../core/index.ts';
import { readIfThere, wipeDurably, writeDurably } from './durable-file.ts';
import { type KeyProvider } from './key-provider.ts';

const deadlineMs = 10_000;
const maxOutputBytes = 65_536;

/**
 * The vendor's hook (TPM 2, OP-TEE, CAAM): `<path> wrap NAME` gets the key on stdin and writes a blob to stdout,
 * `<path> unwrap NAME` the other way round; exit status 0 means done. We keep the blob in `<dir>/NAME.wrapped`.
 * The program gets no environment but PATH, 10 seconds, and 64 KiB of output; its stderr is logged, the data never is.
 */
export function executableKeyProvider(options: {
  readonly path: string;
  readonly dir: string;
  readonly clock: Clock;
  readonly log?: MailLog | undefined;
}): KeyProvider {
  const { path, dir, clock, log } = options;
  const blobPath = (name: string) => join(dir, `${name}.wrapped`);

  const call = async (verb: 'wrap' | 'unwrap', name: string, input: Buffer): Promise<Buffer> => {
    const outcome = await run(path, [verb, name], input, clock);
    if (outcome.complaint !== '') log?.warn('key program said', { verb, name, stderr: outcome.complaint });
    const why = outcome.why ?? (outcome.output.length === 0 ? 'no output' : undefined);
    if (why !== undefined) throw new MailError('key-unavailable', `key program failed at ${verb} ${name}: ${why}`);
    return outcome.output;
  };

  return {
    wrap: async (name, key) => {
      const blob = await call('wrap', name, key);
      try {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        const known = await readIfThere(blobPath(name), maxOutputBytes);
        if (known !== undefined) throw new Error('a key of that name is there already');
        await writeDurably(blobPath(name), blob);
      } catch (error) {
        throw new MailError('key-unavailable', `wrapped key ${name} cannot be stored: ${String(error)}`, {
          cause: error,
        });
      }
    },
    unwrap: async (name) => {
      let blob: Buffer | undefined;
      try {
        blob = await readIfThere(blobPath(name), maxOutputBytes);
      } catch (error) {
        throw new MailError('key-unavailable', `wrapped key ${name} cannot be read: ${String(error)}`, {
          cause: error,
        });
      }
      return blob && call('unwrap', name, blob);
    },
    destroy: async (name) => {
      try {
        await wipeDurably(blobPath(name));
      } catch (error) {
        throw new MailError('storage-failed', `wrapped key ${name} cannot be destroyed: ${String(error)}`, {
          cause: error,
        });
      }
    },
  };
}

interface Outcome {
  readonly output: Buffer;
  readonly complaint: string;
  readonly why?: string;
}

/** Runs the program once; never rejects. */
async function run(path: string, args: readonly string[], input: Buffer, clock: Clock): Promise<Outcome> {
  const over = new AbortController();
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
  const child = spawn(path, args, { stdio: 'pipe', detached: true, env });
  // A group of its own, so that a script's children end with it and do not keep our pipes open.
  const end = (reason: string) => {
    why ??= reason;
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        /* it has just ended by itself */
      }
    }
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const output: Buffer[] = [];
  let outputBytes = 0;
  let complaint = '';
  let why: string | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    outputBytes += chunk.length;
    if (outputBytes <= maxOutputBytes) output.push(chunk);
    else end('too much output');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, 1000);
  });
  // A program that does not read its input closes the pipe; its exit status tells the rest.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  clock.sleep(deadlineMs, { signal: over.signal }).then(
    () => {
      end('no answer within 10 s');
    },
    () => undefined,
  );
  await new Promise<void>((resolve) => {
    child.on('error', (error) => {
      why ??= error.message;
      resolve();
    });
    child.on('close', (status, signal) => {
      if (status !== 0) why ??= `exit ${String(status ?? signal)}`;
      resolve();
    });
  });
  over.abort();
  return { output: Buffer.concat(output), complaint: complaint.trim(), ...(why === undefined ? {} : { why }) };
}
