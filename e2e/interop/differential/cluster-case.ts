import { partitionsAre, settled } from '../cluster/cluster-state.ts';
import type { ThreeNodes } from '../cluster/three-nodes.ts';
import { found } from '../patience.ts';
import type { DifferentialCase } from './differential-case.ts';
import { WireClient } from './wire-client.ts';

/** Requests sent to nodes of a cluster of three; what is returned must be the same from both, after normalising. */
export interface ClusterCase extends Pick<DifferentialCase, 'name' | 'deviations'> {
  run(wires: ClusterWires): Promise<unknown>;
}

type Request = Parameters<WireClient['send']>;

/** Connections to both listeners of each node. */
export class ClusterWires {
  readonly cluster: ThreeNodes;
  readonly #wires = new Map<string, WireClient>();

  constructor(cluster: ThreeNodes) {
    this.cluster = cluster;
  }

  /** The listener of clients of a node. */
  broker(id: number): WireClient {
    return this.#wireTo(this.#node(id).bootstrap);
  }

  /** The controller's listener of a node. */
  controller(id: number): WireClient {
    return this.#wireTo(this.#node(id).controller);
  }

  /** The node whose controller decides. */
  async activeId(): Promise<number> {
    return found('a controller decides', async () => {
      const { topics } = await this.ask<DescribedQuorum>(this.broker(1), 'DescribeQuorum', 2, {
        topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }],
      });
      const leaderId = topics[0]?.partitions[0]?.leaderId ?? -1;
      return leaderId >= 0 ? leaderId : null;
    });
  }

  async ask<Answer>(wire: WireClient, ...request: Request): Promise<Answer> {
    const answer = await wire.send(...request);
    if (!('response' in answer)) throw new Error('the connection closed');
    return answer.response as Answer;
  }

  /** One request to the brokers of nodes 1, 2 and 3: which of them is asked must not matter. */
  async byEach(...request: Request): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (const { id } of this.cluster.nodes) answers.push(await this.broker(id).send(...request));
    return answers;
  }

  /** Creates a topic with these replicas and waits until all of them are in sync, everywhere; answers its id. */
  async createTopic(name: string, replicas: readonly (readonly number[])[]): Promise<string> {
    const assignments = replicas.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }));
    const { topics } = await this.ask<{ topics: readonly { topicId: string; errorCode: number }[] }>(
      this.broker(1),
      'CreateTopics',
      7,
      { topics: [{ name, numPartitions: -1, replicationFactor: -1, assignments }], timeoutMs: 10_000 },
    );
    const [topic] = topics;
    if (topic?.errorCode !== 0) throw new Error(`${name} was not created: error ${topic?.errorCode}`);
    const wanted = replicas.map((isr) => ({ isr, ...(isr[0] !== undefined && { leader: isr[0] }) }));
    await partitionsAre(this.cluster, name, wanted);
    return topic.topicId;
  }

  /** Resolves when every node has seen what was committed. */
  settled(): Promise<void> {
    return settled(this.cluster);
  }

  close(): void {
    for (const wire of this.#wires.values()) wire.close();
  }

  #node(id: number): ThreeNodes['nodes'][number] {
    const node = this.cluster.nodes.find((candidate) => candidate.id === id);
    if (node === undefined) throw new Error(`there is no node ${id}`);
    return node;
  }

  #wireTo(address: string): WireClient {
    const wire = this.#wires.get(address) ?? new WireClient(address);
    this.#wires.set(address, wire);
    return wire;
  }
}

interface DescribedQuorum {
  readonly topics: readonly { readonly partitions: readonly { readonly leaderId: number }[] }[];
}
