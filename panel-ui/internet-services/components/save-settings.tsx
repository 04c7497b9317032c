/** Saving settings as the daemon wants it: ask what it would do, have a person accept that, then do it. */
import { useCallback, useState } from 'preact/hooks';
import type { ApiError } from '../../shared/client.ts';
import type { ChangeReply } from '../../shared/endpoints.ts';
import { toApiError } from '../../shared/store.ts';
import { useApp } from '../context.ts';
import { Confirm } from './confirm.tsx';

type Changes = Readonly<Record<string, unknown>>;

/** One page's way of saving. */
export interface Saving {
  readonly isRunning: boolean;
  readonly error: ApiError | undefined;
  /** What the daemon will not take, by setting. */
  readonly problems: ChangeReply['problems'];
  readonly save: (changes: Changes) => void;
  readonly clear: () => void;
  /** The question that is open, to be drawn by the page. */
  readonly dialog: preact.JSX.Element | undefined;
}

/**
 * @param onSaved called once the daemon has saved; `changed` are the paths, those that changed by themselves included
 */
export function useSaving(onSaved: (reply: ChangeReply) => void): Saving {
  const { client, texts } = useApp();
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [problems, setProblems] = useState<ChangeReply['problems']>([]);
  const [asked, setAsked] = useState<{ readonly changes: Changes; readonly plan: ChangeReply }>();

  const run = async (changes: Changes, accept: readonly string[] | undefined): Promise<void> => {
    const plan = await client.call('POST /v1/settings/preview', { body: { changes } });
    setProblems(plan.problems);
    if (plan.problems.length > 0) {
      setAsked(undefined);
      return;
    }
    // Asked again if the consequences are no longer those that were accepted.
    const open = plan.consequences.filter(({ code }) => !(accept ?? []).includes(code));
    if (open.length > 0) {
      setAsked({ changes, plan });
      return;
    }
    const body = { changes, accept: plan.consequences.map(({ code }) => code) };
    const reply = await client.call('PATCH /v1/settings', { body });
    setAsked(undefined);
    onSaved(reply);
  };
  const start = (changes: Changes, accept?: readonly string[]) => {
    if (isRunning) return;
    setRunning(true);
    setError(undefined);
    run(changes, accept)
      .catch((cause: unknown) => {
        setAsked(undefined);
        setError(toApiError(cause));
      })
      .finally(() => setRunning(false));
  };
  const clear = useCallback(() => {
    setProblems([]);
    setError(undefined);
  }, []);
  const dialog = asked && (
    <Confirm
      title={texts.shell.consent.title}
      act={texts.shell.consent.accept}
      isRunning={isRunning}
      onClose={() => setAsked(undefined)}
      onAct={() =>
        start(
          asked.changes,
          asked.plan.consequences.map(({ code }) => code),
        )
      }
    >
      <Consequences plan={asked.plan} />
    </Confirm>
  );
  return { isRunning, error, problems, save: (changes) => start(changes), clear, dialog };
}

/** What else happens, as a list; the daemon's own sentence where the page has none. */
export function Consequences(props: { readonly plan: Pick<ChangeReply, 'consequences'> }) {
  const { texts } = useApp();
  const sentences: Readonly<Record<string, string>> = texts.shell.consent.codes;
  return (
    <>
      <p>{texts.shell.consent.intro}</p>
      <ul class="consequences">
        {props.plan.consequences.map(({ code, message }) => (
          <li key={code} data-code={code}>
            {sentences[code] ?? message}
          </li>
        ))}
      </ul>
    </>
  );
}
