/** Maintenance: clone file, consent link, reset, the end. */
import { useState } from 'preact/hooks';
import type { ApiError } from '../../shared/client.ts';
import { Button, Notice } from '../../shared/components/index.ts';
import type { ChangeReply } from '../../shared/endpoints.ts';
import { colonOf } from '../../shared/language.ts';
import { toApiError, useAct, useLoad } from '../../shared/store.ts';
import { Confirm } from '../components/confirm.tsx';
import { FileButton, TextField } from '../components/field.tsx';
import { LoadView, Section, Trouble, saveAs } from '../components/parts.tsx';
import { Consequences } from '../components/save-settings.tsx';
import { useApp } from '../context.ts';
import { consequencesOf } from '../form/consent.ts';
import { draftOf, problemsByPath, valueAt } from '../form/settings-model.ts';
import { ConsentLink } from './smtp.tsx';

/** The page. */
export function MaintenancePage() {
  const { client } = useApp();
  const settings = useLoad((signal) => client.call('GET /v1/settings', { signal }), []);
  return (
    <>
      <CloneFile />
      <LoadView loaded={settings}>
        {(value) =>
          valueAt(value.settings, 'service.provider') === 'exchange-online' ? (
            <ConsentLink
              clientId={draftOf(valueAt(value.settings, 'service.clientId'))}
              tenant={draftOf(valueAt(value.settings, 'service.tenant'))}
            />
          ) : null
        }
      </LoadView>
      <Reset />
      <Decommission />
    </>
  );
}

type Plan = Pick<ChangeReply, 'consequences'>;

/** Runs an act that may want consent: the 409 names the consequences, a person accepts, it runs again. */
function useConsent(act: (accept: readonly string[]) => Promise<void>) {
  const { texts } = useApp();
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [plan, setPlan] = useState<Plan>();
  const run = (accept: readonly string[] = []) => {
    if (isRunning) return;
    setRunning(true);
    setError(undefined);
    act(accept)
      .then(() => setPlan(undefined))
      .catch((cause: unknown) => {
        const failure = toApiError(cause);
        const open = consequencesOf(failure.code, failure.details);
        setPlan(open);
        if (open === undefined) setError(failure);
      })
      .finally(() => setRunning(false));
  };
  const dialog = plan && (
    <Confirm
      title={texts.shell.consent.title}
      act={texts.shell.consent.accept}
      isRunning={isRunning}
      onClose={() => setPlan(undefined)}
      onAct={() => run(plan.consequences.map(({ code }) => code))}
    >
      <Consequences plan={plan} />
    </Confirm>
  );
  return { run, isRunning, error, dialog };
}

function CloneFile() {
  const { client, texts, notify, language } = useApp();
  const words = texts.admin.maintenance;
  const [file, setFile] = useState<{ readonly name: string; readonly text: string }>();
  const [problems, setProblems] = useState<readonly string[]>([]);
  const download = useAct(async () => {
    const text = await (await client.request('GET', '/v1/settings/export')).text();
    saveAs('mfp-mail-agent.settings.json', fileText(text), 'application/json');
  });
  const load = useConsent(async (accept) => {
    if (file === undefined) return;
    const reply = await client.call('POST /v1/settings/import', { body: { text: file.text, accept } });
    setProblems(Object.values(problemsByPath(reply.problems, [])));
    if (reply.problems.length > 0) return;
    notify('good', words.imported(reply.changed.length));
    setFile(undefined);
  });
  return (
    <>
      <Section title={words.clone} intro={words.cloneText}>
        <Trouble error={download.error} />
        <div class="button-row">
          <Button kind="main" onPress={download.run} isBusy={download.isRunning}>
            {words.export}
          </Button>
        </div>
      </Section>
      <Section title={words.importTitle} intro={words.importText}>
        <p>
          {words.importFile}
          {colonOf(language)}
          {file?.name ?? texts.shell.none}
        </p>
        <Trouble error={load.error} />
        {problems.length === 0 ? undefined : (
          <Notice kind="error" title={texts.shell.needsFixing(problems.length)}>
            {problems.map((problem) => (
              <p key={problem}>{problem}</p>
            ))}
          </Notice>
        )}
        <div class="button-row">
          <FileButton
            label={texts.shell.chooseFile}
            accept=".json,application/json"
            maxBytes={1024 * 1024}
            onText={(text, name) => setFile({ text, name })}
          />
          <Button kind="main" isDisabled={file === undefined} onPress={() => load.run()} isBusy={load.isRunning}>
            {words.import}
          </Button>
        </div>
        {load.dialog}
      </Section>
    </>
  );
}

/** The export comes as a JSON string; the file is what it says. */
function fileText(reply: string): string {
  if (!reply.startsWith('"')) return reply;
  const inner: unknown = JSON.parse(reply);
  return typeof inner === 'string' ? inner : reply;
}

function Reset() {
  const { client, texts, notify } = useApp();
  const words = texts.admin.maintenance;
  const [isAsked, setAsked] = useState(false);
  const reset = useConsent(async (accept) => {
    await client.call('POST /v1/settings/reset', { body: { accept } });
    notify('good', words.resetDone);
  });
  return (
    <Section title={words.reset} intro={words.resetText}>
      <Trouble error={reset.error} />
      <div class="button-row">
        <Button kind="danger" onPress={() => setAsked(true)} isBusy={reset.isRunning}>
          {words.resetButton}
        </Button>
      </div>
      {isAsked ? (
        <Confirm
          title={words.resetTitle}
          act={words.resetButton}
          isDangerous
          onClose={() => setAsked(false)}
          onAct={() => {
            setAsked(false);
            reset.run();
          }}
        >
          <p>{words.resetText}</p>
        </Confirm>
      ) : undefined}
      {reset.dialog}
    </Section>
  );
}

/** The end of the device's data: nobody presses this by accident, and nobody without knowing what is lost. */
function Decommission() {
  const { client, texts, status, leaveEmptied, notify } = useApp();
  const words = texts.admin.maintenance;
  const [isOpen, setOpen] = useState(false);
  const [draft, setDraft] = useState('');
  const [isWrong, setWrong] = useState(false);
  const { waiting = 0, sending = 0, held = 0 } = status?.queue ?? {};
  const count = waiting + sending + held;
  const destroy = useAct(async () => {
    await client.call('POST /v1/decommission', { body: { confirmWaitingJobs: count } });
    notify('good', words.decommissioned);
    leaveEmptied();
  });
  const close = () => {
    setOpen(false);
    setDraft('');
    setWrong(false);
  };
  return (
    <Section title={words.decommission} intro={words.decommissionText}>
      <p>{words.waitingNow(count)}</p>
      <div class="button-row">
        <Button kind="danger" onPress={() => setOpen(true)}>
          {words.decommission}
        </Button>
      </div>
      {isOpen ? (
        <Confirm
          title={words.decommission}
          act={words.decommissionButton}
          isDangerous
          isRunning={destroy.isRunning}
          onClose={close}
          onAct={() => {
            const isRight = draft.trim() === String(count);
            setWrong(!isRight);
            if (isRight) destroy.run();
          }}
        >
          <p>{words.decommissionText}</p>
          <p>
            <strong>{words.waitingNow(count)}</strong>
          </p>
          <TextField
            label={words.typeNumber}
            value={draft}
            onChange={setDraft}
            inputMode="numeric"
            problem={isWrong ? words.wrongNumber : undefined}
          />
          <Trouble error={destroy.error} />
        </Confirm>
      ) : undefined}
    </Section>
  );
}
