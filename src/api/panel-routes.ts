/** Routes for the device's own panel and for firmware that sets the device up. */
import { z } from 'zod';
import { cloudProfiles } from '../cloud/index.ts';
import { MailError, panelKeys, panelScreens, type LcdSize, type PanelView } from '../core/index.ts';
import { route, type Route } from './route.ts';
import * as shapes from './schemas.ts';

const label = z.string().optional();

export const panelView = z
  .object({
    screen: z.enum(panelScreens),
    lamp: z.enum(['green', 'amber', 'red']),
    columns: z.number().int(),
    rows: z.number().int(),
    lines: z.array(z.string()).describe('As many as rows, none wider than columns; East Asian characters are two wide'),
    keys: z.object({ ok: label, back: label, up: label, down: label }).describe('Labels of the keys that do something'),
  })
  .meta({ id: 'PanelView' }) satisfies z.ZodType<PanelView>;

const size = {
  columns: z.coerce.number().int().min(20).max(40).default(20),
  rows: z.coerce.number().int().min(2).max(4).default(4),
};
const accept = z.array(z.string().max(80)).max(20).default([]).describe('Consequences a person has accepted');

export const panelRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/v1/panel',
    summary: 'What a character display shows',
    role: 'walk-up',
    status: 200,
    speaks: true,
    query: z.object(size),
    reply: panelView,
    handle: ({ agent, query, language }) => agent.lcdPanel.view(query, language),
  }),
  route({
    method: 'post',
    path: '/v1/panel/keys',
    summary: 'A key of the display was pressed; the reply is the next screen',
    role: 'walk-up',
    status: 200,
    speaks: true,
    body: z.strictObject({ key: z.enum(panelKeys), ...size }),
    reply: panelView,
    handle: ({ agent, body, language, caller }) => agent.lcdPanel.press(body.key, body, language, caller.by),
  }),
  route({
    method: 'get',
    path: '/v1/sign-in/qr',
    summary: 'The verification address as a QR code; 409 while no code is shown',
    role: 'walk-up',
    status: 200,
    reply: z.object({
      text: z.string(),
      rows: z.array(z.string()).describe('1 is a dark module; draw a border of four around it'),
    }),
    handle: async ({ agent }) => {
      const state = agent.signInState();
      if (state.step !== 'code') throw new MailError('sign-in-not-running', 'no code is shown');
      const { qrModules } = await import('../panel/index.ts');
      return { text: state.verificationUri, rows: qrModules(state.verificationUri) };
    },
  }),
  route({
    method: 'put',
    path: '/v1/device/email-address',
    summary: 'Set the device e-mail address',
    role: 'administrator',
    act: 'device-address-changed',
    status: 200,
    body: z.strictObject({ address: z.string().max(254), accept }),
    reply: shapes.changePlan,
    handle: ({ agent, caller, body }) =>
      agent.changeSettings({ changes: { 'sender.deviceEmailAddress': body.address }, accept: body.accept }, caller),
  }),
  route({
    method: 'put',
    path: '/v1/device/smtp-server',
    summary:
      'An SMTP server name was typed at the panel. Under exchange-online the provider becomes unspecified: 409 with that consequence first, then the same again with `accept`',
    role: 'administrator',
    act: 'settings-changed',
    status: 200,
    body: z.strictObject({ host: z.string().max(253), accept }),
    reply: shapes.changePlan,
    // Whatever the door: this call is for what is typed at the panel (design 6.6).
    handle: ({ agent, caller, body }) =>
      agent.changeSettings(
        { changes: { 'service.smtpHost': body.host }, accept: body.accept },
        { ...caller, door: 'panel' },
      ),
  }),
  route({
    method: 'get',
    path: '/v1/profiles',
    summary: 'Cloud profiles with all endpoints, for forms',
    role: 'administrator',
    status: 200,
    reply: z.object({
      profiles: z.array(
        z.object({
          name: z.string(),
          title: z.string(),
          loginHosts: z.array(z.string()),
          smtpHosts: z.array(z.string()),
          smtpPort: z.number().int(),
          scopes: z.array(z.string()),
          verificationHosts: z.array(z.string()),
          portalUrl: z.string(),
          hasPersonalAccounts: z.boolean(),
        }),
      ),
    }),
    handle: () => ({ profiles: Object.values(cloudProfiles) }),
  }),
];

/** The display an event stream is asked for: `20x4`. @throws MailError `bad-request` */
export function displayOf(text: string | null): LcdSize | undefined {
  if (text === null) return undefined;
  const [, columns, rows] = /^(\d\d)x(\d)$/.exec(text) ?? [];
  const result = z.object(size).safeParse({ columns: columns ?? '', rows: rows ?? '' });
  if (result.success) return result.data;
  throw new MailError('bad-request', 'panel is no size', { details: { hint: 'panel must be 20x2 to 40x4' } });
}
