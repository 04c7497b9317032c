/** Reader of folder names; what it throws is the sentence beside the field. */
import { posix } from 'node:path';
import { invalid, quoted } from './host-name.ts';

/** Not for files of scanners and firmware, whatever an administrator types. */
const systemFolders = ['/proc', '/sys', '/dev', '/etc', '/boot', '/bin', '/sbin', '/lib', '/usr'];

/** An absolute folder such as `/srv/scans`; blank stays blank. What is there now is looked at when it is used. */
export function readFolder(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  const path = posix.normalize(trimmed).replace(/(?<=.)\/+$/, '');
  if (!path.startsWith('/') || /[\x00-\x1f\x7f]/.test(path))
    throw invalid(`${quoted(text)} is not a folder; write its whole path, such as /srv/scans.`);
  if (path === '/' || systemFolders.some((one) => path === one || path.startsWith(`${one}/`)))
    throw invalid(`${quoted(text)} belongs to the system; make a folder of its own, such as /srv/scans.`);
  return path;
}
