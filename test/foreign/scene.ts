/** A whole agent as plain relay to a foreign server, and the scans that go through it. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, test } from '@jest/globals';
import type { Clock } from '../../src/core/index.ts';
import { loopbackDialer } from '../../src/simulator/index.ts';
import { makeCa } from '../support/certificates.ts';
import { daemonAt, writeSettings, type OpenDaemon } from '../support/daemon-at.ts';
import { RawClient, unescapeOctets } from '../support/smtp-dialogue.ts';
import { tempDir } from '../support/temp-dir.ts';
import { unpackDebian } from '../support/debian-programs.ts';
import type { ServerTls } from './servers.ts';

/** The name that our agent knows the foreign server by; its certificate says so too. */
export const serverName = 'mail.example.test';
const running: { stop(): Promise<void> }[] = [];
afterAll(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

/** Stops it when the test file ends, what was started last first. */
export function stopAtEnd<T extends { stop(): Promise<void> }>(started: T): T {
  running.push(started);
  return started;
}

/**
 * What cannot be had here: on a developer's machine the tests are skipped and named, under CI they fail.
 * @param obstacle why not; undefined runs the tests
 */
export function describeWith(obstacle: string | undefined, name: string, tests: () => void): void {
  if (obstacle === undefined) describe(name, tests);
  else if (process.env['CI'] === undefined) test.skip(`${name} (${obstacle})`, () => undefined);
  else
    test(name, () => {
      throw new Error(obstacle);
    });
}

/** Unpacks early. @returns why that cannot be done; undefined: it was */
export async function whyNoPackages(packages: readonly string[]): Promise<string | undefined> {
  try {
    await unpackDebian(packages);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A CA that the agent trusts, and a certificate of it for the foreign server. */
export async function makeServerTls(): Promise<ServerTls & { readonly caPem: string }> {
  const ca = await makeCa('Foreign CA');
  const { key, cert } = await ca.issue([serverName]);
  const dir = await tempDir();
  // The servers read them as users of their own.
  await chmod(dir, 0o755);
  const paths = { certPath: join(dir, 'cert.pem'), keyPath: join(dir, 'key.pem') };
  await writeFile(paths.certPath, cert);
  await writeFile(paths.keyPath, key, { mode: 0o644 });
  return { ...paths, caPem: ca.cert };
}

/**
 * An agent without sign-in that relays to `port`.
 * @param caPem CA of the server's certificate: STARTTLS is demanded; undefined: in clear
 */
export async function startPlainRelay(
  port: number,
  caPem: string | undefined,
  { clock, settings = {} }: { readonly clock?: Clock; readonly settings?: Readonly<Record<string, unknown>> } = {},
): Promise<OpenDaemon> {
  const root = await tempDir();
  await writeSettings(root, {
    'service.provider': 'unspecified',
    'service.smtpHost': serverName,
    'sender.deviceEmailAddress': 'scanner@example.test',
    ...(caPem === undefined ? { 'service.smtpSecurity': 'none' } : { 'network.extraCaPem': [caPem] }),
    'relay.maxMessagesPerMinute': 600,
    'retry.firstWaitS': 5,
    ...settings,
  });
  return stopAtEnd(await daemonAt(root, loopbackDialer([{ host: serverName, port: 587, toPort: port }]), clock));
}

/** One mail as octets on the wire: nothing is stuffed, closed or mended on the way in. */
export interface WireMail {
  readonly forwardPaths?: readonly string[];
  readonly parameters?: string;
  /** Up to, not including, the CRLF.CRLF. */
  readonly content: Buffer | string;
}

/** Hands in one mail over a connection of its own. @returns the last reply before QUIT's */
export async function handIn(port: number, mail: WireMail): Promise<string> {
  const client = new RawClient({ port });
  const say = async (line: string | Buffer) => {
    await client.send(line);
    return (await client.reply()) ?? '';
  };
  try {
    await client.reply();
    await say('EHLO scanner\r\n');
    await say(`MAIL FROM:<scanner@example.test>${mail.parameters ?? ''}\r\n`);
    for (const path of mail.forwardPaths ?? ['anna@example.test']) {
      const reply = await say(`RCPT TO:<${path}>\r\n`);
      if (!reply.startsWith('250')) return reply;
    }
    await say('DATA\r\n');
    const last = await say(Buffer.concat([Buffer.from(mail.content), Buffer.from('\r\n.\r\n')]));
    const bye = await say('QUIT\r\n');
    if (!bye.startsWith('221'))
      throw new Error(`after the mail, "${bye}" instead of 221: something else was understood`);
    return last;
  } finally {
    client.close();
  }
}

/** Every sequence that some server took for the end of a message (T1), escaped as `unescapeOctets` reads it. */
export const terminators = [
  '\\n.\\n',
  '\\n.\\r\\n',
  '\\r\\n.\\n',
  '\\r.\\r',
  '\\r\\n.\\r',
  '\\r.\\r\\n',
  '\\r\\r\\n.\\r\\r\\n',
  '\\r\\n\\0.\\r\\n',
  '\\r\\n.\\0\\r\\n',
];
const smuggled =
  'MAIL FROM:<ceo@example.test>\r\nRCPT TO:<victim@example.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nevil';

/** The agent's promise, said anew here: NUL is nothing, a bare CR or LF is a line end. */
export const asStored = (body: string): string => body.replaceAll('\0', '').replace(/\r\n|\r|\n/g, '\n');

/** One mail that some servers take for two. The subject differs: the agent takes a repeat for a repeat. */
export function smugglingMail(terminator: string): { readonly mail: WireMail; subject: string; body: string } {
  const body = `before${unescapeOctets(terminator).toString('latin1')}${smuggled}`;
  const subject = `outer ${Buffer.from(terminator).toString('hex')}`;
  return { mail: { content: `Subject: ${subject}\r\n\r\n${body}` }, subject, body: `${asStored(body)}\n` };
}

/** Everything below the header, as octets of text. */
export const bodyOf = (message: Buffer): string => {
  const text = message.toString('latin1');
  return text.slice(text.indexOf('\n\n') + 2);
};

/** The header with its trace fields. */
export const headerOf = (message: Buffer): string => message.toString('latin1').split('\n\n')[0] ?? '';
