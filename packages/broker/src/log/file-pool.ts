import type { Disk, File } from '../runtime/disk.ts';
import { directoryOf } from '../runtime/whole-file.ts';

interface PooledFile {
  readonly file: Promise<File>;
  users: number;
}

/**
 * Open files of a log directory, at most `limit` that nobody is using: thousands of segments need no descriptor
 * until they are read. A file is opened when first used and closed when it has been idle longest.
 */
export class FilePool {
  readonly #disk: Disk;
  readonly #limit: number;
  /** By path, idle longest first. */
  readonly #files = new Map<string, PooledFile>();
  /** The paths of those by their directory. */
  readonly #byDirectory = new Map<string, Set<string>>();
  /** By the name that they get: files that are being renamed. */
  readonly #moving = new Map<string, Promise<void>>();

  constructor(disk: Disk, limit: number) {
    this.#disk = disk;
    this.#limit = limit;
  }

  /** Makes the file at `path`, or empties the one that is there. */
  async create(path: string): Promise<void> {
    await this.forget(path);
    const pooled = this.#add(path, this.#disk.open(path, 'create'));
    await this.#run(path, pooled, (file) => file.truncate(0));
  }

  /** Runs `task` with the open file. Rejects with a `DiskError`, also when there is no such file. */
  use<Result>(path: string, task: (file: File) => Promise<Result>): Promise<Result> {
    const moving = this.#moving.get(path);
    if (moving !== undefined) return moving.then(() => this.use(path, task));
    const pooled = this.#files.get(path) ?? this.#add(path, this.#disk.open(path, 'write'));
    return this.#run(path, pooled, task);
  }

  /**
   * Renames a file, open or not. Its users of the moment go on with it; who asks for the new name from now on waits
   * until the file has it, and gets this one. Rejects with a `DiskError`.
   */
  async move(from: string, to: string): Promise<void> {
    const pooled = this.#take(from);
    const moved = this.#rename(from, to, pooled);
    const settled = moved.catch(() => {});
    this.#moving.set(to, settled);
    await this.forget(to);
    try {
      await moved;
    } finally {
      if (this.#moving.get(to) === settled) this.#moving.delete(to);
    }
  }

  async #rename(from: string, to: string, pooled: PooledFile | undefined): Promise<void> {
    try {
      // One that is still being opened is to be the file of the old name, whatever gets that name next.
      await pooled?.file.catch(() => {});
      await this.#disk.rename(from, to);
    } finally {
      if (pooled !== undefined && pooled.users === 0) await close(pooled);
    }
  }

  /** Closes the file: it was, or is to be, renamed or removed. Users of the moment end undisturbed. */
  async forget(path: string): Promise<void> {
    const pooled = this.#take(path);
    if (pooled !== undefined && pooled.users === 0) await close(pooled);
  }

  /** Closes all files of `directory`; see {@link forget}. */
  async forgetIn(directory: string): Promise<void> {
    const paths = [...(this.#byDirectory.get(directory) ?? [])];
    await Promise.all(paths.map((path) => this.forget(path)));
  }

  #add(path: string, file: Promise<File>): PooledFile {
    const pooled = { file, users: 0 };
    this.#files.set(path, pooled);
    const directory = directoryOf(path);
    const siblings = this.#byDirectory.get(directory);
    if (siblings === undefined) this.#byDirectory.set(directory, new Set([path]));
    else siblings.add(path);
    // Only a file that opened stays; its users see the rejection.
    file.catch(() => {
      if (this.#files.get(path) === pooled) this.#take(path);
    });
    return pooled;
  }

  #take(path: string): PooledFile | undefined {
    const pooled = this.#files.get(path);
    this.#files.delete(path);
    const directory = directoryOf(path);
    const siblings = this.#byDirectory.get(directory);
    siblings?.delete(path);
    if (siblings?.size === 0) this.#byDirectory.delete(directory);
    return pooled;
  }

  async #run<Result>(
    path: string,
    pooled: PooledFile,
    task: (file: File) => Promise<Result>,
  ): Promise<Result> {
    pooled.users++;
    try {
      return await task(await pooled.file);
    } finally {
      pooled.users--;
      if (this.#files.get(path) === pooled) {
        this.#files.delete(path);
        this.#files.set(path, pooled);
        this.#closeIdle();
      } else if (pooled.users === 0) {
        void close(pooled);
      }
    }
  }

  #closeIdle(): void {
    let excess = this.#files.size - this.#limit;
    if (excess <= 0) return;
    for (const [path, pooled] of this.#files) {
      if (excess === 0) break;
      if (pooled.users > 0) continue;
      this.#take(path);
      void close(pooled);
      excess--;
    }
  }
}

/** What was written is in the page cache; a file that cannot be closed has nothing left to lose. */
async function close(pooled: PooledFile): Promise<void> {
  try {
    await (await pooled.file).close();
  } catch {
    // The descriptor is gone either way, and sync has reported what could not be made durable.
  }
}
