import { useState } from 'preact/hooks';
import type { JobSummary } from '../../../src/core/index.ts';
import { Button, ErrorNotice } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { looksLikeAddress } from '../glance.ts';
import { useFollowedJob } from '../job-watch.ts';
import { TextEditor } from '../keyboard/text-editor.tsx';
import { useGuardedAct, usePanel, useWords } from '../panel.ts';
import { JobResult } from './job-result.tsx';

/** A mail to the technician, and what became of it: the proof that scans arrive. */
export function TestMailView() {
  const panel = usePanel();
  const { texts } = useWords();
  const [sent, setSent] = useState<JobSummary>();
  const send = useGuardedAct(async (to: string) => {
    setSent(await panel.client.call('POST /v1/jobs/test', { body: { to } }));
  });
  if (sent !== undefined) return <Followed job={sent} />;
  return (
    <TextEditor
      label={texts.testMailTo}
      value=""
      maxLength={254}
      use="address"
      help={texts.testMailHelp}
      doneWords={texts.send}
      isBusy={send.isRunning}
      check={(value) => (looksLikeAddress(value) ? undefined : texts.badAddress)}
      onDone={send.run}
    >
      {send.error === undefined ? undefined : <ErrorNotice error={send.error} />}
    </TextEditor>
  );
}

function Followed(props: { readonly job: JobSummary }) {
  const panel = usePanel();
  const { texts } = useWords();
  const { queueId } = props.job;
  const job = useFollowedJob(props.job, async (signal) => {
    const reply = await panel.client.call('GET /v1/jobs/:queueId', { params: { queueId }, signal });
    return reply.job;
  });
  return (
    <div class="view">
      <JobResult job={job} />
      <div class="bar">
        <Button kind="main" isFirst onPress={() => goTo('/')}>
          {texts.done}
        </Button>
      </div>
    </div>
  );
}
