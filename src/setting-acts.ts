/** What people do to the settings, and to the two passwords that belong to them. */
import type { Agent, Caller } from './api/index.ts';
import { MailError, type MailLog, type SecretStore } from './core/index.ts';
import type { LanPassword } from './lan-door.ts';
import { proxyBinding } from './outside.ts';
import type { Relay } from './relay/index.ts';
import { effectiveService, lanWarnings, settingRules, type ChangePlan, type SettingsStore } from './settings/index.ts';
import type { SignIn } from './signin/index.ts';

type Acts = Pick<
  Agent,
  | 'settings'
  | 'settingsSchema'
  | 'hasProxyPassword'
  | 'previewSettings'
  | 'changeSettings'
  | 'exportSettings'
  | 'importSettings'
  | 'setProxyPassword'
>;

/** The acts, and what an administrator should see to in the settings although mail goes on. */
export interface SettingActs {
  readonly acts: Acts;
  readonly setLanPassword: (value: string, caller: Pick<Caller, 'by'>) => Promise<void>;
  readonly warnings: () => readonly string[];
  /** Looks again whether the printers' password is there; `changed` hears if the answer is another. */
  readonly lookForLanPassword: () => Promise<void>;
}

export function createSettingActs(rooms: {
  readonly settings: SettingsStore;
  readonly secrets: SecretStore;
  readonly lanPassword: LanPassword;
  readonly signIn: SignIn;
  readonly relay: Relay;
  readonly log: MailLog;
  readonly changed: () => void;
}): SettingActs {
  const { settings, secrets, lanPassword, signIn, relay, log } = rooms;

  /** Kept, since the status is asked for without waiting; looked up when it may have changed. */
  let passwordWarnings: readonly string[] = [];
  const lookForLanPassword = async () => {
    const { lan } = settings.current();
    const isMissing = lan.isEnabled && lan.userName !== '' && !(await lanPassword.isSet());
    // Settings that changed meanwhile are looked at by a call of their own.
    if (lan !== settings.current().lan) return;
    const now = isMissing
      ? [`Printers cannot log in as ${lan.userName}: no password is set for that name (command: clients password).`]
      : [];
    if (now.join() === passwordWarnings.join()) return;
    passwordWarnings = now;
    rooms.changed();
  };

  /** Consequences that nobody needs to accept: while nobody is signed in, no sign-in ends. */
  const idleConsequences = (): readonly string[] => (signIn.account().status === 'none' ? ['sign-in-dropped'] : []);
  const withoutIdle = (plan: ChangePlan): ChangePlan => {
    const idle = idleConsequences();
    return { ...plan, consequences: plan.consequences.filter(({ code }) => !idle.includes(code)) };
  };

  const acts: Acts = {
    settings: () => ({
      settings: settings.current(),
      effective: { ...effectiveService(settings.current()) },
      health: settings.health(),
    }),
    settingsSchema: async () => {
      const { settingsJsonSchema, settingFields } = await settingRules();
      return { schema: settingsJsonSchema(), fields: settingFields };
    },
    hasProxyPassword: async () => {
      const { network } = settings.current();
      if (network.proxyUrl === '') return false;
      // One that cannot be opened any more (another proxy, another key) is as good as none.
      const password = await secrets.get('proxy-password', proxyBinding(network)).catch(() => undefined);
      return password !== undefined;
    },
    previewSettings: async ({ changes }, { door }) => withoutIdle(await settings.preview(changes, door)),
    changeSettings: async ({ changes, accept }, { by, door }) => {
      const plan = await settings.change(changes, { by, door, accept: [...accept, ...idleConsequences()] });
      // Whoever made the change asks for the warnings next.
      await lookForLanPassword();
      return withoutIdle(plan);
    },
    exportSettings: () => settings.exportText(),
    importSettings: async (text, accept, { by }) => {
      const plan = await settings.importText(text, { by, accept: [...accept, ...idleConsequences()] });
      await lookForLanPassword();
      return withoutIdle(plan);
    },
    setProxyPassword: async (value, { by }) => {
      const { network } = settings.current();
      if (network.proxyUrl === '')
        throw new MailError('settings-invalid', 'no proxy is set', { details: { hint: 'set network.proxyUrl first' } });
      if (value === '') await secrets.remove('proxy-password');
      else await secrets.put('proxy-password', proxyBinding(network), Buffer.from(value, 'utf8'));
      log.settings({ by, names: ['network.proxyPassword'] });
      // What failed for want of the password may be tried again at once.
      signIn.configChanged();
      relay.wake('proxy password');
    },
  };

  return {
    acts,
    lookForLanPassword,
    setLanPassword: async (value, { by }) => {
      await lanPassword.set(value);
      log.settings({ by, names: ['lan.password'] });
      await lookForLanPassword();
    },
    warnings: () => {
      const { ok, why } = settings.health();
      return [...(ok || why === undefined ? [] : [why]), ...lanWarnings(settings.current()), ...passwordWarnings];
    },
  };
}
