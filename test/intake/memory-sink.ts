import { Writable } from 'node:stream';
import { makeQueueId, type MailError, type IncomingJob, type JobFacts, type JobSink } from '../../src/core/index.ts';

export interface StoredJob {
  readonly queueId: string;
  readonly facts: JobFacts;
  readonly body: Buffer;
}

/** A JobSink in memory, scripted to fail at a step. Repeats are told by Message-ID and envelope. */
export class MemorySink implements JobSink {
  readonly jobs: StoredJob[] = [];
  readonly begun: { readonly declaredSizeBytes?: number | undefined }[] = [];
  aborted = 0;
  bytesWritten = 0;
  /** Errors to throw, by step; `body` after that many octets. */
  fail: { begin?: MailError; commit?: MailError; body?: { readonly afterBytes: number; readonly error: MailError } } =
    {};
  /** commit() waits for this. */
  commitGate: Promise<void> = Promise.resolve();
  onCommit: () => void = () => undefined;
  #count = 0;

  get open(): number {
    return this.begun.length - this.aborted - this.jobs.length - this.#otherEnds;
  }
  #otherEnds = 0;

  begin(options: { readonly declaredSizeBytes?: number | undefined }): Promise<IncomingJob> {
    if (this.fail.begin) return Promise.reject(this.fail.begin);
    this.begun.push(options);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const queueId = makeQueueId(1_800_000_000_000 + this.#count++, () => 0);
    const body = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        bytes += chunk.length;
        this.bytesWritten += chunk.length;
        const { body: fault } = this.fail;
        if (fault && bytes > fault.afterBytes) {
          done(fault.error);
          return;
        }
        chunks.push(Buffer.from(chunk));
        done();
      },
    });
    body.on('error', () => undefined);
    return Promise.resolve({
      queueId,
      body,
      commit: async (facts) => {
        if (!body.writableFinished) throw new Error('commit before the body ended');
        this.onCommit();
        await this.commitGate;
        if (this.fail.commit) {
          this.#otherEnds++;
          throw this.fail.commit;
        }
        const owned = this.jobs.find(
          (job) =>
            facts.clientMessageId !== undefined &&
            job.facts.clientMessageId === facts.clientMessageId &&
            JSON.stringify(job.facts.forwardPaths) === JSON.stringify(facts.forwardPaths),
        );
        if (owned) {
          this.#otherEnds++;
          return { kind: 'repeated', queueId: owned.queueId };
        }
        this.jobs.push({ queueId, facts, body: Buffer.concat(chunks) });
        return { kind: 'queued', queueId };
      },
      abort: () => {
        this.aborted++;
        body.destroy();
        return Promise.resolve();
      },
    });
  }
}
