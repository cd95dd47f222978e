import type { Clock } from '../runtime/clock.ts';
import type { Disk } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Network } from '../runtime/network.ts';
import type { Random } from '../runtime/random.ts';
import type { ProcessHost } from './process-host.ts';

/** The ports a local cluster stands on. */
export interface LocalClusterPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly network: Network;
  readonly logger: Logger;
  readonly host: ProcessHost;
}

export interface LocalClusterOptions {
  /** Absolute path; made when it does not exist. */
  readonly directory: string;
  /**
   * Of a new cluster, {@link DEFAULT_BROKERS} unless given. An existing one keeps its own number unless more are asked
   * for, which are added as observers; fewer are refused.
   */
  readonly brokers?: number;
  /** The first broker's; the others follow. 0 takes free ones. An existing cluster keeps its own unless given. */
  readonly port?: number;
  /** Broker configs by Kafka's names; they stay with the cluster. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Enough that any one of them may die. */
export const DEFAULT_BROKERS = 3;
