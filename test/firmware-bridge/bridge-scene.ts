/** A whole agent, signed in at the stand-in cloud, and the C programs that talk to it. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobSummary } from '../../src/core/index.ts';
import type { Rehearsal } from '../../src/demo/index.ts';
import { runProgram, type Finished } from '../support/agent-process.ts';
import { mimeParts, type MimeMessage } from '../support/mime-parts.ts';
import { rehearse, signIn, until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';
import { built } from './toolchain.ts';

export interface Delivered extends MimeMessage {
  readonly raw: Buffer;
  readonly forwardPaths: readonly string[];
}

export interface BridgeScene {
  readonly rehearsal: Rehearsal;
  readonly socketPath: string;
  /** For files of the test. */
  readonly folder: string;
  file(name: string, octets: Buffer | string): Promise<string>;
  /** `mfpmail ARGS` against this agent. */
  mfpmail(args: readonly string[], options?: Parameters<typeof runProgram>[2]): Promise<Finished>;
  sendmail(args: readonly string[], message: Buffer | string, env?: Record<string, string>): Promise<Finished>;
  /** Waits until the cloud has the job's mail; there is exactly one. */
  delivered(queueId: string): Promise<Delivered>;
  jobs(): readonly JobSummary[];
}

/** Ended with the test file. @param programs folder of build/ whose commands are run */
export async function bridgeScene(programs: string): Promise<BridgeScene> {
  const rehearsal = await rehearse({ settings: { 'relay.maxMessagesPerMinute': 600 } });
  await signIn(rehearsal);
  const { socketPath } = rehearsal.layout;
  const folder = await tempDir();
  const env = { MFPMAIL_SOCKET: socketPath };
  return {
    rehearsal,
    socketPath,
    folder,
    file: async (name, octets) => {
      const path = join(folder, name);
      await writeFile(path, octets);
      return path;
    },
    mfpmail: (args, options = {}) =>
      runProgram(built('mfpmail', programs), args, { ...options, env: { ...env, ...options.env } }),
    sendmail: (args, message, more = {}) =>
      runProgram(built('mfpmail-sendmail', programs), args, {
        input: typeof message === 'string' ? message : Buffer.from(message),
        env: { ...env, ...more },
      }),
    delivered: async (queueId) => {
      const job = await until(() => {
        const one = rehearsal.daemon.agent.jobs().find((candidate) => candidate.queueId === queueId);
        return one?.state === 'accepted' ? one : undefined;
      });
      const found = rehearsal.cloud.deliveries().filter(({ raw }) => raw.includes(job.messageId));
      const [first] = found;
      if (!first || found.length > 1) throw new Error(`${String(found.length)} mails of job ${queueId}`);
      return { ...mimeParts(first.raw), raw: first.raw, forwardPaths: first.envelope.forwardPaths };
    },
    jobs: () => rehearsal.daemon.agent.jobs(),
  };
}

/** The value of a line `name   value` as `mfpmail` prints it. */
export const line = (text: string, name: string): string => new RegExp(`^${name} +(.*)$`, 'm').exec(text)?.[1] ?? '';

export const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
