/** The LAN listeners as the composition root puts them together: where, with which TLS, who may log in, and until when. */
import { MailError, type AccountState, type Clock, type HandedSocket, type SecretStore } from './core/index.ts';
import type { DeviceCertificate } from './device-certificate.ts';
import { createLoginCheck, type ListenerConfig, type LoginCheck } from './intake/index.ts';
import type { Settings } from './settings/index.ts';
import { hashPassword } from './vault/index.ts';

const secretName = 'lan-password';

/**
 * The listeners the settings ask for; loopback first, so that nothing on the LAN delays it.
 * @param handed sockets of the service manager by the listener's name; they stand for address and port of the settings
 */
export function listenersOf(
  { intake, lan }: Settings,
  certificate: Pick<DeviceCertificate, 'identity'>,
  handed: (name: string) => readonly HandedSocket[] = () => [],
): readonly ListenerConfig[] {
  const loopback: ListenerConfig = { name: 'loopback', host: '127.0.0.1', port: intake.loopbackPort };
  if (!lan.isEnabled) return [loopback];
  const hasRsa = lan.oldTlsListeners.length > 0;
  const listeners = (
    name: ListenerConfig['name'],
    port: number,
    key: Settings['lan']['oldTlsListeners'][number],
  ): readonly ListenerConfig[] => {
    if (port === 0) return [];
    const place = { name, host: lan.address, port };
    const tls: ListenerConfig['tls'] = {
      kind: key === 'tls' ? 'implicit' : 'starttls',
      isOldAllowed: lan.oldTlsListeners.includes(key),
      identity: () => certificate.identity({ hasRsa }),
    };
    const sockets = handed(name);
    return sockets.length === 0 ? [{ ...place, tls }] : sockets.map((socket) => ({ ...place, handed: socket, tls }));
  };
  return [
    loopback,
    ...listeners('lan', lan.plainPort, 'plain'),
    ...listeners('lan-submission', lan.submissionPort, 'submission'),
    ...listeners('lan-tls', lan.tlsPort, 'tls'),
  ];
}

/** Doors that sockets can be handed over for, and the setting that opens each. */
const handedDoors: Readonly<Record<string, string>> = {
  'lan': 'lan.isEnabled, lan.plainPort',
  'lan-submission': 'lan.isEnabled, lan.submissionPort',
  'lan-tls': 'lan.isEnabled, lan.tlsPort',
  'web': 'web.isEnabled',
  'web-redirect': 'web.isEnabled, web.redirectPort',
};

/** What an administrator should know of sockets that the service manager holds open for a door that is shut. */
export function idleSocketWarnings(
  idle: readonly { readonly name: string; readonly port: number }[],
): readonly string[] {
  return idle.map(({ name, port }) => {
    const settings = handedDoors[name];
    return settings === undefined
      ? `The service manager listens on port ${String(port)} under the name "${name}", which is none of ${Object.keys(handedDoors).join(', ')}: connections are ended at once.`
      : `The service manager listens on port ${String(port)}, but that door is off: connections are ended at once. Turn it on (${settings}), or switch the socket unit off.`;
  });
}

/** The printers' password: only its hash is kept, sealed, and for one user name. */
export interface LanPassword {
  readonly check: LoginCheck;
  /** '' removes it. @throws MailError `settings-invalid` without a user name, and as `SecretStore.put` */
  set(password: string): Promise<void>;
  /** False also if it cannot be read, or was set for another user name. */
  isSet(): Promise<boolean>;
}

/** @param userName as set now */
export function createLanPassword(secrets: SecretStore, userName: () => string): LanPassword {
  const bindingOf = () => ({ user: userName() });
  const stored = async (): Promise<Buffer | undefined> => {
    try {
      return await secrets.get(secretName, bindingOf());
    } catch (error) {
      // Of another user, or damaged: nobody can log in until it is set again. A missing key may come back: the client waits.
      if (error instanceof MailError && ['secret-binding-changed', 'secret-damaged'].includes(error.code))
        return undefined;
      throw error;
    }
  };
  return {
    check: createLoginCheck({ userName, stored }),
    set: async (password) => {
      if (password === '') {
        await secrets.remove(secretName);
        return;
      }
      if (userName() === '')
        throw new MailError('settings-invalid', 'no user name for printers', {
          details: { hint: 'set lan.userName first' },
        });
      await secrets.put(secretName, bindingOf(), await hashPassword(password));
    },
    isSet: async () => (await stored().catch(() => undefined)) !== undefined,
  };
}

/**
 * Tells LAN printers that nobody signs in (design 8, Jobs): their own reports then show it, where a scan that is held here
 * would be waited for in vain. Counted from when this agent saw it first, by the clock that does not jump.
 */
export function createSignInOverdue(options: {
  readonly clock: Clock;
  readonly account: () => AccountState;
  readonly settings: () => Settings;
}): { note(): void; refusal(): MailError | undefined } {
  let sinceMs: number | undefined;
  const note = () => {
    const { status } = options.account();
    const isNeeded =
      options.settings().service.provider === 'exchange-online' && (status === 'none' || status === 'sign-in-needed');
    sinceMs = isNeeded ? (sinceMs ?? options.clock.monotonicMs()) : undefined;
  };
  return {
    note,
    refusal: () => {
      note();
      if (sinceMs === undefined) return undefined;
      const waitedMs = options.clock.monotonicMs() - sinceMs;
      if (waitedMs < options.settings().lan.signInOverdueHours * 3_600_000) return undefined;
      return new MailError('sign-in-overdue', `no sign-in for ${String(Math.floor(waitedMs / 60_000))} minutes`);
    },
  };
}

/** Header lines that accepting adds: a message of just the smarthost's SIZE would otherwise grow beyond it. */
const headerAllowanceBytes = 4096;

/** The largest message to take: never above what the smarthost takes. */
export function largestMessageBytes(setBytes: number, smarthostBytes: number | undefined): number {
  if (smarthostBytes === undefined || smarthostBytes === 0) return setBytes;
  return Math.min(setBytes, Math.max(1, smarthostBytes - headerAllowanceBytes));
}
