/** Jobs and history: five hundred and more in one list, each with its recipients, guidance and what can be done. */
import { Component } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JobSummary } from '../../../src/core/index.ts';
import type { Guidance } from '../../../src/guidance/index.ts';
import { Breakable, Button, Empty, Notice } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { useAct, useLoad, useStore } from '../../shared/store.ts';
import { Confirm } from '../components/confirm.tsx';
import { ChoiceField, TextField } from '../components/field.tsx';
import { GuidanceView } from '../components/guidance-view.tsx';
import { JobState, recipientsText } from '../components/job-line.tsx';
import { Facts, LoadView, Section, Trouble } from '../components/parts.tsx';
import { useApp } from '../context.ts';
import { useJobNews } from '../components/job-news.ts';
import { filterJobs, jobActs } from '../form/job-list.ts';
import type { Formats } from '../../shared/language.ts';
import type { Texts } from '../texts/types.ts';

/** The page. @param props.argument number of the job to show, or '' for the list */
export function JobsPage(props: { readonly argument: string; readonly query: string }) {
  return props.argument === '' ? (
    <JobsList state={new URLSearchParams(props.query).get('state') ?? ''} />
  ) : (
    <JobDetails queueId={props.argument} />
  );
}

const states = ['waiting', 'sending', 'held', 'accepted', 'failed', 'deleted'] as const;

/** Drawing five hundred rows takes a third of a second of a good processor; the next come when their place is near. */
const rowsAtOnce = 100;

function JobsList(props: { readonly state: string }) {
  const { client, texts, connection } = useApp();
  const [state, setState] = useState((states as readonly string[]).includes(props.state) ? props.state : '');
  const [words, setWords] = useState('');
  const loaded = useLoad(
    (signal) => client.call('GET /v1/jobs', { query: { limit: 1000 }, signal }),
    [connection === 'open'],
  );
  useJobNews(loaded);
  return (
    <Section aside={<Button onPress={loaded.reload}>{texts.shell.refresh}</Button>}>
      <div class="filter">
        <ChoiceField
          label={texts.jobs.filter}
          value={state}
          onChange={setState}
          options={[['', texts.jobs.all], ...states.map((one) => [one, texts.jobs.states[one]] as const)]}
        />
        <TextField
          label={texts.shell.search}
          value={words}
          onChange={setWords}
          type="search"
          help={texts.jobs.searchHelp}
        />
      </div>
      <LoadView loaded={loaded}>
        {({ jobs, total }) => <Found key={`${state} ${words}`} jobs={jobs} total={total} state={state} words={words} />}
      </LoadView>
    </Section>
  );
}

function Found(props: {
  readonly jobs: readonly JobSummary[];
  readonly total: number;
  readonly state: string;
  readonly words: string;
}) {
  const { texts, formats } = useApp();
  const { jobs, total, state, words } = props;
  const found = useMemo(() => filterJobs(jobs, { state, words }), [jobs, state, words]);
  const [limit, setLimit] = useState(rowsAtOnce);
  const end = useRef<HTMLDivElement>(null);
  const hasMore = limit < found.length;
  useEffect(() => {
    if (end.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setLimit((count) => count + rowsAtOnce);
      },
      { rootMargin: '800px' },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [hasMore, limit]);
  if (jobs.length === 0) return <Empty>{texts.jobs.empty}</Empty>;
  return (
    <>
      <p class="count" role="status">
        {texts.jobs.count(found.length, total)}
      </p>
      {found.length === 0 ? (
        <Empty>{texts.jobs.nothingFound}</Empty>
      ) : (
        <div class="table-frame" tabIndex={0} role="region" aria-label={texts.jobs.title}>
          <table class="table jobs-table">
            <caption class="out-of-sight">{texts.jobs.title}</caption>
            <thead>
              <tr>
                <th scope="col">{texts.jobs.time}</th>
                <th scope="col">{texts.jobs.state}</th>
                <th scope="col">{texts.jobs.recipients}</th>
                <th scope="col">{texts.jobs.subject}</th>
                <th scope="col" class="numeric">
                  {texts.jobs.size}
                </th>
                <th scope="col">{texts.jobs.door}</th>
              </tr>
            </thead>
            <tbody>
              {found.slice(0, limit).map((job) => (
                <JobRow key={job.queueId} job={job} texts={texts} formats={formats} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {hasMore ? (
        <div class="button-row" ref={end}>
          <Button onPress={() => setLimit(limit + rowsAtOnce)}>{texts.addressBook.showMore}</Button>
        </div>
      ) : undefined}
    </>
  );
}

interface JobRowProps {
  readonly job: JobSummary;
  readonly texts: Texts;
  readonly formats: Formats;
}

/** Drawn anew only when its job or the language has changed: of five hundred rows most have not. */
class JobRow extends Component<JobRowProps> {
  override shouldComponentUpdate(next: JobRowProps): boolean {
    const { job, texts, formats } = this.props;
    return next.job !== job || next.texts !== texts || next.formats !== formats;
  }

  override render({ job, texts, formats }: JobRowProps) {
    const path = `/jobs/${encodeURIComponent(job.queueId)}`;
    return (
      <tr onClick={() => goTo(path)}>
        <td>
          <a href={`#${path}`} onClick={(event) => event.stopPropagation()}>
            {formats.dateTime(job.acceptedAtMs)}
          </a>
        </td>
        <td>
          <JobState job={job} texts={texts} />
        </td>
        <td>
          <Breakable text={recipientsText(job, texts)} />
        </td>
        <td>{job.subject === '' ? <em>{texts.jobs.noSubject}</em> : job.subject}</td>
        <td class="numeric">{formats.size(job.bodyBytes)}</td>
        <td>{texts.jobs.doors[job.door]}</td>
      </tr>
    );
  }
}

function JobDetails({ queueId }: { readonly queueId: string }) {
  const { client, texts, lastJob, language } = useApp();
  const news = useStore(lastJob);
  const mine = news?.queueId === queueId ? news : undefined;
  const loaded = useLoad(
    (signal) => client.call('GET /v1/jobs/:queueId', { params: { queueId }, signal }),
    // Guidance and header belong to the state: asked again when that changes.
    [queueId, language, mine?.state, mine?.attempts],
  );
  const isGone = loaded.load.state === 'error' && loaded.load.error.code === 'job-not-found';
  return (
    <>
      <p>
        <a href="#/jobs">← {texts.jobs.backToList}</a>
      </p>
      {isGone ? (
        <Notice kind="info">
          <p>{texts.jobs.notFound}</p>
        </Notice>
      ) : (
        <LoadView loaded={loaded}>
          {(reply) => <JobFacts {...reply} job={mine ?? reply.job} onChanged={loaded.reload} />}
        </LoadView>
      )}
    </>
  );
}

function JobFacts(props: {
  readonly job: JobSummary;
  readonly headerBlock?: string;
  readonly guidance?: Guidance;
  readonly onChanged: () => void;
}) {
  const { texts, formats } = useApp();
  const { job } = props;
  const words = texts.jobs;
  const isOpen = job.state !== 'accepted' && job.state !== 'deleted';
  return (
    <>
      <Section title={job.subject === '' ? words.noSubject : job.subject} aside={<JobState job={job} texts={texts} />}>
        {job.isPossibleDuplicate ? (
          <Notice kind="warning">
            <p>{words.possibleDuplicate}</p>
          </Notice>
        ) : undefined}
        {props.guidance !== undefined && isOpen ? (
          <GuidanceView guidance={props.guidance} kind={job.state === 'failed' ? 'error' : 'warning'} />
        ) : undefined}
        <JobButtons job={job} onChanged={props.onChanged} />
        <Facts
          rows={[
            [words.time, formats.dateTime(job.acceptedAtMs)],
            [
              words.state,
              job.hold === undefined ? undefined : texts.home.heldBecause(texts.home.holdReasons[job.hold.reason]),
            ],
            [words.size, formats.size(job.bodyBytes)],
            [words.door, texts.jobs.doors[job.door]],
            [words.client, job.client],
            [words.attempts, formats.number(job.attempts)],
            [
              words.nextAttempt,
              isOpen && job.nextAttemptAtMs !== undefined ? formats.dateTime(job.nextAttemptAtMs) : undefined,
            ],
            [words.lastReply, job.lastReply === undefined ? undefined : <code>{job.lastReply.reply}</code>],
            [words.finished, job.finishedAtMs === undefined ? undefined : formats.dateTime(job.finishedAtMs)],
            [words.took, job.tookMs === undefined ? undefined : formats.span(job.tookMs)],
            [words.deletedBy, job.deletedBy],
            [words.serverId, job.serverMessageId === undefined ? undefined : <code>{job.serverMessageId}</code>],
            [words.messageId, <code>{job.messageId}</code>],
            [words.reversePath, job.reversePath === '' ? '<>' : job.reversePath],
            [words.number, <code>{job.queueId}</code>],
          ]}
        />
      </Section>
      <Section title={words.perRecipient}>
        <ul class="recipients">
          {job.recipients.map((one) => (
            <li key={one.forwardPath}>
              <span class={`state state-${one.state}`}>{words.recipientStates[one.state]}</span>
              <span class="breaks">
                <strong>{one.forwardPath}</strong>
                {one.reply === undefined ? undefined : <code class="reply">{one.reply}</code>}
              </span>
            </li>
          ))}
        </ul>
      </Section>
      {props.headerBlock === undefined ? undefined : (
        <details class="card more">
          <summary>{words.headers}</summary>
          <pre class="raw" tabIndex={0}>
            {props.headerBlock}
          </pre>
        </details>
      )}
    </>
  );
}

function JobButtons(props: { readonly job: JobSummary; readonly onChanged: () => void }) {
  const { client, texts, notify, lastJob } = useApp();
  const { queueId } = props.job;
  const words = texts.jobs;
  const [isAsked, setAsked] = useState(false);
  const act = useAct(async (what: 'retry' | 'hold' | 'release' | 'remove') => {
    const options = { params: { queueId } };
    const job =
      what === 'retry'
        ? await client.call('POST /v1/jobs/:queueId/retry', options)
        : what === 'hold'
          ? await client.call('POST /v1/jobs/:queueId/hold', options)
          : what === 'release'
            ? await client.call('POST /v1/jobs/:queueId/release', options)
            : await client.call('DELETE /v1/jobs/:queueId', options);
    setAsked(false);
    lastJob.set(job);
    notify('good', words.done[what]);
    props.onChanged();
  });
  const acts = jobActs(props.job);
  const labels = { retry: words.sendNow, hold: words.hold, release: words.release, remove: words.remove };
  return (
    <>
      <Trouble error={act.error} />
      {acts.length === 0 ? undefined : (
        <div class="button-row">
          {acts.map((what, index) => (
            <Button
              key={what}
              kind={what === 'remove' ? 'danger' : index === 0 ? 'main' : 'plain'}
              isBusy={act.isRunning}
              onPress={() => (what === 'remove' ? setAsked(true) : act.run(what))}
            >
              {labels[what]}
            </Button>
          ))}
        </div>
      )}
      {isAsked ? (
        <Confirm
          title={words.removeTitle}
          act={words.remove}
          isDangerous
          isRunning={act.isRunning}
          onAct={() => act.run('remove')}
          onClose={() => setAsked(false)}
        >
          <p>{words.removeText}</p>
        </Confirm>
      ) : undefined}
    </>
  );
}
