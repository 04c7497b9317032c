/** System: guidance, log, other settings, about. */
import { useEffect, useState } from 'preact/hooks';
import { Button, CopyButton, Empty, Notice, Table } from '../../shared/components/index.ts';
import type { LogLine } from '../../../src/api/maintenance.ts';
import { useLoad } from '../../shared/store.ts';
import { ChoiceField, SwitchField, TextField } from '../components/field.tsx';
import { GuidanceOf } from '../components/guidance-view.tsx';
import { Facts, LoadView, Section, saveAs } from '../components/parts.tsx';
import { SettingsForm, useSettings } from '../components/settings-page.tsx';
import { useApp } from '../context.ts';
import { guidanceQuestion } from '../form/guidance-question.ts';
import { Form } from '../components/form.tsx';

/** Guidance: what is wrong now, and anything that can be looked up. */
export function GuidancePage() {
  const { texts, status } = useApp();
  const { guidance } = texts.home;
  const [draft, setDraft] = useState('');
  const [asked, setAsked] = useState<ReturnType<typeof guidanceQuestion>>();
  return (
    <>
      <Section title={guidance.explain} intro={guidance.intro}>
        <Form
          onSubmit={() => {
            setAsked(guidanceQuestion(draft));
          }}
        >
          <div class="fields">
            <TextField label={guidance.number} value={draft} onChange={setDraft} name="guidance" maxLength={80} />
          </div>
          <div class="button-row">
            <button type="submit" class="button button-main">
              {guidance.explain}
            </button>
          </div>
        </Form>
        {asked === undefined ? undefined : <GuidanceOf {...asked} kind="info" />}
      </Section>
      <Section title={guidance.now}>
        {status?.guidanceId === undefined ? <p>{guidance.nothingWrong}</p> : <GuidanceOf code={status.guidanceId} />}
      </Section>
    </>
  );
}

const levels = ['error', 'warn', 'info', 'debug'] as const;

/** Log. */
export function LogPage() {
  const { client, texts, formats } = useApp();
  const { log } = texts.admin;
  const [level, setLevel] = useState<string>('info');
  const [isFollowed, setFollowed] = useState(false);
  const loaded = useLoad((signal) => client.call('GET /v1/log', { query: { limit: 500, level }, signal }), [level]);
  const { reload } = loaded;
  useEffect(() => {
    if (!isFollowed) return undefined;
    const timer = window.setInterval(reload, 3000);
    return () => window.clearInterval(timer);
  }, [isFollowed, reload]);
  const lines = loaded.load.state === 'ready' ? [...loaded.load.value.lines].reverse() : [];
  const text = lines
    .map((line) => `${new Date(line.atMs).toISOString()} ${line.level} ${line.message} ${restOf(line)}`)
    .join('\n');
  return (
    <Section
      intro={log.intro}
      aside={
        <>
          <Button onPress={reload}>{texts.shell.refresh}</Button>
          <CopyButton text={text} label={log.copyAll} />
          <Button onPress={() => saveAs('mfp-mail-agent.log', `${text}\n`)}>{texts.shell.download}</Button>
        </>
      }
    >
      <div class="filter">
        <ChoiceField
          label={log.level}
          value={level}
          onChange={setLevel}
          options={levels.map((one) => [one, log.levels[one]])}
        />
        <SwitchField label={log.follow} value={isFollowed} onChange={setFollowed} />
      </div>
      <LoadView loaded={loaded}>
        {() =>
          lines.length === 0 ? (
            <Empty>{log.empty}</Empty>
          ) : (
            <ol class="log" tabIndex={0} aria-label={log.title}>
              {lines.map((line, index) => (
                <li key={`${String(line.atMs)}-${String(lines.length - index)}`} class={`log-${line.level}`}>
                  <time>{formats.dateTime(line.atMs)}</time>
                  <span class="log-level">{line.level}</span>
                  <span class="log-text">
                    {line.message} <small>{restOf(line)}</small>
                  </span>
                </li>
              ))}
            </ol>
          )
        }
      </LoadView>
    </Section>
  );
}

/** What a line says beside its message, as `name=value`. */
function restOf(line: LogLine): string {
  return Object.entries(line)
    .filter(([name]) => !['atMs', 'level', 'message'].includes(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

/** Groups that have pages of their own. */
const elsewhere = new Set(['service', 'sender', 'network', 'lan']);

/** Every setting that has no page of its own, drawn from the schema. */
export function OtherSettingsPage() {
  const { texts } = useApp();
  const loaded = useSettings();
  const titles: Readonly<Record<string, string>> = texts.admin.other.groups;
  return (
    <LoadView loaded={loaded}>
      {({ fields }) => {
        const shown = fields.filter(({ path }) => !elsewhere.has(groupOf(path)) && path !== 'intake.quirks');
        const groups = [...new Set(shown.map(({ path }) => groupOf(path)))];
        const first = groups.includes('panel') ? ['panel', ...groups.filter((one) => one !== 'panel')] : groups;
        return (
          <SettingsForm
            parts={first.map((group) => ({
              title: titles[group] ?? group,
              paths: shown.filter(({ path }) => groupOf(path) === group).map(({ path }) => path),
            }))}
          />
        );
      }}
    </LoadView>
  );
}

function groupOf(path: string): string {
  return path.slice(0, path.indexOf('.'));
}

/** About. */
export function AboutPage() {
  const { client, texts, formats } = useApp();
  const { about } = texts.admin;
  const loaded = useLoad((signal) => client.call('GET /v1/about', { signal }), []);
  return (
    <LoadView loaded={loaded}>
      {(value) => (
        <>
          <Section title="mfp-mail-agent">
            <Facts
              rows={[
                [about.version, value.version],
                [about.node, value.node],
                [about.uptime, formats.span(value.uptimeMs)],
                [about.licence, 'Apache-2.0'],
                [about.sbom, value.sbom === undefined ? undefined : <code>{value.sbom}</code>],
              ]}
            />
          </Section>
          <Section title={about.licences}>
            {value.licences.length === 0 ? (
              <Notice kind="info">
                <p>{about.fromSource}</p>
              </Notice>
            ) : (
              <Table
                caption={about.licences}
                rows={value.licences}
                keyOf={(row) => `${row.name}@${row.version}`}
                columns={[
                  { heading: about.library, cell: (row) => row.name },
                  { heading: about.version, cell: (row) => row.version },
                  { heading: about.licence, cell: (row) => row.licence },
                ]}
              />
            )}
          </Section>
        </>
      )}
    </LoadView>
  );
}
