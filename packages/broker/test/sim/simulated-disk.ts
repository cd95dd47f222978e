import {
  type DirectoryEntry,
  type Disk,
  DiskError,
  type File,
  type LockOutcome,
} from '../../src/runtime/disk.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { FileNode, type FileTree } from './file-tree.ts';
import type { Incarnation } from './incarnation.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What is wrong with a machine's disk at the moment; a fault plan turns it on and off. */
export interface DiskCondition {
  /** How many times slower than a healthy one. */
  slowness: number;
  /** No file can be made and none can grow. */
  isFull: boolean;
  /** The next sync fails with `EIO`. */
  failsNextSync: boolean;
  /** The next write fails with `EIO`, with any part of it done. */
  failsNextWrite?: boolean;
  /** A bad place on the platter: whoever reads of it gets `EIO`. */
  unreadable?: { readonly path: string; readonly from: number; readonly to: number } | undefined;
}

const TOTAL_BYTES = 10 * 1024 ** 3;

/** A change that was asked for and is not yet done. */
interface WriteInFlight {
  readonly node: FileNode;
  readonly position: number;
  readonly bytes: Uint8Array;
}

export interface SimulatedDiskOptions {
  readonly time: VirtualTime;
  readonly trace: Trace;
  readonly incarnation: Incarnation;
  readonly random: SeededRandom;
  readonly condition: DiskCondition;
  readonly wallMs: () => number;
  /** Told of each file that is made. */
  readonly onCreated: (path: string) => void;
  /** Told of each change that is asked for, before it is done. */
  readonly onChange?: (change: DiskChange, path: string) => void;
}

/** What a process may be in the middle of when something happens to it. */
export type DiskChange = 'write' | 'sync' | 'truncate' | 'rename';

/** The disk of one machine as one process sees it, over the machine's {@link FileTree}. */
export class SimulatedDisk implements Disk {
  readonly #tree: FileTree;
  readonly #options: SimulatedDiskOptions;
  readonly #writing = new Set<WriteInFlight>();

  constructor(tree: FileTree, options: SimulatedDiskOptions) {
    this.#tree = tree;
    this.#options = options;
  }

  /** Writes that were asked for and not answered, in order. */
  get writing(): ReadonlySet<WriteInFlight> {
    return this.#writing;
  }

  /** The process ends in the middle of its writes: of each a drawn piece is done. */
  tearWrites(): void {
    const { random } = this.#options;
    for (const { node, position, bytes } of this.#writing) {
      if (random.chance(0.5)) continue;
      node.change({ kind: 'write', position, bytes: bytes.slice(0, random.below(bytes.length + 1)) });
    }
    this.#writing.clear();
  }

  open(path: string, mode: 'read' | 'write' | 'create'): Promise<File> {
    return this.#soon(`open ${path}`, () => {
      const found = this.#tree.find(path);
      if (found?.kind === 'directory') throw new DiskError('EISDIR', path);
      if (found === undefined && mode !== 'create') throw new DiskError('ENOENT', path);
      return this.#fileOf(path, found ?? this.#create(path));
    });
  }

  #create(path: string): FileNode {
    this.#refuseIfFull(path);
    const { directory, name } = this.#tree.parentOf(path);
    const node = new FileNode();
    directory.set(name, node);
    node.modifiedMs = this.#options.wallMs();
    this.#options.onCreated(path);
    return node;
  }

  list(path: string): Promise<DirectoryEntry[]> {
    return this.#soon(`list ${path}`, () =>
      [...this.#tree.directory(path).entries('live')].map(([name, { kind }]) => ({ name, kind })),
    );
  }

  stat(path: string): Promise<{ sizeInBytes: number; modifiedMs: number }> {
    return this.#soon(`stat ${path}`, () => {
      const node = this.#tree.at(path);
      return node.kind === 'file'
        ? { sizeInBytes: node.size, modifiedMs: node.modifiedMs }
        : { sizeInBytes: 0, modifiedMs: 0 };
    });
  }

  makeDirectory(path: string): Promise<void> {
    return this.#soon(`makeDirectory ${path}`, () => {
      if (this.#tree.find(path) === undefined) this.#refuseIfFull(path);
      this.#tree.makeDirectory(path);
    });
  }

  remove(path: string): Promise<void> {
    return this.#soon(`remove ${path}`, () => {
      const node = this.#tree.find(path);
      if (node?.kind === 'directory') throw new DiskError('EISDIR', path);
      if (node !== undefined) this.#unlink(path);
    });
  }

  removeDirectory(path: string): Promise<void> {
    return this.#soon(`removeDirectory ${path}`, () => {
      if (this.#tree.find(path) !== undefined) this.#unlink(path);
    });
  }

  #unlink(path: string): void {
    const { directory, name } = this.#tree.parentOf(path);
    directory.set(name, null);
  }

  rename(from: string, to: string): Promise<void> {
    this.#options.onChange?.('rename', to);
    return this.#soon(`rename ${from} ${to}`, () => {
      const node = this.#tree.at(from);
      const source = this.#tree.parentOf(from);
      const target = this.#tree.parentOf(to);
      // Across directories a power loss could leave both names or none, which no room of the broker asks for.
      if (source.directory !== target.directory) throw new DiskError('EXDEV', from);
      source.directory.rename(source.name, target.name, node);
    });
  }

  syncDirectory(path: string): Promise<void> {
    return this.#soon(`syncDirectory ${path}`, () => {
      const node = this.#tree.directory(path);
      return { node, changes: node.changes };
    }).then(({ node, changes }) =>
      this.#later(this.#syncMs(), `syncDirectory ${path}`, () => {
        this.#failSyncIfTold(path);
        node.makeDurable(changes);
      }),
    );
  }

  space(path: string): Promise<{ freeBytes: number; totalBytes: number }> {
    const freeBytes = this.#options.condition.isFull ? 0 : TOTAL_BYTES / 2;
    return this.#soon(`space ${path}`, () => ({ freeBytes, totalBytes: TOTAL_BYTES }));
  }

  lock(path: string): Promise<LockOutcome> {
    return this.#soon(`lock ${path}`, (): LockOutcome => {
      const holder = this.#tree.locks.get(path);
      if (holder !== undefined) return { kind: 'held', holder };
      this.#tree.locks.set(path, this.#options.incarnation.name);
      const release = () => this.#soon(`release ${path}`, () => void this.#tree.locks.delete(path));
      return { kind: 'locked', release };
    });
  }

  #fileOf(path: string, node: FileNode): File {
    return {
      path,
      size: () => this.#soon(`size ${path}`, () => node.size),
      read: (into, position) =>
        this.#soon(`read ${path} ${position}+${into.length}`, () => {
          this.#refuseIfUnreadable(path, position, position + into.length);
          const found = node.content('live').subarray(position, position + into.length);
          into.set(found);
          return found.length;
        }),
      write: (buffers, position) => this.#write(path, node, { buffers, position }),
      sync: () => this.#sync(path, node),
      truncate: (size) => {
        this.#options.onChange?.('truncate', path);
        return this.#inTurn(node, `truncate ${path} ${size}`, () => node.change({ kind: 'truncate', size }));
      },
      close: () => this.#soon(`close ${path}`, () => {}),
    };
  }

  #write(
    path: string,
    node: FileNode,
    { buffers, position }: { buffers: readonly Uint8Array[]; position: number },
  ): Promise<void> {
    const bytes = new Uint8Array(Buffer.concat(buffers));
    this.#options.trace.bytes(bytes);
    this.#options.onChange?.('write', path);
    const write: WriteInFlight = { node, position, bytes };
    this.#writing.add(write);
    return this.#inTurn(node, `write ${path} ${position}+${bytes.length}`, () => {
      this.#writing.delete(write);
      const grows = position + bytes.length > node.size;
      const done = grows && this.#options.condition.isFull ? this.#lastPiece(node, write) : bytes.length;
      node.change({ kind: 'write', position, bytes: bytes.subarray(0, done) });
      node.modifiedMs = this.#options.wallMs();
      this.#failWriteIfTold(path);
      if (done < bytes.length) throw new DiskError('ENOSPC', path);
    });
  }

  /** How much of a write still finds room on a disk that is full. */
  #lastPiece(node: FileNode, { position, bytes }: WriteInFlight): number {
    const inPlace = Math.max(0, node.size - position);
    return Math.max(inPlace, this.#options.random.below(bytes.length));
  }

  /** What was written before this call is durable, also what is still on its way to the file. */
  #sync(path: string, node: FileNode): Promise<void> {
    this.#options.onChange?.('sync', path);
    return this.#inTurn(node, `sync ${path}`, () => node.changes).then((changes) =>
      this.#later(this.#syncMs(), `synced ${path}`, () => {
        this.#failSyncIfTold(path);
        node.makeDurable(changes);
      }),
    );
  }

  #failWriteIfTold(path: string): void {
    const { condition } = this.#options;
    if (condition.failsNextWrite !== true) return;
    condition.failsNextWrite = false;
    throw new DiskError('EIO', path);
  }

  #failSyncIfTold(path: string): void {
    const { condition } = this.#options;
    if (!condition.failsNextSync) return;
    condition.failsNextSync = false;
    throw new DiskError('EIO', path);
  }

  #refuseIfUnreadable(path: string, from: number, to: number): void {
    const bad = this.#options.condition.unreadable;
    if (bad?.path === path && from < bad.to && to > bad.from) throw new DiskError('EIO', path);
  }

  #refuseIfFull(path: string): void {
    if (this.#options.condition.isFull) throw new DiskError('ENOSPC', path);
  }

  /** Behind every earlier change of the same file. */
  #inTurn<Result>(node: FileNode, label: string, work: () => Result): Promise<Result> {
    const { time } = this.#options;
    const earliest = Math.max(time.nowMs, node.busyUntilMs);
    // Strictly later, for the queue draws the order of what falls on one moment.
    node.busyUntilMs = earliest + this.#operationMs() + 0.001;
    return this.#later(node.busyUntilMs - time.nowMs, label, work);
  }

  #soon<Result>(label: string, work: () => Result): Promise<Result> {
    return this.#later(this.#operationMs(), label, work);
  }

  #later<Result>(delayMs: number, label: string, work: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#options.incarnation.after(delayMs, label, () => {
        try {
          resolve(work());
        } catch (error) {
          // The seam of the port: what the work throws is the operation's outcome.
          reject(error);
        }
      });
    });
  }

  #operationMs(): number {
    return (0.02 + this.#options.random.fraction() * 0.2) * this.#options.condition.slowness;
  }

  #syncMs(): number {
    return (0.5 + this.#options.random.fraction() * 6) * this.#options.condition.slowness;
  }
}
