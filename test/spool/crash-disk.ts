import type { Disk, DiskFile, FileFacts } from '../../src/spool/index.ts';

/** Reproducible randomness: a failing seed can be run again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Inode {
  /** What a program sees. */
  data: Buffer;
  /** What a power cut leaves for sure. */
  durable: Buffer;
  /** Writes since the last fsync, each of which may reach the disk whole, torn or not at all. */
  pending: { readonly at: number; readonly data: Buffer }[];
  isFile: boolean;
  isOwn: boolean;
}

/** A change of names that no fsync of a folder concerned has covered yet. */
interface NameChange {
  readonly folders: readonly string[];
  readonly set?: readonly [string, Inode];
  readonly drop?: string;
}

export type Operation =
  | 'open'
  | 'openFolder'
  | 'rename'
  | 'unlink'
  | 'write'
  | 'read'
  | 'sync'
  | 'syncFolder'
  | 'list'
  | 'facts'
  | 'close'
  | 'space';

/** What happens at the N-th operation (counted from 1): power goes, or the call fails. */
export interface Fault {
  readonly at: number;
  readonly kind: 'power-cut' | 'EIO' | 'ENOSPC' | 'short-write';
  /** Counts only these; all if not given. */
  readonly only?: readonly Operation[];
  /** From then on, until `heal`. */
  readonly isLasting?: boolean;
}

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: scripted`), { code });
}

/**
 * A disk with a volatile and a durable half (the ALICE model): without fsync data may be lost or torn, without fsync of
 * the folder names may be lost, and un-fsynced renames and unlinks survive in any combination. After a failed fsync the
 * data is gone although the program still sees it, as Linux does.
 */
export class CrashDisk implements Disk {
  readonly #random: () => number;
  #names: Map<string, Inode>;
  #durableNames: Map<string, Inode>;
  #changes: NameChange[] = [];
  #folders: Set<string>;
  #locked = new Set<string>();
  #isDead = false;
  operations = 0;
  counts = new Map<Operation, number>();
  #fault: Fault | undefined;
  freeBytes = 1e12;
  freeInodes: number | undefined;
  /** ENOSPC once this many bytes are stored. */
  capacityBytes = Infinity;
  isReadOnly = false;
  /** What assertWritable and makeFolder say instead of working. */
  isMissing = false;

  constructor(random: () => number, folders: readonly string[] = ['/'], names: ReadonlyMap<string, Inode> = new Map()) {
    this.#random = random;
    this.#folders = new Set(folders);
    this.#names = new Map(names);
    this.#durableNames = new Map(names);
  }

  /** Counting begins anew with each script. */
  set fault(fault: Fault | undefined) {
    this.operations = 0;
    this.#fault = fault;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** The disk as the next boot finds it. */
  afterPowerCut(): CrashDisk {
    this.#isDead = true;
    const names = new Map(this.#durableNames);
    for (const change of this.#changes) if (this.#random() < 0.5) apply(change, names);
    const inodes = new Map<Inode, Inode>();
    for (const inode of names.values()) inodes.set(inode, { ...inode, data: this.#survivingData(inode), pending: [] });
    for (const inode of inodes.values()) inode.durable = inode.data;
    return new CrashDisk(
      this.#random,
      [...this.#folders],
      new Map([...names].map(([path, inode]) => [path, inodes.get(inode)!])),
    );
  }

  /** The disk as the next process finds it after kill -9: nothing is lost but what was never written. */
  afterKill(): CrashDisk {
    this.#isDead = true;
    const names = new Map(
      [...this.#names].map(([path, inode]): [string, Inode] => [path, { ...inode, durable: inode.data, pending: [] }]),
    );
    return new CrashDisk(this.#random, [...this.#folders], names);
  }

  /** For arranging scenes; durable at once. */
  put(path: string, data: Buffer, kind: { readonly isFile?: boolean; readonly isOwn?: boolean } = {}): void {
    const inode: Inode = { data, durable: data, pending: [], isFile: kind.isFile ?? true, isOwn: kind.isOwn ?? true };
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
  }

  get(path: string): Buffer | undefined {
    return this.#names.get(path)?.data;
  }
  remove(path: string): void {
    this.#names.delete(path);
    this.#durableNames.delete(path);
  }
  paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  async open(path: string, mode: 'create' | 'read'): Promise<DiskFile> {
    await this.#step('open');
    const known = this.#names.get(path);
    if (mode === 'read') {
      if (!known) throw errno('ENOENT');
      if (!known.isFile) throw errno('ELOOP');
      return new CrashFile(this, known);
    }
    this.#assertWritableNow();
    if (known) throw errno('EEXIST');
    const inode: Inode = { data: Buffer.alloc(0), durable: Buffer.alloc(0), pending: [], isFile: true, isOwn: true };
    this.#change({ folders: [folderOf(path)], set: [path, inode] });
    return new CrashFile(this, inode);
  }

  async openFolder(path: string): Promise<{ sync(): Promise<void>; close(): Promise<void> }> {
    await this.#step('openFolder');
    if (!this.#folders.has(path)) throw errno('ENOENT');
    return {
      sync: async () => {
        const covered = this.#changes.filter((change) => change.folders.includes(path));
        try {
          await this.#step('syncFolder', () => {
            this.#settle(covered, this.#random() < 0.5);
          });
        } catch (error) {
          if (!this.#isDead) this.#changes = this.#changes.filter((change) => !covered.includes(change));
          throw error;
        }
        this.#settle(covered, true);
      },
      close: () => this.closeOf(),
    };
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step('rename');
    this.#assertWritableNow();
    const inode = this.#names.get(from);
    if (!inode) throw errno('ENOENT');
    this.#change({ folders: [folderOf(from), folderOf(to)], set: [to, inode], drop: from });
  }

  async unlink(path: string): Promise<void> {
    await this.#step('unlink');
    this.#assertWritableNow();
    if (!this.#names.has(path)) throw errno('ENOENT');
    this.#change({ folders: [folderOf(path)], drop: path });
  }

  makeFolder(path: string): Promise<void> {
    if (this.isMissing || this.#isDead) return Promise.reject(errno('ENOENT'));
    this.#folders.add(path);
    return Promise.resolve();
  }

  async list(path: string): Promise<{ name: string; isFile: boolean }[]> {
    await this.#step('list');
    return [...this.#names]
      .filter(([name]) => folderOf(name) === path)
      .map(([name, { isFile }]) => ({ name: name.slice(path.length + 1), isFile }));
  }

  async facts(path: string): Promise<FileFacts> {
    await this.#step('facts');
    const inode = this.#names.get(path);
    if (!inode) throw errno('ENOENT');
    return factsOf(inode);
  }

  async space(): Promise<{ freeBytes: number; freeInodes: number | undefined }> {
    await this.#step('space');
    return { freeBytes: this.freeBytes, freeInodes: this.freeInodes };
  }

  assertWritable(): Promise<void> {
    return this.isReadOnly
      ? Promise.reject(errno('EROFS'))
      : this.isMissing
        ? Promise.reject(errno('ENOENT'))
        : Promise.resolve();
  }

  lock(path: string): Promise<{ release: () => Promise<void> } | { holder: string }> {
    if (this.#locked.has(path)) return Promise.resolve({ holder: 'pid 4711' });
    this.#locked.add(path);
    return Promise.resolve({
      release: () => {
        this.#locked.delete(path);
        return Promise.resolve();
      },
    });
  }

  async writeTo(inode: Inode, pieces: readonly Buffer[], at: number): Promise<number> {
    let data = Buffer.concat(pieces);
    const kind = await this.#step('write', () => {
      inode.pending.push({ at, data });
    });
    if (kind === 'short-write') data = data.subarray(0, Math.max(1, Math.floor(data.length / 2)));
    const used = [...this.#names.values()].reduce((sum, one) => sum + one.data.length, 0);
    if (used + data.length > this.capacityBytes) throw errno('ENOSPC');
    inode.pending.push({ at, data });
    inode.data = overwritten(inode.data, at, data);
    return data.length;
  }

  async readFrom(inode: Inode, into: Buffer, at: number): Promise<number> {
    await this.#step('read');
    return inode.data.copy(into, 0, at, Math.min(inode.data.length, at + into.length));
  }

  async syncOf(inode: Inode): Promise<void> {
    const covered = inode.pending;
    const settle = () => {
      inode.durable = covered.reduce((data, write) => overwritten(data, write.at, write.data), inode.durable);
      inode.pending = inode.pending.filter((write) => !covered.includes(write));
    };
    try {
      await this.#step('sync', () => {
        if (this.#random() < 0.5) settle();
      });
    } catch (error) {
      // The pages are marked clean, the data never arrived: a later fsync succeeds and saves nothing (F4).
      if (!this.#isDead) inode.pending = [];
      throw error;
    }
    settle();
  }

  closeOf(): Promise<void> {
    return this.#step('close').then(() => undefined);
  }

  /** Lets others run, counts, and does what the script says. `halfway` is what a power cut during the call may leave. */
  async #step(operation: Operation, halfway: () => void = () => undefined): Promise<'short-write' | undefined> {
    for (let turns = Math.floor(this.#random() * 3); turns > 0; turns--) await Promise.resolve();
    if (this.#isDead) throw errno('EIO');
    const fault = this.#fault;
    if (fault?.only && !fault.only.includes(operation)) {
      this.#count(operation);
      return undefined;
    }
    this.operations++;
    this.#count(operation);
    if (!fault || (fault.isLasting === true ? this.operations < fault.at : this.operations !== fault.at))
      return undefined;
    if (fault.kind === 'short-write') return operation === 'write' ? 'short-write' : undefined;
    if (fault.kind === 'power-cut') {
      halfway();
      this.#isDead = true;
      throw errno('EIO');
    }
    throw errno(fault.kind);
  }

  #count(operation: Operation): void {
    this.counts.set(operation, (this.counts.get(operation) ?? 0) + 1);
  }

  #assertWritableNow(): void {
    if (this.isReadOnly) throw errno('EROFS');
    if (this.isMissing) throw errno('ENOENT');
  }

  #change(change: NameChange): void {
    this.#changes.push(change);
    apply(change, this.#names);
  }

  #settle(covered: readonly NameChange[], isDurable: boolean): void {
    if (!isDurable) return;
    for (const change of covered) if (this.#changes.includes(change)) apply(change, this.#durableNames);
    this.#changes = this.#changes.filter((change) => !covered.includes(change));
  }

  /** Each unsynced write whole, torn or lost. */
  #survivingData(inode: Inode): Buffer {
    let data = inode.durable;
    for (const write of inode.pending) {
      const luck = this.#random();
      if (luck < 0.4) continue;
      data = overwritten(
        data,
        write.at,
        luck < 0.7 ? write.data : write.data.subarray(0, Math.floor(this.#random() * write.data.length)),
      );
    }
    return data;
  }
}

class CrashFile implements DiskFile {
  readonly #disk: CrashDisk;
  readonly #inode: Inode;
  constructor(disk: CrashDisk, inode: Inode) {
    this.#disk = disk;
    this.#inode = inode;
  }
  read(into: Buffer, at: number): Promise<number> {
    return this.#disk.readFrom(this.#inode, into, at);
  }
  write(pieces: readonly Buffer[], at: number): Promise<number> {
    return this.#disk.writeTo(this.#inode, pieces, at);
  }
  sync(): Promise<void> {
    return this.#disk.syncOf(this.#inode);
  }
  facts(): Promise<FileFacts> {
    return Promise.resolve(factsOf(this.#inode));
  }
  close(): Promise<void> {
    return this.#disk.closeOf();
  }
}

function factsOf(inode: Inode): FileFacts {
  return { isFile: inode.isFile, sizeBytes: inode.data.length, isOwn: inode.isOwn };
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function apply(change: NameChange, names: Map<string, Inode>): void {
  if (change.drop !== undefined) names.delete(change.drop);
  if (change.set) names.set(...change.set);
}

function overwritten(old: Buffer, at: number, data: Buffer): Buffer {
  const next = Buffer.alloc(Math.max(old.length, at + data.length));
  old.copy(next);
  data.copy(next, at);
  return next;
}
