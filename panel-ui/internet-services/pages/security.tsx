/** Security: password and PIN, certificate, further authorities, audit. */
import { useState } from 'preact/hooks';
import { Button, Empty, Table } from '../../shared/components/index.ts';
import { colonOf } from '../../shared/language.ts';
import type { Certificate } from '../../../src/api/maintenance.ts';
import { useAct, useLoad } from '../../shared/store.ts';
import { Confirm } from '../components/confirm.tsx';
import { AreaField, FileButton, TextField } from '../components/field.tsx';
import { CopyBlock, Facts, Fingerprint, LoadView, Section, Trouble, dayText, saveAs } from '../components/parts.tsx';
import { useSaving } from '../components/save-settings.tsx';
import { useApp } from '../context.ts';
import { refusedText } from './entrance.tsx';
import { checkNewPassword, checkPin, refusalOf } from '../form/password.ts';
import { valueAt } from '../form/settings-model.ts';
import { Form } from '../components/form.tsx';

/** Password and PIN. */
export function AccessPage() {
  return (
    <>
      <PasswordForm />
      <PinForm />
    </>
  );
}

function PasswordForm() {
  const { client, texts, notify, replaceSession } = useApp();
  const { access } = texts.admin;
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [repeat, setRepeat] = useState('');
  const [problem, setProblem] = useState<ReturnType<typeof checkNewPassword>>();
  const change = useAct(async () => {
    const session = await client.call('PUT /v1/access/password', { body: { current, next } });
    notify('good', access.changed);
    for (const clear of [setCurrent, setNext, setRepeat]) clear('');
    // Every log-in ends with it; this one goes on under a new cookie.
    replaceSession(session);
  });
  const isWrong = change.error?.code === 'login-refused';
  const submit = () => {
    const found = checkNewPassword(next, repeat);
    setProblem(found);
    if (found === undefined) change.run();
  };
  return (
    <Section title={access.password}>
      <Form onSubmit={submit}>
        <div class="fields">
          <TextField
            label={access.current}
            value={current}
            onChange={setCurrent}
            type="password"
            autocomplete="current-password"
            problem={isWrong ? texts.shell.login.wrong : undefined}
          />
          <TextField
            label={access.next}
            help={access.nextHelp}
            value={next}
            onChange={setNext}
            type="password"
            autocomplete="new-password"
            problem={problem === 'tooShort' ? texts.shell.claim.tooShort : refusedText(texts, change.error, 'password')}
          />
          <TextField
            label={access.repeat}
            value={repeat}
            onChange={setRepeat}
            type="password"
            autocomplete="new-password"
            problem={problem === 'different' ? texts.shell.claim.different : undefined}
          />
        </div>
        <Trouble error={isWrong || (change.error && refusalOf(change.error)) ? undefined : change.error} />
        <div class="button-row">
          <button
            type="submit"
            class="button button-main"
            disabled={current === '' || next === ''}
            aria-busy={change.isRunning}
          >
            {access.change}
          </button>
        </div>
      </Form>
    </Section>
  );
}

function PinForm() {
  const { client, texts, notify } = useApp();
  const { access } = texts.admin;
  const session = useLoad((signal) => client.call('GET /v1/session', { signal }), []);
  const hasPin = session.load.state === 'ready' ? session.load.value.hasPin : undefined;
  const [pin, setPin] = useState('');
  const [isWrong, setWrong] = useState(false);
  const put = useAct(async (next: string) => {
    await client.call('PUT /v1/access/pin', { body: { pin: next } });
    setPin('');
    notify('good', next === '' ? access.pinRemoved : access.pinSet);
    session.reload();
  });
  return (
    <Section title={access.pin} intro={access.pinHelp}>
      {hasPin === undefined ? undefined : <p>{hasPin ? `✓ ${access.hasPin}` : access.noPin}</p>}
      <Form
        onSubmit={() => {
          setWrong(!checkPin(pin));
          if (checkPin(pin)) put.run(pin);
        }}
      >
        <div class="fields">
          <TextField
            label={access.newPin}
            value={pin}
            onChange={setPin}
            type="password"
            inputMode="numeric"
            maxLength={16}
            problem={isWrong ? texts.shell.claim.pinDigits : refusedText(texts, put.error, 'pin')}
          />
        </div>
        <Trouble error={put.error && refusalOf(put.error) ? undefined : put.error} />
        <div class="button-row">
          <button type="submit" class="button button-main" disabled={pin === ''} aria-busy={put.isRunning}>
            {access.setPin}
          </button>
          {hasPin === true ? <Button onPress={() => put.run('')}>{access.removePin}</Button> : undefined}
        </div>
      </Form>
    </Section>
  );
}

/** The certificate of these pages. */
export function CertificatePage() {
  const { client } = useApp();
  const loaded = useLoad((signal) => client.call('GET /v1/certificate', { signal }), []);
  return (
    <LoadView loaded={loaded}>
      {(value) => (
        <>
          <PresentCertificate certificate={value} onChanged={loaded.reload} />
          <CertificateRequest names={value.names} />
          <CertificateUpload onChanged={loaded.reload} />
        </>
      )}
    </LoadView>
  );
}

function PresentCertificate(props: { readonly certificate: Certificate; readonly onChanged: () => void }) {
  const { client, texts, language } = useApp();
  const words = texts.admin.certificate;
  const { certificate } = props;
  const [isAsked, setAsked] = useState(false);
  const renew = useAct(async () => {
    await client.call('DELETE /v1/certificate');
    setAsked(false);
    props.onChanged();
  });
  return (
    <Section intro={words.intro}>
      <Facts
        rows={[
          [words.fingerprint, <Fingerprint text={certificate.fingerprint} />],
          [words.kind, certificate.isSelfSigned ? words.selfSigned : words.supplied],
          [words.names, certificate.names.join(', ')],
          [words.validFrom, dayText(language, certificate.validFrom)],
          [words.validTo, dayText(language, certificate.validTo)],
        ]}
      />
      <p class="card-note">{words.compare}</p>
      <details class="more">
        <summary>{words.show}</summary>
        <CopyBlock text={certificate.pem} name={words.show} />
      </details>
      <Trouble error={renew.error} />
      <div class="button-row">
        <Button onPress={() => setAsked(true)}>{certificate.isSelfSigned ? words.renewOwn : words.renew}</Button>
      </div>
      {isAsked ? (
        <Confirm
          title={words.renewTitle}
          act={certificate.isSelfSigned ? words.renewOwn : words.renew}
          isRunning={renew.isRunning}
          onAct={renew.run}
          onClose={() => setAsked(false)}
        >
          <p>{words.renewText}</p>
        </Confirm>
      ) : undefined}
    </Section>
  );
}

function CertificateRequest(props: { readonly names: readonly string[] }) {
  const { client, texts } = useApp();
  const words = texts.admin.certificate;
  const [names, setNames] = useState(props.names.join('\n'));
  const [pem, setPem] = useState('');
  const make = useAct(async () => {
    const body = JSON.stringify({ names: names.split(/[\s,;]+/).filter((name) => name !== '') });
    const headers = { 'content-type': 'application/json' };
    setPem(await (await client.request('POST', '/v1/certificate/csr', { body, headers })).text());
  });
  return (
    <Section title={words.request} intro={words.requestText}>
      <div class="fields">
        <AreaField label={words.requestNames} help={texts.shell.listHint} value={names} onChange={setNames} isCode />
      </div>
      <Trouble error={make.error} />
      <div class="button-row">
        <Button onPress={make.run} isBusy={make.isRunning} isDisabled={names.trim() === ''}>
          {words.makeRequest}
        </Button>
        {pem === '' ? undefined : <Button onPress={() => saveAs('device.csr', pem)}>{texts.shell.download}</Button>}
      </div>
      {pem === '' ? undefined : <CopyBlock text={pem} name={words.request} />}
    </Section>
  );
}

function CertificateUpload(props: { readonly onChanged: () => void }) {
  const { client, texts, notify, language } = useApp();
  const words = texts.admin.certificate;
  const [certificatePem, setCertificate] = useState('');
  const [keyPem, setKey] = useState('');
  const put = useAct(async () => {
    const body = { certificatePem, ...(keyPem.trim() === '' ? {} : { keyPem }) };
    await client.call('PUT /v1/certificate', { body });
    setCertificate('');
    setKey('');
    notify('good', words.installed);
    props.onChanged();
  });
  const file = (onText: (text: string) => void, label: string) => (
    <FileButton
      label={label}
      accept=".pem,.crt,.cer,.key,application/x-pem-file"
      maxBytes={64 * 1024}
      onText={onText}
    />
  );
  return (
    <Section title={words.upload} intro={words.uploadText}>
      <div class="fields">
        <AreaField label={words.certificatePem} value={certificatePem} onChange={setCertificate} rows={5} isCode />
        <AreaField label={words.keyPem} help={words.keyHelp} value={keyPem} onChange={setKey} rows={5} isCode />
      </div>
      <Trouble error={put.error} />
      <div class="button-row">
        <Button kind="main" onPress={put.run} isBusy={put.isRunning} isDisabled={certificatePem.trim() === ''}>
          {words.install}
        </Button>
        {file(setCertificate, `${texts.shell.chooseFile}${colonOf(language)}${words.certificatePem}`)}
        {file(setKey, `${texts.shell.chooseFile}${colonOf(language)}${words.keyPem}`)}
      </div>
    </Section>
  );
}

/** Additional authorities to trust. */
export function AuthoritiesPage() {
  const { client, texts, notify } = useApp();
  const words = texts.network.authorities;
  const loaded = useLoad((signal) => client.call('GET /v1/settings', { signal }), []);
  const [draft, setDraft] = useState('');
  const [asked, setAsked] = useState<number>();
  const saving = useSaving(() => {
    setDraft('');
    notify('good', texts.shell.saved);
    loaded.reload();
  });
  const problem = saving.problems[0]?.message;
  return (
    <LoadView loaded={loaded}>
      {({ settings }) => {
        const present = (valueAt(settings, 'network.extraCaPem') ?? []) as readonly string[];
        const put = (list: readonly string[]) => saving.save({ 'network.extraCaPem': list });
        return (
          <>
            <Section intro={words.intro}>
              {present.length === 0 ? (
                <Empty>{words.none}</Empty>
              ) : (
                <>
                  <p class="count">{words.count(present.length)}</p>
                  {present.map((pem, index) => (
                    <details class="more" key={pem}>
                      <summary>{words.nth(index + 1)}</summary>
                      <CopyBlock text={pem} name={words.nth(index + 1)} />
                      <div class="button-row">
                        <Button kind="danger" onPress={() => setAsked(index)}>
                          {texts.shell.remove}
                        </Button>
                      </div>
                    </details>
                  ))}
                </>
              )}
            </Section>
            <Section title={words.addTitle}>
              <div class="fields">
                <AreaField
                  label={words.pem}
                  help={words.pemHelp}
                  value={draft}
                  onChange={setDraft}
                  rows={6}
                  isCode
                  problem={problem}
                />
              </div>
              <Trouble error={saving.error} />
              <div class="button-row">
                <Button
                  kind="main"
                  isBusy={saving.isRunning}
                  isDisabled={draft.trim() === ''}
                  onPress={() =>
                    put([
                      ...present,
                      ...(draft.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [draft]),
                    ])
                  }
                >
                  {texts.shell.add}
                </Button>
                <FileButton
                  label={texts.shell.chooseFile}
                  accept=".pem,.crt,.cer"
                  maxBytes={256 * 1024}
                  onText={setDraft}
                />
              </div>
            </Section>
            {saving.dialog}
            {asked === undefined ? undefined : (
              <Confirm
                title={words.removeTitle}
                act={texts.shell.remove}
                isDangerous
                onClose={() => setAsked(undefined)}
                onAct={() => {
                  setAsked(undefined);
                  put(present.filter((_, index) => index !== asked));
                }}
              >
                <p>{words.removeText}</p>
              </Confirm>
            )}
          </>
        );
      }}
    </LoadView>
  );
}

/** Why something was refused; the code stays in one piece. */
function Refused({ words, code }: { readonly words: string; readonly code: string }) {
  const [before = '', after = ''] = words.split(code);
  return (
    <>
      {before}
      <span class="whole-word">{code}</span>
      {after}
    </>
  );
}

/** Audit log. */
export function AuditPage() {
  const { client, texts, formats } = useApp();
  const { audit } = texts.admin;
  const loaded = useLoad((signal) => client.call('GET /v1/audit', { query: { limit: 500 }, signal }), []);
  const download = useAct(async () => {
    saveAs('audit.txt', await (await client.request('GET', '/v1/audit/export')).text());
  });
  const doors: Readonly<Record<string, string>> = audit.doors;
  const acts: Readonly<Record<string, string>> = audit.acts;
  return (
    <Section
      intro={audit.intro}
      aside={
        <>
          <Button onPress={loaded.reload}>{texts.shell.refresh}</Button>
          <Button onPress={download.run}>{audit.export}</Button>
        </>
      }
    >
      <Trouble error={download.error} />
      <LoadView loaded={loaded}>
        {({ entries }) =>
          entries.length === 0 ? (
            <Empty>{audit.empty}</Empty>
          ) : (
            <Table
              caption={audit.title}
              rows={entries.map((entry, index) => ({ ...entry, index }))}
              keyOf={(row) => String(row.index)}
              columns={[
                { heading: audit.time, cell: (row) => <span class="one-line">{formats.dateTime(row.atMs)}</span> },
                { heading: audit.by, cell: (row) => <span class="one-line">{row.by.replace(/^::ffff:/, '')}</span> },
                { heading: audit.door, cell: (row) => <span class="one-line">{doors[row.door] ?? row.door}</span> },
                {
                  heading: audit.act,
                  cell: (row) => (
                    <>
                      {acts[row.act] ?? row.act}
                      {row.names === undefined || row.names.length === 0 ? undefined : <Names names={row.names} />}
                    </>
                  ),
                },
                {
                  heading: audit.outcome,
                  cell: (row) => (
                    <>
                      {row.outcome === 'done' ? (
                        audit.done
                      ) : (
                        <Refused words={audit.refused(row.outcome)} code={row.outcome} />
                      )}
                      {row.leftOut === undefined ? undefined : <small> {audit.leftOut(row.leftOut)}</small>}
                    </>
                  ),
                },
              ]}
            />
          )
        }
      </LoadView>
    </Section>
  );
}

/** A reset names every setting: more than a few are folded. */
function Names({ names }: { readonly names: readonly string[] }) {
  const text = names.join(', ');
  if (names.length <= 4) return <small> {text}</small>;
  return (
    <details class="more">
      <summary>
        {names.slice(0, 2).join(', ')} … ({names.length})
      </summary>
      <small>{text}</small>
    </details>
  );
}
