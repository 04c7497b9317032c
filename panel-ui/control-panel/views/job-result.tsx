import type { JobSummary } from '../../../src/core/index.ts';
import { Breakable, GuidanceNotice, Lamp, Show } from '../../shared/components/index.ts';
import { useLoad } from '../../shared/store.ts';
import { usePanel, useWords, type Words } from '../panel.ts';

/** The strip a person takes away: what became of it, when, how large, under which id; or what to do. */
export function JobResult(props: { readonly job: JobSummary; readonly pages?: number }) {
  const panel = usePanel();
  const { client } = panel;
  const words = useWords();
  const { texts, formats, language } = words;
  const { job } = props;
  const code = guidanceCodeOf(job);
  const loaded = useLoad(
    async (signal) => {
      if (code === undefined) return undefined;
      // What the mail server said of this very job is for administrators.
      if (panel.unlockedUntilMs.get() > 0) {
        const reply = await client
          .call('GET /v1/jobs/:queueId', { params: { queueId: job.queueId }, signal })
          .catch(() => undefined);
        if (reply?.guidance !== undefined) return reply.guidance;
      }
      return client.call('POST /v1/guidance', { body: { code }, signal });
    },
    [code, language],
  );
  const look = lookOf(job, words);
  const recipients = (
    <>
      <dt>{texts.to}</dt>
      <dd>
        {job.recipients.map((one) => (
          <span class="recipient" key={one.forwardPath}>
            <span>
              <Breakable text={one.forwardPath} />
            </span>
            {job.recipients.length > 1 ? (
              <span class={`tag tag-${recipientLook[one.state]}`}>{texts.recipientStates[one.state]}</span>
            ) : undefined}
          </span>
        ))}
      </dd>
    </>
  );
  const facts = (
    <>
      <dt>{texts.resultTime}</dt>
      <dd>
        {formats.dateTime(job.finishedAtMs ?? job.acceptedAtMs)}
        {job.tookMs === undefined ? '' : ` · ${texts.resultTook} ${formats.span(job.tookMs)}`}
      </dd>
      {props.pages === undefined ? undefined : (
        <>
          <dt>{texts.resultPages}</dt>
          <dd>{formats.number(props.pages)}</dd>
        </>
      )}
      <dt>{texts.resultSize}</dt>
      <dd>{formats.size(job.bodyBytes)}</dd>
      {job.serverMessageId === undefined ? undefined : (
        <>
          <dt>{texts.resultId}</dt>
          <dd class="id">
            <Breakable text={job.serverMessageId} />
          </dd>
        </>
      )}
    </>
  );
  return (
    <div class="scrolls grow" tabIndex={0}>
      <section class={`result result-${look.lamp}`} aria-live="polite">
        {job.state === 'sending' || (job.state === 'waiting' && job.attempts === 0) ? (
          <span class="spinner" aria-hidden="true" />
        ) : (
          <Lamp lamp={look.lamp} isLarge />
        )}
        <h2>{look.title}</h2>
      </section>
      {job.isPossibleDuplicate ? <p>{texts.duplicate}</p> : undefined}
      {code === undefined ? (
        <dl class="facts">
          {recipients}
          {facts}
        </dl>
      ) : (
        <>
          <dl class="facts">{recipients}</dl>
          <Show loaded={loaded}>
            {(guidance) => (guidance === undefined ? undefined : <GuidanceNotice guidance={guidance} />)}
          </Show>
          <dl class="facts">{facts}</dl>
        </>
      )}
      {job.state === 'accepted' ? <p class="soft">{texts.sentHelp}</p> : undefined}
    </div>
  );
}

const recipientLook = { waiting: 'plain', accepted: 'good', failed: 'bad' } as const;

/** What explains a job that is not simply under way; the guidance entry first, it is more exact. */
function guidanceCodeOf(job: JobSummary): string | undefined {
  if (job.state === 'held') return job.lastReply?.guidanceId ?? job.hold?.reason;
  if (job.state === 'failed') return job.lastReply?.guidanceId ?? job.lastReply?.code;
  return job.state === 'waiting' && job.attempts > 0 ? (job.lastReply?.guidanceId ?? job.lastReply?.code) : undefined;
}

function lookOf(
  job: JobSummary,
  { texts }: Words,
): { readonly lamp: 'green' | 'amber' | 'red' | 'off'; readonly title: string } {
  switch (job.state) {
    case 'accepted':
      return { lamp: 'green', title: texts.sent };
    case 'sending':
      return { lamp: 'off', title: texts.sending };
    case 'waiting':
      return job.attempts === 0 ? { lamp: 'off', title: texts.sending } : { lamp: 'amber', title: texts.waiting };
    case 'held':
      return { lamp: 'amber', title: texts.held };
    case 'failed':
      return { lamp: 'red', title: texts.notSent };
    case 'deleted':
      return { lamp: 'off', title: texts.deleted };
  }
}
