import { createIntake, type Intake, type IntakeOptions } from '../../src/intake/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { RawClient } from '../support/smtp-dialogue.ts';
import { MemorySink } from './memory-sink.ts';

/** A real intake on an ephemeral loopback port, with a sink in memory. */
export async function runningIntake(changes: Partial<IntakeOptions> = {}): Promise<{
  readonly intake: Intake;
  readonly sink: MemorySink;
  readonly clock: ManualClock;
  readonly log: ReturnType<typeof collectedLog>;
  readonly port: number;
}> {
  const sink = new MemorySink();
  const clock = new ManualClock();
  const log = collectedLog();
  const intake = createIntake({
    listeners: () => [{ name: 'loopback', host: '127.0.0.1', port: 0 }],
    sink,
    clock,
    log,
    limits: () => ({ maxMessageBytes: 1_000_000, maxRecipients: 100, isBareLineEndRefused: false }),
    checkSender: () => undefined,
    gate: () => undefined,
    hasSmtpUtf8: () => false,
    random: () => 0.5,
    hostName: 'mfp-7.contoso.com',
    ...changes,
  });
  await intake.start();
  return { intake, sink, clock, log, port: intake.addresses()[0]?.port ?? 0 };
}

/** Opening of a dialogue up to 354. */
export const toData = `
  S: 220
  C: EHLO mfp
  S: 250
  C: MAIL FROM:<scan@contoso.com>
  S: 250
  C: RCPT TO:<anna@contoso.com>
  S: 250
  C: DATA
  S: 354
`;

/** A raw client that has just read its 354. */
export async function clientInData(port: number): Promise<RawClient> {
  const client = new RawClient({ port });
  let reply = await client.reply();
  for (const command of ['EHLO mfp', 'MAIL FROM:<scan@contoso.com>', 'RCPT TO:<anna@contoso.com>', 'DATA']) {
    await client.send(`${command}\r\n`);
    reply = await client.reply();
  }
  if (reply?.startsWith('354') !== true) throw new Error(`no 354: ${reply ?? 'closed'}`);
  return client;
}
