/** What the foreign servers have in common: ports, the wait for a greeting, Maildirs. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Certificate chain and key, as PEM files a server may read. */
export interface ServerTls {
  readonly certPath: string;
  readonly keyPath: string;
}

/** A running server that keeps what it gets. */
export interface ReceivingServer {
  readonly port: number;
  /** Each message as it lies in the Maildir: local line ends, trace fields on top. */
  messages(): Promise<readonly Buffer[]>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** The path of a shared library among unpacked ones. @throws Error it is not there */
export function libraryFile(env: Readonly<Record<string, string>>, name: string): string {
  const dirs = (env['LD_LIBRARY_PATH'] ?? '').split(':');
  const path = dirs.map((dir) => join(dir, name)).find((one) => existsSync(one));
  if (path === undefined) throw new Error(`${name} is not among the unpacked libraries`);
  return path;
}

/** Waits until something on the port greets with 220. @throws Error it did not within 15 s */
export async function untilGreeting(port: number): Promise<void> {
  const deadlineMs = Date.now() + 15_000;
  while (Date.now() < deadlineMs) {
    if (await greets(port)) return;
    await sleep(50);
  }
  throw new Error(`nothing greets on port ${port}`);
}

function greets(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    const end = (isThere: boolean) => {
      socket.end('QUIT\r\n').destroySoon();
      resolve(isThere);
    };
    socket.setTimeout(2000, () => end(false));
    socket.once('data', (chunk: Buffer) => end(chunk.toString().startsWith('220')));
    socket.on('error', () => end(false));
    socket.once('close', () => end(false));
  });
}

/** Every message delivered into a Maildir, oldest first. */
export const readMaildir = (path: string): Promise<readonly Buffer[]> => readFolder(join(path, 'new'));

/** Every file of a folder, by name; none if it is not there yet. */
export async function readFolder(dir: string): Promise<readonly Buffer[]> {
  const names = (await readdir(dir).catch((): string[] => [])).sort();
  return Promise.all(names.map((name) => readFile(join(dir, name))));
}
