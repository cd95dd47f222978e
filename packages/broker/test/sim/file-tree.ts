import { DiskError } from '../../src/runtime/disk.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** One thing done to the bytes of a file. */
type FileChange =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly size: number };

/** Bytes that grow; what lies between an old end and a later write is zero. */
class GrowingBytes {
  #bytes = new Uint8Array(256);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  content(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  apply(change: FileChange): void {
    if (change.kind === 'truncate') this.#resize(change.size);
    else if (change.bytes.length > 0) {
      this.#resize(Math.max(this.#size, change.position + change.bytes.length));
      this.#bytes.set(change.bytes, change.position);
    }
  }

  #resize(size: number): void {
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(size, 2 * this.#bytes.length));
      larger.set(this.content());
      this.#bytes = larger;
    }
    if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }
}

/** A file: what a reader sees of it, and what a power loss leaves of it. */
export class FileNode {
  readonly kind = 'file';
  modifiedMs = 0;
  /** When the last change that was asked for is done; later ones come after it. */
  busyUntilMs = 0;
  readonly #live = new GrowingBytes();
  #durable = new GrowingBytes();
  #unsynced: FileChange[] = [];
  #syncedChanges = 0;

  get size(): number {
    return this.#live.size;
  }

  content(view: TreeView): Uint8Array {
    return view === 'live' ? this.#live.content() : this.#durable.content();
  }

  change(change: FileChange): void {
    this.#live.apply(change);
    this.#unsynced.push(change);
  }

  /** How many changes there were, ever: a sync makes those durable that came before it. */
  get changes(): number {
    return this.#syncedChanges + this.#unsynced.length;
  }

  makeDurable(changes: number): void {
    const synced = this.#unsynced.splice(0, Math.max(0, changes - this.#syncedChanges));
    for (const change of synced) this.#durable.apply(change);
    this.#syncedChanges += synced.length;
  }

  /** What was not synced is lost but for a drawn prefix; of the change behind it a piece may be left. */
  losePower(random: SeededRandom): void {
    const kept = drawnPrefix(random, this.#unsynced.length);
    const torn = this.#unsynced[kept];
    this.makeDurable(this.#syncedChanges + kept);
    if (torn?.kind === 'write' && random.chance(0.5)) {
      const bytes = torn.bytes.slice(0, random.chance(0.3) ? undefined : random.below(torn.bytes.length + 1));
      // The length may reach the platter without the bytes.
      this.#durable.apply({ ...torn, bytes: random.chance(0.5) ? bytes.fill(0) : bytes });
    }
    this.#unsynced = [];
    this.#live.apply({ kind: 'truncate', size: 0 });
    this.#live.apply({ kind: 'write', position: 0, bytes: this.#durable.content() });
  }
}

type TreeNode = FileNode | DirectoryNode;

/** A name given, or taken away where the node is null; `replaces` is the node's former name. */
interface NameChange {
  readonly name: string;
  readonly node: TreeNode | null;
  readonly replaces?: string;
}

/** A directory: the names that a reader sees, and those that a power loss leaves. */
export class DirectoryNode {
  readonly kind = 'directory';
  readonly #live = new Map<string, TreeNode>();
  readonly #durable = new Map<string, TreeNode>();
  #unsynced: NameChange[] = [];
  #syncedChanges = 0;

  entries(view: TreeView): ReadonlyMap<string, TreeNode> {
    return view === 'live' ? this.#live : this.#durable;
  }

  /** Gives a name to a node, or takes it away. */
  set(name: string, node: TreeNode | null): void {
    setName(this.#live, name, node);
    this.#unsynced.push({ name, node });
  }

  /** One change, as it is atomic also for a power loss. */
  rename(from: string, to: string, node: TreeNode): void {
    this.#live.delete(from);
    this.#live.set(to, node);
    this.#unsynced.push({ name: to, node, replaces: from });
  }

  /** How many changes there were, ever: a sync makes those durable that came before it. */
  get changes(): number {
    return this.#syncedChanges + this.#unsynced.length;
  }

  makeDurable(changes: number): void {
    const synced = this.#unsynced.splice(0, Math.max(0, changes - this.#syncedChanges));
    for (const { name, node, replaces } of synced) {
      if (replaces !== undefined) this.#durable.delete(replaces);
      setName(this.#durable, name, node);
    }
    this.#syncedChanges += synced.length;
  }

  losePower(random: SeededRandom): void {
    this.makeDurable(this.#syncedChanges + drawnPrefix(random, this.#unsynced.length));
    this.#unsynced = [];
    this.#live.clear();
    for (const [name, node] of this.#durable) {
      this.#live.set(name, node);
      node.losePower(random);
    }
  }
}

function setName(names: Map<string, TreeNode>, name: string, node: TreeNode | null): void {
  if (node === null) names.delete(name);
  else names.set(name, node);
}

/** All, nothing, or anything between. */
function drawnPrefix(random: SeededRandom, length: number): number {
  if (random.chance(0.3)) return 0;
  return random.chance(0.3) ? length : random.below(length + 1);
}

/** `live` is what a process reads; `durable` is what the platter holds for certain. */
export type TreeView = 'live' | 'durable';

/**
 * The file system of one machine. It outlives the processes: a process crash leaves what they wrote, a power loss
 * only what was synced, and more by luck.
 */
export class FileTree {
  readonly root = new DirectoryNode();
  /** Paths locked by a process, with its name. */
  readonly locks = new Map<string, string>();

  /** The node at `path`. Throws a `DiskError` (`ENOENT`). */
  at(path: string): TreeNode {
    const node = this.find(path);
    if (node === undefined) throw new DiskError('ENOENT', path);
    return node;
  }

  find(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this.root;
    for (const name of namesOf(path)) {
      node = node?.kind === 'directory' ? node.entries('live').get(name) : undefined;
    }
    return node;
  }

  /** The directory at `path`. Throws a `DiskError` (`ENOENT`, `ENOTDIR`). */
  directory(path: string): DirectoryNode {
    const node = this.at(path);
    if (node.kind !== 'directory') throw new DiskError('ENOTDIR', path);
    return node;
  }

  parentOf(path: string): { directory: DirectoryNode; name: string } {
    const names = namesOf(path);
    const name = names.pop();
    if (name === undefined) throw new DiskError('EINVAL', path);
    return { directory: this.directory(`/${names.join('/')}`), name };
  }

  makeDirectory(path: string): void {
    let at = this.root;
    for (const name of namesOf(path)) {
      const there = at.entries('live').get(name);
      if (there?.kind === 'file') throw new DiskError('EEXIST', path);
      const next = there ?? new DirectoryNode();
      if (there === undefined) at.set(name, next);
      at = next;
    }
  }

  losePower(random: SeededRandom): void {
    this.locks.clear();
    this.root.losePower(random);
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}
