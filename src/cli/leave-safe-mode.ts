/** `leave-safe-mode`: a person has looked at the log, and the agent may do everything again. */
import type { AgentStatus } from '../core/index.ts';
import type { Call, Command } from './command.ts';
import { exitCodes } from './exit-codes.ts';

export const leaveSafeModeCommand: Command = {
  name: 'leave-safe-mode',
  operands: [],
  summary: 'send again after the agent died several times',
  description: [
    'An agent that ended unexpectedly five times within ten minutes starts in safe mode: scans are taken and kept, nothing ' +
      'is sent, and the hot folder is not emptied. This command ends that, as do half an hour without trouble, a restart ' +
      'and a power-off. It does no harm to an agent that is not in safe mode.',
  ],
  options: {},
  run: leaveSafeMode,
};

async function leaveSafeMode({ client, io, out, isJson }: Call): Promise<number> {
  const status = (await client.post('/v1/safe-mode/leave', { signal: io.signal })) as AgentStatus;
  if (isJson) out.json(status);
  else out.line(status.sentence);
  return exitCodes.done;
}
