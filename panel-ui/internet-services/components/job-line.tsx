import type { JobSummary } from '../../../src/core/index.ts';
import { Breakable } from '../../shared/components/index.ts';
import { useApp } from '../context.ts';
import type { Texts } from '../texts/types.ts';

/** State of a job as a word with its colour. */
export function JobState({ job, texts }: { readonly job: JobSummary; readonly texts: Pick<Texts, 'jobs'> }) {
  return <span class={`state state-${job.state}`}>{texts.jobs.states[job.state]}</span>;
}

/** Whom a job goes to, shortened. */
export function recipientsText(job: Pick<JobSummary, 'recipients'>, { jobs }: Pick<Texts, 'jobs'>): string {
  const [first, ...others] = job.recipients;
  const address = first?.forwardPath ?? '';
  return others.length === 0 ? address : `${address} ${jobs.moreRecipients(others.length)}`;
}

/** One job in one line, leading to its details. */
export function JobLine({ job }: { readonly job: JobSummary }) {
  const { texts, formats } = useApp();
  const why = job.hold?.reason;
  return (
    <li>
      <a class="job-line" href={`#/jobs/${encodeURIComponent(job.queueId)}`}>
        <span class="job-line-time">{formats.dateTime(job.acceptedAtMs)}</span>
        <span class="job-line-what">
          <strong>
            <Breakable text={recipientsText(job, texts)} />
          </strong>
          <span>{job.subject === '' ? texts.jobs.noSubject : job.subject}</span>
        </span>
        <span class="job-line-state">
          <JobState job={job} texts={texts} />
          {why === undefined ? undefined : <small>{texts.home.holdReasons[why]}</small>}
        </span>
      </a>
    </li>
  );
}
