import type { PartitionLog } from '../../src/log/partition-log.ts';
import { Partition } from '../../src/replication/partition.ts';
import { SURROUNDINGS } from './surroundings.ts';

/** The one replica of the partition 0 of `orders`, led by this broker. */
export function ledPartition(log: PartitionLog): Partition {
  return new Partition({
    ...{ topic: 'orders', topicId: 'oLIQyYhGQsiCoFcXtVXDSA', partition: 0, nodeId: 1, log },
    image: {
      ...{ replicas: [1], directories: [], isr: [1], addingReplicas: [], removingReplicas: [] },
      ...{ eligibleLeaderReplicas: [], lastKnownElr: [], leader: 1, leaderRecoveryState: 0 },
      ...{ leaderEpoch: 5, partitionEpoch: 0 },
    },
    minInSyncReplicas: 1,
    surroundings: SURROUNDINGS,
  });
}
