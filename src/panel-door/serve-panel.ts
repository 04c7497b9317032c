/** HTTP and the gate of the panel door; loaded with the first connection. */
import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { PanelSession } from '../access/index.ts';
import type { Caller } from '../api/index.ts';
import { browserDoor, type Connections } from '../doorway/index.ts';
import type { PanelDoorOptions } from './panel-door.ts';

const cookieName = 'mfp-panel';

/** Serves connections of the panel's port. @param options.token of this start */
export async function servePanel(
  options: PanelDoorOptions & { readonly token: string; readonly port: () => number },
): Promise<Connections> {
  const { access, api, files, log, token } = options;
  const { connectionsOf, createDoorListener, serverLimits } = await browserDoor();
  const server = createServer(serverLimits);
  server.on(
    'request',
    createDoorListener<PanelSession, Caller>({
      scheme: 'http',
      isHostAllowed: (host, port) => (host === '127.0.0.1' || host === 'localhost') && port === options.port(),
      cookieName,
      api,
      files,
      session: (cookie, use) => access.panelSession(cookie, use),
      callerOf: (session) =>
        session === undefined
          ? { by: 'panel', door: 'panel', role: 'nobody' }
          : { by: session.by, door: 'panel', role: session.role, session },
      // The token is exchanged at once, so that it stands in no history and no log of addresses.
      enter: async (url) => {
        if (!isSame(url.searchParams.get('token') ?? '', token)) return refusal();
        const entry = await access.enterPanel();
        return new Response(null, {
          status: 303,
          headers: {
            'location': '/',
            'set-cookie': `${cookieName}=${entry.token}; Path=/; HttpOnly; SameSite=Strict`,
          },
        });
      },
      log,
    }),
  );
  return connectionsOf(server);
}

function refusal(): Response {
  return new Response('this token is not the one of this start of the agent\n', {
    status: 403,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  });
}

function isSame(given: string, token: string): boolean {
  return (
    given.length === token.length &&
    timingSafeEqual(Buffer.from(given, 'utf8').subarray(0, token.length), Buffer.from(token))
  );
}
