import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { Reassignments } from '../reassignment/reassignments.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import type { MutationGate } from './mutation-gate.ts';

/** The reassignments of every cluster; takes a throttle away when what it was set for has ended. */
export class ReassignmentDesk {
  readonly #clock: Clock;
  readonly #gate: MutationGate;
  readonly #logger: Logger;
  readonly #clusters = new Map<ClusterSampler, Reassignments>();
  readonly #tidying = new Set<ClusterSampler>();

  constructor(clock: Clock, gate: MutationGate, logger: Logger) {
    this.#clock = clock;
    this.#gate = gate;
    this.#logger = logger;
  }

  of(sampler: ClusterSampler): Reassignments {
    const known = this.#clusters.get(sampler) ?? new Reassignments(sampler, this.#clock);
    this.#clusters.set(sampler, known);
    return known;
  }

  /** To be called after each sample of the topology. A throttle that cannot be taken away now is tried again. */
  tidy(sampler: ClusterSampler): void {
    const reassignments = this.#clusters.get(sampler);
    if (reassignments?.leavesThrottle !== true || this.#tidying.has(sampler)) {
      return;
    }
    this.#tidying.add(sampler);
    const mutation = {
      sampler,
      action: 'throttle.remove',
      target: 'replication',
      detail: 'nothing moves any more',
    };
    this.#gate
      .pass(mutation, () => reassignments.setThrottle(null))
      .catch((error: unknown) => {
        const cluster = sampler.definition.name;
        this.#logger.warn({ cluster, err: error }, 'the throttle on replication could not be taken away');
      })
      .finally(() => this.#tidying.delete(sampler));
  }
}
