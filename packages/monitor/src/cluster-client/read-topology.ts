import { type BrokerNode, type ClusterMetadata, emptyMetadata } from './cluster-metadata.ts';
import type { KafkaRequests } from './kafka-requests.ts';
import { listReassignments } from './list-reassignments.ts';
import { readFencedBrokers } from './read-fenced-brokers.ts';
import { readMetadata } from './read-metadata.ts';
import { controllerOf, type QuorumDescription, readQuorum } from './read-quorum.ts';

/** Who is in the cluster, who leads what, and what is moving. */
export interface ClusterTopology {
  readonly metadata: ClusterMetadata;
  readonly quorum: QuorumDescription;
  /** The active controller's id, which need not be a broker's; null where there is none, or it is not told. */
  readonly controllerId: number | null;
  /** Null where it is not told. */
  readonly fenced: ReadonlyMap<number, BrokerNode> | null;
  /** False: reassignments may not be listed, so that none is seen. */
  readonly tellsReassignments: boolean;
}

export const emptyTopology: ClusterTopology = {
  metadata: emptyMetadata,
  quorum: { state: 'not-told', error: 'NONE' },
  controllerId: null,
  fenced: null,
  tellsReassignments: false,
};

/** Asks for all of it. Throws BrokerUnreachable when nobody answers. */
export async function readTopology(requests: KafkaRequests): Promise<ClusterTopology> {
  const [{ metadata, namedController, tellsReassignments }, quorum] = await Promise.all([
    readPartitions(requests),
    readQuorum(requests),
  ]);
  // After the metadata: whoever is missing there because it was fenced is then told as such.
  const fenced = await readFencedBrokers(requests);
  return {
    metadata,
    quorum,
    controllerId: quorum.state === 'not-kraft' ? namedController : controllerOf(quorum),
    fenced,
    tellsReassignments,
  };
}

/** Reassignments first: one that ends in between is then seen to end later, and not as replicas that came from nowhere. */
async function readPartitions(requests: KafkaRequests) {
  const reassignments = await listReassignments(requests);
  const read = await readMetadata(requests, reassignments);
  return { ...read, tellsReassignments: reassignments !== null };
}
