import {
  BATCH_CRC_START,
  BATCH_HEADER_BYTES,
  batchSizeAt,
  CURRENT_MAGIC,
  magicAt,
} from '../../src/protocol/record-batch.ts';
import { DiskError } from '../../src/runtime/disk.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** What a power loss leaves of what was not synced. */
export interface PowerLoss {
  /** How many of so many changes, which came one after another, are on the platter. */
  kept(changes: number): number;
  /** What is on the platter of the write behind them, of the same length or shorter; null for nothing. */
  torn(bytes: Uint8Array): Uint8Array | null;
  /** Asked of each change of names, where those of different files reach the platter in any order. */
  keepsName?(): boolean;
}

/** Of each file and directory any prefix of its changes, and a piece of the write behind it. */
export function drawnPowerLoss(random: SeededRandom, onFlipped: () => void = () => {}): PowerLoss {
  return {
    kept: (changes) => drawnPrefix(random, changes),
    torn: (write) => {
      if (!random.chance(0.5)) return null;
      const bytes = write.slice(0, random.chance(0.3) ? undefined : random.below(write.length + 1));
      // The length may reach the platter without the bytes.
      if (random.chance(0.5)) return bytes.fill(0);
      if (isBatch(bytes) && random.chance(0.3)) {
        const at = random.between(BATCH_CRC_START, bytes.length - 1);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
        onFlipped();
      }
      return bytes;
    },
  };
}

/** Whether one batch is all there is: then its checksum covers every byte behind its header. */
function isBatch(bytes: Uint8Array): boolean {
  return (
    bytes.length > BATCH_HEADER_BYTES &&
    magicAt(bytes) === CURRENT_MAGIC &&
    batchSizeAt(bytes) === bytes.length
  );
}

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

  /** What was written since the last sync, also where it was cut off or overwritten: a power loss may bring it back. */
  get unsyncedWrites(): readonly Uint8Array[] {
    return this.#unsynced.flatMap((change) => (change.kind === 'write' ? [change.bytes] : []));
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

  /** A bit of what was synced is another. Nobody is told. */
  flip(position: number, bit: number): void {
    for (const bytes of [this.#live.content(), this.#durable.content()])
      bytes[position] = (bytes[position] ?? 0) ^ (1 << bit);
  }

  /** What was not synced is lost, but for what `loss` leaves. */
  losePower(loss: PowerLoss): void {
    const kept = loss.kept(this.#unsynced.length);
    const behind = this.#unsynced[kept];
    this.makeDurable(this.#syncedChanges + kept);
    const torn = behind?.kind === 'write' ? loss.torn(behind.bytes) : null;
    if (behind?.kind === 'write' && torn !== null) this.#durable.apply({ ...behind, bytes: torn });
    this.#unsynced = [];
    this.#live.apply({ kind: 'truncate', size: 0 });
    this.#live.apply({ kind: 'write', position: 0, bytes: this.#durable.content() });
  }

  copy(): FileNode {
    const copy = new FileNode();
    copy.modifiedMs = this.modifiedMs;
    copy.#live.apply({ kind: 'write', position: 0, bytes: this.#live.content() });
    copy.#durable.apply({ kind: 'write', position: 0, bytes: this.#durable.content() });
    copy.#unsynced = [...this.#unsynced];
    copy.#syncedChanges = this.#syncedChanges;
    return copy;
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

  losePower(loss: PowerLoss): void {
    if (loss.keepsName !== undefined) this.#dropSome(() => loss.keepsName?.() ?? true);
    else this.#unsynced.splice(loss.kept(this.#unsynced.length));
    this.makeDurable(this.changes);
    this.#live.clear();
    for (const [name, node] of this.#durable) {
      this.#live.set(name, node);
      node.losePower(loss);
    }
  }

  /** Loses unsynced changes, and with each the later ones of the same file or name. */
  #dropSome(keeps: () => boolean): void {
    const lost = new Set<string | TreeNode>();
    this.#unsynced = this.#unsynced.filter(({ name, node, replaces }) => {
      const isLost = lost.has(name) || lost.has(node ?? name) || lost.has(replaces ?? name) || !keeps();
      if (isLost)
        lost
          .add(name)
          .add(node ?? name)
          .add(replaces ?? name);
      return !isLost;
    });
  }

  /** With everything below; `copies` has what was copied already, under whatever name. */
  copy(copies: Map<TreeNode, TreeNode>): DirectoryNode {
    const copy = new DirectoryNode();
    const copyOf = (node: TreeNode): TreeNode => {
      const made = copies.get(node) ?? (node.kind === 'file' ? node.copy() : node.copy(copies));
      copies.set(node, made);
      return made;
    };
    for (const [name, node] of this.#live) copy.#live.set(name, copyOf(node));
    for (const [name, node] of this.#durable) copy.#durable.set(name, copyOf(node));
    copy.#unsynced = this.#unsynced.map((change) => ({
      ...change,
      node: change.node === null ? null : copyOf(change.node),
    }));
    copy.#syncedChanges = this.#syncedChanges;
    return copy;
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
  readonly root: DirectoryNode;
  /** Paths locked by a process, with its name. */
  readonly locks = new Map<string, string>();

  constructor(root = new DirectoryNode()) {
    this.root = root;
  }

  /** The same files once more, and to each file its copy; nobody has a lock there. */
  copy(): { tree: FileTree; copyOf(node: FileNode): FileNode | undefined } {
    const copies = new Map<TreeNode, TreeNode>();
    const tree = new FileTree(this.root.copy(copies));
    return {
      tree,
      copyOf: (node) => {
        const copy = copies.get(node);
        return copy?.kind === 'file' ? copy : undefined;
      },
    };
  }

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

  losePower(loss: PowerLoss): void {
    this.locks.clear();
    this.root.losePower(loss);
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}
