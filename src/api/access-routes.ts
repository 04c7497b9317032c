/** Routes of the doors for browsers: claim, log-in, password, PIN. */
import { z } from 'zod';
import type { Entry } from '../access/index.ts';
import { MailError } from '../core/index.ts';
import type { Agent, Caller } from './agent.ts';
import { route, type Route } from './route.ts';

/** Of the web door (T42): `__Host-` ties it to this host and to TLS. */
export const webCookie = '__Host-mfp';

const session = z
  .object({
    product: z.literal('mfp-mail-agent'),
    isClaimed: z.boolean(),
    state: z.enum(['unclaimed', 'signed-out', 'signed-in']),
    role: z.enum(['walk-up', 'administrator']).optional(),
    hasPin: z.boolean().optional().describe('There is a PIN that unlocks the panel'),
    csrfToken: z.string().optional().describe('Sent as X-Csrf-Token with every call that changes something'),
    by: z.string().optional(),
  })
  .meta({ id: 'Session' });

const password = z.string().max(1024);
const pin = z.string().max(64);
const claimCode = z
  .object({
    code: z.string().describe('XXXX-XXXX'),
    expiresAtMs: z.number().int(),
    triesLeft: z.number().int(),
    webUrl: z.string().optional().describe('Where it is typed; absent while the web pages are closed'),
  })
  .meta({ id: 'ClaimCode' });

export const accessRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/v1/session',
    summary: 'Who one is here; before the log-in the product name only',
    role: 'nobody',
    status: 200,
    reply: session,
    handle: ({ agent, caller }) => sessionOf(agent, caller),
  }),
  route({
    method: 'post',
    path: '/v1/session',
    summary: 'Log in; the reply sets the cookie',
    role: 'nobody',
    doors: ['web'],
    act: 'log-in',
    status: 200,
    body: z.strictObject({ password }),
    reply: session,
    handle: async ({ agent, caller, body }) => {
      const entry = await agent.access.logIn({ ...body, address: caller.address ?? '' });
      // Somebody who logs in anew does not keep what he had (session fixation).
      if (caller.session) await agent.access.logOut(caller.session.id);
      return entered(agent, caller, entry);
    },
  }),
  route({
    method: 'delete',
    path: '/v1/session',
    summary: 'Log out',
    role: 'administrator',
    doors: ['web'],
    act: 'log-out',
    status: 204,
    handle: async ({ agent, caller }) => {
      if (caller.session) await agent.access.logOut(caller.session.id);
      return new Response(null, { status: 204, headers: { 'set-cookie': cookie('', 'Max-Age=0') } });
    },
  }),
  route({
    method: 'post',
    path: '/v1/claim',
    summary: 'Take a device over with the code from its panel: sets password and PIN, and logs in',
    role: 'nobody',
    doors: ['web'],
    act: 'claim',
    status: 200,
    body: z.strictObject({
      code: z.string().max(40),
      password: password.describe('8 to 128 characters, better 15; not a common one'),
      pin: pin.optional().describe('Of the panel, 4 to 16 digits; without it the present one stays'),
    }),
    reply: session,
    handle: async ({ agent, caller, body }) =>
      entered(agent, caller, await agent.access.claim({ ...body, address: caller.address ?? '' })),
  }),
  route({
    method: 'put',
    path: '/v1/access/password',
    summary: "Change the administrator's password; all other log-ins end",
    role: 'administrator',
    doors: ['web'],
    act: 'password-changed',
    status: 200,
    body: z.strictObject({ current: password, next: password }),
    reply: session,
    handle: async ({ agent, caller, body }) =>
      entered(agent, caller, await agent.access.setPassword({ ...body, address: caller.address ?? '' })),
  }),
  route({
    method: 'put',
    path: '/v1/access/pin',
    summary: "Change the panel's PIN; an empty one removes it",
    role: 'administrator',
    act: 'pin-changed',
    status: 204,
    body: z.strictObject({ pin }),
    handle: ({ agent, body }) => agent.access.setPin(body.pin),
  }),
  route({
    method: 'get',
    path: '/v1/access/claim-code',
    summary: 'The claim code that is valid now; without fields if there is none',
    role: 'walk-up',
    doors: ['panel', 'cli'],
    status: 200,
    reply: claimCode.partial(),
    handle: async ({ agent, caller }) => {
      await assertMayClaim(agent, caller);
      const code = await agent.access.claimCode();
      return code === undefined ? {} : { ...code, ...(await whereToType(agent)) };
    },
  }),
  route({
    method: 'post',
    path: '/v1/access/claim-code',
    summary: 'A new claim code, for ten minutes and five tries: who can read it stands in front of the device',
    role: 'walk-up',
    doors: ['panel', 'cli'],
    act: 'claim-code-made',
    status: 200,
    reply: claimCode,
    handle: async ({ agent, caller }) => {
      await assertMayClaim(agent, caller);
      return { ...(await agent.access.newClaimCode()), ...(await whereToType(agent)) };
    },
  }),
  route({
    method: 'post',
    path: '/v1/panel/unlock',
    summary: 'Be administrator at the panel, for five idle minutes',
    role: 'walk-up',
    doors: ['panel'],
    act: 'panel-unlocked',
    status: 200,
    body: z.strictObject({ pin }),
    reply: session,
    handle: async ({ agent, caller, body }) => {
      await agent.access.unlock(panelSession(caller), body.pin);
      return sessionOf(agent, { ...caller, role: 'administrator' });
    },
  }),
  route({
    method: 'post',
    path: '/v1/panel/lock',
    summary: 'Be nobody special again',
    role: 'walk-up',
    doors: ['panel'],
    act: 'panel-locked',
    status: 200,
    reply: session,
    handle: async ({ agent, caller }) => {
      await agent.access.lock(panelSession(caller));
      return sessionOf(agent, { ...caller, role: 'walk-up' });
    },
  }),
];

async function sessionOf(agent: Agent, caller: Caller): Promise<z.infer<typeof session>> {
  const { role, by } = caller;
  const isClaimed = await agent.access.isClaimed();
  const base = { product: 'mfp-mail-agent', isClaimed } as const;
  if (role === 'nobody') return { ...base, state: isClaimed ? 'signed-out' : 'unclaimed' };
  const csrfToken = caller.session?.csrfToken;
  const hasPin = await agent.access.hasPin();
  return { ...base, state: 'signed-in', role, by, hasPin, ...(csrfToken === undefined ? {} : { csrfToken }) };
}

/** The reply to whoever has just come in. */
async function entered(agent: Agent, caller: Caller, { token, session }: Entry): Promise<Response> {
  const view = await sessionOf(agent, { ...caller, by: session.by, role: 'administrator', session });
  return Response.json(view, { headers: { 'set-cookie': cookie(token) } });
}

function cookie(value: string, more = ''): string {
  return [`${webCookie}=${value}`, 'Path=/', 'Secure', 'HttpOnly', 'SameSite=Strict', more]
    .filter((part) => part !== '')
    .join('; ');
}

function panelSession({ session: one }: Caller): string {
  if (one !== undefined) return one.id;
  throw new MailError('bad-request', 'no session of the panel', {
    details: { hint: 'only a browser of the panel can be unlocked' },
  });
}

async function whereToType(agent: Agent): Promise<{ readonly webUrl?: string }> {
  const webUrl = await agent.webUrl();
  return webUrl === undefined ? {} : { webUrl };
}

/**
 * A new device belongs to whoever stands in front of it; one with a PIN only to those who know that (T51). Who has lost PIN and
 * password too makes a code by the command, on the device itself.
 */
function assertMayClaim(agent: Agent, caller: Caller): Promise<void> {
  return agent.access.assertPinGiven(caller, 'a claim code of a device with a PIN');
}
