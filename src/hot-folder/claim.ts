/**
 * The way of a group through the folder, in steps that can be interrupted anywhere:
 *
 *     plan -> members moved to working/ID -> job durable -> result -> working/ID renamed to done/ or failed/
 *
 * `carryOut` begins where the last run stopped. The table of crashes is in the README.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { errorCatalogue, MailError } from '../core/index.ts';
import { stateOf } from './stillness.ts';
import type { Group } from './groups.ts';
import type { WorkDisk } from './work-disk.ts';

/** Folders of one hot folder. */
export interface Places {
  readonly drop: string;
  readonly working: string;
  readonly done: string;
  readonly failed: string;
}

export function placesOf(drop: string): Places {
  return { drop, working: join(drop, 'working'), done: join(drop, 'done'), failed: join(drop, 'failed') };
}

/** A group that is being worked on; what `plan.json` says. */
export interface Plan {
  readonly version: 1;
  /** The submission's key: the same plan never becomes two jobs. */
  readonly key: string;
  readonly name: string;
  readonly ticket?: string | undefined;
  readonly files: readonly string[];
  /** All members with their state (`stateOf`) when they were chosen. */
  readonly members: readonly { readonly name: string; readonly state: string }[];
}

/** What `result.json` says to the firmware, and to us after a crash. */
export interface Result {
  readonly name: string;
  readonly files: readonly string[];
  readonly state: 'queued' | 'failed';
  /** The job, for `GET /v1/jobs/ID`. */
  readonly queueId?: string | undefined;
  /** Catalogue code of the refusal. */
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly at: string;
}

const planFile = 'plan.json';
const resultFile = 'result.json';
/** A folder of their own: a member may be called like one of ours. */
const filesFolder = 'files';
const maxBytes = 256 * 1024;

/** Where the members of a claim lie. */
export function filesOf(places: Places, id: string): string {
  return join(places.working, id, filesFolder);
}

/** Writes the plan; from now on the group is ours. @returns the id of its folder */
export async function beginClaim(
  places: Places,
  group: Group,
  states: ReadonlyMap<string, string>,
  disk: WorkDisk,
): Promise<string> {
  const id = randomBytes(8).toString('hex');
  const members = [group.ticket, group.mark, ...group.files]
    .filter((name) => name !== undefined)
    .map((name) => ({ name, state: states.get(name) ?? '' }));
  const { name, ticket, files } = group;
  const plan: Plan = { version: 1, key: `hot-${id}`, name, ticket, files, members };
  // Nobody but us changes names in it; the firmware's group may look.
  await disk.mkdir(join(places.working, id), 0o750);
  await disk.mkdir(filesOf(places, id), 0o750);
  await disk.write(join(places.working, id, planFile), Buffer.from(JSON.stringify(plan)));
  return id;
}

/** Where a claim stands. */
export type Standing =
  | { readonly step: 'submit'; readonly plan: Plan }
  | { readonly step: 'finish'; readonly result: Result }
  /** Nothing of it is left: an interrupted beginning, or a group that changed and was given back. */
  | { readonly step: 'none' };

/** Brings all members in, or gives all of them back. Nothing is submitted before the moves are durable. */
export async function gather(places: Places, id: string, disk: WorkDisk, nowMs: number): Promise<Standing> {
  const dir = join(places.working, id);
  const files = filesOf(places, id);
  const result = await readJson<Result>(join(dir, resultFile), disk);
  if (result) return { step: 'finish', result };
  const plan = await readJson<Plan>(join(dir, planFile), disk);
  if (!plan) {
    // The plan is written before anything is moved: without one the folder holds nothing. What holds something is not ours.
    await disk.removeKnown(dir, [`${planFile}.tmp`, filesFolder]);
    return { step: 'none' };
  }
  for (const { name, state } of plan.members) {
    const isHere = await stateAt(join(files, name), disk);
    if (isHere !== undefined) continue;
    if ((await stateAt(join(places.drop, name), disk)) !== state) {
      await giveBack(places, id, plan, disk, nowMs);
      return { step: 'none' };
    }
    await disk.rename(join(places.drop, name), join(files, name));
  }
  // A power cut must not bring a file back to where it is taken a second time, once its job is durable.
  for (const folder of [files, dir, places.working, places.drop]) await disk.syncFolder(folder);
  return { step: 'submit', plan };
}

/**
 * Puts the members back where they came from, to be looked at anew. A newer file of the same name stays; the older one goes
 * to `failed/` then, because the firmware has overwritten it.
 */
export async function giveBack(places: Places, id: string, plan: Plan, disk: WorkDisk, nowMs: number): Promise<void> {
  const files = filesOf(places, id);
  let left = 0;
  for (const { name } of plan.members) {
    if ((await stateAt(join(files, name), disk)) === undefined) continue;
    if ((await stateAt(join(places.drop, name), disk)) === undefined)
      await disk.rename(join(files, name), join(places.drop, name));
    else left++;
  }
  if (left > 0) {
    const error = new MailError('file-changing', 'file was replaced', {
      details: { hint: 'a newer file of the same name came before this one was taken' },
    });
    await finish(places, id, await keepResult(places, id, failedResult(plan, error, nowMs), disk), disk);
    return;
  }
  await disk.syncFolder(places.drop);
  await disk.removeKnown(join(places.working, id), [planFile, `${resultFile}.tmp`, filesFolder]);
}

/** Writes the result durably; only the move to its place is left after that. */
export async function keepResult(places: Places, id: string, result: Result, disk: WorkDisk): Promise<Result> {
  await disk.write(join(places.working, id, resultFile), Buffer.from(`${JSON.stringify(result, undefined, 2)}\n`));
  return result;
}

/** One rename, so that there is no half. @returns name of the folder */
export async function finish(places: Places, id: string, result: Result, disk: WorkDisk): Promise<string> {
  const stamp = result.at.replace(/[-:]|\.\d+/g, '');
  const safe = result.name.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 64);
  const folder = `${stamp}-${safe}-${id}`;
  const place = result.state === 'queued' ? places.done : places.failed;
  await disk.chmod(join(places.working, id, resultFile), 0o640);
  const held = await disk.hold(join(places.working, id));
  try {
    await disk.rename(join(places.working, id), join(place, folder));
    await letIn(held.path, disk);
  } finally {
    await held.close();
  }
  await disk.syncFolder(place);
  await disk.syncFolder(places.working);
  return folder;
}

/**
 * Lets the firmware's group remove what it has seen: never in `working/`, where what lies there is believed.
 * @param held path of the open folder of a settled group
 */
async function letIn(held: string, disk: WorkDisk): Promise<void> {
  const files = await disk.hold(join(held, filesFolder));
  try {
    await disk.chmod(files.path, 0o770);
  } finally {
    await files.close();
  }
  await disk.chmod(held, 0o770);
}

/** Lets the group in where a crash came between the move and that. @param place `done` or `failed` */
export async function letInAll(place: string, disk: WorkDisk): Promise<void> {
  for (const name of await disk.list(place)) {
    if (settledAtMs(name) === undefined) continue;
    const held = await disk.hold(join(place, name)).catch(() => undefined);
    if (!held) continue;
    try {
      const facts = await held.handle.stat();
      if (facts.uid === process.getuid?.() && (facts.mode & 0o777) === 0o750) await letIn(held.path, disk);
    } finally {
      await held.close();
    }
  }
}

/** True for a name that `beginClaim` gives. */
export function isClaim(name: string): boolean {
  return /^[0-9a-f]{16}$/.test(name);
}

/** When a group was settled, by the name that `finish` has given. @returns ms since 1970; undefined: not one of ours */
export function settledAtMs(name: string): number | undefined {
  const taken = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-.*-[0-9a-f]{16}$/.exec(name);
  if (!taken) return undefined;
  const [year = 0, month = 1, day = 0, hour = 0, minute = 0, second = 0] = taken.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

export function failedResult(plan: Plan, error: MailError, nowMs: number): Result {
  const hint = error.details['hint'];
  return {
    name: plan.name,
    files: plan.files,
    state: 'failed',
    code: error.code,
    message: typeof hint === 'string' ? hint : errorCatalogue[error.code].reply,
    at: new Date(nowMs).toISOString(),
  };
}

/** @returns undefined if nothing is there */
export async function stateAt(path: string, disk: WorkDisk): Promise<string | undefined> {
  try {
    return stateOf(await disk.lstat(path));
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readJson<Shape>(path: string, disk: WorkDisk): Promise<Shape | undefined> {
  const data = await disk.read(path, maxBytes);
  if (data === undefined) return undefined;
  // Written by us, replaced as a whole, in a folder only we write to.
  return JSON.parse(data.toString('utf8')) as Shape;
}
