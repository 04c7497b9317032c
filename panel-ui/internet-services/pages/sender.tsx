/** Apps > Send e-mail > Settings > Sender address: which addresses scans may carry, and what contradicts the provider. */
import { LoadView, Section } from '../components/parts.tsx';
import { SaveBar, SettingInput, useDrafts, useSettings, type LoadedSettings } from '../components/settings-page.tsx';
import { useApp } from '../context.ts';
import { senderConflicts } from '../form/checks.ts';
import { draftOf, valueAt } from '../form/settings-model.ts';
import { Form } from '../components/form.tsx';

const paths = [
  'sender.usesAuthenticatedUserAddress',
  'sender.changeSenderAddress',
  'sender.permittedAddresses',
  'sender.sendingUser',
  'sender.isSharedMailbox',
] as const;

/** The page. */
export function SenderPage() {
  const loaded = useSettings();
  return <LoadView loaded={loaded}>{(value) => <SenderForm loaded={value} reload={loaded.reload} />}</LoadView>;
}

function SenderForm(props: { readonly loaded: LoadedSettings; readonly reload: () => void }) {
  const { texts, status } = useApp();
  const { sender } = texts.mail;
  const form = useDrafts(props.loaded, props.reload, paths);
  const provider = draftOf(valueAt(props.loaded.settings, 'service.provider'));
  const draft = (path: (typeof paths)[number]) => form.drafts[path] ?? '';
  const conflicts = senderConflicts(provider, {
    usesAuthenticatedUserAddress: draft('sender.usesAuthenticatedUserAddress'),
    changeSenderAddress: draft('sender.changeSenderAddress'),
    sendingUser: draft('sender.sendingUser'),
  });
  const isAllowed = draft('sender.changeSenderAddress') === 'allowed';
  const isListEmpty = draft('sender.permittedAddresses').trim() === '';
  // The same contradictions in the language of the page take the place of the daemon's sentences.
  const problems = {
    ...form.problems,
    ...(conflicts.user ? { 'sender.usesAuthenticatedUserAddress': sender.conflictUser } : {}),
    ...(conflicts.remote ? { 'sender.sendingUser': texts.mail.smtp.remoteUserConflict } : {}),
  };
  const notes: Readonly<Record<string, string | undefined>> = {
    'sender.changeSenderAddress': conflicts.change ? sender.conflictChange : undefined,
    'sender.permittedAddresses': isAllowed && isListEmpty ? sender.listNeeded : undefined,
    'sender.isSharedMailbox': draft('sender.isSharedMailbox') === 'true' ? sender.sharedHelp : undefined,
  };
  const view = { ...form, problems };
  return (
    <Form
      onSubmit={() => {
        if (!conflicts.user && !conflicts.remote) form.submit();
      }}
    >
      <Section intro={sender.intro}>
        <div class="fields">
          <div class="field">
            <span class="field-name">{sender.deviceAddress}</span>
            <p class="field-fact">
              {status === undefined || status.deviceEmailAddress === ''
                ? texts.shell.notSet
                : status.deviceEmailAddress}{' '}
              <a href="#/system/device-details">{sender.changeIn}</a>
            </p>
          </div>
          {form.fields
            .filter(({ path }) => path !== 'sender.permittedAddresses' || isAllowed)
            .map((field) => {
              const note = notes[field.path];
              return (
                <SettingInput
                  key={field.path}
                  field={field}
                  form={view}
                  {...(field.path === 'sender.sendingUser' ? { label: texts.mail.smtp.sendingUser } : {})}
                  {...(note === undefined ? {} : { note: <span class="note-warning">{note}</span> })}
                />
              );
            })}
        </div>
      </Section>
      <SaveBar
        form={view}
        onSave={() => {
          if (!conflicts.user && !conflicts.remote) form.submit();
        }}
      />
    </Form>
  );
}
