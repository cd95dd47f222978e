import { SeededRandom } from '../seeded-random.ts';
import type { Budget } from './budget.ts';
import type { MetadataCheck } from './checks/metadata-check.ts';
import type { Findings } from './findings.ts';
import type { LossRule } from './loss-rule.ts';
import { NetworkFaults } from './network-faults.ts';
import type { NetworkLinks } from './network-links.ts';
import type { DiskChange } from './simulated-disk.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import type { SimulatedWires } from './simulated-network.ts';
import type { VirtualTime } from './virtual-time.ts';

const MACHINE_FAULTS = [
  'crash',
  'crash of all',
  'power loss',
  'reset',
  'silence',
  'slow disk',
  'full disk',
  'failed sync',
  'failed write',
  'read error',
  'clean stop',
  'pause',
  'clock jump',
] as const;
/** Only where there are others. */
const CLUSTER_FAULTS = ['partition', 'one way', 'slow link', 'damaged voter'] as const;

export type FaultKind = (typeof MACHINE_FAULTS)[number] | (typeof CLUSTER_FAULTS)[number];

/** Those that take away what was on a disk. */
const LOSSES: readonly FaultKind[] = ['power loss', 'read error', 'damaged voter'];

type DiskFault = Extract<
  FaultKind,
  'slow disk' | 'full disk' | 'failed sync' | 'failed write' | 'read error'
>;

const PAUSE_MS = { least: 300, most: 5000 };
/** How long it takes about to sync a closed segment. */
const ROLL_MS = 30;
const LASTING_MS = { least: 200, most: 4000 };
const CLOCK_JUMP_MS = 60_000;
/** How often a fault comes in the wake of another, and how soon at the latest. */
const IN_THE_WAKE = 0.4;
const WAKE_MS_MAX = 1500;

/** Moments in the life of a file at which it is worth while to end a process. */
const AMBUSHES: readonly ((change: DiskChange, path: string) => boolean)[] = [
  (change, path) => change === 'rename' && path.endsWith('/quorum-state'),
  (change) => change === 'truncate',
  (change, path) => change === 'rename' && path.endsWith('checkpoint'),
  (change, path) => change === 'sync' && path.endsWith('.log'),
];

export interface FaultPlanNeeds {
  readonly seed: number;
  readonly budget: Budget;
  readonly time: VirtualTime;
  readonly machines: readonly SimulatedMachine[];
  readonly wires: SimulatedWires;
  readonly links: NetworkLinks;
  readonly losses: LossRule;
  readonly metadata: MetadataCheck;
  readonly findings: Findings;
  /** For whoever reads the trace. */
  readonly note: (text: string) => void;
}

/**
 * What goes wrong, and when, drawn from the seed. Each seed turns some kinds on and others off (swarm testing: Groce
 * et al., ISSTA 2012), so that rare combinations come up and no kind hides another.
 */
export class FaultPlan {
  readonly kinds: readonly FaultKind[];
  readonly #needs: FaultPlanNeeds;
  readonly #random: SeededRandom;
  readonly #network: NetworkFaults;
  #isOver = false;
  #hasDamaged = false;
  #strikes = 0;

  constructor(needs: FaultPlanNeeds) {
    this.#needs = needs;
    this.#random = new SeededRandom(needs.seed, 3);
    this.#network = new NetworkFaults({ ...needs, random: this.#random });
    const several = needs.machines.length > 1;
    const all = [...MACHINE_FAULTS, ...(several ? CLUSTER_FAULTS : [])].filter(
      (kind) => needs.budget !== 'crashes' || !LOSSES.includes(kind),
    );
    const drawn = all.filter((kind) => this.#random.chance(kind === 'power loss' ? 0.8 : 0.5));
    this.kinds = drawn.length === 0 ? [this.#random.pick(all)] : drawn;
  }

  /** How many faults there were. */
  get strikes(): number {
    return this.#strikes;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  start(): void {
    const { least, most } = PAUSE_MS;
    this.#needs.time.after(this.#random.between(least, most), 'fault', () => {
      if (this.#isOver) return;
      this.#strikeOnce();
      this.start();
    });
  }

  /** What a cluster has most trouble with is a second fault before the first one is dealt with. */
  #strikeOnce(): void {
    this.#strikes += 1;
    this.#strike(this.#random.pick(this.kinds));
    if (!this.#random.chance(IN_THE_WAKE)) return;
    // Soon, mostly: half of these times are below a tenth of the longest.
    const delayMs = WAKE_MS_MAX ** this.#random.fraction() - 1;
    this.#needs.time.after(delayMs, 'fault in the wake', () => {
      if (!this.#isOver) this.#strikeOnce();
    });
  }

  /** Nothing more goes wrong, and what is wrong is mended. */
  end(): void {
    this.#isOver = true;
    const { machines, links } = this.#needs;
    links.mendAll();
    for (const machine of machines) {
      machine.spoilDisk({ slowness: 1, isFull: false, failsNextSync: false, failsNextWrite: false });
      if (machine.disk.condition.unreadable !== undefined) this.#changeDisk(machine);
      machine.resume();
      machine.mendClock();
      machine.startSoon();
    }
  }

  #strike(kind: FaultKind): void {
    const { machines, note } = this.#needs;
    const machine = this.#chosen();
    note(`${kind} at node ${machine.id}`);
    switch (kind) {
      case 'crash':
        this.#endAtAMoment(machine, () => this.#crash(machine));
        break;
      case 'crash of all':
        for (const one of machines) {
          this.#crash(one);
          one.startSoon();
        }
        break;
      case 'power loss':
        this.#cutPower(machine);
        break;
      case 'reset':
      case 'silence':
        this.#network.cut(kind);
        break;
      case 'slow disk':
      case 'full disk':
      case 'failed sync':
      case 'failed write':
      case 'read error':
        this.#spoilDisk(machine, kind);
        break;
      case 'clean stop':
        this.#stopInOrder(machine);
        break;
      case 'pause':
        machine.pause();
        this.#later(() => machine.resume());
        break;
      case 'clock jump':
        machine.turnClock(this.#random.between(-CLOCK_JUMP_MS, CLOCK_JUMP_MS));
        break;
      case 'damaged voter':
        this.#damageVoter(machine);
        break;
      default:
        this.#network.disturb(kind, machine);
        this.#later(() => this.#needs.links.mendAll());
    }
  }

  #crash(machine: SimulatedMachine): void {
    if (this.#needs.losses.allows(machine, 'crash')) machine.crash();
  }

  /** Any, or with equal chance one that leads something: there it hurts most. */
  #chosen(): SimulatedMachine {
    const { machines, metadata } = this.#needs;
    const any = this.#random.pick(machines);
    if (this.#random.chance(0.5)) return any;
    const partitions = [...metadata.newest.topicsById.values()].flatMap((topic) => topic.partitions);
    if (partitions.length === 0) return any;
    const { leader } = this.#random.pick(partitions);
    return machines.find(({ id }) => id === leader) ?? any;
  }

  /** Now and then not at once, but in the middle of something that it does, or that another one does. */
  #endAtAMoment(machine: SimulatedMachine, end: () => void): void {
    const strike = () => {
      if (this.#isOver) return;
      end();
      machine.startSoon();
    };
    const observed = this.#random.chance(0.5) ? machine : this.#random.pick(this.#needs.machines);
    if (this.#random.chance(0.6)) strike();
    else observed.disk.atNextChange(this.#random.pick(AMBUSHES), strike);
  }

  /** Half of the times in the moments after a log has begun a new segment. */
  #cutPower(machine: SimulatedMachine): void {
    const { time, losses, budget, machines } = this.#needs;
    const cut = (one: SimulatedMachine) => {
      if (!losses.allows(one, 'power loss')) return;
      // Nor must another one give up its disk in the meantime.
      if (budget === 'one at a time') for (const other of machines) other.disk.calm();
      one.losePower();
    };
    if (budget !== 'one at a time' && this.#random.chance(0.3)) {
      for (const one of machines) {
        cut(one);
        one.startSoon();
      }
      return;
    }
    if (this.#random.chance(0.5)) {
      this.#endAtAMoment(machine, () => cut(machine));
      return;
    }
    machine.disk.atNextSegment(() =>
      time.after(this.#random.fraction() * ROLL_MS, 'power off', () => {
        if (this.#isOver) return;
        cut(machine);
        machine.startSoon();
      }),
    );
  }

  #spoilDisk(machine: SimulatedMachine, kind: DiskFault): void {
    const { findings } = this.#needs;
    switch (kind) {
      case 'slow disk':
        findings.count('slowDisks');
        machine.spoilDisk({ slowness: this.#random.between(5, 100) });
        this.#later(() => machine.spoilDisk({ slowness: 1 }));
        break;
      case 'full disk':
        findings.count('fullDisks');
        machine.spoilDisk({ isFull: true });
        this.#later(() => machine.spoilDisk({ isFull: false }));
        break;
      case 'failed sync':
        if (!this.#needs.losses.allows(machine, 'crash')) break;
        findings.count('failedSyncs');
        machine.spoilDisk({ failsNextSync: true });
        break;
      case 'failed write':
        if (!this.#needs.losses.allows(machine, 'crash')) break;
        findings.count('failedWrites');
        machine.spoilDisk({ failsNextWrite: true });
        break;
      case 'read error':
        if (!this.#needs.losses.allows(machine, 'corruption')) break;
        for (const other of this.#needs.machines) other.disk.calm();
        this.#needs.losses.ended(machine, 'corruption');
        if (machine.loseSector({ mayBeMetadata: !this.#hasDamaged })) this.#hasDamaged = true;
        this.#later(() => this.#changeDisk(machine));
        break;
    }
  }

  /** Once in a seed: it comes back as no voter, and of three voters two must be left. */
  #damageVoter(machine: SimulatedMachine): void {
    const { losses } = this.#needs;
    if (this.#hasDamaged || !losses.allows(machine, 'corruption')) return;
    this.#hasDamaged = true;
    machine.crash();
    if (machine.disk.damageMetadata()) losses.ended(machine, 'corruption');
    machine.startSoon();
  }

  /** What could not be read can be again; a process that has given up a directory is started anew. */
  #changeDisk(machine: SimulatedMachine): void {
    machine.crash();
    machine.spoilDisk({ unreadable: undefined });
    machine.startSoon();
  }

  /**
   * Now and then an answer is lost with its connection right before, so that what was done is asked for again at the
   * next start; or the power goes right after: a clean stop has left nothing to lose.
   */
  #stopInOrder(machine: SimulatedMachine): void {
    const { time, wires, losses } = this.#needs;
    const losesPower = this.kinds.includes('power loss') && this.#random.chance(0.5);
    const stop = async () => {
      if (this.#isOver) return;
      await machine.stop();
      if (losesPower && !machine.isAlive && losses.allows(machine, 'power loss')) machine.losePower();
      machine.startSoon();
    };
    if (!this.kinds.includes('reset') || this.#random.chance(0.3)) {
      void stop();
      return;
    }
    wires.atNextAnswer(() => {
      for (const connection of wires.open) connection.reset();
      time.after(0, 'stops', () => void stop());
    });
  }

  #later(mend: () => void): void {
    const { least, most } = LASTING_MS;
    this.#needs.time.after(this.#random.between(least, most), 'mended', () => {
      if (!this.#isOver) mend();
    });
  }
}
