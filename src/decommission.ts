/** Decommissioning (T30): keys first, so that whatever is interrupted afterwards can already not be read. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere, syncDirectory, writeDurably } from './vault/index.ts';

/** A path, and no more. */
const maxMarkBytes = 8_192;

/** The rooms that hold something of this device's life. */
export interface Destroyable {
  readonly vault: { destroySpoolKey(): Promise<void>; destroySecretsKey(): Promise<void> };
  readonly spool: { destroy(): Promise<void> };
  readonly settings: { destroy(): Promise<void> };
  /** Forgets the account; first of all, or a renewal under way would seal its tokens under a new key. */
  readonly signOut: () => Promise<unknown>;
  /** Where the agent keeps documents outside its own folders; asked before the settings are gone. '' if nowhere. */
  readonly hotFolder?: () => string;
  /** What else remembers people: called last with that path, each must bear being called twice. */
  readonly others?: readonly ((hotFolder: string) => Promise<unknown>)[];
}

export interface Decommission {
  /** Destroys everything; after a power cut in between, `finish` at the next start does the rest. */
  run(): Promise<void>;
  /** At start, before anything else: completes what was begun. */
  finish(): Promise<void>;
  /** Begun and not finished: nothing may be accepted meanwhile. */
  isUnfinished(): boolean;
}

/** @param stateDir holds the durable mark while it goes on; in it the path of the hot folder, which the settings forget */
export function createDecommission(stateDir: string, rooms: Destroyable): Decommission {
  const mark = join(stateDir, 'decommissioning');
  let isUnfinished = false;
  /** @returns undefined if none was begun */
  const readMark = async (): Promise<string | undefined> =>
    (await readIfThere(mark, maxMarkBytes).catch(() => Buffer.alloc(0)))?.toString();
  /** A mark that was written says where; one that is still empty was made while the settings were whole. */
  const placeOf = (text: string | undefined): string =>
    text === undefined || text === '' ? (rooms.hotFolder?.() ?? '') : text;
  const destroy = async (hotFolder: string) => {
    isUnfinished = true;
    await rooms.signOut();
    await rooms.vault.destroySpoolKey();
    await rooms.vault.destroySecretsKey();
    await rooms.spool.destroy();
    await rooms.settings.destroy();
    for (const forget of rooms.others ?? []) await forget(hotFolder);
    await rm(mark, { force: true });
    await syncDirectory(stateDir);
    isUnfinished = false;
  };
  return {
    isUnfinished: () => isUnfinished,
    run: async () => {
      const hotFolder = placeOf(await readMark());
      await writeDurably(mark, Buffer.from(hotFolder));
      await destroy(hotFolder);
    },
    finish: async () => {
      const text = await readMark();
      if (text !== undefined) await destroy(placeOf(text));
    },
  };
}
