/**
 * The stand-in cloud as a process of its own, for tests that need one outside: the image tests, benches, a person's try.
 * `--profile NAME --fault NAME[:key=value,...] --ports IDENTITY,SUBMISSION,PHONE --dir DIR`; ends with SIGTERM or SIGINT.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createStandInCloud, standInProfiles, type StandInCloud, type StandInProfile } from './index.ts';

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'global' },
    fault: { type: 'string', multiple: true },
    ports: { type: 'string', default: '' },
    dir: { type: 'string' },
    'client-id': { type: 'string' },
    'tenant-id': { type: 'string' },
    'interval-s': { type: 'string' },
    'messages-per-minute': { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const profile = (standInProfiles as Readonly<Record<string, StandInProfile | undefined>>)[values.profile];
if (!profile) throw new RangeError(`no profile ${values.profile}; known: ${Object.keys(standInProfiles).join(', ')}`);
const [identity = 0, submission = 0, phone = 0] = values.ports.split(',').map(Number);
const figure = (text: string | undefined) => (text === undefined ? undefined : Number(text));

const cloud = createStandInCloud({
  profile,
  faults: values.fault,
  ports: { identity, submission, phone },
  clientId: values['client-id'],
  tenantId: values['tenant-id'],
  intervalS: figure(values['interval-s']),
  messagesPerMinute: figure(values['messages-per-minute']),
  log: values.verbose ? (line) => process.stderr.write(`${line}\n`) : undefined,
});
await cloud.start();
if (values.dir !== undefined) await writeFacts(values.dir, cloud);
process.stdout.write(`${JSON.stringify(facts(cloud))}\n`);
for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.once(name, () => {
    cloud.stop().catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
    });
  });
}

/** `ca.pem` first, `cloud.json` last and by rename: who sees the second one can use both. */
async function writeFacts(dir: string, running: StandInCloud): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'ca.pem'), running.caPem);
  await writeFile(join(dir, 'cloud.json.new'), `${JSON.stringify(facts(running), undefined, 2)}\n`, { mode: 0o600 });
  await rename(join(dir, 'cloud.json.new'), join(dir, 'cloud.json'));
}

function facts({
  addresses,
  phoneUrl,
  hostMap,
  clientId,
  tenantId,
  accounts,
  profile: { name },
}: StandInCloud): Record<string, unknown> {
  return { profile: name, addresses, phoneUrl, hostMap, clientId, tenantId, accounts };
}
