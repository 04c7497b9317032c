/**
 * Safe mode (F18): the agent has died again and again, so what may have killed it stays off until a person says otherwise or
 * half an hour has passed quietly. Panel, web pages and bridge are there, scans are taken and wait.
 */
import type { Clock, MailLog, Service } from './core/index.ts';

/** As long as this it must run; then it tries to be whole again. */
const quietMs = 30 * 60_000;

/** Whether parts of the agent are held back, and the way out. */
export interface SafeMode {
  isOn(): boolean;
  /** Starts what was held back. @param by who says so. @throws what its start throws; the mode stays on then */
  leave(by: string): Promise<void>;
  /** Waits for the quiet half hour. */
  start(): void;
  stop(): Promise<void>;
}

/**
 * @param options.isCrashLoop at this start
 * @param options.heldBack in the order of their start
 * @param options.onLeft what was counted is to be forgotten, and screens show something else now
 */
export function createSafeMode(options: {
  readonly isCrashLoop: boolean;
  readonly heldBack: readonly Service[];
  readonly onLeft: () => Promise<void>;
  readonly clock: Clock;
  readonly log: MailLog;
}): SafeMode {
  const { clock, log } = options;
  let isOn = options.isCrashLoop;
  const end = new AbortController();
  let waiting: Promise<void> = Promise.resolve();
  let leaving: Promise<void> | undefined;

  const leaveNow = async (by: string): Promise<void> => {
    log.notice('safe mode ends', { by });
    for (const service of options.heldBack) await service.start();
    isOn = false;
    await options.onLeft();
  };
  const leave = async (by: string): Promise<void> => {
    if (!isOn) return;
    leaving ??= leaveNow(by).finally(() => {
      leaving = undefined;
    });
    await leaving;
  };
  const quiet = async (): Promise<void> => {
    await clock.sleep(quietMs, { signal: end.signal });
    await leave('half an hour without trouble');
  };

  return {
    isOn: () => isOn,
    leave,
    start() {
      if (!isOn) return;
      log.warn('safe mode: the agent ended unexpectedly again and again; scans are kept and not sent');
      waiting = quiet().catch((error: unknown) => {
        if (!end.signal.aborted) log.fault('safe mode cannot be left', error);
      });
    },
    async stop() {
      end.abort();
      await waiting;
      await leaving?.catch(() => undefined);
    },
  };
}
