import { MailError, type Clock, type MailLog, type Service } from '../core/index.ts';
import type { ConfFile } from './conf-file.ts';
import { healthOf, loadSettings, sentences, type SettingsHealth } from './load-settings.ts';
import { futureHint, migrate, settingsMigrations, type Migration } from './migrations.ts';
import { keepChecked, readChecked } from './checked-settings.ts';
import type { ChangePlan } from './plan-change.ts';
import type { Settings } from './schema.ts';
import type { SettingsDoor } from './service-rules.ts';
import { confName, errnoOf, lastGoodFile, settingsFile, SettingsFolder, storageError } from './settings-folder.ts';
import { jsonText, parseSettingsText } from './settings-json.ts';

/** Values by path; text, JSON, or null for the default. */
type SettingsPatch = Readonly<Record<string, unknown>>;

interface ChangeOptions {
  /** Who, for the log. */
  readonly by: string;
  /** Codes of the consequences a person has accepted. */
  readonly accept: readonly string[];
}

/** The settings of this device: read once, kept in memory, written durably, one change at a time. */
export interface SettingsStore extends Service {
  /** What holds now; frozen. Not before `start`. */
  current(): Settings;
  /** What a change would do. */
  preview(patch: SettingsPatch, door: SettingsDoor): Promise<ChangePlan>;
  /**
   * Changes settings, all or nothing; durable when it resolves.
   * @throws MailError `settings-invalid` (`details.problems`, `details.field`), `settings-need-consent`
   *   (`details.consequences`: codes, `details.messages`), `settings-from-the-future`, `storage-failed`, `disk-full`
   */
  change(patch: SettingsPatch, options: { readonly door: SettingsDoor } & ChangeOptions): Promise<ChangePlan>;
  /** All settings as JSON; secrets are not among them. */
  exportText(): Promise<string>;
  /** What an import would do. @throws MailError `settings-invalid`, `settings-from-the-future` if it is no settings file */
  previewImport(text: string): Promise<ChangePlan>;
  /** Takes the settings a file names; others stay. Errors as `change` and `previewImport`. */
  importText(text: string, options: ChangeOptions): Promise<ChangePlan>;
  /** Reads the file again after a hand edit; hand edits are not watched. */
  reload(): Promise<void>;
  /** Called after each change. Returns the function that ends it. */
  subscribe(listener: (settings: Settings, changed: readonly string[]) => void): () => void;
  health(): SettingsHealth;
  /** Removes the settings and all their copies, for decommissioning. @throws MailError `storage-failed` */
  destroy(): Promise<void>;
}

/**
 * Makes the store; nothing is read before `start`, which never throws for the state of the files: `health` says it.
 * @param options.dir folder of its own, made 0700
 * @param options.program digest of the running program: what it checked once it need not check at every start. A run from
 *   source has none and checks always
 * @param options.migrations for tests
 */
export function createSettingsStore(options: {
  readonly dir: string;
  readonly clock: Clock;
  readonly log: MailLog;
  readonly program?: string | undefined;
  readonly migrations?: readonly Migration[] | undefined;
}): SettingsStore {
  return new Store(options);
}

const rules = () => import('./rules.ts');

class Store implements SettingsStore {
  readonly #folder: SettingsFolder;
  readonly #clock: Clock;
  readonly #log: MailLog;
  readonly #program: string | undefined;
  readonly #migrations: readonly Migration[];
  readonly #listeners = new Set<(settings: Settings, changed: readonly string[]) => void>();
  #settings: Settings | undefined;
  #health: SettingsHealth = { ok: true };
  #conf: ConfFile | undefined;
  /** The end of the line of changes. */
  #last: Promise<unknown> = Promise.resolve();

  constructor({ dir, clock, log, program, migrations }: Parameters<typeof createSettingsStore>[0]) {
    this.#folder = new SettingsFolder(dir);
    this.#clock = clock;
    this.#log = log;
    this.#program = program;
    this.#migrations = migrations ?? settingsMigrations;
  }

  start(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#orWarn('settings folder', this.#folder.prepare());
      await this.#load();
    });
  }

  async stop(): Promise<void> {
    await this.#last;
  }

  current(): Settings {
    if (this.#settings === undefined) throw new MailError('internal', 'settings are asked for before they are read');
    return this.#settings;
  }

  health(): SettingsHealth {
    return this.#health;
  }

  async preview(patch: SettingsPatch, door: SettingsDoor): Promise<ChangePlan> {
    const { planChange } = await rules();
    return planChange(this.current(), patch, door);
  }

  change(patch: SettingsPatch, options: { readonly door: SettingsDoor } & ChangeOptions): Promise<ChangePlan> {
    return this.#inTurn(async () => this.#apply(await this.preview(patch, options.door), options));
  }

  async exportText(): Promise<string> {
    const { exportSettings } = await rules();
    return exportSettings(this.current(), this.#version);
  }

  async previewImport(text: string): Promise<ChangePlan> {
    const { patchOf, planChange } = await rules();
    const { patch, problems } = patchOf(migrate(parseSettingsText(text), this.#migrations).settings);
    const plan = planChange(this.current(), patch, 'import');
    return { ...plan, problems: [...problems, ...plan.problems] };
  }

  importText(text: string, options: ChangeOptions): Promise<ChangePlan> {
    return this.#inTurn(async () => this.#apply(await this.previewImport(text), options));
  }

  reload(): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.current();
      await this.#load();
      const { changedPaths } = await rules();
      this.#tell('settings file', changedPaths(before, this.current()));
    });
  }

  subscribe(listener: (settings: Settings, changed: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  destroy(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#folder.clear();
      const { changedPaths, defaultSettings } = await rules();
      const before = this.current();
      this.#settings = frozen(defaultSettings());
      this.#health = { ok: true };
      this.#conf = undefined;
      this.#tell('decommission', changedPaths(before, this.#settings));
    });
  }

  get #version(): number {
    return this.#migrations.length + 1;
  }

  /** One after the other: two doors that change at the same moment must not lose each other's values. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #load(): Promise<void> {
    const text = await this.#folder.read(settingsFile).catch(() => undefined);
    const checked = this.#program === undefined ? undefined : await readChecked(this.#folder, this.#program, text);
    if (checked !== undefined) {
      this.#settings = frozen(checked);
      // Only settings without contradictions are kept as checked.
      this.#health = { ok: true };
      this.#conf = undefined;
      return;
    }
    const loaded = await loadSettings(this.#folder, this.#migrations);
    this.#settings = frozen(loaded.settings);
    this.#health = loaded.health;
    this.#conf = undefined;
    const { ok, code, why } = loaded.health;
    if (!ok) this.#log.warn('settings need attention', { code, why });
    if (loaded.damaged !== undefined) {
      await this.#orWarn('copy of damaged settings', this.#folder.keepDamaged(loaded.damaged, this.#clock.nowMs()));
    }
    if (loaded.older !== undefined) await this.#orWarn('settings migration', this.#rewriteOlder(loaded.older));
    if (ok) await this.#orWarn('last good copy of settings', this.#keepGood());
  }

  /** The backup first: whoever goes back to the older program finds its own file. */
  async #rewriteOlder({ version, text }: { readonly version: number; readonly text: string }): Promise<void> {
    await this.#folder.write(`settings.v${String(version)}.json`, text);
    // Not by conf: it refuses to open a file of another form.
    await this.#folder.write(settingsFile, await this.#storedText());
    this.#log.notice('settings brought to a newer form', { from: version, to: this.#version });
  }

  async #apply(plan: ChangePlan, { by, accept }: ChangeOptions): Promise<ChangePlan> {
    if (this.#health.code === 'settings-from-the-future') {
      throw new MailError(this.#health.code, this.#health.why ?? '', { details: { hint: futureHint } });
    }
    if (plan.problems.length > 0) {
      const all = sentences(plan.problems);
      throw new MailError('settings-invalid', all, {
        details: {
          problems: plan.problems.slice(0, 100).map((one) => sentences([one])),
          field: plan.problems[0]?.path,
          hint: all,
        },
      });
    }
    if (plan.consequences.some(({ code }) => !accept.includes(code))) {
      const consequences = plan.consequences.map(({ code }) => code);
      const messages = plan.consequences.map(({ message }) => message);
      throw new MailError('settings-need-consent', `not accepted: ${consequences.join(', ')}`, {
        details: { consequences, messages, hint: messages.join(' ') },
      });
    }
    // Saving what is there already writes nothing (flash wear), except over a file that cannot be used.
    if (plan.changed.length === 0 && this.#health.code !== 'settings-damaged') return plan;
    await this.#write(plan.next);
    this.#settings = frozen(plan.next);
    this.#health = healthOf(plan.next);
    if (this.#health.ok) await this.#orWarn('last good copy of settings', this.#keepGood());
    this.#tell(by, plan.changed);
    return plan;
  }

  /** @throws MailError `storage-failed`, `disk-full` */
  async #write(settings: Settings): Promise<void> {
    const [{ openConfFile }, { storedForm }] = await Promise.all([import('./conf-file.ts'), rules()]);
    const open = () => openConfFile(this.#folder.dir, confName);
    try {
      this.#conf ??= open();
    } catch (error) {
      if (errnoOf(error) !== undefined) throw storageError(`${settingsFile} cannot be opened`, error);
      // conf opens valid files only; this one was damaged at start, or edited badly since.
      await this.#folder.setAside(this.#clock.nowMs());
      this.#conf = open();
    }
    try {
      this.#conf.replace(storedForm(settings, this.#version));
    } catch (error) {
      throw storageError(`${settingsFile} cannot be written`, error);
    }
    await this.#folder.sync(settingsFile);
  }

  async #keepGood(): Promise<void> {
    const [{ changedPaths, defaultSettings }, text] = await Promise.all([rules(), this.#storedText()]);
    const kept = await this.#folder.read(lastGoodFile).catch(() => undefined);
    // A new device that nobody has set up has nothing worth a copy.
    const isNew = kept === undefined && changedPaths(defaultSettings(), this.current()).length === 0;
    if (kept !== text && !isNew) await this.#folder.write(lastGoodFile, text);
    if (this.#program !== undefined)
      await keepChecked(this.#folder, this.#program, await this.#folder.read(settingsFile), this.current());
  }

  async #storedText(): Promise<string> {
    const { storedForm } = await rules();
    return jsonText(storedForm(this.current(), this.#version));
  }

  /** For copies and clean-up: their failure is worth a line, not a refusal to start or a lost change. */
  async #orWarn(what: string, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#log.fault(`${what} failed`, error);
    }
  }

  #tell(by: string, changed: readonly string[]): void {
    if (changed.length === 0) return;
    this.#log.settings({ by, names: changed });
    for (const listener of this.#listeners) {
      try {
        listener(this.current(), changed);
      } catch (error) {
        this.#log.fault('a listener for settings failed', error);
      }
    }
  }
}

/** Everybody gets the same object, so nobody may write to it. */
function frozen(settings: Settings): Settings {
  for (const group of Object.values(settings)) {
    for (const value of Object.values(group)) if (Array.isArray(value)) Object.freeze(value);
    Object.freeze(group);
  }
  return Object.freeze(settings);
}
