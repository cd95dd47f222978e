import type { SeededRandom } from '../seeded-random.ts';
import { flipMetadataBit, isMetadata, segmentPaths } from './disk-damage.ts';
import { drawnPowerLoss, FileTree } from './file-tree.ts';
import type { Findings } from './findings.ts';
import type { Incarnation } from './incarnation.ts';
import { EPOCH_MS } from './simulated-clock.ts';
import { type DiskChange, type DiskCondition, SimulatedDisk } from './simulated-disk.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface MachineDiskOptions {
  /** The folder that the node keeps everything in. */
  readonly directory: string;
  readonly time: VirtualTime;
  readonly trace: Trace;
  readonly findings: Findings;
  readonly random: SeededRandom;
}

/** What is waited for on a disk, once. */
interface Ambush {
  readonly isMet: (change: DiskChange, path: string) => boolean;
  readonly task: () => void;
}

/** The disk of one machine through all lives of its process: what lies on it, and what is wrong with it. */
export class MachineDisk {
  readonly tree = new FileTree();
  readonly condition: DiskCondition = { slowness: 1, isFull: false, failsNextSync: false };
  readonly #options: MachineDiskOptions;
  #onSegment: (() => void) | null = null;
  #ambush: Ambush | null = null;
  /** Whether it has failed since the last start, or was full then, so that the broker may give up. */
  #mayGiveUp = false;
  /** Whether the metadata on it was damaged since its node served last: the next one to come so far has said so. */
  #isDamaged = false;
  /** Whether it was full since the last start, which a broker that runs survives. */
  #wasFull = false;

  constructor(options: MachineDiskOptions) {
    this.#options = options;
  }

  /** Whether the process may end, or not begin, because of it. */
  get mayBeFatal(): boolean {
    return this.#mayGiveUp;
  }

  /** Whether what is written is not on it when it says so, and the broker complains with reason. */
  get refuses(): boolean {
    return this.#mayGiveUp || this.#wasFull;
  }

  /** Of a process that begins now. */
  newLife(incarnation: Incarnation, random: SeededRandom): SimulatedDisk {
    const { time, trace } = this.#options;
    const { condition } = this;
    this.#mayGiveUp = condition.isFull || this.#isFailing || this.#isDamaged;
    this.#wasFull = condition.isFull;
    return new SimulatedDisk(this.tree, {
      ...{ time, trace, incarnation, random, condition },
      wallMs: () => Math.floor(EPOCH_MS + time.nowMs),
      onCreated: (path) => {
        if (!path.endsWith('.log')) return;
        const task = this.#onSegment;
        this.#onSegment = null;
        task?.();
      },
      onChange: (change, path) => {
        const ambush = this.#ambush;
        if (ambush?.isMet(change, path) !== true) return;
        this.#ambush = null;
        time.after(0, 'ambush', ambush.task);
      },
    });
  }

  /** The node serves, so that it has said what was damaged. */
  serves(): void {
    this.#isDamaged = false;
  }

  /** Tells, once, that a log has begun a segment: the one before is not synced yet. */
  atNextSegment(task: () => void): void {
    this.#onSegment = task;
  }

  /** Tells, once, in the moment in which such a change is asked for. */
  atNextChange(isMet: Ambush['isMet'], task: () => void): void {
    this.#ambush = { isMet, task };
  }

  /** What was not synced is lost, or some of it. */
  losePower(): void {
    const { random, findings } = this.#options;
    this.tree.losePower(drawnPowerLoss(random, () => findings.count('bitFlips')));
  }

  /** It refuses from now on, or once. For a sync that fails the broker may give up, and while it starts. */
  spoil(change: Partial<DiskCondition>, { isStarting }: { readonly isStarting: boolean }): void {
    Object.assign(this.condition, change);
    if (this.condition.isFull) this.#wasFull = true;
    if (this.#isFailing || (this.condition.isFull && isStarting)) this.#mayGiveUp = true;
  }

  /** What was to fail next does not. */
  calm(): void {
    Object.assign(this.condition, { failsNextSync: false, failsNextWrite: false });
  }

  /** A place in one of its segments that cannot be read from now on, drawn; null where there is none. */
  drawnSector({ mayBeMetadata }: { readonly mayBeMetadata: boolean }): DiskCondition['unreadable'] | null {
    const { directory, random, findings } = this.#options;
    const all = segmentPaths(this.tree, directory);
    const found = mayBeMetadata ? all : all.filter((path) => !isMetadata(path));
    if (found.length === 0) return null;
    const path = random.pick(found);
    const from = random.below(4096);
    findings.count('readErrors');
    return { path, from, to: from + 512 };
  }

  /** A bit of a synced batch of the metadata log turns; false where there is none. */
  damageMetadata(): boolean {
    const { directory, random, findings } = this.#options;
    if (!flipMetadataBit(this.tree, directory, random)) return false;
    this.#isDamaged = true;
    findings.count('damagedVoters');
    return true;
  }

  get #isFailing(): boolean {
    const { failsNextSync, failsNextWrite = false, unreadable } = this.condition;
    return failsNextSync || failsNextWrite || unreadable !== undefined;
  }
}
