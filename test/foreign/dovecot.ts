/**
 * Dovecot's submission server, unpacked, on a port of its own: STARTTLS, AUTH XOAUTH2 by asking a token introspection
 * endpoint (RFC 7662), mail handed on to a server behind it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackDebian } from '../support/debian-programs.ts';
import { freePort } from '../support/loopback.ts';
import { untilGreeting, type ServerTls } from './servers.ts';

/** Where Debian built it to look for its modules; TLS is one. */
const builtInModules = '/usr/lib/dovecot/modules';

/** Why Dovecot cannot run here. @returns undefined: it can */
export function whyNoDovecot(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'Dovecot: its services change their user, so root must start it';
}

/** How a Dovecot shall run. */
export interface DovecotOptions {
  readonly tls: ServerTls;
  /** Server that gets the mail, without TLS. */
  readonly relayPort: number;
  /** Where tokens are asked for with POST: http, user and password for the client in front of the host. */
  readonly introspectionUrl: string;
  /** Member of the introspection's answer that is the mailbox. */
  readonly userMember: string;
}

/** A running Dovecot. */
export interface Dovecot {
  readonly port: number;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts a Dovecot and waits until it greets.
 * @throws Error not root, no packages, or what its log says
 */
export async function startDovecot(options: DovecotOptions): Promise<Dovecot> {
  const obstacle = whyNoDovecot();
  if (obstacle !== undefined) throw new Error(obstacle);
  const { root, env } = await unpackDebian(['dovecot-core', 'dovecot-submissiond']);
  // Short: the path of its modules must fit where the built-in one stands.
  const dir = await mkdtemp(join(tmpdir().length > 5 ? '/tmp' : tmpdir(), 'mfp-dc-'));
  await chmod(dir, 0o755);
  const libraries = await relocatedLibraries(join(root, 'usr/lib/dovecot'), dir);
  const port = await freePort();
  const configPath = join(dir, 'dovecot.conf');
  for (const name of ['run', 'mail']) await mkdir(join(dir, name));
  await chmod(join(dir, 'mail'), 0o777);
  await writeFile(configPath, config(dir, root, port, options));
  await writeFile(join(dir, 'oauth2.conf'), oauth2Config(options));
  // What dovecot would do first, at the path it was built with: have doveconf read the file and then run it.
  const program = [join(root, 'usr/sbin/dovecot'), '-F', '-c', configPath];
  const words = ['-f', 'service=master', '-c', configPath, '-m', 'master', '-e', ...program];
  const child = spawn(join(root, 'usr/bin/doveconf'), words, {
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LD_LIBRARY_PATH: `${libraries}:${env['LD_LIBRARY_PATH'] ?? ''}:${dir}/m/old-stats`,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const gone = once(child, 'exit');
  const log = async () => (await readFile(join(dir, 'log'), 'utf8').catch(() => '')) + complaints;
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await gone;
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await Promise.race([untilGreeting(port), gone.then(() => Promise.reject(new Error('dovecot ended')))]);
  } catch (error) {
    const lines = await log();
    await stop();
    throw new Error(`Dovecot did not start: ${lines}`, { cause: error });
  }
  return { port, log, stop };
}

/** A copy of the one library that knows where modules are, with another path in it. @returns its folder */
async function relocatedLibraries(lib: string, dir: string): Promise<string> {
  await symlink(join(lib, 'modules'), join(dir, 'm'));
  const library = await readFile(join(lib, 'libdovecot.so.0'));
  const at = library.indexOf(`\0${builtInModules}\0`) + 1;
  const path = join(dir, 'm');
  if (at === 0 || path.length > builtInModules.length) throw new Error('Dovecot keeps its modules elsewhere now');
  library.fill(0, at, at + builtInModules.length);
  library.write(path, at, 'latin1');
  const libraries = join(dir, 'lib');
  await mkdir(libraries);
  await writeFile(join(libraries, 'libdovecot.so.0'), library, { mode: 0o755 });
  return libraries;
}

function config(dir: string, root: string, port: number, options: DovecotOptions): string {
  return `protocols = submission
listen = 127.0.0.1
hostname = dovecot.example.test
base_dir = ${dir}/run
state_dir = ${dir}/run
libexec_dir = ${root}/usr/lib/dovecot
log_path = ${dir}/log
auth_verbose = yes
import_environment = $import_environment LD_LIBRARY_PATH
default_internal_user = daemon
default_internal_group = daemon
default_login_user = nobody
first_valid_uid = 1
mail_location = maildir:${dir}/mail/%u
ssl = required
ssl_cert = <${options.tls.certPath}
ssl_key = <${options.tls.keyPath}
auth_mechanisms = xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${dir}/oauth2.conf
}
userdb {
  driver = static
  args = uid=1 gid=1 home=${dir}/mail/%u
}
submission_relay_host = 127.0.0.1
submission_relay_port = ${options.relayPort}
submission_max_mail_size = 160M
service submission-login {
  chroot =
  inet_listener submission {
    port = ${port}
  }
}
service stats {
  chroot =
}
service anvil {
  chroot =
}
`;
}

function oauth2Config({ introspectionUrl, userMember }: DovecotOptions): string {
  return `introspection_url = ${introspectionUrl}
introspection_mode = post
username_attribute = ${userMember}
active_attribute = active
active_value = true
timeout_msecs = 5000
debug = no
`;
}
