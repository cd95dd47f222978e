import type { Budget } from './budget.ts';
import type { MetadataCheck } from './checks/metadata-check.ts';
import type { SimulatedMachine } from './simulated-machine.ts';

/**
 * Who has lost what it had not synced, and when the next one may. A controller cannot tell a process that was killed
 * from a machine that lost power (KIP-966): where the rule is one at a time, both count while the other is not back.
 */
export class LossRule {
  readonly #budget: Budget;
  readonly #machines: number;
  readonly #metadata: MetadataCheck;
  readonly #ended = new Map<number, { readonly brokerEpoch: number; readonly hasLost: boolean }>();

  constructor(budget: Budget, machines: number, metadata: MetadataCheck) {
    this.#budget = budget;
    this.#machines = machines;
    this.#metadata = metadata;
  }

  /** Whether a machine may end so, or be damaged so, now. */
  allows({ id }: SimulatedMachine, how: 'crash' | 'power loss' | 'corruption'): boolean {
    if (this.#budget === 'beyond' || (this.#budget === 'crashes' && how === 'crash')) return true;
    if (this.#budget === 'crashes') return false;
    if (this.#budget === 'flushed' && how !== 'corruption') return !this.#isDamaged(id);
    if (how === 'crash') return !this.#isDamaged(id);
    // Alone, a machine is all the replicas there are.
    return (
      this.#machines > 1 && [...this.#ended.keys()].every((other) => other === id || this.#isBack(other))
    );
  }

  /** A process has ended without saying so, or its disk is damaged. */
  ended({ id }: SimulatedMachine, how: 'crash' | 'power loss' | 'corruption'): void {
    const hasLost = how === 'corruption' || (how === 'power loss' && this.#budget === 'one at a time');
    const brokerEpoch = this.#metadata.newest.brokers.get(id)?.epoch ?? -1;
    this.#ended.set(id, { brokerEpoch, hasLost: hasLost || this.mayLack(id) });
  }

  /** Whether it may lack, within the budget, what it once had. */
  mayLack(id: number): boolean {
    return this.#ended.get(id)?.hasLost === true && !this.#isBack(id);
  }

  /** Whether another machine has lost something and is not back. */
  #isDamaged(id: number): boolean {
    return [...this.#ended.keys()].some((other) => other !== id && this.mayLack(other));
  }

  /** Registered anew, and every partition of the cluster has all its replicas in sync. */
  #isBack(id: number): boolean {
    const { brokers, topicsById } = this.#metadata.newest;
    const broker = brokers.get(id);
    const before = this.#ended.get(id);
    if (broker === undefined || before === undefined || broker.epoch <= before.brokerEpoch) return false;
    for (const topic of topicsById.values())
      for (const { isr, replicas } of topic.partitions) if (isr.length < replicas.length) return false;
    this.#ended.delete(id);
    return true;
  }
}
