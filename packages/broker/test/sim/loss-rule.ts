import type { Budget } from './budget.ts';
import type { MetadataCheck } from './checks/metadata-check.ts';
import type { SimulatedMachine } from './simulated-machine.ts';

/** Who has lost what it had not synced, and when the next one may. */
export class LossRule {
  readonly #budget: Budget;
  readonly #machines: number;
  readonly #metadata: MetadataCheck;
  readonly #tainted = new Map<number, { readonly brokerEpoch: number }>();

  constructor(budget: Budget, machines: number, metadata: MetadataCheck) {
    this.#budget = budget;
    this.#machines = machines;
    this.#metadata = metadata;
  }

  /** Lets a machine lose power, or what it has on disk be damaged, if that may happen to it now. */
  allows({ id }: SimulatedMachine, how: 'power loss' | 'corruption'): boolean {
    if (this.#budget === 'beyond') return true;
    if (this.#budget === 'crashes') return false;
    if (this.#budget === 'flushed' && how === 'power loss') return true;
    // Alone, a machine is all the replicas there are.
    if (this.#machines === 1) return false;
    if (![...this.#tainted.keys()].every((other) => other === id || this.#isBack(other))) return false;
    this.#tainted.set(id, { brokerEpoch: this.#metadata.newest.brokers.get(id)?.epoch ?? -1 });
    return true;
  }

  /** Whether it may lack, within the budget, what it once had. */
  mayLack(id: number): boolean {
    return this.#tainted.has(id) && !this.#isBack(id);
  }

  /** Registered anew, and every partition of the cluster has all its replicas in sync. */
  #isBack(id: number): boolean {
    const { brokers, topicsById } = this.#metadata.newest;
    const broker = brokers.get(id);
    const before = this.#tainted.get(id);
    if (broker === undefined || before === undefined || broker.epoch <= before.brokerEpoch) return false;
    for (const topic of topicsById.values())
      for (const { isr, replicas } of topic.partitions) if (isr.length < replicas.length) return false;
    this.#tainted.delete(id);
    return true;
  }
}
