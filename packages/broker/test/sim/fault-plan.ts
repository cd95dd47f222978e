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
    const { machine, wires, findings } = this.#needs;
    switch (kind) {
      case 'crash':
        machine.crash();
        machine.startSoon();
        break;
      case 'power loss':
        machine.losePower();
        machine.startSoon();
        break;
      case 'reset':
      case 'silence':
        this.#cut(kind, wires);
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

  #cut(kind: 'reset' | 'silence', wires: SimulatedWires): void {
    const { open } = wires;
    if (open.length === 0) return;
    const connection = this.#random.pick(open);
    if (kind === 'reset') connection.reset();
    else connection.silence();
    this.#needs.findings.count(kind === 'reset' ? 'resets' : 'silences');
  }

  /** Now and then the power goes right after: a clean stop has left nothing to lose. */
  #stopInOrder(): void {
    const { machine } = this.#needs;
    const losesPower = this.kinds.includes('power loss') && this.#random.chance(0.5);
    void machine.stop().then(() => {
      if (losesPower) machine.losePower();
      machine.startSoon();
    });
  }

  #later(mend: () => void): void {
    const { least, most } = LASTING_MS;
    this.#needs.time.after(this.#random.between(least, most), 'mended', () => {
      if (!this.#isOver) mend();
    });
  }
}
