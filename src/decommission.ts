/** Decommissioning (T30): keys first, so that whatever is interrupted afterwards can already not be read. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The rooms that hold something of this device's life. */
export interface Destroyable {
  readonly vault: { destroySpoolKey(): Promise<void>; destroySecretsKey(): Promise<void> };
  readonly spool: { destroy(): Promise<void> };
  readonly settings: { destroy(): Promise<void> };
  /** Forgets the account; first of all, or a renewal under way would seal its tokens under a new key. */
  readonly signOut: () => Promise<unknown>;
  /** What else remembers people: called last, each must bear being called twice. */
  readonly others?: readonly (() => Promise<unknown>)[];
}

export interface Decommission {
  /** Destroys everything; after a power cut in between, `finish` at the next start does the rest. */
  run(): Promise<void>;
  /** At start, before anything else: completes what was begun. */
  finish(): Promise<void>;
  /** Begun and not finished: nothing may be accepted meanwhile. */
  isUnfinished(): boolean;
}

/** @param stateDir holds the durable mark while it goes on */
export function createDecommission(stateDir: string, rooms: Destroyable): Decommission {
  const mark = join(stateDir, 'decommissioning');
  let isUnfinished = false;
  const destroy = async () => {
    isUnfinished = true;
    await rooms.signOut();
    await rooms.vault.destroySpoolKey();
    await rooms.vault.destroySecretsKey();
    await rooms.spool.destroy();
    await rooms.settings.destroy();
    for (const forget of rooms.others ?? []) await forget();
    await rm(mark, { force: true });
    await syncFolder(stateDir);
    isUnfinished = false;
  };
  return {
    isUnfinished: () => isUnfinished,
    run: async () => {
      await (await open(mark, 'w', 0o600)).close();
      await syncFolder(stateDir);
      await destroy();
    },
    finish: async () => {
      const isBegun = await open(mark, 'r').then(
        async (file) => {
          await file.close();
          return true;
        },
        () => false,
      );
      if (isBegun) await destroy();
    },
  };
}

async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
