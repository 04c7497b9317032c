/** HTTP and the gate of the panel door; loaded with the first connection. */
import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { PanelSession } from '../access/index.ts';
import type { Caller } from '../api/index.ts';
import { browserDoor, type Connections } from '../doorway/index.ts';
import type { PanelDoorOptions } from './panel-door.ts';
import { createReEntry, type ReEntry } from './re-entry.ts';

const cookieName = 'mfp-panel';
/** Asked by the page itself: `panel-ui/control-panel/re-entry.ts`. */
const reEntryPath = '/re-entry';

/** Serves connections of the panel's port. @param options.token of this boot; '' while there is none */
export async function servePanel(
  options: PanelDoorOptions & { readonly token: () => string; readonly port: () => number },
): Promise<Connections> {
  const { access, api, files, log, token } = options;
  const { connectionsOf, createDoorListener, serverLimits } = await browserDoor();
  const server = createServer(serverLimits);
  let kept: { readonly token: string; readonly reEntry: ReEntry } | undefined;
  const reEntry = (): ReEntry | undefined => {
    if (token() === '') return undefined;
    if (kept?.token !== token()) kept = { token: token(), reEntry: createReEntry(token()) };
    return kept.reEntry;
  };
  const entered = async (status: number, headers: Readonly<Record<string, string>>) => {
    const entry = await access.enterPanel();
    const cookie = `${cookieName}=${entry.token}; Path=/; HttpOnly; SameSite=Strict`;
    return new Response(null, { status, headers: { ...headers, 'set-cookie': cookie } });
  };
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
      enter: async (request, session) => {
        const { pathname, searchParams, host } = new URL(request.url);
        if (pathname === reEntryPath) {
          const door = reEntry();
          if (door === undefined) return refusal();
          if (session !== undefined) return Response.json({ key: door.key });
          const challenge = searchParams.get('challenge');
          if (challenge === null) return Response.json({ challenge: door.challenge() });
          const proof = searchParams.get('proof') ?? '';
          return door.isProof({ challenge, proof, host }) ? entered(204, {}) : refusal();
        }
        if (pathname !== '/' || !searchParams.has('token')) return undefined;
        if (!isSame(searchParams.get('token') ?? '', token())) return refusal();
        // The token is exchanged at once, so that it stands in no history and no log of addresses.
        return entered(303, { location: '/' });
      },
      log,
    }),
  );
  return connectionsOf(server);
}

function refusal(): Response {
  return new Response('this is not the token of the panel\n', {
    status: 403,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  });
}

function isSame(given: string, token: string): boolean {
  return (
    token !== '' &&
    given.length === token.length &&
    timingSafeEqual(Buffer.from(given, 'utf8').subarray(0, token.length), Buffer.from(token))
  );
}
