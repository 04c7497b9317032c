/**
 * The door for the device's own browser: plain HTTP on 127.0.0.1, for whoever has read the token of this boot (T50). At the
 * start it binds its port and writes the token; the rest comes with the first connection.
 */
import type { Access } from '../access/index.ts';
import type { Api } from '../api/index.ts';
import type { Clock, MailLog, Service } from '../core/index.ts';
import { createDoorPort, type DoorPort, type UiFiles } from '../doorway/index.ts';
import type { Settings } from '../settings/index.ts';
import { forgetPanelToken, panelToken } from './panel-token.ts';

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
export interface PanelDoor extends Service, Pick<DoorPort, 'addresses' | 'trouble' | 'reconfigure'> {}

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
        token: () => token,
        port: () => port.addresses()[0]?.port ?? 0,
      }),
  });
  const prepare = async () => {
    if (!settings().isEnabled || token !== '') return;
    token = await panelToken(tokenPath).catch((error: unknown) => {
      log.fault('the token of the panel cannot be written; its browser cannot come in', error);
      return '';
    });
  };
  return {
    addresses: port.addresses,
    trouble: port.trouble,
    async start() {
      await prepare();
      await port.start();
    },
    async reconfigure() {
      await prepare();
      await port.reconfigure();
      // Who switches the panel off and on again wants new keys.
      if (settings().isEnabled) return;
      const wasOpen = token !== '';
      token = '';
      await forgetPanelToken(tokenPath).catch(() => undefined);
      if (wasOpen) await options.access.forgetPanels();
    },
    async stop() {
      await port.stop();
      // The file stays: who starts next, in this boot, knows the browser that is open.
      token = '';
    },
  };
}
