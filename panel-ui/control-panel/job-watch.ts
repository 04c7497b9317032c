/** Follows one job to its end. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { JobSummary } from '../../src/core/index.ts';
import { useStore } from '../shared/store.ts';
import { usePanel } from './panel.ts';

const askEveryMs = 1000;
const ends: ReadonlySet<string> = new Set(['accepted', 'failed', 'deleted']);

/**
 * The present state of a job. Events bring it where this panel is an administrator's; a walk-up person hears none of others'
 * jobs, so the daemon is asked as well, until the job has ended.
 * @param ask for the job as it is now; what fails is asked again
 */
export function useFollowedJob(first: JobSummary, ask: (signal: AbortSignal) => Promise<JobSummary>): JobSummary {
  const panel = usePanel();
  const [job, setJob] = useState(first);
  const event = useStore(panel.job);
  const asked = useRef(ask);
  asked.current = ask;
  const isOver = ends.has(job.state);
  useEffect(() => {
    if (event?.queueId === first.queueId) setJob(event);
  }, [event, first.queueId]);
  useEffect(() => {
    if (isOver) return undefined;
    const end = new AbortController();
    const timer = window.setInterval(() => {
      asked.current(end.signal).then(setJob, () => undefined);
    }, askEveryMs);
    return () => {
      end.abort();
      window.clearInterval(timer);
    };
  }, [isOver, first.queueId]);
  return job;
}
