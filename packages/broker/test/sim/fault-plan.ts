import { SeededRandom } from '../seeded-random.ts';
import type { Findings } from './findings.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import type { SimulatedWires } from './simulated-network.ts';
import type { VirtualTime } from './virtual-time.ts';

const FAULT_KINDS = [
  'crash',
  'power loss',
  'reset',
  'silence',
  'slow disk',
  'full disk',
  'failed sync',
  'clean stop',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

const PAUSE_MS = { least: 300, most: 4000 };
/** How long it takes about to sync a closed segment. */
const ROLL_MS = 30;
const LASTING_MS = { least: 200, most: 4000 };

export interface FaultPlanNeeds {
  readonly seed: number;
  readonly time: VirtualTime;
  readonly machine: SimulatedMachine;
  readonly wires: SimulatedWires;
  readonly findings: Findings;
}

/**
 * What goes wrong, and when, drawn from the seed. Each seed turns some kinds on and others off (swarm testing: Groce
 * et al., ISSTA 2012), so that rare combinations come up and no kind hides another.
 */
export class FaultPlan {
  readonly kinds: readonly FaultKind[];
  readonly #needs: FaultPlanNeeds;
  readonly #random: SeededRandom;
  #isOver = false;

  constructor(needs: FaultPlanNeeds) {
    this.#needs = needs;
    this.#random = new SeededRandom(needs.seed, 3);
    const drawn = FAULT_KINDS.filter(() => this.#random.chance(0.5));
    this.kinds = drawn.length === 0 ? [this.#random.pick(FAULT_KINDS)] : drawn;
  }

  start(): void {
    const { least, most } = PAUSE_MS;
    this.#needs.time.after(this.#random.between(least, most), 'fault', () => {
      if (this.#isOver) return;
      this.#strike(this.#random.pick(this.kinds));
      this.start();
    });
  }

  /** Nothing more goes wrong, and what is wrong is mended. */
  end(): void {
    this.#isOver = true;
    const { machine } = this.#needs;
    machine.spoilDisk({ slowness: 1, isFull: false, failsNextSync: false });
    machine.startSoon();
  }

  #strike(kind: FaultKind): void {
    const { machine, findings } = this.#needs;
    switch (kind) {
      case 'crash':
        machine.crash();
        machine.startSoon();
        break;
      case 'power loss':
        this.#cutPower();
        break;
      case 'reset':
      case 'silence':
        this.#cut(kind);
        break;
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
        findings.count('failedSyncs');
        machine.spoilDisk({ failsNextSync: true });
        break;
      case 'clean stop':
        this.#stopInOrder();
        break;
    }
  }

  /** Half of the times in the moments after a log has begun a new segment. */
  #cutPower(): void {
    const { time, machine } = this.#needs;
    const cut = () => {
      if (this.#isOver) return;
      machine.losePower();
      machine.startSoon();
    };
    if (this.#random.chance(0.5)) cut();
    else machine.atNextSegment(() => time.after(this.#random.fraction() * ROLL_MS, 'power off', cut));
  }

  /** Half of the resets take an answer with them, so that what was done has to be asked for again. */
  #cut(kind: 'reset' | 'silence'): void {
    const { wires, findings } = this.#needs;
    if (kind === 'reset' && this.#random.chance(0.5)) {
      wires.atNextAnswer((connection) => {
        connection.reset();
        findings.count('resets');
      });
      return;
    }
    const { open } = wires;
    if (open.length === 0) return;
    const connection = this.#random.pick(open);
    if (kind === 'reset') connection.reset();
    else connection.silence();
    findings.count(kind === 'reset' ? 'resets' : 'silences');
  }

  /**
   * Now and then an answer is lost with its connection right before, so that what was done is asked for again at the
   * next start; or the power goes right after: a clean stop has left nothing to lose.
   */
  #stopInOrder(): void {
    const { time, machine, wires } = this.#needs;
    const losesPower = this.kinds.includes('power loss') && this.#random.chance(0.5);
    const stop = async () => {
      if (this.#isOver) return;
      await machine.stop();
      if (losesPower) machine.losePower();
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
