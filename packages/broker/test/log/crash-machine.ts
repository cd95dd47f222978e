import { LogDirectory } from '../../src/log/log-directory.ts';
import type { LogDirectorySettings } from '../../src/log/log-directory-settings.ts';
import { collectedMemory } from '../../src/runtime/buffer-pool.ts';
import type { Disk, File } from '../../src/runtime/disk.ts';
import { SeededRandom } from '../seeded-random.ts';
import { collectedLogger } from '../sim/collected-logger.ts';
import { type FileNode, FileTree } from '../sim/file-tree.ts';
import { Incarnation } from '../sim/incarnation.ts';
import { simulatedClock } from '../sim/simulated-clock.ts';
import { type DiskCondition, SimulatedDisk } from '../sim/simulated-disk.ts';
import { simulatedRandom } from '../sim/simulated-random.ts';
import { Trace } from '../sim/trace.ts';
import { VirtualTime } from '../sim/virtual-time.ts';

export const DATA = '/data';

/** How long anything may take, in virtual time. */
const STUCK_MS = 60_000;

const SETTINGS: Partial<LogDirectorySettings> = {
  recoveryThreads: 2,
  initialTaskDelayMs: 20,
  retentionCheckIntervalMs: 150,
  recoveryPointCheckpointIntervalMs: 60,
  logStartCheckpointIntervalMs: 80,
  highWatermarkCheckpointIntervalMs: 50,
  producerIdExpirationMs: Number.MAX_SAFE_INTEGER,
  fileDeleteDelayMs: 100,
  tailCacheBytes: 0,
};

/** A write that was asked for and is not done. */
export interface WriteUnderWay {
  readonly node: FileNode;
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** A moment at which the machine may stop: before anything is asked of the disk, or in the middle of a write. */
export interface Boundary {
  readonly kind: keyof Disk | keyof File | 'within a write';
  readonly path: string;
}

/** What stands between the log and its disk: the disk itself, unless something is to be wrong with it. */
export type PatchDisk = (disk: Disk, incarnation: Incarnation) => Disk;

export interface CrashMachineOptions {
  readonly tree?: FileTree;
  readonly seed?: number;
  readonly patchDisk?: PatchDisk;
  /** Told of each boundary, before what comes behind it is done. */
  readonly onBoundary?: (boundary: Boundary) => void;
}

/** A machine with nothing on it but a log directory; it stops when nobody runs its time any more. */
export class CrashMachine {
  readonly tree: FileTree;
  readonly condition: DiskCondition = { slowness: 1, isFull: false, failsNextSync: false };
  /** What was said at level warn and error. */
  readonly said: { level: string; message: string }[] = [];
  readonly #options: CrashMachineOptions;
  readonly #random: SeededRandom;
  readonly #trace = new Trace();
  readonly #time: VirtualTime;
  #incarnation: Incarnation;
  #disk: SimulatedDisk;

  constructor(options: CrashMachineOptions = {}) {
    this.#options = options;
    this.tree = options.tree ?? new FileTree();
    this.#random = new SeededRandom(options.seed ?? 1, 0);
    this.#time = new VirtualTime(this.#random, this.#trace);
    [this.#incarnation, this.#disk] = this.#begin();
  }

  #begin(): [Incarnation, SimulatedDisk] {
    const incarnation = new Incarnation('process', this.#time);
    const { condition } = this;
    const disk = new SimulatedDisk(this.tree, {
      ...{ time: this.#time, trace: this.#trace, incarnation, random: this.#random, condition },
      wallMs: () => Math.floor(this.#time.nowMs),
      onCreated: () => {},
    });
    return [incarnation, disk];
  }

  get writing(): ReadonlySet<WriteUnderWay> {
    return this.#disk.writing;
  }

  get disk(): Disk {
    return this.#disk;
  }

  /** The process is gone, and another one begins. */
  restart(): void {
    this.#incarnation.end();
    this.tree.locks.clear();
    [this.#incarnation, this.#disk] = this.#begin();
  }

  /** Lets time go on until `work` is done. Rejects as it does, and when it takes too long. */
  async done<Result>(work: Promise<Result>): Promise<Result> {
    let outcome: { result: Result } | { error: unknown } | null = null;
    work.then(
      (result) => {
        outcome = { result };
      },
      (error: unknown) => {
        outcome = { error };
      },
    );
    // What was asked for may not have come to asking the disk yet.
    await new Promise<void>((resolve) => setImmediate(resolve));
    await this.#time.run(this.#time.nowMs + STUCK_MS, () => outcome !== null);
    if (outcome === null) throw new Error(`stuck at\n${this.#trace.last(30).join('\n')}`);
    return work;
  }

  async sleep(ms: number): Promise<void> {
    await this.#time.run(this.#time.nowMs + ms, () => false);
  }

  /** Opens the log directory, as a start of the broker does, with or without its periodic tasks. */
  async openDirectory({ hasTasks }: { hasTasks: boolean }): Promise<LogDirectory> {
    const { patchDisk = (disk: Disk) => disk, onBoundary } = this.#options;
    const patched = patchDisk(this.#disk, this.#incarnation);
    const disk = onBoundary === undefined ? patched : withBoundaries(patched, onBoundary);
    const random = simulatedRandom(this.#random);
    const directory = await this.done(
      LogDirectory.open({
        ...{ disk, random, path: DATA, nodeId: 1, settings: SETTINGS },
        clock: simulatedClock(this.#time, this.#incarnation, { random: this.#random, skewMs: () => 0 }),
        buffers: { ...collectedMemory, take: (length) => new Uint8Array(length) },
        logger: collectedLogger((level, message) => {
          this.said.push({ level, message });
        }),
        onOffline: () => {},
      }),
    );
    await this.done(directory.partitions());
    if (hasTasks) directory.start();
    return directory;
  }
}

/** The same disk, telling of everything that is asked of it and changes something. */
function withBoundaries(disk: Disk, onBoundary: (boundary: Boundary) => void): Disk {
  const tell = (kind: Boundary['kind'], path: string) => onBoundary({ kind, path });
  const told = (file: File): File => ({
    path: file.path,
    size: () => file.size(),
    read: (into, position) => file.read(into, position),
    write: (buffers, position) => {
      tell('write', file.path);
      const write = file.write(buffers, position);
      tell('within a write', file.path);
      return write;
    },
    sync: () => {
      tell('sync', file.path);
      return file.sync();
    },
    truncate: (size) => {
      tell('truncate', file.path);
      return file.truncate(size);
    },
    close: () => file.close(),
  });
  const changing =
    <Rest extends unknown[], Result>(
      kind: keyof Disk,
      call: (path: string, ...rest: Rest) => Promise<Result>,
    ) =>
    (path: string, ...rest: Rest) => {
      tell(kind, path);
      return call(path, ...rest);
    };
  return {
    open: async (path, mode) => {
      if (mode === 'create') tell('open', path);
      return told(await disk.open(path, mode));
    },
    list: (directory) => disk.list(directory),
    stat: (path) => disk.stat(path),
    makeDirectory: changing('makeDirectory', (path) => disk.makeDirectory(path)),
    remove: changing('remove', (path) => disk.remove(path)),
    removeDirectory: changing('removeDirectory', (path) => disk.removeDirectory(path)),
    rename: changing('rename', (from, to: string) => disk.rename(from, to)),
    syncDirectory: changing('syncDirectory', (path) => disk.syncDirectory(path)),
    space: (path) => disk.space(path),
    lock: (path) => disk.lock(path),
  };
}
