import { lstat, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { connect, createServer, type Server } from 'node:net';

/** Longest path a Unix socket address holds, less a margin for the name of a stale lock. */
const maxSocketPathBytes = 80;

/**
 * Holds a lock as a listening Unix socket: Node has no flock, and a socket dies with its process, so a lock left behind
 * by a crash is told from a live one by connecting. The holder tells its pid to whoever connects.
 * @param path where the socket is made; anything there that is not a socket is left alone
 */
export async function holdLock(
  path: string,
): Promise<{ readonly release: () => Promise<void> } | { readonly holder: string }> {
  // A long path does not fit a socket address; the same folder has a short name under /proc.
  const folder = Buffer.byteLength(path) > maxSocketPathBytes ? await open(dirname(path), 'r') : undefined;
  const at = folder ? join('/proc/self/fd', String(folder.fd), basename(path)) : path;
  try {
    for (let tries = 0; tries < 3; tries++) {
      const server = await listen(at);
      if (server) {
        return {
          release: async () => {
            await new Promise<void>((resolve) => {
              server.close(() => {
                resolve();
              });
            });
            await folder?.close();
          },
        };
      }
      const holder = await whoHolds(at, path);
      if (holder !== undefined) {
        await folder?.close();
        return { holder };
      }
    }
    await folder?.close();
    return { holder: 'another program that is starting too' };
  } catch (error) {
    await folder?.close();
    throw error;
  }
}

/** @returns undefined if the name is taken */
function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(`${process.pid}\n`);
    });
    // Stays: without descriptors to spare accept() fails here, and that must not end the daemon (F26).
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => {
      // The lock must not keep a process alive that has nothing else to do.
      server.unref();
      resolve(server);
    });
  });
}

/** Asks the lock who holds it; a dead one is removed, and then nobody does. */
async function whoHolds(at: string, path: string): Promise<string | undefined> {
  let facts: Awaited<ReturnType<typeof lstat>>;
  try {
    facts = await lstat(path);
  } catch {
    return undefined;
  }
  if (!facts.isSocket()) return 'something that is no lock of ours';
  const pid = await ask(at);
  if (pid !== undefined) return pid;
  // Renamed first, then asked again: between question and removal another starter may have put its live lock here.
  const aside = `${at}.stale-${process.pid}`;
  try {
    await rename(at, aside);
    const live = await ask(aside);
    if (live === undefined) await unlink(aside);
    else await rename(aside, at);
    return live;
  } catch {
    return undefined;
  }
}

/** @returns undefined if nobody listens */
function ask(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(path);
    socket.setEncoding('latin1');
    // A holder that is too busy to answer holds it all the same.
    socket.setTimeout(2000, () => {
      resolve('pid unknown');
      socket.destroy();
    });
    socket.on('data', (text: string) => {
      said += text;
    });
    socket.on('end', () => {
      resolve(/^\d+/.test(said) ? `pid ${said.trim()}` : 'pid unknown');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? undefined : 'pid unknown');
    });
  });
}
