import { lstat, open, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { connect, createServer, type Server, type Socket } from 'node:net';

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
  const turn = await takeTurn(dirname(path)).catch(async (error: unknown) => {
    await folder?.close();
    throw error;
  });
  try {
    for (let tries = 0; turn !== undefined && tries < 3; tries++) {
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
  } finally {
    await turn?.();
  }
}

/** Starters that wait for one another at most. */
const maxTurns = 20;

/**
 * One starter at a time looks at a folder's lock: between "it is dead" and its removal another could put a living one there.
 * The turn is an abstract socket (Linux), which nothing can leave behind.
 * @returns the end of the turn; undefined if it never came
 */
async function takeTurn(folder: string): Promise<(() => Promise<void>) | undefined> {
  const { dev, ino } = await stat(folder);
  const name = `\0mfp-mail-agent-${String(dev)}-${String(ino)}`;
  for (let tries = 0; tries < maxTurns; tries++) {
    const waiting = new Set<Socket>();
    const server = await listen(name, (socket) => {
      waiting.add(socket);
    });
    if (server) {
      return async () => {
        await new Promise<void>((resolve) => {
          server.close(() => {
            resolve();
          });
          for (const socket of waiting) socket.destroy();
        });
      };
    }
    await untilClosed(name);
  }
  return undefined;
}

/** Resolves when whoever has the turn gives it up, or after two seconds. */
function untilClosed(name: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(name);
    socket.setTimeout(2000, () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve();
    });
    socket.resume();
  });
}

/** @returns undefined if the name is taken */
function listen(path: string, onConnection = sayPid): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
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
  await unlink(at).catch(() => undefined);
  return undefined;
}

function sayPid(socket: Socket): void {
  socket.end(`${process.pid}\n`);
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
