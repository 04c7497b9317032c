/** What comes back over the socket: bodies, refusals and broken connections, as values and errors with a next step. */
import { type IncomingMessage } from 'node:http';
import { isErrorCode, MailError } from '../core/index.ts';
import { rootLayout } from './layout.ts';

const largestReplyBytes = 64 * 1024 * 1024;

/** Gives the errors of the socket a name and a next step. */
export function socketError(error: unknown, socketPath: string): MailError {
  if (error instanceof MailError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'EACCES' || code === 'EPERM') {
    return new MailError(
      'daemon-not-running',
      `You may not talk to the agent at ${socketPath}; join the group mfpmail ` +
        '(usermod -aG mfpmail YOUR-NAME, then log in again)',
      { cause: error, details: { why: 'no-permission', path: socketPath } },
    );
  }
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') {
    return new MailError('daemon-not-running', notRunningSentence(socketPath), {
      cause: error,
      details: { path: socketPath },
    });
  }
  return new MailError('connection-lost', `The agent hung up (${code || String(error)}); try again`, { cause: error });
}

/** Folders `demo` makes (`startRehearsal`): private to it, and gone with it. */
const demoFolder = /\/mfp-demo-[^/]+\/run\//;

function notRunningSentence(socketPath: string): string {
  if (demoFolder.test(socketPath))
    return `That demo has ended (no answer at ${socketPath}), and its folder goes with it; another: npm run demo`;
  const orRoot = socketPath === rootLayout().socketPath ? ' (or give the --root DIR it was started with)' : '';
  return `The agent is not running (no answer at ${socketPath}); start it with: mfp-mail-agent run${orRoot}`;
}

/** The body as text. @throws MailError `reply-invalid` over 64 MiB */
export async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestReplyBytes) throw new MailError('reply-invalid', 'The agent sent an endless reply; restart it');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws MailError `reply-invalid` */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new MailError(
      'reply-invalid',
      "The agent's reply could not be read; is it the same version? Compare: mfp-mail-agent --version",
      { cause },
    );
  }
}

/** The API's `{ error }`; a code of a newer agent becomes `internal` and keeps its name in `details.apiCode`. */
export function refusal(status: number, text: string): MailError {
  let error: Readonly<Record<string, unknown>> = {};
  try {
    const body = JSON.parse(text) as { readonly error?: Readonly<Record<string, unknown>> } | null;
    error = body?.error ?? {};
  } catch {
    // Not from our API: something else answers on this socket, the status is all there is to tell.
  }
  const code = typeof error['code'] === 'string' ? error['code'] : '';
  const message =
    typeof error['message'] === 'string'
      ? error['message']
      : `The agent answered with HTTP status ${String(status)}; see its log`;
  const details =
    typeof error['details'] === 'object' && error['details'] !== null
      ? (error['details'] as Readonly<Record<string, string | readonly string[]>>)
      : {};
  return new MailError(isErrorCode(code) ? code : 'internal', message, {
    details: { ...details, httpStatus: status, ...(isErrorCode(code) || code === '' ? {} : { apiCode: code }) },
  });
}
