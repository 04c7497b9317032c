/** Postfix, unpacked, on ports of its own: as receiving server, as store-and-forward relay, and its load programs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackDebian, type UnpackedDebian } from '../support/debian-programs.ts';
import { freePort } from '../support/loopback.ts';
import { readFolder, readMaildir, untilGreeting, type ReceivingServer, type ServerTls } from './servers.ts';

/** Debian's own users, so that none need be made: Postfix wants one for its queue and others for the rest. */
const owner = { name: 'daemon', uid: 1, gid: 1 };
const postdropGroup = { name: 'mail', gid: 8 };

/** Why Postfix cannot run here. @returns undefined: it can */
export function whyNoPostfix(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'Postfix: its master must be started by root';
}

/** How a Postfix shall run. */
export interface PostfixOptions {
  /** Offers STARTTLS with this certificate, and refuses mail without it. */
  readonly tls?: ServerTls;
  /** Passes all mail on, TLS as given; otherwise all mail goes into one Maildir. */
  readonly relayTo?: { readonly host: string; readonly port: number; readonly tls: 'none' | 'unverified' };
  /** Further lines of main.cf, by name. */
  readonly mainCf?: Readonly<Record<string, string>>;
  /** Existing folder below which queue and logs are made; default: the system's temporary folder. */
  readonly dir?: string;
}

/** A running Postfix. */
export interface Postfix extends ReceivingServer {
  /** Of its master: the head of its processes. */
  readonly pid: number;
  /** Its queue; `incoming`, `active` and `deferred` are below it. */
  readonly queueDir: string;
}

/** @throws Error one line: the packages cannot be had */
export const unpackPostfix = (): Promise<UnpackedDebian> => unpackDebian(['postfix']);

/**
 * Starts a Postfix and waits until it greets.
 * @throws Error not root, or what its log says
 */
export async function startPostfix(options: PostfixOptions = {}): Promise<Postfix> {
  const obstacle = whyNoPostfix();
  if (obstacle !== undefined) throw new Error(obstacle);
  const { root, env } = await unpackPostfix();
  const dir = await mkdtemp(join(options.dir ?? tmpdir(), 'mfp-postfix-'));
  await chmod(dir, 0o755);
  const port = await freePort();
  const paths = await makeFolders(dir);
  await writeFile(join(paths.config, 'main.cf'), mainCf(root, paths, options));
  await writeFile(join(paths.config, 'master.cf'), masterCf(port));
  const master = spawn(join(root, 'usr/lib/postfix/sbin/master'), ['-c', paths.config, '-d'], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
    stdio: 'ignore',
  });
  const gone = once(master, 'exit');
  const log = () => readFile(paths.log, 'utf8').catch(() => '');
  const stop = async () => {
    // master passes it on to its children, and ends.
    if (master.exitCode === null && master.signalCode === null) master.kill('SIGTERM');
    await gone;
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await Promise.race([untilGreeting(port), gone.then(() => Promise.reject(new Error('master ended')))]);
  } catch (error) {
    const lines = await log();
    await stop();
    throw new Error(`Postfix did not start: ${lines}`, { cause: error });
  }
  return {
    port,
    pid: master.pid ?? 0,
    queueDir: paths.queue,
    messages: () => readMaildir(join(paths.mail, 'inbox')),
    log,
    stop,
  };
}

interface Paths {
  readonly config: string;
  readonly queue: string;
  readonly data: string;
  readonly mail: string;
  readonly log: string;
}

/** What `postfix set-permissions` would do, for folders of our own. */
async function makeFolders(dir: string): Promise<Paths> {
  const paths = {
    config: join(dir, 'etc'),
    queue: join(dir, 'queue'),
    data: join(dir, 'data'),
    mail: join(dir, 'mail'),
  };
  const make = async (path: string, uid: number, gid: number, mode: number) => {
    await mkdir(path);
    await chown(path, uid, gid);
    await chmod(path, mode);
  };
  await make(paths.config, 0, 0, 0o755);
  await make(paths.queue, 0, 0, 0o755);
  await make(paths.data, owner.uid, owner.gid, 0o700);
  await make(paths.mail, owner.uid, owner.gid, 0o700);
  for (const name of [
    'active',
    'bounce',
    'corrupt',
    'defer',
    'deferred',
    'flush',
    'hold',
    'incoming',
    'private',
    'saved',
    'trace',
  ])
    await make(join(paths.queue, name), owner.uid, 0, 0o700);
  await make(join(paths.queue, 'public'), owner.uid, postdropGroup.gid, 0o710);
  await make(join(paths.queue, 'maildrop'), owner.uid, postdropGroup.gid, 0o730);
  await make(join(paths.queue, 'pid'), 0, 0, 0o755);
  return { ...paths, log: join(dir, 'maillog') };
}

function mainCf(root: string, paths: Paths, { tls, relayTo, mainCf: more }: PostfixOptions): string {
  const lib = join(root, 'usr/lib/postfix');
  const settings: Record<string, string> = {
    compatibility_level: '3.6',
    mail_owner: owner.name,
    setgid_group: postdropGroup.name,
    default_privs: 'nobody',
    queue_directory: paths.queue,
    data_directory: paths.data,
    command_directory: join(root, 'usr/sbin'),
    daemon_directory: join(lib, 'sbin'),
    shlib_directory: lib,
    meta_directory: paths.config,
    maillog_file: paths.log,
    maillog_file_prefixes: join(paths.log, '..'),
    // Without it master would forget where the libraries are.
    import_environment: 'MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH',
    inet_protocols: 'ipv4',
    myhostname: 'postfix.example.test',
    mydestination: '',
    alias_maps: '',
    alias_database: '',
    mynetworks: '127.0.0.0/8',
    smtpd_relay_restrictions: 'permit_mynetworks, reject',
    // Nothing here may ask the network's DNS.
    smtp_dns_support_level: 'disabled',
    smtp_host_lookup: 'native',
    smtpd_peername_lookup: 'no',
    message_size_limit: String(160 * 2 ** 20),
    mailbox_size_limit: '0',
    virtual_mailbox_limit: '0',
  };
  if (tls)
    Object.assign(settings, {
      smtpd_tls_chain_files: `${tls.keyPath}, ${tls.certPath}`,
      smtpd_tls_security_level: 'encrypt',
      smtpd_tls_loglevel: '1',
    });
  if (relayTo)
    Object.assign(settings, {
      relayhost: `[${relayTo.host}]:${relayTo.port}`,
      smtp_tls_security_level: relayTo.tls === 'none' ? 'none' : 'encrypt',
    });
  else
    Object.assign(settings, {
      virtual_mailbox_domains: 'static:all',
      virtual_mailbox_maps: 'static:inbox/',
      virtual_mailbox_base: paths.mail,
      virtual_minimum_uid: String(owner.uid),
      virtual_uid_maps: `static:${owner.uid}`,
      virtual_gid_maps: `static:${owner.gid}`,
    });
  return Object.entries({ ...settings, ...more })
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

/** Columns: service, type, private, unprivileged, chroot, wakeup, maxproc, command. */
function masterCf(port: number): string {
  return `127.0.0.1:${port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
}

/** Postfix's own load programs. */
export interface PostfixPrograms {
  readonly smtpSource: string;
  readonly smtpSink: string;
  readonly env: Readonly<Record<string, string>>;
}

/** smtp-source and smtp-sink: they need no root, and no running Postfix. */
export async function postfixPrograms(): Promise<PostfixPrograms> {
  const { root, env } = await unpackPostfix();
  const path = (name: string) => join(root, 'usr/sbin', name);
  if (!existsSync(path('smtp-source'))) throw new Error('smtp-source is not where Debian puts it');
  return { smtpSource: path('smtp-source'), smtpSink: path('smtp-sink'), env };
}

/** A running smtp-sink: takes all mail in clear, each into a file. */
export interface SmtpSink {
  readonly port: number;
  /** Each message with the client's commands as `X-...` lines on top. */
  messages(): Promise<readonly Buffer[]>;
  stop(): Promise<void>;
}

/** @throws Error no packages, or it does not greet */
export async function startSmtpSink(): Promise<SmtpSink> {
  const { smtpSink, env } = await postfixPrograms();
  const dir = await mkdtemp(join(tmpdir(), 'mfp-sink-'));
  // As root it changes to another user first.
  await chmod(dir, 0o777);
  const port = await freePort();
  const user = process.getuid?.() === 0 ? ['-u', owner.name] : [];
  const child = spawn(smtpSink, [...user, '-d', join(dir, 'mail.'), `127.0.0.1:${port}`, '100'], {
    env,
    stdio: 'ignore',
  });
  const gone = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await gone;
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await Promise.race([untilGreeting(port), gone.then(() => Promise.reject(new Error('smtp-sink ended')))]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, messages: () => readFolder(dir), stop };
}
