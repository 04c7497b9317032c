/** Network > Printers: the door for old printers, their quirks, and what each of them said. */
import { useState } from 'preact/hooks';
import { Button, CopyButton, Dialog, Empty, Notice, Table } from '../../shared/components/index.ts';
import { useLoad } from '../../shared/store.ts';
import { ChecksField, ChoiceField, TextField } from '../components/field.tsx';
import {
  CopyBlock,
  Facts,
  Fingerprint,
  LoadView,
  Section,
  dayText,
  endpointText,
  saveAs,
} from '../components/parts.tsx';
import { SaveBar, SettingInput, useDrafts, useSettings, type LoadedSettings } from '../components/settings-page.tsx';
import { useApp } from '../context.ts';
import { checkLanForm } from '../form/checks.ts';
import { SecretForm, doorName } from './network.tsx';
import { Form } from '../components/form.tsx';

const doorPaths = [
  'lan.isEnabled',
  'lan.address',
  'lan.plainPort',
  'lan.submissionPort',
  'lan.tlsPort',
  'lan.oldTlsListeners',
];
const whoPaths = ['lan.allowedNetworks', 'lan.trustedPrinters', 'lan.userName', 'lan.signInOverdueHours'];
const listeners = ['plain', 'submission', 'tls'] as const;

/** Receiving from printers. */
export function LanPage() {
  const { client, texts, language } = useApp();
  const { lan } = texts.network;
  const settings = useSettings();
  const [round, setRound] = useState(0);
  const door = useLoad((signal) => client.call('GET /v1/lan', { signal }), [round]);
  const again = () => {
    settings.reload();
    setRound((count) => count + 1);
  };
  return (
    <>
      <LoadView loaded={door}>
        {(value) => {
          const isOpen = value.listeners.length > 0;
          return (
            <Section title={lan.state} intro={lan.intro}>
              <Facts
                rows={[
                  [
                    lan.state,
                    <span class={`state state-${isOpen ? 'accepted' : 'deleted'}`}>
                      {isOpen ? lan.openNow : lan.closedNow}
                    </span>,
                  ],
                  ...value.listeners.map(
                    ({ name, address, port }) => [doorName(texts, name), endpointText(address, port)] as const,
                  ),
                ]}
              />
              {isOpen === value.isEnabled ? undefined : (
                <Notice kind="info">
                  <p>{lan.afterRestart}</p>
                </Notice>
              )}
            </Section>
          );
        }}
      </LoadView>
      <LoadView loaded={settings}>{(value) => <LanForm loaded={value} reload={again} />}</LoadView>
      <LoadView loaded={door}>
        {(value) => (
          <>
            <SecretForm
              title={lan.password}
              label={lan.newPassword}
              isSet={value.hasPassword}
              words={{ set: lan.passwordSet, none: lan.passwordNone, put: lan.setPassword, remove: lan.removePassword }}
              onPut={(password) => client.call('PUT /v1/secrets/lan-password', { body: { value: password } })}
              onDone={(password) => {
                setRound((count) => count + 1);
                return password === '' ? lan.passwordRemoved : lan.passwordStored;
              }}
            />
            <Section title={lan.certificate}>
              {value.certificates.length === 0 ? (
                <p>{lan.certificateNone}</p>
              ) : (
                value.certificates.map((one) => (
                  <div key={one.fingerprint} class="stack">
                    <Facts
                      rows={[
                        [lan.fingerprint, <Fingerprint text={one.fingerprint} />],
                        [lan.names, one.names.join(', ')],
                        [lan.validTo, dayText(language, one.validTo)],
                        [texts.admin.certificate.kind, one.keyType],
                      ]}
                    />
                    <CopyBlock text={one.pem} name={lan.certificate} />
                  </div>
                ))
              )}
            </Section>
          </>
        )}
      </LoadView>
    </>
  );
}

function LanForm(props: { readonly loaded: LoadedSettings; readonly reload: () => void }) {
  const { texts } = useApp();
  const { lan } = texts.network;
  const draftForm = useDrafts(props.loaded, props.reload, [...doorPaths, ...whoPaths, 'intake.quirks']);
  const [attempt, setAttempt] = useState(0);
  const lacks = checkLanForm((path) => draftForm.drafts[path] ?? '');
  const said = Object.fromEntries(Object.entries(lacks).map(([path, key]) => [path, lan.checks[key]]));
  const form = {
    ...draftForm,
    attempt: attempt + draftForm.attempt,
    problems: attempt > 0 ? { ...draftForm.problems, ...said } : draftForm.problems,
  };
  const save = () => {
    setAttempt((count) => count + 1);
    if (Object.keys(lacks).length === 0) draftForm.submit();
  };
  const input = (path: string) => {
    const field = form.fields.find((one) => one.path === path);
    if (field === undefined) return null;
    if (path === 'lan.oldTlsListeners') return <OldTls key={path} form={form} field={field} />;
    return <SettingInput key={path} field={field} form={form} />;
  };
  return (
    <Form onSubmit={save}>
      <Section title={lan.door}>
        <div class="fields">{doorPaths.map(input)}</div>
      </Section>
      <Section title={lan.who}>
        <div class="fields">{whoPaths.map(input)}</div>
      </Section>
      <Section title={lan.quirks}>
        <div class="fields">{input('intake.quirks')}</div>
        <AddQuirk
          onAdd={(line) => {
            const before = (form.drafts['intake.quirks'] ?? '').trim();
            form.set('intake.quirks', before === '' ? line : `${before}\n${line}`);
          }}
        />
      </Section>
      <SaveBar form={form} onSave={save} />
    </Form>
  );
}

type Form = ReturnType<typeof useDrafts>;

function OldTls({ form, field }: { readonly form: Form; readonly field: Form['fields'][number] }) {
  const { texts, settingTexts } = useApp();
  const words = settingTexts[field.path] ?? field;
  const chosen = (form.drafts[field.path] ?? '').split('\n').filter((one) => one !== '');
  return (
    <ChecksField
      label={words.title}
      help={`${words.help} ${texts.shell.restartHint}`}
      values={chosen}
      onChange={(values) => form.set(field.path, listeners.filter((one) => values.includes(one)).join('\n'))}
      options={listeners.map((name) => [name, texts.network.lan.listeners[name]])}
      problem={form.problems[field.path]}
    />
  );
}

/** Puts a line together, so that nobody has to know the names of quirks. */
function AddQuirk(props: { readonly onAdd: (line: string) => void }) {
  const { texts } = useApp();
  const { lan } = texts.network;
  const [address, setAddress] = useState('');
  const [kind, setKind] = useState('missing-final-dot');
  return (
    <details class="more">
      <summary>{lan.addQuirk}</summary>
      <div class="fields">
        <TextField label={lan.quirkPrinter} value={address} onChange={setAddress} />
        <ChoiceField
          label={lan.quirkKind}
          value={kind}
          onChange={setKind}
          options={Object.entries(lan.quirkNames).map(([name, words]) => [name, `${words} (${name})`])}
        />
      </div>
      <div class="button-row">
        <Button
          isDisabled={address.trim() === ''}
          onPress={() => {
            props.onAdd(`${address.trim()}=${kind}`);
            setAddress('');
          }}
        >
          {texts.shell.add}
        </Button>
      </div>
    </details>
  );
}

/** Printers seen. */
export function ClientsPage() {
  const { client, texts, formats } = useApp();
  const { clients } = texts.network;
  const loaded = useLoad((signal) => client.call('GET /v1/clients', { signal }), []);
  const [shown, setShown] = useState<string>();
  return (
    <Section intro={clients.intro} aside={<Button onPress={loaded.reload}>{texts.shell.refresh}</Button>}>
      <LoadView loaded={loaded}>
        {(value) =>
          value.clients.length === 0 ? (
            <Empty>{clients.empty}</Empty>
          ) : (
            <Table
              caption={clients.title}
              rows={value.clients}
              keyOf={(row) => row.address}
              columns={[
                { heading: clients.address, cell: (row) => <span class="one-line">{row.address}</span> },
                {
                  heading: clients.says,
                  cell: (row) => <span class={row.helo.length < 20 ? 'one-line' : ''}>{row.helo}</span>,
                },
                {
                  heading: clients.lastSeen,
                  cell: (row) => <span class="one-line">{formats.dateTime(row.lastSeenMs)}</span>,
                },
                {
                  heading: clients.encryption,
                  cell: (row) => <span class="one-line">{row.tls ?? clients.clear}</span>,
                },
                { heading: clients.accepted, cell: (row) => formats.number(row.accepted), isNumeric: true },
                { heading: clients.quirk, cell: (row) => row.quirk },
                { heading: clients.refusal, cell: (row) => row.lastRefusal?.reply ?? '' },
                {
                  heading: clients.dialogue,
                  cell: (row) => <Button onPress={() => setShown(row.address)}>{texts.shell.open}</Button>,
                },
              ]}
            />
          )
        }
      </LoadView>
      {shown === undefined ? undefined : <Dialogue address={shown} onClose={() => setShown(undefined)} />}
    </Section>
  );
}

function Dialogue(props: { readonly address: string; readonly onClose: () => void }) {
  const { client, texts } = useApp();
  const { clients } = texts.network;
  const loaded = useLoad(
    async (signal) => {
      const path = `/v1/clients/${encodeURIComponent(props.address)}/dialogue`;
      return (await client.request('GET', path, { signal })).text();
    },
    [props.address],
  );
  const text = loaded.load.state === 'ready' ? loaded.load.value : undefined;
  return (
    <Dialog
      title={clients.dialogueOf(props.address)}
      class="dialog-wide"
      onClose={props.onClose}
      actions={
        <>
          {text === undefined ? undefined : (
            <>
              <CopyButton text={text} />
              <Button onPress={() => saveAs(`dialogue-${props.address.replaceAll(':', '-')}.txt`, text)}>
                {texts.shell.download}
              </Button>
            </>
          )}
          <Button onPress={props.onClose} isFirst>
            {texts.shell.close}
          </Button>
        </>
      }
    >
      <p class="card-intro">{clients.dialogueHelp}</p>
      <LoadView loaded={loaded}>
        {(value) => (
          <pre class="raw" tabIndex={0}>
            {value}
          </pre>
        )}
      </LoadView>
    </Dialog>
  );
}
