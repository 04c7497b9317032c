import { MailError } from '../core/index.ts';

/** What the shell sees. Scripts may rely on these numbers; the README and `help` list them. */
export const exitCodes = {
  done: 0,
  /** It failed, or the agent refused. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** No agent answers on the socket, or this user may not open it. */
  notRunning: 3,
  /** A person must act: sign in, confirm, mend the mailbox. */
  needsPerson: 4,
  /** A setting is not valid, or a consequence was not accepted. */
  settings: 5,
  /** Ctrl-C; 128 + SIGINT, as shells expect. */
  interrupted: 130,
} as const;

/** The exit code that belongs to an error: by catalogue code first, then by kind. */
export function exitCodeOf(error: MailError): number {
  if (error.code === 'daemon-not-running') return exitCodes.notRunning;
  if (error.code === 'bad-request') return exitCodes.usage;
  // Of kind config for SMTP clients; to a shell no setting is wrong: the agent simply runs already.
  if (error.code === 'spool-locked') return exitCodes.failed;
  switch (error.kind) {
    case 'signin':
      return exitCodes.needsPerson;
    case 'config':
      return exitCodes.settings;
    case 'transient':
    case 'permanent':
    case 'usage':
      return exitCodes.failed;
  }
}

/** A wrong command line. @param sentence says what to type instead */
export function usageError(sentence: string): MailError {
  return new MailError('bad-request', sentence);
}
