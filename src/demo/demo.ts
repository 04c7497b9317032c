/**
 * `npm run demo`: one whole day of the product in a minute. The sign-in is the real `sign-in` command over the real
 * socket, the scan comes in by the real SMTP listener; only the cloud is a stand-in, and it says so.
 */
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli, type CliIo } from '../cli/index.ts';
import type { JobSummary } from '../core/index.ts';
import { createMailLog } from '../log/index.ts';
import { faultNames, playFirmware, type Delivery, type FaultName, type PhoneOutcome } from '../simulator/index.ts';
import { parseDemo, type DemoOptions } from './options.ts';
import { startRehearsal, type Rehearsal } from './rehearsal.ts';
import { describeArrival } from './report.ts';
import { screenLines } from './screens.ts';

/** Made by `test/data/make-scan.mjs`; found beside the built program's folder. */
const shippedScan = fileURLToPath(new URL('../test/data/scan-3-pages.pdf', import.meta.url));
const recipient = 'anna@contoso.com';
/** With --auto everything must be over in a minute. */
const autoBudgetMs = 55_000;

const renewalFaults: readonly string[] = [
  'policy-block-at-renewal',
  'refresh-revoked',
  'refresh-expired',
  'sign-in-frequency',
  'mfa-at-renewal',
  'consent-withdrawn',
  'account-disabled',
  'sign-in-needed',
  'grant-invalid',
  'token-from-web-app',
  'policy-blocked',
  'policy-challenge',
  'account-changed',
] satisfies FaultName[];

/**
 * @param argv everything after `demo`
 * @returns 0 if the scan arrived intact, 1 if not, 2 for a wrong command line
 */
export async function startDemo(argv: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseDemo(argv);
  if (parsed.kind === 'text') {
    (parsed.exitCode === 0 ? io.stdout : io.stderr).write(parsed.text);
    return parsed.exitCode;
  }
  const { options } = parsed;
  const scanPath = options.scanPath ?? shippedScan;
  const file = await readFile(scanPath).catch((error: unknown) => error as NodeJS.ErrnoException);
  if (file instanceof Error) {
    io.stderr.write(`Cannot read ${scanPath}: ${file.code ?? file.message}. Give a file you may read: --scan FILE\n`);
    return 2;
  }
  const rehearsal = await startRehearsal({
    cloud: options.cloud,
    faults: options.faults,
    clock: io.clock,
    version: io.version,
    settings: options.language === undefined ? {} : { 'panel.language': options.language },
    log: createMailLog({ level: 'info', destination: createWriteStream('/dev/null') }),
  });
  try {
    return await play(rehearsal, options, { path: scanPath, file }, io);
  } finally {
    await rehearsal.stop();
    io.stdout.write('Stopped; the private folder is gone.\n');
  }
}

async function play(
  rehearsal: Rehearsal,
  options: DemoOptions,
  scan: { readonly path: string; readonly file: Buffer },
  io: CliIo,
): Promise<number> {
  const say = (text = '') => io.stdout.write(`${text}\n`);
  const startedMs = io.clock.monotonicMs();
  const { cloud, daemon } = rehearsal;
  const mailbox = cloud.suggestedAccount();

  say(`Rehearsal of mfp-mail-agent ${io.version} with the stand-in cloud "${options.cloud}"`);
  say('Everything runs on this computer (127.0.0.1); nothing is sent to Microsoft.');
  for (const text of options.faults) {
    const fault = faultNames.find(({ name }) => name === text.split(':')[0]);
    say(`Rehearsed fault ${text}: ${fault?.title ?? ''}.`);
    say(`  What a person sees: ${fault?.seen ?? ''}.`);
  }
  say();
  if (options.isAuto) say('The technician with the phone is played for you (--auto).');
  else {
    say('You are the technician. The panel below shows a code. A real phone would scan');
    say('the QR code; here, open this page on this computer and type the code there:');
    say();
    say(`    ${cloud.phoneUrl}`);
    say();
    say(`Sign in as ${mailbox.upn} with the password ${mailbox.password}`);
  }
  say();

  const command = (args: readonly string[], more: Partial<CliIo> = {}) =>
    runCli(
      ['--root', rehearsal.root, ...(options.language === undefined ? [] : ['--language', options.language]), ...args],
      // With --auto the folder is gone before anybody could type a command for it.
      { ...io, ...(options.isAuto ? { isRootHinted: false, program: 'mfp-mail-agent' } : {}), ...more },
    );
  const technician = options.isAuto ? playTechnician(rehearsal) : undefined;
  const signInCode = await command(['sign-in', ...(options.isAuto ? ['--yes'] : [])], {
    isTty: io.isTty && !options.isAuto,
    // In a small window the lines above are gone by now, and the panel shows the real address.
    codeNote: options.isAuto ? undefined : `Rehearsal: open ${cloud.phoneUrl} instead`,
  });
  const phone = await technician;
  if (signInCode !== 0) {
    say();
    if (phone?.result === 'refused') {
      say(`The phone showed: ${phone.title}${phone.aadsts === undefined ? '' : ` (AADSTS${String(phone.aadsts)})`}`);
      if (phone.aadsts !== undefined) {
        say('Typed in on the panel, that number is explained like this:');
        say();
        await command(['explain', String(phone.aadsts)]);
        say();
      }
    }
    say(
      options.faults.length > 0
        ? 'That is how the rehearsed fault looks on the panel; no scan was sent.'
        : 'Without a sign-in no scan can leave.',
    );
    await tryThem(rehearsal, options, io);
    return signInCode === 2 ? 2 : 1;
  }

  // A fault at renewal shows only if there is a renewal: let the mail server refuse the present token.
  if (options.faults.some((text) => renewalFaults.includes(text.split(':')[0] ?? '')))
    cloud.setFault('auth-535-once', true);
  say();
  say(`The printer hands in ${basename(scan.path)} (${String(scan.file.length)} bytes)`);
  say(`  by SMTP on 127.0.0.1:${String(rehearsal.intakePort)} ...`);
  const intake = await playFirmware({
    port: rehearsal.intakePort,
    file: scan.file,
    fileName: basename(scan.path),
    // The stand-in refuses only such an address under this fault.
    to: options.faults.some((text) => text.startsWith('recipient-refused'))
      ? [recipient, 'nobody@contoso.com']
      : [recipient],
    from: 'mfp-c4570@printer.local',
    fromName: 'MFP-C4570 2nd floor',
    subject: 'Scan from MFP-C4570',
  });
  say(`  the agent answered: ${intake.reply}`);
  const job = await finalJob(
    rehearsal,
    options.isAuto ? autoBudgetMs - (io.clock.monotonicMs() - startedMs) : Infinity,
    io,
  );
  if (job?.state !== 'accepted') {
    say();
    await command(job === undefined ? ['queue', 'list'] : ['queue', 'show', job.queueId]);
    await tryThem(rehearsal, options, io);
    return 1;
  }
  const delivery = cloud.deliveries().at(-1);
  if (!delivery) {
    say('The stand-in cloud said 250 but shows no mail: that is a fault of the rehearsal.');
    return 1;
  }
  const arrival = describeArrival(delivery, { file: scan.file, tookMs: job.tookMs });
  say();
  say('The mail that arrived:');
  for (const line of arrival.lines) say(line);
  say();
  say(daemon.agent.status().sentence);
  if (options.isAuto) return arrival.isIntact ? 0 : 1;

  say();
  say('It keeps running. Send a mail of your own in another terminal, for example:');
  say(
    `  swaks --server 127.0.0.1:${String(rehearsal.intakePort)} --from me@printer.local --to ${recipient} --attach '@${scan.path}'`,
  );
  say(`  npm run agent -- --root ${rehearsal.root} status`);
  for (const line of await screenLines(rehearsal)) say(line);
  say(`See what arrived: ${new URL('/inbox', cloud.phoneUrl).href}      End: Ctrl-C`);
  await showFurtherMail(rehearsal, cloud.deliveries().length, io);
  return arrival.isIntact ? 0 : 1;
}

/** What the texts advise can be tried: the agent is there until Ctrl-C, except with --auto. */
async function tryThem(rehearsal: Rehearsal, options: DemoOptions, io: CliIo): Promise<void> {
  if (io.signal?.aborted === true) return;
  if (options.isAuto) {
    const faults = options.faults.map((text) => ` --fault ${text}`).join('');
    io.stdout.write(
      '\nThis agent ends here. To try commands on it, leave --auto out:\n' +
        `  npm run demo --${options.cloud === 'global' ? '' : ` --cloud ${options.cloud}`}${faults}\n\n`,
    );
    return;
  }
  io.stdout.write('\nThe agent keeps running: try the commands above in a second terminal.\n');
  for (const line of [...(await screenLines(rehearsal)), 'End: Ctrl-C']) io.stdout.write(`${line}\n`);
  await showFurtherMail(rehearsal, rehearsal.cloud.deliveries().length, io);
}

/** Types the code on the stand-in's phone page as soon as the panel shows it. */
async function playTechnician({ cloud, daemon }: Rehearsal): Promise<PhoneOutcome | undefined> {
  const code = await new Promise<string | undefined>((resolve) => {
    const end = daemon.agent.subscribe((event) => {
      if (event.type !== 'status') return;
      const { signIn } = event.status;
      if (signIn.step !== 'code' && signIn.step !== 'failed') return;
      end();
      resolve(signIn.step === 'code' ? signIn.userCode : undefined);
    });
  });
  if (code === undefined) return undefined;
  const account = cloud.suggestedAccount();
  const outcome = await cloud.technician({ userCode: code, upn: account.upn, password: account.password });
  // The panel never hears of what only the phone showed; a technician who gives up presses Cancel there.
  if (outcome.result === 'refused')
    await daemon.agent.cancelSignIn({ by: 'demo', door: 'cli', role: 'administrator' }).catch(() => undefined);
  return outcome;
}

/** Waits until the newest job has ended or needs a person; undefined when the budget is used up. */
async function finalJob({ daemon }: Rehearsal, budgetMs: number, io: CliIo): Promise<JobSummary | undefined> {
  const untilMs = io.clock.monotonicMs() + budgetMs;
  for (;;) {
    const job = daemon.agent.jobs().at(-1);
    const isHeld = daemon.agent.status().queue.held > 0;
    if (job && (job.state === 'accepted' || job.state === 'failed' || job.state === 'held' || isHeld)) return job;
    if (io.clock.monotonicMs() >= untilMs || io.signal?.aborted === true) return job;
    await io.clock.sleep(100, { signal: io.signal }).catch(() => undefined);
  }
}

async function showFurtherMail({ cloud }: Rehearsal, seen: number, io: CliIo): Promise<void> {
  while (io.signal?.aborted !== true) {
    const fresh: readonly Delivery[] = cloud.deliveries().slice(seen);
    seen += fresh.length;
    for (const delivery of fresh)
      io.stdout.write(`\nAnother mail arrived:\n${describeArrival(delivery, undefined).lines.join('\n')}\n`);
    await io.clock.sleep(250, { signal: io.signal }).catch(() => undefined);
  }
}
