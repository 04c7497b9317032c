import { useEffect } from 'preact/hooks';
import type { JobList } from '../../shared/endpoints.ts';
import type { Loaded } from '../../shared/store.ts';
import { useApp } from '../context.ts';
import { withJob } from '../form/job-list.ts';

/** Keeps a loaded list of jobs up to date by the events that come. */
export function useJobNews(loaded: Loaded<JobList>): void {
  const { lastJob } = useApp();
  useEffect(
    () =>
      lastJob.subscribe(() => {
        const job = lastJob.get();
        if (job !== undefined && loaded.load.state === 'ready') loaded.replace(withJob(loaded.load.value, job));
      }),
    [lastJob, loaded.load],
  );
}
