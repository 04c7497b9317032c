/** Submissions as the doors hand them in: forms and messages from HTTP, at most eight at a time. */
import { MailError, type QueueId } from '../core/index.ts';
import type { AcceptedMessage } from '../intake/index.ts';
import { readForm } from './form.ts';
import { submitMessage, submitTicket, type RawMessage, type Submitter, type TicketDeps } from './submit.ts';
import { readKey, readTicket } from './ticket.ts';

/** What every door offers for scans. */
export interface Tickets {
  /**
   * Takes a form: the part `ticket`, then the parts `file`.
   * @throws MailError as `submitTicket`; `bridge-busy`, `bad-request`, `intake-interrupted`
   */
  submitForm(form: FormBody, submitter: Submitter): Promise<AcceptedMessage>;
  /** Takes a complete message. Errors as `submitForm`. */
  submitMessage(message: RawMessage, submitter: Submitter): Promise<AcceptedMessage>;
  /** What became of a submission whose answer was lost. @throws MailError `job-not-found` */
  jobByKey(idempotencyKey: string): Promise<QueueId>;
}

/** The body of a form as it comes in. */
export interface FormBody {
  readonly octets: AsyncIterable<Uint8Array>;
  readonly contentType: string;
  /** The header `Idempotency-Key`. */
  readonly idempotencyKey?: string | undefined;
}

/** Uploads under way at the same time (T63). */
const mostAtOnce = 8;

/** Makes the submissions of one agent. */
export function createTickets(deps: TicketDeps): Tickets {
  let running = 0;
  const counted = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (running >= mostAtOnce) throw new MailError('bridge-busy', `${String(mostAtOnce)} uploads are under way`);
    running++;
    try {
      return await work();
    } finally {
      running--;
    }
  };
  /** Known before an octet was read: the client that comes again is answered at once. */
  const known = (idempotencyKey: string | undefined): AcceptedMessage | undefined => {
    if (idempotencyKey === undefined) return undefined;
    const queueId = deps.ownerOf(readKey(idempotencyKey));
    return queueId === undefined ? undefined : { kind: 'repeated', queueId };
  };
  return {
    submitForm: async ({ octets, contentType, idempotencyKey }, submitter) =>
      known(idempotencyKey) ??
      counted(() =>
        readForm(octets, contentType, ({ ticket, files }) =>
          submitTicket(readTicket(ticket, idempotencyKey), files, deps, submitter),
        ),
      ),
    submitMessage: async (message, submitter) =>
      known(message.idempotencyKey) ?? counted(() => submitMessage(message, deps, submitter)),
    jobByKey: (idempotencyKey) => {
      const queueId = deps.ownerOf(idempotencyKey);
      return queueId === undefined
        ? Promise.reject(new MailError('job-not-found', 'no job with that idempotency key'))
        : Promise.resolve(queueId);
    },
  };
}
