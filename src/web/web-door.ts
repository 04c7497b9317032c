/** The HTTPS door for administrators' browsers. At the start it only binds its ports; the rest comes with the first browser. */
import type { Api } from '../api/index.ts';
import type { Access } from '../access/index.ts';
import type { Clock, HandedSocket, MailLog, Service } from '../core/index.ts';
import { createDoorPort, type DoorPlace, type DoorPort, type UiFiles } from '../doorway/index.ts';
import type { Settings } from '../settings/index.ts';

/** What browsers are shown. The same object as long as it is the same. */
export interface WebIdentity {
  /** PEM. */
  readonly key: string;
  /** PEM, with its chain. */
  readonly certificate: string;
  /** Nobody vouches for it but this device. */
  readonly isSelfSigned: boolean;
}

/** What the door is given. */
export interface WebDoorOptions {
  readonly settings: () => Settings['web'];
  readonly api: () => Promise<Api>;
  readonly access: Access;
  /** Asked with every connection: names and certificate may have changed. */
  readonly identity: () => Promise<WebIdentity>;
  readonly files: () => Promise<UiFiles>;
  readonly hostName: string;
  /** Addresses of this device, loopback included. */
  readonly addresses: () => readonly string[];
  readonly clock: Clock;
  readonly log: MailLog;
  /** Sockets of the service manager, by the name of the door; they stand for the ports and addresses of the settings. */
  readonly handed?: ((name: 'web' | 'web-redirect') => readonly HandedSocket[]) | undefined;
  /** A port was bound, or could not be. */
  readonly onChange?: (() => void) | undefined;
}

/** The door, and where it is. */
export interface WebDoor extends Service, Pick<DoorPort, 'addresses' | 'trouble' | 'reconfigure'> {}

/** T54. A browser opens six; a wall of administrators is not expected. */
const connections = { most: 50, mostPerAddress: 20 };

/** Makes the door; `start` binds. */
export function createWebDoor(options: WebDoorOptions): WebDoor {
  const { settings, clock, log, onChange } = options;
  const placesAt = (port: number, name: 'web' | 'web-redirect'): readonly DoorPlace[] => {
    const sockets = options.handed?.(name) ?? [];
    if (sockets.length > 0) return sockets.map((socket) => ({ socket }));
    const { addresses } = settings();
    return addresses.length === 0 ? [{ port }] : addresses.map((host) => ({ host, port }));
  };
  const secure = createDoorPort({
    name: 'web door',
    ...connections,
    clock,
    log,
    onChange,
    places: () => (settings().isEnabled ? placesAt(settings().port, 'web') : []),
    load: async () => (await import('./serve-web.ts')).serveWeb(options),
  });
  const plain = createDoorPort({
    name: 'web redirect',
    ...connections,
    clock,
    log,
    onChange,
    places: () =>
      settings().isEnabled && settings().redirectPort !== 0 ? placesAt(settings().redirectPort, 'web-redirect') : [],
    load: async () =>
      (await import('./serve-web.ts')).serveRedirect({
        ...options,
        port: () => secure.addresses()[0]?.port ?? settings().port,
      }),
  });
  return {
    addresses: secure.addresses,
    trouble: () => secure.trouble() ?? plain.trouble(),
    async start() {
      await secure.start();
      await plain.start();
    },
    async reconfigure() {
      await secure.reconfigure();
      await plain.reconfigure();
    },
    async stop() {
      await plain.stop();
      await secure.stop();
    },
  };
}
