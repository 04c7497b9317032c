/** The doors for browsers as the composition root puts them together: web on the network, panel on loopback. */
import type { Access } from './access/index.ts';
import type { Api } from './api/index.ts';
import type { AgentStatus, Clock, HandedSocket, MailError, MailLog, Service } from './core/index.ts';
import type { DeviceCertificate } from './device-certificate.ts';
import type { UiFile, UiFiles } from './doorway/index.ts';
import { hostAddresses } from './maintenance.ts';
import { createPanelDoor } from './panel-door/index.ts';
import type { Settings } from './settings/index.ts';
import { createWebDoor } from './web/index.ts';

/** The apps of `panel-ui/`. */
export type UiApp = 'control-panel' | 'internet-services';

/** Both doors as one service. */
export interface Doors extends Service {
  /** Settings changed: ports open and close. */
  readonly reconfigure: () => Promise<void>;
  /** Where they are, and what keeps one from opening. */
  readonly state: () => { readonly listeners: AgentStatus['listeners']; readonly warnings: readonly string[] };
}

/** Makes the doors; `start` binds their ports. */
export function createDoors(options: {
  readonly settings: () => Settings;
  readonly api: () => Promise<Api>;
  readonly access: Access;
  readonly certificate: DeviceCertificate;
  readonly hostName: string;
  readonly tokenPath: string;
  readonly ui?: ((app: UiApp) => Promise<readonly UiFile[]>) | undefined;
  /** Sockets of the service manager, by the name of the door. */
  readonly handed?: ((name: string) => readonly HandedSocket[]) | undefined;
  readonly clock: Clock;
  readonly log: MailLog;
  readonly onChange: () => void;
}): Doors {
  const { settings, certificate, ui = builtUi, tokenPath, hostName, ...common } = options;
  let api: Promise<Api> | undefined;
  const shared = {
    ...common,
    api: () => {
      api ??= options.api();
      api.catch(() => {
        api = undefined;
      });
      return api;
    },
  };
  const web = createWebDoor({
    ...shared,
    settings: () => settings().web,
    identity: () => certificate.shown(),
    files: keptFiles(() => ui('internet-services')),
    hostName,
    addresses: hostAddresses,
  });
  const panel = createPanelDoor({
    ...shared,
    settings: () => settings().panel,
    files: keptFiles(() => ui('control-panel')),
    tokenPath,
  });
  return {
    state: () => ({
      listeners: [
        ...web.addresses().map((place) => ({ name: 'web', ...place })),
        ...panel.addresses().map((place) => ({ name: 'panel', ...place })),
      ],
      warnings: [...warning('The web pages', web.trouble()), ...warning('The page for the panel', panel.trouble())],
    }),
    async start() {
      await web.start();
      await panel.start();
    },
    async reconfigure() {
      await web.reconfigure();
      await panel.reconfigure();
    },
    async stop() {
      await panel.stop();
      await web.stop();
    },
  };
}

/** Mail does not need these doors, so a port that is taken is a warning, not the lamp's business as the intake's is. */
function warning(what: string, trouble: MailError | undefined): readonly string[] {
  const hint = trouble?.details['hint'];
  return typeof hint === 'string' ? [`${what} cannot be reached: ${hint}. It is tried again every 30 seconds.`] : [];
}

/** Asked once; a failure is asked again. */
function keptFiles(load: () => Promise<readonly UiFile[]>): () => Promise<UiFiles> {
  let kept: Promise<UiFiles> | undefined;
  return () => {
    kept ??= load().then((files) => new Map(files.map((file) => [file.path, file])));
    kept.catch(() => {
      kept = undefined;
    });
    return kept;
  };
}

/** Made by the build (cross-build/ui.mjs), a section of the program each. */
async function builtUi(app: UiApp): Promise<readonly UiFile[]> {
  const { files } =
    app === 'control-panel' ? await import('#made/ui-control-panel') : await import('#made/ui-internet-services');
  return files;
}
