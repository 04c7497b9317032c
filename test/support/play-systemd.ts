/** Plays systemd for one service: holds its sockets, starts and ends it, and hears what it says of itself. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { until } from './signed-in.ts';

/** Node has neither Unix datagrams nor a way to hand over a bound socket by number; Python has. */
const player = `
import json, os, select, signal, socket, sys
path, names, program = sys.argv[1], sys.argv[2].split(':'), sys.argv[3:]
def tell(**what): print(json.dumps(what), flush=True)
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(path)
held = []
for name in names:
    one = socket.socket()
    one.bind(('127.0.0.1', 0))
    one.listen(64)
    held.append(one)
tell(ports=[one.getsockname()[1] for one in held])
pid = 0
def start(watchdog):
    global pid
    pid = os.fork()
    if pid: return tell(pid=pid)
    for at, one in enumerate(held): os.dup2(one.fileno(), 100 + at)
    for at in range(len(held)): os.dup2(100 + at, 3 + at); os.close(100 + at)
    os.closerange(3 + len(held), 100)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(held)), LISTEN_FDNAMES=':'.join(names),
        NOTIFY_SOCKET=path, WATCHDOG_USEC=watchdog, WATCHDOG_PID=str(os.getpid()))
    os.dup2(2, 1)
    os.execvp(program[0], program)
while True:
    for ready in select.select([notify, 0], [], [], 0.05)[0]:
        if ready is notify: tell(said=notify.recv(8192).decode())
        else:
            words = sys.stdin.readline().split()
            if not words: sys.exit(0)
            if words[0] == 'start': start(words[1])
            elif pid: os.kill(pid, int(words[1]))
    if pid:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            pid = 0
            tell(ended=status)
`;

/** What the service manager has heard and seen. */
interface Event {
  readonly ports?: readonly number[];
  readonly pid?: number;
  /** A datagram. */
  readonly said?: string;
  /** Wait status. */
  readonly ended?: number;
}

/** One service and its sockets, for the time of a test. */
export class PlayedSystemd {
  readonly #child: ChildProcess;
  readonly #events: Event[] = [];
  /** Events up to here were asked for. */
  #seen = 0;
  /** The service's standard error and output. */
  output = '';

  /** @param names of the sockets; at least one */
  constructor(notifyPath: string, names: readonly string[], program: readonly string[]) {
    this.#child = spawn('python3', ['-c', player, notifyPath, names.join(':'), ...program], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = this.#child;
    if (stdout) createInterface(stdout).on('line', (line) => this.#events.push(JSON.parse(line) as Event));
    stderr?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
  }

  /** The next event that has it; what came before is forgotten. */
  async next<Name extends keyof Event>(name: Name): Promise<NonNullable<Event[Name]>> {
    return until(() => {
      while (this.#seen < this.#events.length) {
        const value = this.#events[this.#seen++]?.[name];
        if (value !== undefined) return value;
      }
      return undefined;
    }, 60_000).catch((error: unknown) => {
      throw new Error(`no ${name}: ${this.output}`, { cause: error });
    });
  }

  /** The next datagram that says this. */
  async said(pattern: RegExp): Promise<string> {
    for (;;) {
      const text = await this.next('said');
      if (pattern.test(text)) return text;
    }
  }

  /** @returns the service's process */
  async start(watchdogMs = 60_000): Promise<number> {
    this.#child.stdin?.write(`start ${String(watchdogMs * 1000)}\n`);
    return this.next('pid');
  }

  signal(number: number): void {
    this.#child.stdin?.write(`signal ${String(number)}\n`);
  }

  /** Ends the service, if it runs, and the play. */
  async end(): Promise<void> {
    this.signal(9);
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }
}
