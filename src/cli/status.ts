import { type AgentStatus } from '../core/index.ts';
import { escapeControls, holdWords, panelScreen, queueWords } from '../panel/index.ts';
import { type Call, type Command } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { isColoured, isDrawable } from './io.ts';
import { plainAddress } from './job-text.ts';
import { LiveScreen, textColumns } from './output.ts';
import { settingOf } from './setting-values.ts';
import { StatusFeed } from './status-feed.ts';
import { instantWords, sizeWords, spanWords } from './words.ts';

/** `status` */
export const statusCommand: Command = {
  name: 'status',
  operands: [],
  summary: 'is it ready, who is signed in, what waits',
  description: [
    'Prints the state in one sentence, the account, the device e-mail address, the mail server, the queue and the ' +
      'listeners. The exit code is 0 if scans can be sent (ready, or a plain relay without sign-in) and 4 if a ' +
      'person must act.',
    'With --watch the screen follows every change until Ctrl-C; with --json as well, one JSON line per change.',
  ],
  options: { watch: { type: 'boolean', help: 'follow changes until Ctrl-C' } },
  run: async (call) => {
    if (call.options['watch'] === true) return watch(call);
    const status = await call.client.status({ signal: call.io.signal });
    if (call.isJson) call.out.json(status);
    else print(call, status, await intakePort(call));
    return exitCodeOfGlance(status);
  },
};

function exitCodeOfGlance(status: AgentStatus): number {
  return status.glance === 'ready' || status.glance === 'relay-only' ? exitCodes.done : exitCodes.needsPerson;
}

async function watch(call: Call): Promise<number> {
  const { io, isJson, out, client } = call;
  const feed = new StatusFeed(client);
  const screen = new LiveScreen(io);
  let status = await client.status({ signal: io.signal });
  let shown = '';
  feed.start({ signal: io.signal });
  try {
    for (;;) {
      const key = JSON.stringify(status);
      if (isJson && key !== shown) out.json(status);
      if (!isJson && (key !== shown || isDrawable(io))) {
        const options = {
          nowMs: io.clock.nowMs(),
          columns: textColumns(io),
          rows: io.rows === undefined ? undefined : io.rows - 1,
        };
        screen.draw(panelScreen(status, { ...options, isColoured: isColoured(io), hasQr: isDrawable(io) }));
      }
      shown = key;
      await feed.arrivedWithin(io.clock, 1000);
      status = feed.take() ?? status;
    }
  } catch (error) {
    // Ctrl-C is how watching ends.
    if (io.signal?.aborted === true) return exitCodeOfGlance(status);
    throw error;
  } finally {
    await feed.stop();
  }
}

/** The port that is set for scans; undefined if the agent does not say, or leaves the choice to the system. */
async function intakePort({ client, io }: Call): Promise<number | undefined> {
  const { settings } = await client.settings({ signal: io.signal }).catch(() => ({ settings: {} }));
  const port = settingOf(settings, 'intake.loopbackPort');
  return typeof port === 'number' && port > 0 ? port : undefined;
}

function print({ io, out }: Call, status: AgentStatus, wantedPort: number | undefined): void {
  const { account, smarthost, queue, storage } = status;
  const nowMs = io.clock.nowMs();
  out.paragraph(status.sentence);
  out.line();
  out.row('Account', accountWords(status, nowMs));
  out.row('Device address', status.deviceEmailAddress === '' ? 'not set' : status.deviceEmailAddress);
  if (status.isSharedMailbox)
    out.row('Shared mailbox', `yes: sent with the rights of ${account.identity?.upn ?? 'the account that signs in'}`);
  out.row(
    'Service',
    status.provider === 'exchange-online' ? `Exchange Online, cloud ${status.cloud}` : 'plain mail server, no sign-in',
  );
  const reach = smarthost.isReachable === undefined ? '' : smarthost.isReachable ? ' (reachable)' : ' (no connection)';
  out.row('Mail server', smarthost.host === '' ? 'not set' : `${smarthost.host}:${String(smarthost.port)}${reach}`);
  const held =
    queue.holdReason === undefined || queue.held + queue.waiting === 0 ? '' : `; held: ${holdWords(queue.holdReason)}`;
  out.row('Queue', `${queueWords(queue)}${queue.bytes > 0 ? `, ${sizeWords(queue.bytes)}` : ''}${held}`);
  if (queue.slowedUntilMs !== undefined && queue.slowedUntilMs > nowMs)
    out.row('Slowed down', `by the mail server, ${spanWords(queue.slowedUntilMs - nowMs)} to go`);
  out.row('Storage', storage.why === undefined ? storage.state : `${storage.state}: ${storage.why}`);
  for (const words of listenerWords(status, wantedPort)) out.row('Listens', words);
  for (const warning of status.warnings ?? []) out.row('Warning', warning);
  out.row('Version', status.version);
  const steps = nextSteps(status, wantedPort);
  if (steps.length > 0) out.line();
  for (const [what, command] of steps) out.line(`${what}: mfp-mail-agent ${command}`);
}

/** Where scans are taken, or why not. */
function listenerWords({ listeners }: AgentStatus, wantedPort: number | undefined): string[] {
  const words = listeners.map(
    ({ name, address, port }) => `${name} on ${address.includes(':') ? `[${address}]` : address}:${String(port)}`,
  );
  return listeners.some(({ name }) => name === 'loopback') || wantedPort === undefined
    ? words
    : [
        `NOT on loopback: port ${String(wantedPort)} is in use by another program, or not allowed; ` +
          'it is tried again every 30 s',
        ...words,
      ];
}

/** What the administrator may type now, and why. */
function nextSteps(
  { glance, guidanceId, queue, account, listeners }: AgentStatus,
  wantedPort: number | undefined,
): (readonly [string, string])[] {
  const upn = plainAddress(account.identity?.upn);
  const isDeaf = wantedPort !== undefined && !listeners.some(({ name }) => name === 'loopback');
  return [
    ...(isDeaf
      ? [
          [
            'End the other program, or take another port',
            `settings set intake.loopbackPort ${nextPort(wantedPort)}`,
          ] as const,
        ]
      : []),
    ...(guidanceId === 'client-id-missing' || guidanceId === 'client-id-malformed'
      ? [['Set the client id', 'settings set service.clientId ID'] as const]
      : []),
    ...(guidanceId === 'smarthost-not-set'
      ? [['Set the mail server', 'settings set service.smtpHost NAME'] as const]
      : []),
    ...(glance === 'sign-in-needed' ? [['Sign in', 'sign-in'] as const] : []),
    ...(glance === 'upn-mismatch' && upn !== undefined
      ? [['Send as the account', `settings set sender.deviceEmailAddress ${upn}`] as const]
      : []),
    ...(guidanceId === undefined ? [] : [['More about it', `explain ${escapeControls(guidanceId)}`] as const]),
    ...(queue.held + queue.failed > 0 ? [['See the scans', 'queue list'] as const] : []),
  ];
}

/** A port that a person may try next. */
function nextPort(port: number): string {
  return String(port < 65_535 ? port + 1 : 2525);
}

function accountWords({ account }: AgentStatus, nowMs: number): string {
  const upn = account.identity?.upn;
  switch (account.status) {
    case 'none':
      return 'nobody is signed in';
    case 'sign-in-needed': {
      const number = account.aadsts === undefined ? '' : `, AADSTS${String(account.aadsts)}`;
      return `${upn ?? 'nobody'}, must sign in again${account.code === undefined ? '' : ` (${account.code}${number})`}`;
    }
    case 'unproven':
      return account.code === undefined
        ? `${upn ?? 'unknown'}, the mail server has not said yes yet`
        : `${upn ?? 'unknown'}, refused by the mail server (${account.code})`;
    case 'ready': {
      const signedIn = account.signedInAtMs === undefined ? '' : `, signed in ${instantWords(account.signedInAtMs)}`;
      const { renewedAtMs } = account;
      const renewed = renewedAtMs === undefined ? '' : `, renewed ${spanWords(nowMs - renewedAtMs)} ago`;
      return `${upn ?? 'unknown'}${signedIn}${renewed}`;
    }
  }
}
