/** Network > Protocol settings > SMTP: the page of the printed steps. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button, CopyButton } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { useLoad } from '../../shared/store.ts';
import { ChoiceField, SwitchField, TextField } from '../components/field.tsx';
import { CopyBlock, LoadView, Section, Trouble } from '../components/parts.tsx';
import { useSaving } from '../components/save-settings.tsx';
import { SaveBar, useUnsaved } from '../components/settings-page.tsx';
import { useApp } from '../context.ts';
import { checkSmtpForm, senderConflicts } from '../form/checks.ts';
import { draftOf, problemsByPath, type SettingsTree } from '../form/settings-model.ts';
import {
  changesOfSmtp,
  chooseCloud,
  chooseProvider,
  cloudOf,
  cloudValue,
  formFromSettings,
  smtpPaths,
  type CloudVerdict,
  type EndpointKey,
  type SmtpForm,
} from '../form/smtp-form.ts';
import type { ProfileEntry } from '../../shared/endpoints-admin.ts';
import { Form } from '../components/form.tsx';

interface Loaded {
  readonly service: SettingsTree;
  readonly sender: SettingsTree;
  readonly profiles: readonly ProfileEntry[];
}

/** The page. */
export function SmtpPage() {
  const { client } = useApp();
  const loaded = useLoad<Loaded>(async (signal) => {
    const [{ settings }, { profiles }] = await Promise.all([
      client.call('GET /v1/settings', { signal }),
      client.call('GET /v1/profiles', { signal }),
    ]);
    return { service: settings['service'] as SettingsTree, sender: settings['sender'] as SettingsTree, profiles };
  }, []);
  return <LoadView loaded={loaded}>{(value) => <SmtpSettings {...value} reload={loaded.reload} />}</LoadView>;
}

function SmtpSettings(props: Loaded & { readonly reload: () => void }) {
  const { texts, notify, status } = useApp();
  const { smtp } = texts.mail;
  const { service, sender, profiles } = props;
  const stored = formFromSettings(service, sender, profiles);
  const [form, setForm] = useState(stored);
  const [attempt, setAttempt] = useState(0);
  const changes = changesOfSmtp(form, service, sender, profiles);
  const isDirty = Object.keys(changes).length > 0;
  const isExchange = form.provider === 'exchange-online';
  const verdict = cloudOf(form, profiles);
  const saving = useSaving(() => {
    notify('good', texts.shell.saved);
    if (isExchange && status?.account.status !== 'ready') goTo('/network/smtp/code?new');
    else if (isExchange && changes['sender.sendingUser'] === undefined) goTo('/network/smtp/code?new');
    else props.reload();
  });
  useUnsaved(isDirty);

  const shownPaths = Object.values(smtpPaths);
  const problems: Record<string, string> = { ...problemsByPath(saving.problems, shownPaths) };
  const own = attempt > 0 ? checkSmtpForm(form) : {};
  for (const [key, check] of Object.entries(own)) problems[smtpPaths[key as keyof SmtpForm]] = smtp.checks[check];
  const conflicts = senderConflicts(form.provider, { ...blankSender, sendingUser: form.sendingUser });
  if (conflicts.remote) problems[smtpPaths.sendingUser] = smtp.remoteUserConflict;

  const edit = (part: Partial<SmtpForm>) => {
    setForm((before) => ({ ...before, ...part }));
    saving.clear();
  };
  const save = () => {
    setAttempt((count) => count + 1);
    if (Object.keys(checkSmtpForm(form)).length > 0 || conflicts.remote) return;
    if (isDirty) saving.save(changes);
    // Printed steps end with Save and the code, whether or not something had to be changed.
    else if (isExchange) goTo('/network/smtp/code?new');
  };
  const fieldProps = { form, edit, problems, verdict, profiles };
  return (
    <Form onSubmit={save}>
      <Section title={smtp.serverSection} intro={smtp.intro}>
        <div class="fields">
          <ChoiceField
            label={smtp.sendingUser}
            value={form.sendingUser}
            onChange={(sendingUser) => edit({ sendingUser })}
            options={Object.entries(texts.choices['sender.sendingUser'])}
            problem={problems[smtpPaths.sendingUser]}
          />
          <ChoiceField
            label={smtp.provider}
            value={form.provider}
            onChange={(provider) => edit(chooseProvider(form, provider, profiles))}
            options={Object.entries(texts.choices['service.provider'])}
            problem={problems[smtpPaths.provider]}
          />
          {isExchange ? <CloudField {...fieldProps} /> : undefined}
          <EndpointField name="smtpHost" label={smtp.server} help={smtp.serverHelp} {...fieldProps} />
          {isExchange ? (
            <>
              <EndpointField name="loginHost" label={smtp.host} help={smtp.hostHelp} {...fieldProps} />
              <TextField
                label={smtp.clientId}
                help={smtp.clientIdHelp}
                value={form.clientId}
                onChange={(clientId) => edit({ clientId })}
                problem={problems[smtpPaths.clientId]}
                isCode
                name="client-id"
                maxLength={200}
              />
              <EndpointField name="scope" label={smtp.scope} help={smtp.scopeHelp} {...fieldProps} />
              <TextField
                label={smtp.tenant}
                help={smtp.tenantHelp}
                value={form.tenant}
                onChange={(tenant) => edit({ tenant })}
                problem={problems[smtpPaths.tenant]}
                list={['organizations', 'consumers', 'common']}
                name="tenant"
              />
            </>
          ) : undefined}
          <EndpointField name="smtpPort" label={smtp.port} {...fieldProps} />
          {isExchange && form.cloud !== 'custom' && verdict.cloud !== 'custom' ? undefined : (
            <>
              <ChoiceField
                label={smtp.security}
                value={form.smtpSecurity}
                onChange={(smtpSecurity) => edit({ smtpSecurity })}
                options={Object.entries(texts.choices['service.smtpSecurity'])}
                problem={problems[smtpPaths.smtpSecurity]}
              />
              {isExchange ? <PrivateNetwork {...fieldProps} /> : undefined}
            </>
          )}
        </div>
        {isExchange ? <p class="card-note">{smtp.panelNote}</p> : undefined}
      </Section>
      <SaveBar
        form={{
          isDirty,
          undo: () => {
            setForm(stored);
            setAttempt(0);
            saving.clear();
          },
          problems,
          saving,
          error: saving.error,
          attempt,
        }}
        onSave={save}
        isAlwaysOpen={isExchange}
      />
      {isExchange ? <p class="save-hint">{smtp.saveAndSignIn}</p> : undefined}
      {isExchange ? (
        <ConsentLink clientId={draftOf(service['clientId'])} tenant={draftOf(service['tenant'])} />
      ) : undefined}
    </Form>
  );
}

const blankSender = { usesAuthenticatedUserAddress: 'false', changeSenderAddress: 'prohibited' };

interface FieldProps {
  readonly form: SmtpForm;
  readonly edit: (part: Partial<SmtpForm>) => void;
  readonly problems: Readonly<Record<string, string>>;
  readonly verdict: CloudVerdict;
  readonly profiles: readonly ProfileEntry[];
}

function CloudField({ form, edit, problems, verdict, profiles }: FieldProps) {
  const { texts } = useApp();
  const { smtp } = texts.mail;
  const titles: Readonly<Record<string, string>> = smtp.clouds;
  const labels: Readonly<Record<EndpointKey, string>> = {
    smtpHost: smtp.server,
    loginHost: smtp.host,
    scope: smtp.scope,
    smtpPort: smtp.port,
  };
  const title = (name: string) => titles[name] ?? profiles.find((one) => one.name === name)?.title ?? name;
  let note: ComponentChildren;
  if (verdict.outside.length > 0)
    note =
      verdict.cloud === 'custom' ? (
        <span class="note-warning">
          {smtp.becomesCustom(verdict.outside.map((key) => labels[key]).join(', '), title(form.cloud))}
        </span>
      ) : (
        <span class="note-good">{smtp.becomes(title(verdict.cloud))}</span>
      );
  return (
    <ChoiceField
      label={smtp.cloud}
      help={smtp.cloudHelp}
      value={form.cloud}
      onChange={(cloud) => edit(chooseCloud(form, cloud, profiles))}
      options={profiles.map(({ name }) => [name, title(name)])}
      problem={problems[smtpPaths.cloud]}
      note={note}
    />
  );
}

/** A field the cloud fills: says when its value is not the cloud's, and whose it is. */
function EndpointField(
  props: FieldProps & { readonly name: EndpointKey; readonly label: string; readonly help?: string },
) {
  const { texts } = useApp();
  const { smtp } = texts.mail;
  const { name, form, edit, verdict, profiles } = props;
  const titles: Readonly<Record<string, string>> = smtp.clouds;
  const profile = profiles.find((one) => one.name === form.cloud);
  const isForeign = verdict.outside.includes(name) && verdict.cloud === 'custom';
  const owner = verdict.belongsTo[name];
  const note = isForeign ? (
    <span class="note-warning">
      {owner === undefined ? smtp.notTested : smtp.belongsTo(props.label, titles[owner] ?? owner)}{' '}
      <Button kind="quiet" onPress={() => edit({ [name]: cloudValue(profile, name) })}>
        {smtp.useCloudValue}
      </Button>
      {owner === undefined ? undefined : (
        <Button kind="quiet" onPress={() => edit(chooseCloud(form, owner, profiles))}>
          {smtp.setCloud(titles[owner] ?? owner)}
        </Button>
      )}
    </span>
  ) : undefined;
  const others: Readonly<Record<EndpointKey, readonly string[]>> = {
    smtpHost: profile?.smtpHosts ?? [],
    loginHost: profile?.loginHosts ?? [],
    scope: profile?.scopes ?? [],
    smtpPort: ['587', '465', '25'],
  };
  return (
    <TextField
      label={props.label}
      help={props.help}
      value={form[name]}
      onChange={(value) => edit({ [name]: value })}
      problem={props.problems[smtpPaths[name]]}
      note={note}
      isCode={name === 'scope'}
      name={name}
      {...(name === 'smtpPort' ? { inputMode: 'numeric' as const } : {})}
      {...(form.provider === 'exchange-online' && name !== 'smtpPort' ? { list: others[name] } : {})}
    />
  );
}

function PrivateNetwork({ form, edit, problems }: FieldProps) {
  const { settingTexts, texts } = useApp();
  const words = settingTexts[smtpPaths.isPrivateNetworkAllowed] ?? texts.mail.smtp.privateNetwork;
  return (
    <SwitchField
      label={words.title}
      help={words.help}
      value={form.isPrivateNetworkAllowed === 'true'}
      onChange={(value) => edit({ isPrivateNetworkAllowed: String(value) })}
      problem={problems[smtpPaths.isPrivateNetworkAllowed]}
    />
  );
}

/** The link an administrator of the organisation opens once, made from what is saved. */
export function ConsentLink(props: { readonly clientId: string; readonly tenant: string }) {
  const { client, texts, language } = useApp();
  const { smtp } = texts.mail;
  const hasClient = props.clientId !== '';
  const isOutlook = props.tenant === 'consumers';
  const loaded = useLoad(
    async (signal) => (hasClient && !isOutlook ? client.call('GET /v1/account/consent-link', { signal }) : undefined),
    [props.clientId, isOutlook, language],
  );
  return (
    <Section title={smtp.adminNote}>
      {isOutlook ? (
        <p>{smtp.adminOutlook}</p>
      ) : !hasClient ? (
        <p>{smtp.adminNeedsClient}</p>
      ) : loaded.load.state === 'error' ? (
        <Trouble error={loaded.load.error} onRetry={loaded.reload} />
      ) : (
        <LoadView loaded={loaded}>
          {(link) =>
            link === undefined ? null : (
              <>
                <p>{smtp.adminText}</p>
                <CopyBlock text={link.url} name={smtp.adminNote} />
                <div class="button-row">
                  <a class="button" href={link.url} target="_blank" rel="noreferrer noopener">
                    {smtp.openLink}
                  </a>
                  <CopyButton text={link.sentence} label={texts.admin.maintenance.copySentence} />
                </div>
              </>
            )
          }
        </LoadView>
      )}
    </Section>
  );
}
