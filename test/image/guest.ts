/**
 * A virtual device: QEMU with one of the images of `cross-build/`, its serial console, its monitor, and a network that ends at
 * this machine's loopback. Nothing the guest sends can leave it (`restrict=on`).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { fileURLToPath } from 'node:url';
import { Monitor } from './monitor.ts';

export type Arch = 'armhf' | 'arm64';

/** Emulation is 30 to 50 times slower than the host, a busy host slower still: every time-out is multiplied by this. */
export const slowness = Number(process.env['MFP_IMAGE_SLOWNESS'] ?? '1');

/** For whoever wants to watch: everything that consoles say is added to this file. */
const consoleFile = process.env['MFP_IMAGE_CONSOLE'];
/** Where `npm run image` puts what it makes. */
export const images = fileURLToPath(new URL('../../build/images', import.meta.url));
const tether = fileURLToPath(new URL('tether.mjs', import.meta.url));
/** Where the guest finds the stand-in cloud. */
export const cloudAddress = '10.0.2.100';

interface ImageFacts {
  readonly qemu: string;
  readonly machine: string;
  readonly cpu: string;
  readonly sizes: Readonly<Record<string, number>>;
}

export interface GuestOptions {
  readonly arch: Arch;
  /** The data partition, raw ext4; written to. */
  readonly data: string;
  /** A disk with Debian on it, written to; without it the read-only root of the embedded image. */
  readonly root?: string;
  readonly memoryMiB?: number;
  /** Ports of the guest that get a port here. */
  readonly ports?: readonly number[];
  /** Ports at `cloudAddress`, and the loopback port of this machine behind each. */
  readonly cloud?: readonly { readonly port: number; readonly toPort: number }[];
  /** What the battery clock says at power-on, for example 1970-01-02T00:00:00. */
  readonly rtc?: string;
  /** Every write and flush of the data partition is recorded here, in the order they reached it. */
  readonly blockLog?: string;
  /** What `freeze` wrote: goes on from there instead of a start of the kernel. Everything else must be as it was then. */
  readonly frozen?: string;
}

/** What a command of the guest's shell gave. */
export interface Answer {
  readonly code: number;
  readonly output: string;
}

/** @param name of the image: an architecture, or `debian-` and one @throws Error one line, if it was not built */
export async function imageFacts(name: string): Promise<ImageFacts> {
  const file = join(images, name, 'image.json');
  if (!existsSync(file)) throw new Error(`there is no image ${name}: npm run image (see cross-build/README.md)`);
  return JSON.parse(await readFile(file, 'utf8')) as ImageFacts;
}

export class Guest {
  readonly #dir: string;
  readonly #child: ChildProcess;
  readonly #console: Socket;
  readonly #monitor: Monitor;
  /** Everything the console said since the power was switched on, without colours and cursor movement. */
  transcript = '';
  #wake: () => void = () => undefined;
  #serial = 0;
  #forwards = new Map<number, number>();

  private constructor(dir: string, child: ChildProcess, console: Socket, monitor: Monitor) {
    this.#dir = dir;
    this.#child = child;
    this.#console = console;
    this.#monitor = monitor;
    const decoder = new StringDecoder('utf8');
    let unread = '';
    console.on('data', (chunk: Buffer) => {
      unread += decoder.write(chunk);
      // Colours and cursor movement are for eyes; one that is not complete yet waits for its rest.
      const whole = unread.length - (/\x1b(?:\[[0-9;?]*)?$/.exec(unread)?.[0].length ?? 0);
      const text = unread.slice(0, whole).replace(/\x1b\[[0-9;?]*[A-Za-z]|\r/g, '');
      this.transcript += text;
      if (consoleFile !== undefined) appendFileSync(consoleFile, text);
      unread = unread.slice(whole);
      this.#wake();
    });
    console.on('error', () => undefined);
    child.once('exit', () => {
      this.#wake();
    });
  }

  /** Switches the power on; resolves when the console's shell answers. */
  static async boot(options: GuestOptions): Promise<Guest> {
    const { qemu, machine, cpu } = await imageFacts(imageName(options));
    const dir = await mkdtemp(join(tmpdir(), 'mfp-guest-'));
    const consolePath = join(dir, 'console');
    const monitorPath = join(dir, 'monitor');
    const child = spawn(
      qemu,
      [
        ...['-M', machine, '-cpu', cpu, '-m', String(options.memoryMiB ?? 256)],
        ...['-nodefaults', '-display', 'none', '-no-reboot'],
        ...['-chardev', `socket,id=console,path=${consolePath},server=on,wait=on`, '-serial', 'chardev:console'],
        ...['-qmp', `unix:${monitorPath},server=on,wait=off`],
        ...(options.frozen === undefined ? [] : ['-incoming', `exec:cat '${options.frozen}'`]),
        ...(options.rtc === undefined ? [] : ['-rtc', `base=${options.rtc}`]),
        ...bootArguments(options),
        ...diskArguments(options),
        ...networkArguments(options),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    try {
      const console = await connectWhenThere(consolePath, child);
      const monitor = new Monitor(await connectWhenThere(monitorPath, child));
      const guest = new Guest(dir, child, console, monitor);
      await monitor.ask('qmp_capabilities');
      await guest.#readForwards();
      if (options.frozen === undefined) await guest.#takeShell();
      // What is typed at a machine that is still being read in is lost.
      else await guest.#untilState('query-status', 'running');
      return guest;
    } catch (error) {
      child.kill('SIGKILL');
      await rm(dir, { recursive: true, force: true });
      const lines = complaint.split('\n').filter((line) => line !== '' && !line.includes('info: QEMU waiting'));
      throw lines.length === 0 ? error : new Error(lines.join('\n'), { cause: error });
    }
  }

  /** The port of this machine that leads to a port of the guest. */
  port(guestPort: number): number {
    const port = this.#forwards.get(guestPort);
    if (port === undefined) throw new Error(`port ${String(guestPort)} of the guest is not forwarded`);
    return port;
  }

  /** Runs a shell command on the console as root. The limit is for what hangs: a command of the agent is half a minute of node. */
  async run(command: string, { limitMs = 180_000 }: { readonly limitMs?: number } = {}): Promise<Answer> {
    const from = this.transcript.length;
    const end = this.begin(command);
    const [whole, code] = await this.waitFor(end, { limitMs, from });
    const output = this.transcript.slice(from, this.transcript.indexOf(whole, from)).trimEnd();
    return { code: Number(code), output: output.replace(/^\n+/, '') };
  }

  /** As `run`, but an exit code other than 0 throws. @returns the output */
  async ask(command: string, options: { readonly limitMs?: number } = {}): Promise<string> {
    const { code, output } = await this.run(command, options);
    if (code !== 0) throw new Error(`${command}: exit code ${String(code)}: ${output}`);
    return output;
  }

  /** Starts a command that talks with a person. @returns what its end looks like: the exit code is the first group */
  begin(command: string): RegExp {
    const mark = String(++this.#serial);
    // The mark is put together by the guest, so that an echo of this line could not be taken for it.
    this.type(`${command}; printf '\\n@%s@%s %s@\\n' end ${mark} $?`);
    return new RegExp(`\\n@end@${mark} (\\d+)@\\n`);
  }

  /** A line at the keyboard of the console. */
  type(line: string): void {
    this.#console.write(`${line}\n`);
  }

  /** @param from place in `transcript` to look from */
  async waitFor(
    pattern: RegExp,
    { limitMs = 60_000, from = 0 }: { readonly limitMs?: number; readonly from?: number } = {},
  ): Promise<RegExpExecArray> {
    const endMs = Date.now() + limitMs * slowness;
    for (;;) {
      const found = pattern.exec(this.transcript.slice(from));
      if (found) return found;
      const leftMs = endMs - Date.now();
      if (leftMs <= 0 || !this.#isOn)
        throw new Error(
          `${leftMs <= 0 ? 'waited in vain' : 'the guest went away'} for ${String(pattern)}; the console's end:\n` +
            this.transcript.slice(from).slice(-2000),
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Pulls the network cable out, or puts it back. */
  async setCable(isIn: boolean): Promise<void> {
    await this.#monitor.ask('set_link', { name: 'nic', up: isIn });
  }

  /** The machine stands still meanwhile; what it has written is in its disks' files. */
  async whileStopped<T>(work: () => Promise<T>): Promise<T> {
    await this.#monitor.ask('stop');
    try {
      return await work();
    } finally {
      await this.#monitor.ask('cont');
    }
  }

  /** Writes memory and devices down, but no disk, and ends: any number of guests can go on from there (`frozen`). */
  async freeze(file: string): Promise<void> {
    await this.#monitor.ask('migrate', { uri: `exec:cat > '${file}'` });
    await this.#untilState('query-migrate', 'completed');
    await this.cutPower();
  }

  /** Asks the monitor until it says so. */
  async #untilState(question: string, wanted: string): Promise<void> {
    const endMs = Date.now() + 120_000 * slowness;
    for (;;) {
      const { status } = (await this.#monitor.ask(question)) as { readonly status: string };
      if (status === wanted) return;
      if (status === 'failed' || Date.now() > endMs) throw new Error(`${question}: ${status}, not ${wanted}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  get #isOn(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Shuts down as a device does: services stop, disks are unmounted. */
  async shutDown(): Promise<void> {
    if (this.#isOn) {
      this.type('poweroff');
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), 120_000 * slowness);
      await once(this.#child, 'exit');
      clearTimeout(timer);
    }
    await this.#cleanUp();
    if (this.#child.exitCode === null) throw new Error(`the guest did not shut down:\n${this.transcript.slice(-1000)}`);
  }

  /** Power off without a word. What the guest had not flushed is lost. */
  async cutPower(): Promise<void> {
    if (this.#isOn) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    await this.#cleanUp();
  }

  async #cleanUp(): Promise<void> {
    this.#console.destroy();
    this.#monitor.close();
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #readForwards(): Promise<void> {
    const text = String(await this.#monitor.ask('human-monitor-command', { 'command-line': 'info usernet' }));
    for (const [, here, there] of text.matchAll(/TCP\[HOST_FORWARD\]\s+\S+\s+127\.0\.0\.1\s+(\d+)\s+\S+\s+(\d+)/g))
      this.#forwards.set(Number(there), Number(here));
  }

  /** The shell's own line editor draws; a loop that only reads and runs does not. The kernel writes to its log only from here on. */
  async #takeShell(): Promise<void> {
    await this.waitFor(/mfp# /, { limitMs: 300_000 });
    const prepare = "stty -echo cols 100 rows 40; dmesg -n 1; trap : INT; echo @re''ady@";
    this.type(`exec sh -c '${prepare}; while IFS= read -r l; do eval "$l"; done'`);
    await this.waitFor(/@ready@\n/, { limitMs: 120_000 });
  }
}

function imageName({ arch, root }: GuestOptions): string {
  return root === undefined ? arch : `debian-${arch}`;
}

function bootArguments(options: GuestOptions): string[] {
  const dir = join(images, imageName(options));
  const { root } = options;
  const disk = root === undefined ? `file=${join(dir, 'root.sqfs')},readonly=on` : `file=${root}`;
  const words = root === undefined ? '' : ' mfp.root=ext4 systemd.show_status=no';
  return [
    ...['-kernel', join(dir, 'vmlinuz'), '-initrd', join(dir, 'initrd.gz')],
    ...['-append', `console=ttyAMA0 quiet panic=-1${words}`],
    ...['-drive', `if=none,id=root,${disk},format=raw`, '-device', 'virtio-blk-pci,drive=root'],
  ];
}

function diskArguments({ data, blockLog }: GuestOptions): string[] {
  const raw = [
    ...['-blockdev', `driver=file,node-name=data-file,filename=${data}`],
    ...['-blockdev', 'driver=raw,node-name=data-raw,file=data-file'],
  ];
  if (blockLog === undefined) return [...raw, '-device', 'virtio-blk-pci,drive=data-raw'];
  return [
    ...raw,
    ...['-blockdev', `driver=file,node-name=log-file,filename=${blockLog}`],
    // The count in its first sector is renewed at each entry, so that it is right after a kill, and can be read meanwhile.
    ...['-blockdev', 'driver=blklogwrites,node-name=data,file=data-raw,log=log-file,log-super-update-interval=1'],
    ...['-device', 'virtio-blk-pci,drive=data'],
  ];
}

function networkArguments({ ports = [], cloud = [] }: GuestOptions): string[] {
  const user = [
    'user,id=net,restrict=on',
    ...ports.map((port) => `hostfwd=tcp:127.0.0.1:0-:${String(port)}`),
    // One process for each connection: QEMU's own forwarding to a TCP address serves a single one.
    ...cloud.map(
      ({ port, toPort }) =>
        `guestfwd=tcp:${cloudAddress}:${String(port)}-cmd:${process.execPath} ${tether} ${String(toPort)}`,
    ),
  ];
  return ['-netdev', user.join(','), '-device', 'virtio-net-pci,netdev=net,id=nic,romfile='];
}

async function connectWhenThere(path: string, child: ChildProcess): Promise<Socket> {
  const endMs = Date.now() + 20_000 * slowness;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`qemu ended with code ${String(child.exitCode)}`);
    const socket = connect(path);
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => {
        resolve(true);
      });
      socket.once('error', () => {
        resolve(false);
      });
    });
    if (isThere) return socket;
    if (Date.now() > endMs) throw new Error(`qemu does not open ${path}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
