import { join, resolve } from 'node:path';

/** Where the agent lives on disk (design 7). All paths absolute. */
export interface Layout {
  readonly settingsDir: string;
  /** Spool, account and device key. */
  readonly stateDir: string;
  readonly runtimeDir: string;
  /** The Unix socket of the HTTP API. */
  readonly socketPath: string;
}

/**
 * The agent's folders.
 * @param root prefix for all of them, so that a demo or a test runs anywhere without privileges; relative to the
 *   working folder; without it the device's own folders
 */
export function rootLayout(root?: string): Layout {
  const base = resolve(root ?? '/');
  const runtimeDir = join(base, 'run/mfp-mail-agent');
  return {
    settingsDir: join(base, 'etc/mfp-mail-agent'),
    stateDir: join(base, 'var/lib/mfp-mail-agent'),
    runtimeDir,
    socketPath: join(runtimeDir, 'agent.sock'),
  };
}
