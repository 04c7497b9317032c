/** "Check": a small mail to an address, followed until the mail server has answered. */
import { useEffect, useState } from 'preact/hooks';
import type { JobSummary } from '../../../src/core/index.ts';
import { Loading, Notice } from '../../shared/components/index.ts';
import { useAct, useStore } from '../../shared/store.ts';
import { useApp } from '../context.ts';
import { checkAddress } from '../form/checks.ts';
import { TextField } from './field.tsx';
import { GuidanceView } from './guidance-view.tsx';
import { Section, Trouble } from './parts.tsx';
import type { JobReply } from '../../shared/endpoints.ts';
import { Form } from './form.tsx';

/** The form and its result. */
export function TestMail() {
  const { client, texts, lastJob } = useApp();
  const { test } = texts.home;
  const [to, setTo] = useState('');
  const [problem, setProblem] = useState<string>();
  const [job, setJob] = useState<JobSummary>();
  const send = useAct(async () => {
    setJob(undefined);
    setJob(await client.call('POST /v1/jobs/test', { body: { to: to.trim() } }));
  });
  const news = useStore(lastJob);
  const shown = news !== undefined && news.queueId === job?.queueId ? news : job;
  return (
    <Section title={test.title}>
      <Form
        onSubmit={() => {
          const check = checkAddress(to);
          setProblem(check === undefined ? undefined : texts.mail.smtp.checks[check]);
          if (check === undefined) send.run();
        }}
      >
        <div class="fields">
          <TextField
            label={test.to}
            help={test.toHelp}
            value={to}
            onChange={setTo}
            problem={problem}
            type="email"
            autocomplete="email"
            name="test-to"
          />
        </div>
        <div class="button-row">
          <button type="submit" class="button button-main" aria-busy={send.isRunning}>
            {test.send}
          </button>
        </div>
      </Form>
      <Trouble error={send.error} />
      {shown === undefined ? undefined : <TestResult job={shown} />}
    </Section>
  );
}

function TestResult({ job }: { readonly job: JobSummary }) {
  const { client, texts, formats, language } = useApp();
  const { test } = texts.home;
  const [details, setDetails] = useState<JobReply>();
  const { queueId, state } = job;
  useEffect(() => {
    if (state !== 'held' && state !== 'failed') return undefined;
    const end = new AbortController();
    client.call('GET /v1/jobs/:queueId', { params: { queueId }, signal: end.signal }).then(
      (reply) => setDetails(reply),
      () => setDetails(undefined),
    );
    return () => end.abort();
  }, [queueId, state, language]);
  const link = <a href={`#/jobs/${encodeURIComponent(queueId)}`}>{test.showJob}</a>;
  switch (state) {
    case 'accepted':
      return (
        <Notice kind="good">
          <p>{test.accepted(formats.span(job.tookMs ?? 0))}</p>
          {job.serverMessageId === undefined ? undefined : (
            <p>
              {texts.jobs.serverId}: <code>{job.serverMessageId}</code>
            </p>
          )}
          <p>{link}</p>
        </Notice>
      );
    case 'held':
    case 'failed':
      return (
        <div class="stack">
          <p>
            <strong>{state === 'held' ? test.held : test.failed}</strong> {link}
          </p>
          {details?.guidance === undefined ? (
            <Notice kind="warning">
              <p>{job.lastReply?.reply ?? job.hold?.reply ?? texts.jobs.states[state]}</p>
            </Notice>
          ) : (
            <GuidanceView guidance={details.guidance} kind={state === 'failed' ? 'error' : 'warning'} />
          )}
        </div>
      );
    case 'waiting':
    case 'sending':
    case 'deleted':
      return <Loading text={test.waiting} />;
  }
}
