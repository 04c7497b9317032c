import { crossProblems, type SettingProblem } from './cross-checks.ts';
import { fieldAt, settingAt, withSettings } from './fields.ts';
import type { Settings } from './schema.ts';
import { changedPaths, settleService, type Consequence, type SettingsDoor } from './service-rules.ts';
import { readSetting } from './setting-text.ts';

/** What a change would do, before anything is done. */
export interface ChangePlan {
  /** The settings afterwards; only to be kept if there are no problems. */
  readonly next: Settings;
  /** Paths whose value differs then, the ones that change by themselves included. */
  readonly changed: readonly string[];
  /** To be accepted by a person, by code, before it is saved. */
  readonly consequences: readonly Consequence[];
  /** Why it cannot be saved. */
  readonly problems: readonly SettingProblem[];
}

/**
 * Works out a change; pure.
 * @param patch by path, `{ 'service.cloud': 'global' }`; values in JSON or as text, null for the default
 * @param door the panel has the rule of design 6.6; every other door validates
 */
export function planChange(
  current: Settings,
  patch: Readonly<Record<string, unknown>>,
  door: SettingsDoor,
): ChangePlan {
  const problems: SettingProblem[] = [];
  const values = new Map<string, unknown>();
  for (const [path, value] of Object.entries(patch)) {
    const read = readSetting(path, value);
    if ('problem' in read) problems.push({ path: path.slice(0, 80), message: read.problem });
    else if (isForeignPath(current, path, read.value, door)) {
      const message = `Folders are set on the device itself: mfp-mail-agent settings set ${path} FOLDER`;
      problems.push({ path, message });
    } else values.set(path, read.value);
  }
  const touched = new Set(values.keys());
  const { next, consequences } = settleService(current, withSettings(current, values), touched, door);
  // Old trouble of a hand-edited file may stay, or nobody could mend it one setting at a time; new trouble is refused.
  const changed = new Set(changedPaths(current, next));
  const old = new Set(crossProblems(current).map(problemKey));
  for (const problem of crossProblems(next)) {
    const isOld = old.has(problemKey(problem)) && !changed.has(problem.path);
    const isNamed = problems.some(({ path }) => path === problem.path);
    if (!isOld && !isNamed) problems.push(problem);
  }
  return { next, changed: [...changed], consequences: [...consequences, ...ownDoor(current, next, door)], problems };
}

/** Whoever comes by the web pages must not shut them by accident: the door they came through changes at once. */
function ownDoor(current: Settings, next: Settings, door: SettingsDoor): readonly Consequence[] {
  if (door !== 'web') return [];
  if (current.web.isEnabled && !next.web.isEnabled)
    return [
      {
        code: 'web-door-closes',
        message:
          'These web pages are switched off at once. On the device they come back with: ' +
          'mfp-mail-agent settings set web.isEnabled true',
      },
    ];
  const isMoved = current.web.port !== next.web.port || current.web.addresses.join() !== next.web.addresses.join();
  return isMoved ? [{ code: 'web-door-moves', message: 'These web pages move at once; the page says where to.' }] : [];
}

/** A folder that somebody elsewhere wants read, or mailed (T52). Blanking it, or leaving it, is no harm. */
function isForeignPath(current: Settings, path: string, value: unknown, door: SettingsDoor): boolean {
  return fieldAt(path)?.isDevicePath === true && door !== 'cli' && value !== '' && value !== settingAt(current, path);
}

function problemKey({ path, message }: SettingProblem): string {
  return `${path}\n${message}`;
}
