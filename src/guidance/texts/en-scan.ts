/** English: files, scanners and the address book. Keys are ids of `entries.ts`. */
import { say } from './text.ts';

export const enScan = {
  'file-refused': say(
    'File cannot be taken',
    'A file could not be taken. Tell the|administrator.',
    'A program on this device handed over a file that is not a plain file of its own: a link, a pipe, a file of another user, or one that is too large. It was not read.',
    'Look at the result file beside it in the folder "failed"; it says what was wrong.',
  ),
  'file-changing': say(
    'File still being written',
    'The file is still being written. It is|taken when it is complete.',
    'The file changed while it was read, so it was put back. It is taken as soon as it stays the same for some seconds.',
  ),
  'scanner-not-found': say(
    'No scanner answers',
    'No scanner answers. Switch it on and|check its cable.',
    'No scanner was found, or the chosen one is gone. Switch it on, check its cable and choose it again.',
    'If it is on and connected: check that the user of this program may use it, and that SANE has a driver for it.',
  ),
  'scanner-busy': say(
    'Scanner is busy',
    'The scanner is busy. Wait a moment and|press Start again.',
    'Another program or person uses the scanner. Wait until it is free, then start again.',
  ),
  'scanner-cover-open': say(
    'Cover of the scanner is open',
    'A cover of the scanner is open. Close|it and press Start again.',
    'A cover of the scanner is open. Close it and start again; the pages scanned before are kept.',
  ),
  'scanner-jammed': say(
    'Paper jam in the scanner',
    'Paper is jammed. Take it out, put back|what is missing and go on.',
    'Paper is jammed in the document feeder. Take it out, put back the pages that are missing and go on; the pages scanned before are kept.',
  ),
  'scanner-feeder-empty': say(
    'Document feeder is empty',
    'Put the pages into the document feeder|and press Start again.',
    'There is no paper in the document feeder. Put the pages in, or choose the glass, and start again.',
  ),
  'scanner-failed': say(
    'Scanner failed',
    'The scanner failed. Switch it off and|on, then press Start again.',
    'The scanner gave an error, or did not answer for a long time. Pages scanned before are kept. Switch it off and on, then start again.',
    'If it happens every time: try the same scan with scanimage on this device; its message says more.',
  ),
  'scan-not-found': say(
    'This scan has ended',
    'This scan has ended. Start a new one.',
    'The scan was sent or cancelled, or nothing was done with it for a quarter of an hour; its pages are removed. Start a new one.',
  ),
  'scan-busy': say(
    'Scanner still at work',
    'The scanner is still at work. Wait|until the last page is through.',
    'Pages are still being scanned, or as many scans are open as this device keeps. Wait until the scan is complete, or cancel it.',
  ),
  'scan-too-large': say(
    'Scan too large',
    'The scan is too large to send. Scan|fewer pages or use a lower resolution.',
    'The pages are larger, or more, than this device can send in one message. Those scanned so far are kept: send them, or scan again with a lower resolution or in black and white.',
  ),
  'address-unknown': say(
    'Not in the address book',
    'That entry is no longer in the address|book.',
    'The entry was removed or replaced meanwhile. Open the address book again.',
  ),
  'address-book-full': say(
    'Address book is full',
    'The address book is full. Tell the|administrator.',
    'The address book holds as many entries as it can. Remove those that nobody needs.',
  ),
};
