import { useEffect, useState } from 'preact/hooks';
import type { JobSummary } from '../../../src/core/index.ts';
import { Button, Empty, ErrorNotice, Show } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { useLoad, useStore } from '../../shared/store.ts';
import { useFollowedJob } from '../job-watch.ts';
import { useGuardedAct, usePanel, useWords } from '../panel.ts';
import { JobResult } from './job-result.tsx';

const perPage = 5;

/** How many jobs there are, for everybody; which, for administrators (T51). */
export function JobsView() {
  const panel = usePanel();
  const { texts } = useWords();
  const status = useStore(panel.status);
  const isUnlocked = useStore(panel.unlockedUntilMs) > 0;
  const unlock = useGuardedAct(() => panel.client.call('GET /v1/jobs', { query: { limit: 1 } }));
  if (status === undefined) return null;
  if (isUnlocked) return <JobList />;
  const { queue } = status;
  const isEmpty = queue.waiting + queue.sending + queue.held + queue.failed === 0;
  return (
    <div class="view centred">
      <p class="lead">
        {isEmpty ? texts.jobsNoneWaiting : texts.jobsSummary(queue.waiting, queue.sending, queue.held, queue.failed)}
      </p>
      {queue.holdReason === undefined ? undefined : <p>{texts.panel.held(texts.panel.holdWords[queue.holdReason])}</p>}
      <p class="soft">{texts.jobsPrivate}</p>
      {unlock.error === undefined ? undefined : <ErrorNotice error={unlock.error} />}
      <Button isFirst isBusy={unlock.isRunning} onPress={() => unlock.run()}>
        {texts.showJobs}
      </Button>
    </div>
  );
}

function JobList() {
  const panel = usePanel();
  const { texts, formats } = useWords();
  const [page, setPage] = useState(0);
  const loaded = useLoad((signal) => panel.client.call('GET /v1/jobs', { query: { limit: 1000 }, signal }), []);
  const event = useStore(panel.job);
  const { load, replace } = loaded;
  useEffect(() => {
    if (event === undefined || load.state !== 'ready') return;
    const { jobs, total } = load.value;
    const isKnown = jobs.some((one) => one.queueId === event.queueId);
    replace(
      isKnown
        ? { jobs: jobs.map((one) => (one.queueId === event.queueId ? event : one)), total }
        : { jobs: [event, ...jobs], total: total + 1 },
    );
    // Only a new event changes the list; the list itself does not.
  }, [event]);
  return (
    <div class="view">
      <Show loaded={loaded}>
        {({ jobs }) => {
          if (jobs.length === 0) return <Empty>{texts.jobsEmpty}</Empty>;
          const pages = Math.ceil(jobs.length / perPage);
          const present = Math.min(page, pages - 1);
          const shown = jobs.slice(present * perPage, (present + 1) * perPage);
          return (
            <>
              <div class="rows grow scrolls">
                {shown.map((job, index) => (
                  <Button
                    key={job.queueId}
                    class="row"
                    isFirst={index === 0}
                    onPress={() => goTo(`/jobs/${job.queueId}`)}
                  >
                    <span class="row-main">
                      <span class="one-line strong">{job.subject === '' ? texts.noSubject : job.subject}</span>
                      <span class="one-line soft">{job.recipients.map((one) => one.forwardPath).join(', ')}</span>
                    </span>
                    <span class="row-side">
                      <span class={`tag tag-${look(job)}`}>{texts.jobStates[job.state]}</span>
                      <span class="soft">{formats.dateTime(job.acceptedAtMs)}</span>
                    </span>
                  </Button>
                ))}
              </div>
              <div class="bar">
                <Button isDisabled={present === 0} onPress={() => setPage(present - 1)}>
                  {texts.previous}
                </Button>
                <span class="bar-words">{texts.pageOf(present + 1, pages)}</span>
                <Button isDisabled={present >= pages - 1} onPress={() => setPage(present + 1)}>
                  {texts.next}
                </Button>
              </div>
            </>
          );
        }}
      </Show>
    </div>
  );
}

function look(job: JobSummary): 'good' | 'amber' | 'bad' | 'plain' {
  switch (job.state) {
    case 'accepted':
      return 'good';
    case 'held':
      return 'amber';
    case 'failed':
      return 'bad';
    case 'waiting':
    case 'sending':
    case 'deleted':
      return 'plain';
  }
}

/** One job with each recipient's state; what an administrator can do about it. */
export function JobView(props: { readonly queueId: string }) {
  const panel = usePanel();
  const { queueId } = props;
  const loaded = useLoad(
    (signal) =>
      panel.asAdministrator(() => panel.client.call('GET /v1/jobs/:queueId', { params: { queueId }, signal })),
    [queueId],
  );
  return (
    <div class="view">
      <Show loaded={loaded}>{({ job }) => <JobDetails job={job} />}</Show>
    </div>
  );
}

function JobDetails(props: { readonly job: JobSummary }) {
  const panel = usePanel();
  const { texts } = useWords();
  const params = { queueId: props.job.queueId };
  const job = useFollowedJob(props.job, async (signal) => {
    const reply = await panel.client.call('GET /v1/jobs/:queueId', { params, signal });
    return reply.job;
  });
  const retry = useGuardedAct(() =>
    panel.client.call(job.state === 'held' ? 'POST /v1/jobs/:queueId/release' : 'POST /v1/jobs/:queueId/retry', {
      params,
    }),
  );
  return (
    <>
      <h2 class="one-line">{job.subject === '' ? texts.noSubject : job.subject}</h2>
      <JobResult job={job} />
      {retry.error === undefined ? undefined : <ErrorNotice error={retry.error} />}
      <div class="bar">
        <Button onPress={() => goTo('/jobs')}>{texts.allJobs}</Button>
        {job.state === 'waiting' || job.state === 'failed' || job.state === 'held' ? (
          <Button kind="main" isFirst isBusy={retry.isRunning} onPress={() => retry.run()}>
            {job.state === 'held' ? texts.release : texts.sendNow}
          </Button>
        ) : undefined}
      </div>
    </>
  );
}
