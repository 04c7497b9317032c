import { readFile } from 'node:fs/promises';
import { MailError } from '../core/index.ts';
import { columnsOf, cutToFit, escapeControls, padTo } from '../panel/index.ts';
import { type PlannedChange, type SettingField, type SettingGroups } from './client.ts';
import { type Call, type Command, type OptionFacts } from './command.ts';
import { exitCodes, usageError } from './exit-codes.ts';
import { isInteractive } from './io.ts';
import { textColumns } from './output.ts';
import { Prompt, readAllInput, readSecret } from './prompt.ts';
import { assignments, settingOf, valueWords } from './setting-values.ts';

/** The one secret with a path: sealed beside the settings, never in them. */
const proxyPasswordPath = 'network.proxyPassword';
const acceptOption: OptionFacts = { type: 'boolean', help: 'accept all consequences without asking' };
const largestImportBytes = 1024 * 1024;

/** `settings list`, `get`, `set`, `export`, `import` */
export const settingsCommands: readonly Command[] = [
  {
    name: 'settings list',
    operands: [],
    summary: 'all settings with their values',
    description: [
      'Prints a table of path, value and title; long values are whole, without their title. With --json the settings by ' +
        'group.',
    ],
    options: {},
    run: list,
  },
  {
    name: 'settings get',
    operands: ['PATH'],
    summary: 'the value of one setting',
    description: [
      'Prints the value alone, a list one item per line; nothing for an empty one. With --json the JSON value. PATH may ' +
        'be a group, such as service: all its settings.',
    ],
    options: {},
    run: get,
  },
  {
    name: 'settings set',
    operands: ['PATH', 'VALUE...'],
    summary: 'change settings, all or nothing',
    description: [
      'Shows what the change would bring about (a dropped sign-in, another cloud) and asks before it is made. A ' +
        'list takes its items as further VALUEs, or one empty VALUE. A single "-" as VALUE is read from standard ' +
        'input.',
      'Several settings at once, where one alone would not be valid, as PATH=VALUE:',
      '  mfp-mail-agent settings set service.cloud=china-21vianet service.clientId=ID',
      'The proxy password is read from standard input only, so that it shows neither in the process list nor in the ' +
        "shell's history; an empty line removes it:",
      '  mfp-mail-agent settings set network.proxyPassword < password-file',
    ],
    options: { yes: acceptOption },
    run: set,
  },
  {
    name: 'settings export',
    operands: [],
    summary: 'all settings as a file, without secrets',
    description: [
      'Prints the settings as JSON for another device: mfp-mail-agent settings export > printer.json',
      'Neither secrets nor the device e-mail address are in it: the first sign-in on the other device fills the address ' +
        'in, and on this one an import leaves it as it is.',
    ],
    options: {},
    run: async ({ client, io, out }) => {
      out.raw((await client.exportSettings({ signal: io.signal })).trimEnd());
      return exitCodes.done;
    },
  },
  {
    name: 'settings import',
    operands: ['[FILE]'],
    summary: 'take settings from an exported file',
    description: [
      'Reads FILE, or standard input without one or with "-". All or nothing; asks before a change with ' +
        'consequences is made.',
    ],
    options: { yes: acceptOption },
    run: importFile,
  },
];

async function list(call: Call): Promise<number> {
  const { client, io, out, isJson } = call;
  const { settings, health, secrets } = await client.settings({ signal: io.signal });
  if (isJson) {
    out.json(settings);
    return exitCodes.done;
  }
  const fields = await client.settingFields({ signal: io.signal });
  const rows = fields.map(({ path, title, unit }): SettingRow => ({
    path,
    value: valueWords(settingOf(settings, path)),
    title: unit === undefined ? title : `${title} (${unit})`,
  }));
  const lastOfNetwork = fields.findLastIndex(({ path }) => path.startsWith('network.'));
  rows.splice(lastOfNetwork + 1, 0, {
    path: proxyPasswordPath,
    value: secrets.proxyPassword ? '(set)' : '(not set)',
    title: 'Proxy password',
  });
  printRows(call, rows);
  if (!health.ok) {
    out.line();
    out.paragraph(`Settings are damaged: ${health.why ?? 'see the log'}. The last good copy is in use.`);
  }
  return exitCodes.done;
}

interface SettingRow {
  readonly path: string;
  readonly value: string;
  readonly title: string;
}

/** Up to here a value has a title beside it. */
const mostValueColumns = 24;

/**
 * The table of settings. A value is never cut, for an id is compared letter by letter: where it is long, the title gives
 * way. What has lines of its own (certificates) is left to `settings get`.
 */
function printRows({ io, out }: Call, rows: readonly SettingRow[]): void {
  const pathColumns = Math.max(...rows.map(({ path }) => path.length)) + 2;
  const shown = rows.map(({ path, value, title }) => ({
    path,
    title: escapeControls(title),
    value: value.includes('\n') ? '(several lines)' : escapeControls(value),
  }));
  const widths = shown.map(({ value }) => columnsOf(value)).filter((width) => width <= mostValueColumns);
  const valueColumns = Math.max('VALUE'.length, ...widths);
  const titleColumns = textColumns(io) - pathColumns - valueColumns - 2;
  const hasTitles = rows.some(({ title }) => title !== '');
  for (const { path, value, title } of [{ path: 'PATH', value: 'VALUE', title: hasTitles ? 'TITLE' : '' }, ...shown]) {
    const isAlone = columnsOf(value) > valueColumns || titleColumns < 8;
    const rest = isAlone ? value : `${padTo(value, valueColumns)}  ${cutToFit(title, titleColumns)}`;
    out.line(`${padTo(path, pathColumns)}${rest}`.trimEnd());
  }
}

async function get(call: Call): Promise<number> {
  const { client, io, out, isJson, operands } = call;
  const [path = ''] = operands;
  if (path === proxyPasswordPath)
    throw usageError(`${path} is a secret and cannot be read; set it anew with: mfp-mail-agent settings set ${path}`);
  const { settings } = await client.settings({ signal: io.signal });
  const group = Object.hasOwn(settings, path) ? settings[path] : undefined;
  const value = group ?? (await knownSetting(settings, path));
  if (isJson) {
    out.json(value);
    return exitCodes.done;
  }
  if (group !== undefined) {
    printRows(
      call,
      Object.entries(group).map(([key, one]) => ({ path: `${path}.${key}`, value: valueWords(one), title: '' })),
    );
    return exitCodes.done;
  }
  for (const one of Array.isArray(value) ? value : [value]) if (one !== '') out.raw(String(one));
  return exitCodes.done;
}

async function knownSetting(settings: SettingGroups, path: string): Promise<unknown> {
  const value = settingOf(settings, path);
  if (value === undefined) {
    // Loaded for this sentence only: commands start fast without the schema.
    const { unknownSetting } = await (await import('../settings/index.ts')).settingRules();
    throw new MailError('settings-invalid', `${unknownSetting(path)} See: mfp-mail-agent settings list`, {
      details: { field: path },
    });
  }
  return value;
}

async function set(call: Call): Promise<number> {
  const { client, io, operands } = call;
  if (operands[0] === proxyPasswordPath || operands.some((one) => one.startsWith(`${proxyPasswordPath}=`))) {
    return setProxyPassword(call);
  }
  const { settings } = await client.settings({ signal: io.signal });
  const changes = await assignments(
    operands,
    (path) => knownSetting(settings, path),
    (word) => settingOf(settings, word) !== undefined,
    async () => (await readAllInput(io, largestImportBytes)).replace(/\r?\n$/, ''),
  );
  const plan = await client.previewSettings(changes, { signal: io.signal });
  if (plan.problems.length > 0) throw invalid(plan);
  await accepted(call, plan.consequences);
  return report(
    call,
    await client.changeSettings(
      changes,
      plan.consequences.map(({ code }) => code),
      { signal: io.signal },
    ),
  );
}

async function setProxyPassword({ client, io, out, operands, isJson }: Call): Promise<number> {
  if (operands.length > 1 || operands[0] !== proxyPasswordPath) {
    throw usageError(
      'A secret is not taken from the command line, where others can read it; type it after: mfp-mail-agent ' +
        `settings set ${proxyPasswordPath}`,
    );
  }
  const value = await readSecret(io, 'Proxy password (not shown; empty removes it): ', isInteractive(io));
  await client.setProxyPassword(value, { signal: io.signal });
  if (isJson) out.json({ changed: [proxyPasswordPath] });
  else out.line(value === '' ? 'The proxy password is removed.' : 'The proxy password is stored.');
  return exitCodes.done;
}

async function importFile(call: Call): Promise<number> {
  const { client, io, operands } = call;
  const [file = '-'] = operands;
  const text = file === '-' ? await readAllInput(io, largestImportBytes) : await readSettingsFile(file);
  // What `npm run agent -- settings export > FILE` leaves there.
  if (/^\s*> \S+@\S+ /.test(text))
    throw usageError(
      "The file begins with npm's own lines, which are no settings; make it again with: " +
        'npm run -s agent -- settings export > FILE',
    );
  const signal = io.signal;
  try {
    return await report(call, await client.importSettings(text, [], { signal }));
  } catch (error) {
    // A file has no preview of its own: the first try says what it would bring about, and changes nothing then.
    if (!(error instanceof MailError) || error.code !== 'settings-need-consent') throw error;
    const consequences = consequencesOf(error);
    await accepted(call, consequences);
    return report(
      call,
      await client.importSettings(
        text,
        consequences.map(({ code }) => code),
        { signal },
      ),
    );
  }
}

/** The consequences in a refusal: codes and sentences, two lists of one length. */
function consequencesOf(error: MailError): PlannedChange['consequences'] {
  const strings = (value: unknown): readonly string[] =>
    Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  const messages = strings(error.details['messages']);
  return strings(error.details['consequences']).map((code, index) => ({ code, message: messages[index] ?? code }));
}

async function readSettingsFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw usageError(
      `${file} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown error'}); give a file made by: ` +
        'mfp-mail-agent settings export',
    );
  }
}

/**
 * Shows the consequences and gets them accepted.
 * @throws MailError `settings-need-consent` if nobody accepts
 */
async function accepted(call: Call, consequences: PlannedChange['consequences']): Promise<void> {
  const { io, out, isJson, options } = call;
  if (consequences.length === 0) return;
  if (!isJson) {
    out.line('This change has consequences:');
    for (const { message } of consequences) out.paragraph(`- ${message}`);
  }
  if (options['yes'] === true) return;
  const details = {
    consequences: consequences.map(({ code }) => code),
    messages: consequences.map(({ message }) => message),
  };
  if (isJson || !isInteractive(io))
    throw new MailError(
      'settings-need-consent',
      'Nothing changed; accept the consequences by repeating the command with --yes',
      { details },
    );
  const prompt = new Prompt(io);
  try {
    if (!(await prompt.isYes('Change it?')))
      throw new MailError('settings-need-consent', 'Nothing changed; the consequences were not accepted', { details });
  } finally {
    prompt.close();
  }
}

function invalid({ problems }: PlannedChange): MailError {
  const sentences = problems.map(({ path, message }) => `${path}: ${message}`);
  return new MailError('settings-invalid', `Nothing changed; correct this first: ${sentences.join('; ')}`, {
    details: { problems: sentences, field: problems[0]?.path },
  });
}

async function report({ client, io, out, isJson }: Call, { changed }: PlannedChange): Promise<number> {
  if (isJson) {
    out.json({ changed });
    return exitCodes.done;
  }
  if (changed.length === 0) {
    out.line('Nothing to change: it is set like that already.');
    return exitCodes.done;
  }
  out.paragraph(`Changed: ${changed.join(', ')}`);
  const fields: readonly SettingField[] = await client.settingFields({ signal: io.signal });
  const late = fields
    .filter(({ path, needsRestart }) => needsRestart === true && changed.includes(path))
    .map(({ path }) => path);
  if (late.length > 0) out.paragraph(`Restart the agent for this to take effect: ${late.join(', ')}`);
  // A door that is set up step by step is not yet right after each of them: say what is still missing.
  if (changed.some((path) => path.startsWith('lan.'))) {
    const { warnings = [] } = await client.status({ signal: io.signal });
    for (const warning of warnings) out.paragraph(`Warning: ${warning}`);
  }
  return exitCodes.done;
}
