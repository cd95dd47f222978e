import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import type { AuditLog } from '../store/audit-log.ts';
import { ConsoleError } from './console-error.ts';

/** An act that changes a cluster. */
export interface Mutation {
  readonly sampler: ClusterSampler;
  /** `topic.create`, `record.produce`, `demo.start`, … */
  readonly action: string;
  readonly target: string;
  readonly detail: string | null;
}

/** The one door for everything that changes a cluster: authorised here, and written down here. */
export class MutationGate {
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(audit: AuditLog, clock: Clock, logger: Logger) {
    this.#audit = audit;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Carries the act out if it is permitted; throws CLUSTER_READ_ONLY if not, and whatever the act throws. */
  async pass<T>(mutation: Mutation, act: () => Promise<T>): Promise<T> {
    if (mutation.sampler.isReadOnly) {
      this.#record(mutation, 'refused', null);
      throw new ConsoleError(
        403,
        'CLUSTER_READ_ONLY',
        `Cluster ${mutation.sampler.definition.name} is read-only here; its definition can permit changes with readOnly: false.`,
      );
    }
    try {
      const result = await act();
      this.#record(mutation, 'allowed', mutation.detail);
      return result;
    } catch (error) {
      this.#record(mutation, 'failed', error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  #record(
    { sampler, action, target }: Mutation,
    outcome: 'allowed' | 'refused' | 'failed',
    detail: string | null,
  ): void {
    const cluster = sampler.definition.name;
    this.#audit.add({ at: this.#clock.now(), cluster, action, target, outcome, detail });
    this.#logger.info({ cluster, action, target, outcome, detail }, 'change');
  }
}
