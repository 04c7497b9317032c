/**
 * The door for the device's own browser: plain HTTP on 127.0.0.1, for whoever has read the token of this start (T50). At the
 * start it binds its port and writes the token; the rest comes with the first connection.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Access } from '../access/index.ts';
import type { Api } from '../api/index.ts';
import type { Clock, MailLog, Service } from '../core/index.ts';
import { createDoorPort, type DoorPort, type UiFiles } from '../doorway/index.ts';
import type { Settings } from '../settings/index.ts';

/** What the door is given. */
export interface PanelDoorOptions {
  readonly settings: () => Pick<Settings['panel'], 'isEnabled' | 'port'>;
  /** File for the token, in the folder of the bridge's socket: 0640, of the agent's group. */
  readonly tokenPath: string;
  readonly api: () => Promise<Api>;
  readonly access: Access;
  readonly files: () => Promise<UiFiles>;
  readonly clock: Clock;
  readonly log: MailLog;
  readonly onChange?: (() => void) | undefined;
}

/** The door, and where it is. */
export interface PanelDoor extends Service, Pick<DoorPort, 'addresses' | 'trouble'> {}

/** Never the LAN. */
const host = '127.0.0.1';
const connections = { most: 16, mostPerAddress: 16 };

/** Makes the door; `start` binds. */
export function createPanelDoor(options: PanelDoorOptions): PanelDoor {
  const { settings, tokenPath, clock, log, onChange } = options;
  let token = '';
  const port = createDoorPort({
    name: 'panel door',
    ...connections,
    clock,
    log,
    onChange,
    places: () => (settings().isEnabled ? [{ host, port: settings().port }] : []),
    load: async () =>
      (await import('./serve-panel.ts')).servePanel({
        ...options,
        token,
        port: () => port.addresses()[0]?.port ?? 0,
      }),
  });
  return {
    addresses: port.addresses,
    trouble: port.trouble,
    async start() {
      if (!settings().isEnabled) return;
      token = randomBytes(32).toString('base64url');
      await writeToken(tokenPath, token).catch((error: unknown) => {
        log.fault('the token of the panel cannot be written; its browser cannot come in', error);
      });
      await port.start();
    },
    async stop() {
      await port.stop();
      await rm(tokenPath, { force: true }).catch(() => undefined);
    },
  };
}

/** The mode must be right from the first moment, and the file whole: renamed into place. */
async function writeToken(path: string, token: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o750 });
  const temporary = `${path}.tmp`;
  await rm(temporary, { force: true });
  await writeFile(temporary, `${token}\n`, { mode: 0o640, flag: 'wx' });
  // A umask of 0077 would keep the panel's user out.
  await chmod(temporary, 0o640);
  await rename(temporary, path);
}
