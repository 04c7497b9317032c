import { crossProblems, type SettingProblem } from './cross-checks.ts';
import { withSettings } from './fields.ts';
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
    else values.set(path, read.value);
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
  return { next, changed: [...changed], consequences, problems };
}

function problemKey({ path, message }: SettingProblem): string {
  return `${path}\n${message}`;
}
