import type { MailError } from '../core/index.ts';

/**
 * True if trying again cannot help: the file or its ticket is wrong. Everything else, our own faults included, is tried
 * again; the files wait meanwhile.
 */
export function isFinishedCode({ kind }: MailError): boolean {
  return kind === 'permanent' || kind === 'usage';
}
