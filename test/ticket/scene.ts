import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { MailError } from '../../src/core/index.ts';
import { acceptMessage } from '../../src/intake/index.ts';
import { checkSender, type SenderRules } from '../../src/policy/index.ts';
import type { Spool } from '../../src/spool/index.ts';
import {
  createTickets,
  type Submitter,
  type TicketDeps,
  type TicketFile,
  type Tickets,
} from '../../src/ticket/index.ts';
import { mimeParts, type MimeMessage } from '../support/mime-parts.ts';
import { sceneOf, type Scene } from '../spool/scene.ts';

export const device = 'scan@contoso.com';
export const bridge: Submitter = { door: 'bridge', by: 'firmware' };

const prohibited: SenderRules = {
  provider: 'exchange-online',
  deviceEmailAddress: device,
  changeSenderAddress: 'prohibited',
  permittedAddresses: [],
  usesAuthenticatedUserAddress: false,
  sendingUser: 'device',
  isSharedMailbox: false,
  hasPersonalAccounts: false,
};

export interface TicketScene extends Scene {
  readonly deps: TicketDeps;
  readonly tickets: Tickets;
  /** The message as the spool holds it. */
  readonly messageOf: (queueId: string) => Promise<MimeMessage & { readonly raw: string }>;
}

/** Tickets over the real intake and the real spool, on a disk in memory. */
export async function ticketScene(
  options: {
    readonly scene?: Scene;
    readonly rules?: Partial<SenderRules>;
    readonly maxMessageBytes?: number;
  } = {},
): Promise<TicketScene> {
  const scene = options.scene ?? sceneOf();
  await scene.spool.start();
  let number = 0;
  const deps: TicketDeps = {
    accept: (message) =>
      acceptMessage(message, {
        sink: scene.spool,
        limits: {
          maxMessageBytes: options.maxMessageBytes ?? 50 * 1024 * 1024,
          maxRecipients: 100,
          isBareLineEndRefused: true,
        },
        checkSender: (job) => checkSender({ ...prohibited, ...options.rules }, job),
        hasSmtpUtf8: false,
        clock: scene.clock,
        random: Math.random,
        log: scene.log,
        hostName: 'mfp',
      }),
    ownerOf: (key) => scene.spool.ownerOf(key),
    deviceEmailAddress: () => options.rules?.deviceEmailAddress ?? device,
    deviceName: 'mfp-3',
    nextNumber: () => Promise.resolve(++number),
    clock: scene.clock,
  };
  return { ...scene, deps, tickets: createTickets(deps), messageOf: (queueId) => messageOf(scene.spool, queueId) };
}

async function messageOf(spool: Spool, queueId: string): Promise<MimeMessage & { readonly raw: string }> {
  const { headerBlock } = await spool.read(queueId);
  const raw = Buffer.concat([Buffer.from(`${headerBlock}\r\n`, 'latin1'), await buffer(spool.openBody(queueId))]);
  return { ...mimeParts(raw), raw: raw.toString('latin1') };
}

export async function* filesOf(
  ...files: { name?: string; mediaType?: string; octets: Buffer }[]
): AsyncGenerator<TicketFile, undefined> {
  await Promise.resolve();
  for (const { name = 'scan.pdf', mediaType = 'application/pdf', octets } of files)
    yield { name, mediaType, body: Readable.from(octets.length === 0 ? [] : [octets]) };
  return undefined;
}

/** Octets in pieces of a size, as a socket gives them. */
export async function* inPieces(octets: Buffer, size: number): AsyncGenerator<Uint8Array, undefined> {
  for (let at = 0; at < octets.length; at += size) {
    await Promise.resolve();
    // A plain Uint8Array, as web streams give: no Buffer.
    yield new Uint8Array(octets.subarray(at, at + size));
  }
  return undefined;
}

export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error as Partial<MailError>).code ?? String(error),
  );
