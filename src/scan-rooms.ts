/** Scanners, address book and hot folder: loaded when somebody uses them, the hot folder with the start if it is set. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AddressBook } from './addressbook/index.ts';
import { MailError, type Clock, type MailLog, type ScanSummary, type Service } from './core/index.ts';
import type { HotFolder } from './hot-folder/index.ts';
import { lazily } from './lazily.ts';
import type { Scans } from './scan/index.ts';
import type { Settings, SettingsStore } from './settings/index.ts';
import type { Ticket, TicketDeps } from './ticket/index.ts';

export interface ScanRooms extends Service {
  readonly scans: Scans<Ticket>;
  readonly addressBook: AddressBook;
  /** What an administrator should see to. */
  warnings(): readonly string[];
  /** Of the decommissioning: pages, addresses, and what the agent keeps in the hot folder. @param hotFolder its path or '' */
  forget(hotFolder: string): Promise<void>;
}

/** @param options.tickets how scans are handed in */
export function createScanRooms(options: {
  readonly stateDir: string;
  readonly settingsDir: string;
  /** Folders whose files must never be taken for scans. */
  readonly ownFolders: readonly string[];
  readonly settings: Pick<SettingsStore, 'current' | 'subscribe'>;
  readonly tickets: TicketDeps;
  readonly clock: Clock;
  readonly log: MailLog;
  readonly onScan: (scan: ScanSummary) => void;
  readonly onWarning: () => void;
}): ScanRooms {
  const { stateDir, settingsDir, tickets, clock, log } = options;
  const settings = (): Settings => options.settings.current();
  const pagesDir = join(stateDir, 'scans');

  const addressBook = lazily<AddressBook>(
    async () =>
      (await import('./addressbook/index.ts')).createAddressBook({ path: join(settingsDir, 'address-book.json'), log }),
    ['search', 'add', 'replace', 'remove', 'importText', 'exportText', 'noteRecipients', 'recent', 'destroy'],
  );

  const scans = lazily<Scans<Ticket>>(async () => {
    const [room, { submitTicket }] = await Promise.all([import('./scan/index.ts'), import('./ticket/index.ts')]);
    const sane = room.createSaneSource({ program: 'scanimage', clock, config: () => settings().scan });
    const folder = room.createFolderSource(() => settings().scan.folder);
    return room.createScans<Ticket>({
      dir: pagesDir,
      sources: () => [folder, ...(settings().scan.isSaneUsed ? [sane] : [])],
      limits: () => ({
        maxPages: settings().scan.maxPages,
        maxBytes: settings().limits.maxMessageBytes,
        reserveBytes: settings().limits.reserveBytes,
      }),
      clock,
      log,
      onChange: options.onScan,
      submit: async (ticket, files, key, { by, door }) => {
        const idempotencyKey = ticket.idempotencyKey ?? key;
        const { queueId } = await submitTicket({ ...ticket, idempotencyKey }, files, tickets, { by, door });
        if (door === 'panel')
          await addressBook.noteRecipients([...ticket.to, ...(ticket.cc ?? []), ...(ticket.bcc ?? [])]);
        return queueId;
      },
    });
  }, ['scanners', 'scanner', 'begin', 'more', 'scan', 'preview', 'cancel', 'submit', 'stop']);

  let hotFolder: { readonly path: string; readonly room: HotFolder } | undefined;
  /** A folder used before, with files that were taken up and not handed in: nobody looks there any more. */
  let leftBehind: string | undefined;
  let turn: Promise<void> = Promise.resolve();
  let isRunning = false;
  /** Starts and stops the hot folder as the settings say; one change after the other. */
  const adjust = (): Promise<void> => {
    turn = turn
      .then(async () => {
        const path = isRunning ? settings().hotFolder.path : '';
        if (path === (hotFolder?.path ?? '')) return;
        await hotFolder?.room.stop();
        const before = isRunning ? hotFolder?.path : undefined;
        hotFolder = undefined;
        const told = leftBehind;
        if (path === leftBehind) leftBehind = undefined;
        if (before !== undefined && (await (await import('./hot-folder/index.ts')).hasClaims(before)))
          leftBehind = before;
        if (leftBehind !== told) options.onWarning();
        if (path === '') return;
        const [{ createHotFolder }, { submitTicket }] = await Promise.all([
          import('./hot-folder/index.ts'),
          import('./ticket/index.ts'),
        ]);
        const room = createHotFolder({
          path,
          forbidden: options.ownFolders,
          config: () => ({ ...settings().hotFolder, maxFileBytes: settings().limits.maxMessageBytes }),
          submit: async (ticket, files, signal) =>
            (await submitTicket(ticket, files, tickets, { door: 'bridge', by: 'hot folder', signal })).queueId,
          clock,
          log,
          onTrouble: options.onWarning,
        });
        hotFolder = { path, room };
        await room.start();
      })
      .catch((error: unknown) => {
        log.fault('hot folder', error);
      });
    return turn;
  };
  let unsubscribe: () => void = () => undefined;

  return {
    scans,
    addressBook,
    warnings: () => {
      const trouble = hotFolder?.room.trouble();
      const left =
        leftBehind === undefined
          ? undefined
          : `Files of the hot folder used before wait in ${join(leftBehind, 'working')}; set hotFolder.path back to send them.`;
      return [trouble, left].filter((sentence) => sentence !== undefined);
    },
    forget: async (hotFolder) => {
      if (scans.isLoaded()) await scans.stop();
      await rm(pagesDir, { recursive: true, force: true });
      await addressBook.destroy();
      leftBehind = undefined;
      if (hotFolder !== '') await (await import('./hot-folder/index.ts')).forgetHotFolder(hotFolder);
    },
    start: async () => {
      // Pages of before a power cut: somebody's letters, and nobody's scan any more.
      await rm(pagesDir, { recursive: true, force: true }).catch((cause: unknown) => {
        log.fault('pages', new MailError('storage-failed', 'old pages cannot be removed', { cause }));
      });
      isRunning = true;
      unsubscribe = options.settings.subscribe(() => void adjust());
      await adjust();
    },
    stop: async () => {
      isRunning = false;
      unsubscribe();
      await adjust();
      if (scans.isLoaded()) await scans.stop();
    },
  };
}
