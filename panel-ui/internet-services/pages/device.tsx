/** Device details: the device e-mail address with the UPN beside it, name and version. */
import { useState } from 'preact/hooks';
import type { ApiError } from '../../shared/client.ts';
import { Button, Loading, Notice } from '../../shared/components/index.ts';
import { toApiError, useAct, useLoad } from '../../shared/store.ts';
import { Confirm } from '../components/confirm.tsx';
import { TextField } from '../components/field.tsx';
import { Facts, Section, Trouble } from '../components/parts.tsx';
import { Consequences } from '../components/save-settings.tsx';
import { useApp } from '../context.ts';
import { checkAddress } from '../form/checks.ts';
import type { ChangeReply } from '../../shared/endpoints.ts';
import { Form } from '../components/form.tsx';

/** The page. */
export function DevicePage() {
  return (
    <>
      <Email />
      <Machine />
    </>
  );
}

function Email() {
  const { texts, status } = useApp();
  return status === undefined ? (
    <Section title={texts.mail.device.identity}>
      <Loading />
    </Section>
  ) : (
    <EmailForm key={status.deviceEmailAddress} address={status.deviceEmailAddress} />
  );
}

function EmailForm(props: { readonly address: string }) {
  const { client, texts, status, notify } = useApp();
  const { device } = texts.mail;
  const [draft, setDraft] = useState(props.address);
  const [problem, setProblem] = useState<string>();
  const [error, setError] = useState<ApiError>();
  const [asked, setAsked] = useState<ChangeReply>();
  const upn = status?.account.identity?.upn;
  const isShared = status?.isSharedMailbox === true;
  const isExchange = status?.provider === 'exchange-online';
  const isSame = upn !== undefined && upn.toLowerCase() === draft.trim().toLowerCase();
  const save = async (accept: readonly string[]) => {
    const changes = { 'sender.deviceEmailAddress': draft.trim() };
    const plan = await client.call('POST /v1/settings/preview', { body: { changes } });
    const [first] = plan.problems;
    if (first !== undefined) {
      setProblem(first.message);
      return;
    }
    if (plan.consequences.some(({ code }) => !accept.includes(code))) {
      setAsked(plan);
      return;
    }
    const body = { address: draft.trim(), accept: plan.consequences.map(({ code }) => code) };
    await client.call('PUT /v1/device/email-address', { body });
    setAsked(undefined);
    notify('good', texts.shell.saved);
  };
  const saving = useAct((accept: readonly string[]) =>
    save(accept).catch((cause: unknown) => {
      setAsked(undefined);
      setError(toApiError(cause));
    }),
  );
  const submit = () => {
    const check = draft.trim() === '' ? undefined : checkAddress(draft);
    setError(undefined);
    setProblem(check === undefined ? undefined : texts.mail.smtp.checks[check]);
    if (check === undefined) saving.run([]);
  };
  const note =
    !isExchange || upn === undefined || draft.trim() === '' ? undefined : isSame ? (
      <span class="note-good">{device.same}</span>
    ) : isShared ? (
      <span>{device.shared}</span>
    ) : (
      <span class="note-warning">
        {device.differ}{' '}
        <Button kind="quiet" onPress={() => setDraft(upn)}>
          {texts.home.useUpn}
        </Button>
      </span>
    );
  return (
    <Section title={device.identity}>
      <Form onSubmit={submit}>
        <div class="fields">
          <TextField
            label={device.address}
            help={device.addressHelp}
            value={draft}
            onChange={(value) => {
              setDraft(value);
              setProblem(undefined);
            }}
            problem={problem}
            note={note}
            type="email"
            name="device-address"
          />
          {isExchange ? (
            <div class="field">
              <span class="field-name">{device.upn}</span>
              <p class="field-fact">{upn ?? device.nobody}</p>
            </div>
          ) : undefined}
        </div>
        <Trouble error={error} />
        <div class="button-row">
          <Button kind="main" onPress={submit} isBusy={saving.isRunning} isDisabled={draft.trim() === props.address}>
            {texts.shell.save}
          </Button>
        </div>
      </Form>
      {asked === undefined ? undefined : (
        <Confirm
          title={texts.shell.consent.title}
          act={texts.shell.consent.accept}
          isRunning={saving.isRunning}
          onClose={() => setAsked(undefined)}
          onAct={() => saving.run(asked.consequences.map(({ code }) => code))}
        >
          <Consequences plan={asked} />
        </Confirm>
      )}
    </Section>
  );
}

function Machine() {
  const { client, texts, status, formats } = useApp();
  const { device } = texts.mail;
  const about = useLoad((signal) => client.call('GET /v1/about', { signal }), []);
  const network = useLoad((signal) => client.call('GET /v1/network', { signal }), []);
  const facts = about.load.state === 'ready' ? about.load.value : undefined;
  const hostName = network.load.state === 'ready' ? network.load.value.hostName : undefined;
  return (
    <Section title={device.machine}>
      <Facts
        rows={[
          [device.name, hostName],
          [device.version, facts?.version ?? status?.version],
          [device.node, facts?.node],
          [device.runningSince, facts === undefined ? undefined : formats.dateTime(Date.now() - facts.uptimeMs)],
        ]}
      />
      {about.load.state === 'error' && status === undefined ? (
        <Notice kind="error" title={texts.shell.errors.title} />
      ) : undefined}
    </Section>
  );
}
