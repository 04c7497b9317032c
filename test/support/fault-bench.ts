/** One whole agent and one stand-in cloud that share a clock whose waits can be left out: what the fault tables run on. */
import { createHash, randomBytes } from 'node:crypto';
import type { JobSummary, SignInState } from '../../src/core/index.ts';
import type { Rehearsal, RehearsalOptions } from '../../src/demo/index.ts';
import type { Guidance } from '../../src/guidance/index.ts';
import {
  attachmentOf,
  createStandInCloud,
  playFirmware,
  standInProfiles,
  type Delivery,
  type FaultName,
  type FaultOptions,
  type PhoneOutcome,
  type StandInOptions,
} from '../../src/simulator/index.ts';
import type { collectedLog } from './collected-log.ts';
import { rehearse, until } from './signed-in.ts';
import { SkippableClock } from './skippable-clock.ts';

export const person = { by: 'test', door: 'cli', role: 'administrator' } as const;

/** Longer than a link waits for its next message: the next job opens one of its own and says AUTH. */
const linkIdleMs = 21_000;
/** Three sign-ins in ten minutes are the most (T24). */
const startWindowMs = 601_000;

/** One scan on its way. */
export interface Scan {
  readonly queueId: string;
  readonly file: Buffer;
}

export class FaultBench {
  readonly clock: SkippableClock;
  readonly rehearsal: Rehearsal;
  readonly log: ReturnType<typeof collectedLog>;
  /** What the stand-in says it was told, without secrets. */
  readonly wire: string[];
  /** Every step a sign-in went through, since `signIn` was called. */
  steps: SignInState[] = [];

  private constructor(
    clock: SkippableClock,
    rehearsal: Rehearsal & { readonly log: ReturnType<typeof collectedLog> },
    wire: string[],
  ) {
    this.clock = clock;
    this.rehearsal = rehearsal;
    this.log = rehearsal.log;
    this.wire = wire;
    this.agent.subscribe((event) => {
      if (event.type === 'status') this.steps.push(event.status.signIn);
    });
  }

  static async start(
    options: { readonly standIn?: Partial<StandInOptions>; readonly settings?: RehearsalOptions['settings'] } = {},
  ): Promise<FaultBench> {
    const clock = new SkippableClock();
    const wire: string[] = [];
    const cloud = createStandInCloud({
      profile: standInProfiles.global,
      intervalS: 1,
      clock,
      log: (line) => {
        wire.push(line);
      },
      ...options.standIn,
    });
    await cloud.start();
    const rehearsal = await rehearse({
      clock,
      standIn: cloud,
      settings: { 'retry.firstWaitS': 5, ...options.settings },
    });
    return new FaultBench(clock, rehearsal, wire);
  }

  get agent(): Rehearsal['daemon']['agent'] {
    return this.rehearsal.daemon.agent;
  }
  get cloud(): Rehearsal['cloud'] {
    return this.rehearsal.cloud;
  }

  /** The rehearsal leaves a cloud it was given alone. */
  async stop(): Promise<void> {
    await this.cloud.stop();
  }

  /** As a printer does: hands in a scan and hears 250 with an id. */
  async scan(
    options: { readonly to?: readonly string[]; readonly from?: string; readonly sizeBytes?: number } = {},
  ): Promise<Scan> {
    const file = randomBytes(options.sizeBytes ?? 2000);
    const { reply } = await playFirmware({
      port: this.rehearsal.intakePort,
      file,
      fileName: 'scan.pdf',
      to: options.to ?? ['anna@contoso.example'],
      from: options.from ?? 'mfp@printer.local',
      subject: 'Scan',
    });
    const queueId = /[0-9a-z]{14}/.exec(reply)?.[0];
    if (queueId === undefined) throw new Error(`no id in ${reply}`);
    return { queueId, file };
  }

  async job({ queueId }: Scan): Promise<{ readonly job: JobSummary; readonly guidance?: Guidance | undefined }> {
    return this.agent.job(queueId, 'en');
  }

  /** Waits in real time until the job is as asked for. */
  async untilJob(scan: Scan, is: (job: JobSummary) => boolean): Promise<JobSummary> {
    let last: JobSummary | undefined;
    try {
      return await until(() => {
        last = this.agent.jobs().find((one) => one.queueId === scan.queueId);
        return last && is(last) ? last : undefined;
      }, 8_000);
    } catch {
      throw new Error(
        `the job did not get there; it is ${JSON.stringify(last)}, status ${JSON.stringify(this.agent.status())}`,
      );
    }
  }

  /** What arrived of this scan, whoever was named in the envelope. */
  arrived({ file }: Scan): readonly Delivery[] {
    const wanted = sha256(file);
    return this.cloud.deliveries().filter((one) => sha256(attachmentOf(one.raw)?.content) === wanted);
  }

  fault(name: FaultName, options?: FaultOptions): void {
    this.cloud.setFault(name, true, options);
  }
  mend(...names: readonly FaultName[]): void {
    for (const name of names) this.cloud.setFault(name, false);
  }

  /** After a case that failed: the next one must not find its ruins. */
  async tidy(): Promise<void> {
    this.mend(...this.cloud.activeFaults());
    const open = () =>
      this.agent.jobs().filter(({ state }) => state === 'waiting' || state === 'held' || state === 'failed');
    for (const { queueId } of open())
      await Promise.resolve(this.agent.retryJob(queueId, person)).catch(() => undefined);
    await until(() => (open().length === 0 ? true : undefined), 2_000).catch(() => undefined);
    for (const { queueId } of open())
      await Promise.resolve(this.agent.deleteJob(queueId, person)).catch(() => undefined);
  }

  /** Lets the idle link go, so that the next job connects and signs in anew. */
  async freshLink(): Promise<void> {
    const closed = () => this.wire.filter((line) => line === 'submission C: QUIT').length;
    const before = closed();
    this.clock.skip(linkIdleMs);
    // A link may or may not have been open; if it was, its QUIT is on its way.
    await until(() => (closed() > before ? true : undefined), 100).catch(() => undefined);
  }

  /** Goes on to the job's next attempt; a pause of the mailbox may end later. @returns how long it would have been */
  skipToNextAttempt(job: JobSummary): number {
    const waitMs =
      Math.max(job.nextAttemptAtMs ?? 0, this.agent.status().queue.slowedUntilMs ?? 0) - this.clock.nowMs();
    this.clock.skip(waitMs + 50);
    return waitMs;
  }

  /** A technician signs in; ends when the session is over or waits for a yes. */
  async signIn(
    options: { readonly upn?: string | undefined; readonly phone?: boolean; readonly confirm?: boolean } = {},
  ): Promise<{ readonly state: SignInState; readonly phone?: PhoneOutcome | undefined }> {
    this.clock.skip(startWindowMs);
    this.steps = [];
    await this.agent.beginSignIn(person);
    const shown = await this.#untilStep('code', 'ready', 'failed');
    const phone =
      shown.step === 'code' && options.phone !== false
        ? await this.cloud.technician({
            userCode: shown.userCode,
            ...(options.upn === undefined ? {} : { upn: options.upn }),
          })
        : undefined;
    let state = await this.#untilStep('confirm', 'ready', 'failed');
    if (state.step === 'confirm' && options.confirm !== false) {
      await this.agent.confirmSignIn(person);
      state = await this.#untilStep('ready', 'failed');
    }
    return { state, phone };
  }

  /** Time passes ten times as fast: polls need no patience. */
  async #untilStep(...steps: readonly SignInState['step'][]): Promise<SignInState> {
    return until(() => {
      const state = this.agent.signInState();
      if (steps.includes(state.step)) return state;
      this.clock.skip(225);
      return undefined;
    }, 30_000);
  }
}

export function sha256(content: Buffer | undefined): string {
  return createHash('sha256')
    .update(content ?? '')
    .digest('hex');
}
