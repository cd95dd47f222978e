import type { ClusterMetadata } from '../cluster-client/cluster-metadata.ts';

/** What a broker has of a cluster's partitions. */
export interface BrokerTally {
  leaders: number;
  /** Partitions whose first replica it is. */
  preferredLeaders: number;
  replicas: number;
  /** Those that are being added have yet to get in. */
  outOfSync: number;
}

/** Counts for every broker that leads or replicates something, whether it is there or not. */
export function tallyBrokers({ topics }: ClusterMetadata): ReadonlyMap<number, Readonly<BrokerTally>> {
  const tallies = new Map<number, BrokerTally>();
  const of = (id: number): BrokerTally => {
    const tally = tallies.get(id) ?? { leaders: 0, preferredLeaders: 0, replicas: 0, outOfSync: 0 };
    tallies.set(id, tally);
    return tally;
  };
  for (const { partitions } of topics.values()) {
    for (const { leader, replicas, isr, adding } of partitions) {
      if (leader !== null) of(leader).leaders += 1;
      for (const [position, id] of replicas.entries()) {
        const tally = of(id);
        tally.replicas += 1;
        if (position === 0) tally.preferredLeaders += 1;
        if (!isr.includes(id) && !adding.includes(id)) tally.outOfSync += 1;
      }
    }
  }
  return tallies;
}
