import type { BrokerProcess } from '@odradek/contract';

/** A broker whose process Odradek supervises. */
export interface ManagedBroker extends BrokerProcess {
  readonly id: number;
}

/**
 * The cluster this Odradek started, as the console may act on it. Each act resolves once its state is true (`running`
 * only after the broker has answered) and rejects with a sentence for a person.
 */
export interface ManagedCluster {
  /** By id. */
  readonly brokers: readonly ManagedBroker[];
  startBroker(id: number): Promise<unknown>;
  stopBroker(id: number): Promise<unknown>;
  restartBroker(id: number): Promise<unknown>;
  /** Ends the process at once, as a crash would. */
  killBroker(id: number): Promise<unknown>;
  pauseBroker(id: number): Promise<unknown>;
  resumeBroker(id: number): Promise<unknown>;
  /** Tells each change of a broker's state until the function returned is called. */
  onChange(listener: (broker: ManagedBroker) => void): () => void;
}
