/**
 * The Unix-socket door to the API: for the CLI, the firmware and the text panel. Who may come in is decided by file
 * permissions alone (Node has no SO_PEERCRED): the folder is 0750, the socket 0660, both of group `mfpmail` when the
 * package made them so (T60).
 */
import { lstat, mkdir, unlink } from 'node:fs/promises';
import type * as http from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Api, Caller } from '../api/index.ts';
import { MailError, type MailLog, type Service } from '../core/index.ts';

/** Silence while a request is answered. Event streams say something every 15 s. */
const answerMs = 300_000;

type Listener = (incoming: http.IncomingMessage, outgoing: http.ServerResponse) => unknown;

/**
 * @param options.api called at the first request, so that idle memory stays small
 * @param options.silentMs silence between and in front of requests, and inside a header, after which a connection is closed
 * @throws MailError at start: `spool-locked` if another agent answers on the socket, `storage-failed` if it cannot be made
 */
export function createBridge(options: {
  readonly socketPath: string;
  readonly api: () => Promise<Api>;
  readonly log: MailLog;
  readonly silentMs?: number;
}): Service {
  const { socketPath, log, silentMs = 30_000 } = options;
  let server: Server | undefined;
  let web: Promise<http.Server> | undefined;
  let listener: Promise<Listener> | undefined;
  const sockets = new Set<Socket>();

  const answer = async (incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> => {
    try {
      listener ??= loadListener(options.api);
      await (
        await listener
      )(incoming, outgoing);
    } catch (error) {
      listener = undefined;
      log.fault('bridge call failed', error);
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(500).end();
    }
  };

  return {
    async start() {
      await mkdir(dirname(socketPath), { recursive: true, mode: 0o750 });
      await removeStale(socketPath);
      const made = createServer((socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        const ignore = () => undefined;
        socket.on('error', ignore);
        void (web ??= makeWeb(answer, silentMs)).then((one) => {
          one.emit('connection', socket);
          socket.off('error', ignore);
        });
      });
      made.maxConnections = 32;
      await listen(made, socketPath);
      server = made;
    },
    async stop() {
      const ending = server;
      server = undefined;
      if (!ending) return;
      const closed = new Promise<void>((resolve) => {
        ending.close(() => {
          resolve();
        });
      });
      // Event streams never end by themselves.
      for (const socket of sockets) socket.destroySoon();
      (await web)?.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      web = undefined;
      await closed;
    },
  };
}

/** HTTP over connections that are handed in; not loaded before there is one. */
async function makeWeb(
  answer: (incoming: http.IncomingMessage, outgoing: http.ServerResponse) => Promise<void>,
  silentMs: number,
): Promise<http.Server> {
  const { createServer: createWeb } = await import('node:http');
  const web = createWeb({ maxHeaderSize: 16 * 1024, keepAliveTimeout: 5_000 });
  // Node's own limits for header and request count from a server that listens; this one is handed its connections.
  web.timeout = silentMs;
  web.on('request', (incoming, outgoing) => {
    // An upload may take as long as octets come (the API watches that), an answer as long as an act does.
    outgoing.setTimeout(answerMs);
    void answer(incoming, outgoing);
  });
  return web;
}

async function loadListener(api: () => Promise<Api>): Promise<Listener> {
  const [{ getRequestListener }, loaded] = await Promise.all([import('@hono/node-server'), api()]);
  return getRequestListener((request) => loaded.handle(request, callerOf(request)), { overrideGlobalObjects: false });
}

/**
 * The socket's file mode has let the caller in: an administrator. The panel program says so in `X-Mfp-Door: panel`,
 * because an SMTP name typed there follows another rule (design 6.6); `X-Mfp-By` carries a name for the records.
 */
function callerOf(request: Request): Caller {
  const name = request.headers.get('x-mfp-by') ?? '';
  return {
    by: /^[\x21-\x7e][\x20-\x7e]{0,62}$/.test(name) ? name : 'local user',
    door: request.headers.get('x-mfp-door') === 'panel' ? 'panel' : 'cli',
    role: 'administrator',
  };
}

/** A socket left by a killed agent is removed; one that answers belongs to a living agent. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return;
  if (!found.isSocket())
    throw new MailError('storage-failed', `${path} is in the way and not a socket`, {
      details: { hint: `${path} is not a socket; remove it` },
    });
  const isAlive = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => {
      resolve(false);
    });
  });
  if (isAlive)
    throw new MailError('spool-locked', `another agent answers on ${path}`, {
      details: { hint: 'another agent is running here; stop it first' },
    });
  await unlink(path);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // The mode must be right from the first moment: a chmod after bind would leave a window (T60).
    const umask = process.umask(0o117);
    server.once('error', (cause) => {
      reject(
        new MailError('storage-failed', `cannot listen on ${path}: ${cause.message}`, {
          cause,
          details: { hint: `cannot make ${path}` },
        }),
      );
    });
    server.listen(path, () => {
      resolve();
    });
    process.umask(umask);
  });
}
