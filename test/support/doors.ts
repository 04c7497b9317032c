/** A whole agent with both doors for browsers on ports of the system's choice, and the pages as their sources are now. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request, type Agent } from 'node:https';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';
import type { UiApp } from '../../src/doors.ts';
import type { UiFile } from '../../src/doorway/index.ts';
import { startRehearsal, type Rehearsal, type RehearsalOptions } from '../../src/demo/index.ts';
import { systemClock } from '../../src/system-clock.ts';
import { collectedLog } from './collected-log.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const built = new Map<UiApp, Promise<readonly UiFile[]>>();

/** The pages of an app, built once for each test file. */
export function uiFromSources(app: UiApp): Promise<readonly UiFile[]> {
  let files = built.get(app);
  if (!files) {
    files = (async () => {
      const { buildUi } = (await import(new URL('../../cross-build/ui.mjs', import.meta.url).href)) as {
        buildUi: (root: string, app: UiApp) => Promise<{ files: readonly UiFile[] }>;
      };
      return (await buildUi(root, app)).files;
    })();
    built.set(app, files);
  }
  return files;
}

/** An agent with its doors open. */
export interface OpenDoors {
  readonly rehearsal: Rehearsal;
  readonly log: ReturnType<typeof collectedLog>;
  /** `https://127.0.0.1:PORT`; self-signed. */
  readonly webUrl: string;
  /** `http://127.0.0.1:PORT` */
  readonly panelUrl: string;
  /** With the token of this start: what the panel's browser is started with. */
  readonly panelEntry: string;
  /** A new one, as the panel would show it. */
  claimCode(): Promise<string>;
  /** Claims the device as an administrator's browser would, with this password and PIN. `cookie`: of the session. */
  claim(given?: {
    readonly password?: string;
    readonly pin?: string;
  }): Promise<{ readonly password: string; readonly cookie: string }>;
  stop(): Promise<void>;
}

const running: OpenDoors[] = [];
afterAll(async () => {
  for (const doors of running.splice(0)) await doors.stop();
});

/** Starts one; ended with the test file. @param options.ui 'none': no pages, for tests of the API alone */
export async function openDoors(
  options: Partial<Omit<RehearsalOptions, 'ui'>> & { readonly ui?: 'none' } = {},
): Promise<OpenDoors> {
  const log = collectedLog();
  const { ui, ...rest } = options;
  const rehearsal = await startRehearsal({
    cloud: 'global',
    clock: systemClock,
    log,
    version: 'test',
    ...rest,
    ui: ui === 'none' ? () => Promise.resolve([]) : uiFromSources,
  });
  const { daemon, layout } = rehearsal;
  const portOf = (name: string) => daemon.agent.status().listeners.find((one) => one.name === name)?.port ?? 0;
  const panelUrl = `http://127.0.0.1:${String(portOf('panel'))}`;
  const webUrl = `https://127.0.0.1:${String(portOf('web'))}`;
  const token = (await readFile(join(layout.runtimeDir, 'panel-token'), 'utf8')).trim();
  const claimCode = async () => (await daemon.agent.access.newClaimCode()).code;
  const doors: OpenDoors = {
    rehearsal,
    log,
    webUrl,
    panelUrl,
    panelEntry: `${panelUrl}/?token=${token}`,
    claimCode,
    claim: async ({ password = `pw-${randomBytes(12).toString('hex')}`, pin } = {}) => {
      const code = await claimCode();
      const { status, headers } = await webCall(webUrl, 'POST', '/v1/claim', { body: { code, password, pin } });
      if (status !== 200) throw new Error(`claim: ${String(status)}`);
      return { password, cookie: /__Host-mfp=([^;]+)/.exec(String(headers['set-cookie']))?.[1] ?? '' };
    },
    stop: () => rehearsal.stop(),
  };
  running.push(doors);
  return doors;
}

/** What came back from the web door. */
export interface WebReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** One call of the web door as our own page would make it; headers may be added, replaced, or left out with undefined. */
export function webCall(
  webUrl: string,
  method: string,
  path: string,
  options: {
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string | undefined>>;
    /** To keep connections; without it each call has its own. */
    readonly agent?: Agent;
  } = {},
): Promise<WebReply> {
  const text = options.body === undefined ? undefined : JSON.stringify(options.body);
  const all = {
    'origin': webUrl,
    'sec-fetch-site': 'same-origin',
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
    ...options.headers,
  };
  const headers = Object.fromEntries(
    Object.entries<string | undefined>(all).filter((one): one is [string, string] => one[1] !== undefined),
  );
  const { hostname, port } = new URL(webUrl);
  return new Promise((resolve, reject) => {
    // The path goes out as it is written here: a URL would mend it.
    const outgoing = request(
      { hostname, port, method, path, headers, agent: options.agent ?? false, rejectUnauthorized: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}
