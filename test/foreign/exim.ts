/** Exim, unpacked, as a receiving server on a port of its own; everything it takes goes into one Maildir. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackDebian } from '../support/debian-programs.ts';
import { freePort } from '../support/loopback.ts';
import { libraryFile, readMaildir, untilGreeting, type ReceivingServer, type ServerTls } from './servers.ts';

/**
 * Exim was built for a user whom only its installation makes: a list of users of its own gives that name to whoever runs
 * the tests, or instead of root, whom Exim refuses, to Debian's `mail`.
 */
function findOwner(): { readonly uid: number; readonly gid: number } {
  const uid = process.getuid?.() ?? 0;
  return uid === 0 ? { uid: 8, gid: 8 } : { uid, gid: process.getgid?.() ?? 0 };
}

/** How an Exim shall run. */
export interface EximOptions {
  /** Offers STARTTLS with this certificate, and refuses mail without it. */
  readonly tls: ServerTls;
  /** As servers do that know neither RFC 2920 nor RFC 3030. */
  readonly isPipeliningOffered?: boolean;
  /** The first RCPT of all is answered 451, as greylisting does. */
  readonly isFirstRecipientDeferred?: boolean;
}

/**
 * Starts an Exim and waits until it greets. Offers 8BITMIME, SMTPUTF8, CHUNKING, SIZE 160 MiB.
 * @throws Error no packages, or what its log says
 */
export async function startExim(options: EximOptions): Promise<ReceivingServer> {
  const owner = findOwner();
  const { root, env } = await unpackDebian(['exim4-daemon-light', 'libnss-wrapper']);
  const dir = await mkdtemp(join(tmpdir(), 'mfp-exim-'));
  await chmod(dir, 0o755);
  for (const name of ['spool', 'log', 'mail']) {
    await mkdir(join(dir, name));
    await chown(join(dir, name), owner.uid, owner.gid);
  }
  const port = await freePort();
  const program = join(root, 'usr/sbin/exim4');
  const configPath = join(dir, 'exim.conf');
  await writeFile(configPath, config({ dir, port, program, owner }, options));
  const ids = `${owner.uid}:${owner.gid}`;
  await writeFile(join(dir, 'passwd'), `root:x:0:0::/root:/bin/sh\nDebian-exim:x:${ids}::/:/bin/false\n`);
  await writeFile(join(dir, 'group'), `root:x:0:\nDebian-exim:x:${owner.gid}:\n`);
  const child = spawn(program, ['-C', configPath, '-bdf', '-q1m'], {
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      ...env,
      LD_PRELOAD: libraryFile(env, 'libnss_wrapper.so'),
      NSS_WRAPPER_PASSWD: join(dir, 'passwd'),
      NSS_WRAPPER_GROUP: join(dir, 'group'),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const gone = once(child, 'exit');
  const log = async () => {
    const texts = ['main', 'reject', 'panic'].map((name) => readFile(join(dir, 'log', name), 'utf8').catch(() => ''));
    return (await Promise.all(texts)).join('') + complaints;
  };
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await gone;
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await Promise.race([untilGreeting(port), gone.then(() => Promise.reject(new Error('exim ended')))]);
  } catch (error) {
    const lines = await log();
    await stop();
    throw new Error(`Exim did not start: ${lines}`, { cause: error });
  }
  return { port, messages: () => readMaildir(join(dir, 'mail/inbox')), log, stop };
}

function config(
  at: { dir: string; port: number; program: string; owner: ReturnType<typeof findOwner> },
  { tls, isPipeliningOffered = true, isFirstRecipientDeferred = false }: EximOptions,
): string {
  const { dir, port, program, owner } = at;
  const seen = join(dir, 'mail/seen');
  return `primary_hostname = exim.example.test
exim_path = ${program}
spool_directory = ${dir}/spool
log_file_path = ${dir}/log/%s
pid_file_path = ${dir}/spool/pid
local_interfaces = <; 127.0.0.1.${port}
keep_environment = LD_PRELOAD : LD_LIBRARY_PATH : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
add_environment = PATH=/usr/bin:/bin
host_lookup =
dns_ipv4_lookup = *
rfc1413_query_timeout = 0s
helo_allow_chars = _
message_size_limit = 160M
smtp_accept_queue_per_connection = 0
accept_8bitmime = true
smtputf8_advertise_hosts = *
chunking_advertise_hosts = ${isPipeliningOffered ? '*' : ''}
pipelining_advertise_hosts = ${isPipeliningOffered ? '*' : ''}
tls_advertise_hosts = *
tls_certificate = ${tls.certPath}
tls_privatekey = ${tls.keyPath}
acl_smtp_mail = mail
acl_smtp_rcpt = rcpt
acl_smtp_data = data
log_selector = +tls_cipher +smtp_protocol_error +smtp_syntax_error +received_recipients

begin acl
mail:
  deny message = TLS first
       !encrypted = *
  accept
rcpt:
${isFirstRecipientDeferred ? `  defer condition = \${if !exists{${seen}}}\n        set acl_c_seen = \${run{/usr/bin/touch ${seen}}}\n        message = 4.7.1 Greylisted, come back later\n` : ''}  accept
data:
  accept

begin routers
all:
  driver = accept
  transport = inbox

begin transports
inbox:
  driver = appendfile
  directory = ${dir}/mail/inbox
  maildir_format
  create_directory
  envelope_to_add
  return_path_add
  user = ${owner.uid}
  group = ${owner.gid}
`;
}
