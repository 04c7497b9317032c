/** Routes of the sign-in and of the account it leads to. */
import { z } from 'zod';
import { route, type Route } from './route.ts';
import * as shapes from './schemas.ts';
import { spoken } from './speech.ts';

export const signInRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/v1/sign-in',
    summary: 'The device code session',
    role: 'walk-up',
    status: 200,
    reply: shapes.signIn,
    handle: ({ agent }) => agent.signInState(),
  }),
  route({
    method: 'post',
    path: '/v1/sign-in',
    summary: 'Start a sign-in, or get a new code',
    role: 'walk-up',
    act: 'sign-in-started',
    status: 202,
    body: z.strictObject({
      isFresh: z
        .boolean()
        .optional()
        .describe('Another code, although the present one is good; otherwise that is shared'),
    }),
    reply: shapes.signIn,
    handle: ({ agent, caller, body }) => agent.beginSignIn(caller, body),
  }),
  route({
    method: 'post',
    path: '/v1/sign-in/confirm',
    summary: 'Use the account that signed in',
    role: 'walk-up',
    act: 'sign-in-confirmed',
    status: 200,
    reply: shapes.signIn,
    handle: ({ agent, caller }) => agent.confirmSignIn(caller),
  }),
  route({
    method: 'post',
    path: '/v1/sign-in/cancel',
    summary: 'End the session; takes effect at once',
    role: 'walk-up',
    act: 'sign-in-cancelled',
    status: 200,
    reply: shapes.signIn,
    handle: ({ agent, caller }) => agent.cancelSignIn(caller),
  }),
  route({
    method: 'get',
    path: '/v1/sign-in/phone-page',
    summary: "The page for the technician's phone, as a QR code; without fields if it is off or no code is shown",
    role: 'walk-up',
    doors: ['panel', 'cli'],
    status: 200,
    reply: z.object({
      url: z.string().optional().describe('A secret of this sign-in: whoever has it sees the code'),
      rows: z.array(z.string()).optional().describe('1 is a dark module; draw a border of four around it'),
    }),
    handle: async ({ agent }) => {
      const link = await agent.phonePage.link();
      if (link === undefined) return {};
      const { qrModules } = await import('../panel/index.ts');
      return { url: link.url, rows: qrModules(link.url) };
    },
  }),
  route({
    method: 'post',
    path: '/v1/phone-page',
    summary: 'What stands on the page for the phone; a wrong key learns what one that is over does',
    role: 'nobody',
    doors: ['web'],
    status: 200,
    body: z.strictObject({ key: z.string().max(100) }),
    reply: z.object({
      step: z.enum(['code', 'wait', 'over']),
      userCode: z.string().optional(),
      verificationUri: z.string().optional(),
      isKnownHost: z.boolean().optional(),
      expiresAtMs: z.number().int().optional(),
    }),
    handle: ({ agent, body }) => agent.phonePage.view(body.key),
  }),
  route({
    method: 'get',
    path: '/v1/account',
    summary: 'Who is signed in',
    role: 'walk-up',
    status: 200,
    reply: shapes.account,
    handle: ({ agent }) => agent.account(),
  }),
  route({
    method: 'delete',
    path: '/v1/account',
    summary: 'Sign out: the stored tokens are destroyed, jobs stay',
    role: 'administrator',
    act: 'signed-out',
    status: 200,
    reply: shapes.account,
    handle: ({ agent, caller }) => agent.signOut(caller),
  }),
  route({
    method: 'post',
    path: '/v1/account/use-upn',
    summary: 'Make the UPN the device e-mail address',
    role: 'walk-up',
    act: 'device-address-changed',
    status: 200,
    speaks: true,
    reply: shapes.status,
    handle: async ({ agent, caller, language }) => spoken(await agent.useUpn(caller), language),
  }),
  route({
    method: 'get',
    path: '/v1/account/consent-link',
    summary: 'Link and sentence for the tenant administrator',
    role: 'administrator',
    status: 200,
    speaks: true,
    reply: z.object({ url: z.string(), sentence: z.string() }),
    handle: ({ agent, language }) => agent.consentLink(language),
  }),
];
