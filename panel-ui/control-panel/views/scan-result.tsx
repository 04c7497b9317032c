import { Button, Empty, Show } from '../../shared/components/index.ts';
import type { JobSummary } from '../../../src/core/index.ts';
import { goTo } from '../../shared/route.ts';
import { useLoad, useStore } from '../../shared/store.ts';
import { useFollowedJob } from '../job-watch.ts';
import { usePanel, useWords, type OwnJob } from '../panel.ts';
import { emptyDraft } from '../scan-draft.ts';
import { JobResult } from './job-result.tsx';

/** What became of the scan that was just sent; asked by its key, which nobody else has. */
export function ScanResultView() {
  const panel = usePanel();
  const { texts } = useWords();
  const own = useStore(panel.ownJob);
  return (
    <div class="view">
      {own === undefined ? <Empty>{texts.jobsEmpty}</Empty> : <Own own={own} />}
      <div class="bar">
        <Button
          onPress={() => {
            panel.draft.set(emptyDraft);
            goTo('/scan');
          }}
        >
          {texts.anotherScan}
        </Button>
        <Button
          kind="main"
          isFirst
          onPress={() => {
            panel.draft.set(emptyDraft);
            goTo('/');
          }}
        >
          {texts.done}
        </Button>
      </div>
    </div>
  );
}

function Own(props: { readonly own: OwnJob }) {
  const { client } = usePanel();
  const { key } = props.own;
  const loaded = useLoad((signal) => client.call('GET /v1/jobs/by-key/:key', { params: { key }, signal }), [key]);
  return <Show loaded={loaded}>{(job) => <Followed own={props.own} job={job} />}</Show>;
}

function Followed(props: { readonly own: OwnJob; readonly job: JobSummary }) {
  const { client } = usePanel();
  const { key, pages } = props.own;
  const job = useFollowedJob(props.job, (signal) =>
    client.call('GET /v1/jobs/by-key/:key', { params: { key }, signal }),
  );
  return <JobResult job={job} pages={pages} />;
}
