/** `claim-code`: what a panel shows to whoever stands in front of the device, for devices without one. */
import type { ClaimCode } from '../access/index.ts';
import type { Call, Command } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { spanWords } from './words.ts';

export const claimCodeCommand: Command = {
  name: 'claim-code',
  operands: [],
  summary: 'a code to take the web pages over',
  description: [
    'Prints a one-time code for the web pages of this device (web.port). Whoever types it there within ten minutes sets the ' +
      "administrator's password and the PIN of the panel; five wrong tries end it. Also the way back in when the password " +
      'is lost. Devices with a panel show the code there.',
  ],
  options: {},
  run: claimCode,
};

async function claimCode({ client, io, out, isJson }: Call): Promise<number> {
  const made = (await client.post('/v1/access/claim-code', { signal: io.signal })) as ClaimCode & { webUrl?: string };
  if (isJson) {
    out.json(made);
    return exitCodes.done;
  }
  out.row('Code', made.code);
  out.row('Valid for', spanWords(made.expiresAtMs - io.clock.nowMs()));
  out.line(
    made.webUrl === undefined
      ? 'The web pages are off or cannot be reached now (web.isEnabled, web.port): mfp-mail-agent status'
      : `Type it at ${made.webUrl}/`,
  );
  return exitCodes.done;
}
