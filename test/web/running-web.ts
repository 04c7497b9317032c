/** A real web door on an ephemeral port, before an agent that only notes what it hears. */
import { afterEach } from '@jest/globals';
import { createAccess } from '../../src/access/index.ts';
import { createApi } from '../../src/api/index.ts';
import type { Service } from '../../src/core/index.ts';
import type { UiFile } from '../../src/doorway/index.ts';
import { createWebDoor, type WebDoorOptions, type WebIdentity } from '../../src/web/index.ts';
import { defaultSettings } from '../../src/settings/rules.ts';
import { systemClock } from '../../src/system-clock.ts';
import { memorySecrets, testIdentity } from '../intake/running-lan.ts';
import { collectedLog } from '../support/collected-log.ts';
import { webCall } from '../support/doors.ts';
import { scriptedAgent } from '../support/scripted-agent.ts';

const running: Service[] = [];
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop();
});

/** Hashes that cost nothing. */
export const cheapHashing = {
  hashPassword: (text: string) => Promise.resolve(Buffer.from(`#${text}`)),
  isPasswordOf: (text: string, stored: Buffer | undefined) => Promise.resolve(stored?.toString() === `#${text}`),
};

export const password = 'correct horse battery';

/**
 * Opens it.
 * @param changes of the settings `web.*`; asked anew each time
 * @param handed sockets of a service manager
 */
export async function runningWeb(
  changes: Partial<ReturnType<typeof defaultSettings>['web']> = {},
  handed?: WebDoorOptions['handed'],
) {
  const scripted = scriptedAgent();
  const log = collectedLog();
  const secrets = memorySecrets();
  const access = createAccess({ secrets, clock: systemClock, log, hashing: cheapHashing });
  const agent = new Proxy(scripted, {
    get: (target, name) => (name === 'access' ? access : (Reflect.get(target, name) as unknown)),
  });
  const { keys, certificates } = await testIdentity();
  const identity: { present: WebIdentity } = {
    present: { key: keys[0] ?? '', certificate: certificates[0] ?? '', isSelfSigned: true },
  };
  let loads = 0;
  const files: UiFile[] = [];
  const door = createWebDoor({
    settings: () => ({ ...defaultSettings().web, port: 0, addresses: ['127.0.0.1'], ...changes }),
    api: () => {
      loads++;
      return Promise.resolve(createApi({ agent, clock: systemClock, log, version: 'test' }));
    },
    access,
    identity: () => Promise.resolve(identity.present),
    files: () => Promise.resolve(new Map(files.map((file) => [file.path, file]))),
    hostName: 'mfp-7.contoso.com',
    addresses: () => ['127.0.0.1', '::1'],
    clock: systemClock,
    log,
    handed,
  });
  await door.start();
  running.push(door, { start: () => Promise.resolve(), stop: () => access.forget() });
  const url = `https://127.0.0.1:${String(door.addresses()[0]?.port ?? 0)}`;
  /** Claims the device; what a browser that is logged in sends. */
  const logIn = async () => {
    const { code } = await access.newClaimCode();
    const reply = await webCall(url, 'POST', '/v1/claim', { body: { code, password, pin: '2580' } });
    const { csrfToken } = JSON.parse(reply.text) as { csrfToken: string };
    const [cookie = ''] = (reply.headers['set-cookie'] ?? []) as readonly string[];
    return { cookie: cookie.split(';')[0] ?? '', csrfToken, setCookie: cookie };
  };
  return { agent: scripted, access, door, url, log, identity, files, loads: () => loads, logIn };
}
