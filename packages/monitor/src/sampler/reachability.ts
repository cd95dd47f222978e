import type { UnreachableReason } from '@odradek/contract';
import type { Clock } from '../clock.ts';
import { addressText, type ClusterDefinition } from '../cluster-client/cluster-definition.ts';
import { BrokerUnreachable } from '../cluster-client/unreachable.ts';
import type { Logger } from '../logger.ts';

/** A cluster that does not answer is asked again after the interval, then ever more rarely, up to this. */
const RETRY_MS_MAX = 30_000;

/** A managed cluster is on this machine, and somebody is waiting for it. */
const MANAGED_RETRY_MS_MAX = 2_000;

/** What is sampled in a loop of its own. */
export type Sampled = 'topology' | 'lag';

export interface ReachabilityNeeds {
  readonly definition: ClusterDefinition;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Whether a cluster can be sampled, and if not why, since when, and when it is tried again. */
export class Reachability {
  readonly #needs: ReachabilityNeeds;
  readonly #failures = { topology: 0, lag: 0 };
  #reason: UnreachableReason | null = null;

  constructor(needs: ReachabilityNeeds) {
    this.#needs = needs;
  }

  /** Null while it can be sampled, as far as is known. */
  get reason(): UnreachableReason | null {
    return this.#reason;
  }

  isFailing(what: Sampled): boolean {
    return this.#failures[what] > 0;
  }

  succeeded(what: Sampled): void {
    this.#failures[what] = 0;
    if (this.#reason !== null && this.#failures.topology + this.#failures.lag === 0) {
      this.#reason = null;
      this.#needs.logger.info({ cluster: this.#needs.definition.name }, 'cluster is reachable again');
    }
  }

  /** Returns in how many ms to try again. */
  failed(what: Sampled, error: unknown): number {
    const { logger, clock, definition } = this.#needs;
    this.#failures[what] += 1;
    const retryMax = definition.managed === true ? MANAGED_RETRY_MS_MAX : RETRY_MS_MAX;
    const delayMs = Math.min(retryMax, 1_000 * 2 ** (this.#failures[what] - 1));
    const now = clock.now();
    const known = error instanceof BrokerUnreachable ? error : null;
    const message = error instanceof Error ? error.message : String(error);
    if (this.#reason === null) {
      logger.warn({ cluster: definition.name, err: error }, `cluster is unreachable: ${message}`);
    }
    this.#reason = {
      kind: known?.kind ?? 'unknown',
      message,
      address: known === null ? null : addressText(known.address),
      since: this.#reason?.since ?? now,
      nextAttemptAt: now + delayMs,
    };
    return delayMs;
  }
}
