/** The list of jobs: newest first, kept up to date by events, filtered by words. Pure. */
import type { JobSummary } from '../../../src/core/index.ts';
import type { JobList } from '../../shared/endpoints.ts';

/** The list with one job as it is now: in its place, or at the top if it is new. */
export function withJob(list: JobList, job: JobSummary): JobList {
  const at = list.jobs.findIndex(({ queueId }) => queueId === job.queueId);
  if (at >= 0) return { ...list, jobs: list.jobs.map((one, index) => (index === at ? job : one)) };
  // Ids are time-ordered, so that a job which is only news to this page finds its place as well.
  const before = list.jobs.findIndex(({ queueId }) => queueId < job.queueId);
  const place = before < 0 ? list.jobs.length : before;
  const jobs = [...list.jobs.slice(0, place), job, ...list.jobs.slice(place)];
  return { jobs, total: list.total + 1 };
}

/** What a person looks for. */
export interface JobFilter {
  /** '' for all. */
  readonly state: string;
  readonly words: string;
}

/**
 * Jobs that fit: in this state, and with each of the words in a recipient, the subject, the sender or the number.
 */
export function filterJobs(jobs: readonly JobSummary[], filter: JobFilter): readonly JobSummary[] {
  const words = filter.words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return jobs.filter((job) => {
    if (filter.state !== '' && job.state !== filter.state) return false;
    if (words.length === 0) return true;
    const text = [job.queueId, job.subject, job.client, ...job.recipients.map(({ forwardPath }) => forwardPath)]
      .join(' ')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** What may be done to a job in its state. */
export function jobActs(job: Pick<JobSummary, 'state'>): readonly ('retry' | 'hold' | 'release' | 'remove')[] {
  switch (job.state) {
    case 'waiting':
      return ['retry', 'hold', 'remove'];
    case 'held':
      return ['release', 'retry', 'remove'];
    case 'failed':
      return ['retry', 'remove'];
    case 'sending':
    case 'accepted':
    case 'deleted':
      return [];
  }
}
