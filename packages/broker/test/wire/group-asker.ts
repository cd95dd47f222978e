import { ErrorCode } from '../../src/protocol/errors.ts';
import type { Decoded, Encodable, MessageDeclaration } from '../../src/protocol/message.ts';
import { findCoordinatorRequest } from '../../src/protocol/messages/find-coordinator-request.ts';
import { findCoordinatorResponse } from '../../src/protocol/messages/find-coordinator-response.ts';
import { heartbeatRequest } from '../../src/protocol/messages/heartbeat-request.ts';
import { heartbeatResponse } from '../../src/protocol/messages/heartbeat-response.ts';
import { joinGroupRequest } from '../../src/protocol/messages/join-group-request.ts';
import { joinGroupResponse } from '../../src/protocol/messages/join-group-response.ts';
import { offsetCommitRequest } from '../../src/protocol/messages/offset-commit-request.ts';
import { offsetCommitResponse } from '../../src/protocol/messages/offset-commit-response.ts';
import { offsetFetchRequest } from '../../src/protocol/messages/offset-fetch-request.ts';
import { offsetFetchResponse } from '../../src/protocol/messages/offset-fetch-response.ts';
import { syncGroupRequest } from '../../src/protocol/messages/sync-group-request.ts';
import { syncGroupResponse } from '../../src/protocol/messages/sync-group-response.ts';
import type { BrokerCluster } from './broker-cluster.ts';
import type { WireClient } from './wire-client.ts';

/** What a client answers by looking for the coordinator anew, or by asking again. */
const RETRIED: ReadonlySet<number> = new Set([
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.NOT_COORDINATOR,
]);

const PATIENCE_MS = 30_000;

export interface Member {
  readonly memberId: string;
  readonly generationId: number;
}

/** A client of one group, that finds its coordinator again whenever it has to, on a connection of its own. */
export class GroupAsker {
  readonly groupId: string;
  readonly #cluster: BrokerCluster;
  #coordinator: { readonly id: number; readonly client: WireClient } | null = null;

  constructor(cluster: BrokerCluster, groupId: string) {
    this.#cluster = cluster;
    this.groupId = groupId;
  }

  /** The broker that coordinates the group, once one is found that serves. */
  async coordinatorId(): Promise<number> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    for (;;) {
      for (const via of this.#cluster.running) {
        const found = await this.#findBy(via);
        if (found !== null) return found;
      }
      if (performance.now() > deadlineMs) throw new Error(`no coordinator of ${this.groupId}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Asks its coordinator, whoever that is by then, until the answer is one that a client takes for an answer. */
  async ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    [request, response, version]: readonly [Request, Response, number],
    body: Encodable<Request>,
    errorOf: (answer: Decoded<Response>) => number | undefined,
  ): Promise<Decoded<Response>> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    let last: unknown;
    while (performance.now() < deadlineMs) {
      try {
        const client = await this.#toCoordinator();
        const answer = await client.ask(request, response, body, version);
        last = errorOf(answer);
        if (!RETRIED.has(errorOf(answer) ?? ErrorCode.NONE)) return answer;
        if (last !== ErrorCode.COORDINATOR_LOAD_IN_PROGRESS) this.#coordinator = null;
      } catch (error) {
        // The connection has ended, with the broker or by it.
        last = error;
        this.#coordinator = null;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`no answer of a coordinator of ${this.groupId}; the last was ${last}`);
  }

  join(memberId: string, fields: { readonly topics?: string } = {}) {
    const metadata = Buffer.from(fields.topics ?? '000000000000ffffffff', 'hex');
    const body = {
      groupId: this.groupId,
      ...{ sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000, memberId, protocolType: 'consumer' },
      protocols: [{ name: 'range', metadata }],
    };
    return this.ask([joinGroupRequest, joinGroupResponse, 3], body, ({ errorCode }) => errorCode);
  }

  /** The leader assigns to whom it likes, others wait for it. */
  sync({ generationId, memberId }: Member, assigned: Readonly<Record<string, string>> = {}) {
    const assignments = Object.entries(assigned).map(([id, text]) => ({
      ...{ memberId: id, assignment: Buffer.from(text) },
    }));
    const body = { groupId: this.groupId, generationId, memberId, assignments };
    return this.ask([syncGroupRequest, syncGroupResponse, 3], body, ({ errorCode }) => errorCode);
  }

  async heartbeat({ generationId, memberId }: Member): Promise<number> {
    const body = { groupId: this.groupId, generationId, memberId };
    const codec = [heartbeatRequest, heartbeatResponse, 3] as const;
    return (await this.ask(codec, body, ({ errorCode }) => errorCode)).errorCode;
  }

  /** The error of a commit for partition 0 of a topic. */
  async commit(topic: string, committedOffset: number, member?: Member): Promise<number | undefined> {
    const body = {
      groupId: this.groupId,
      memberId: member?.memberId ?? '',
      generationIdOrMemberEpoch: member?.generationId ?? -1,
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset }] }],
    };
    const codeOf = ({ topics }: Decoded<typeof offsetCommitResponse>) => topics[0]?.partitions[0]?.errorCode;
    return codeOf(await this.ask([offsetCommitRequest, offsetCommitResponse, 8], body, codeOf));
  }

  /** What is committed for partition 0 of a topic; -1 for nothing. */
  async committed(topic: string, requireStable = false): Promise<number | undefined> {
    const topics = [{ name: topic, partitionIndexes: [0] }];
    const body = { groups: [{ groupId: this.groupId, topics }], requireStable };
    const codec = [offsetFetchRequest, offsetFetchResponse, 8] as const;
    const { groups } = await this.ask(codec, body, (answer) => answer.groups[0]?.errorCode);
    return groups[0]?.topics[0]?.partitions[0]?.committedOffset;
  }

  async #toCoordinator(): Promise<WireClient> {
    if (this.#coordinator === null) {
      const id = await this.coordinatorId();
      this.#coordinator = { id, client: await this.#cluster.connect(id) };
    }
    return this.#coordinator.client;
  }

  async #findBy(via: number): Promise<number | null> {
    try {
      const client = await this.#cluster.connect(via);
      const body = { keyType: 0, coordinatorKeys: [this.groupId] };
      const { coordinators } = await client.ask(findCoordinatorRequest, findCoordinatorResponse, body, 4);
      client.destroy();
      const [found] = coordinators;
      const serves = found?.errorCode === ErrorCode.NONE && this.#cluster.running.includes(found.nodeId);
      return serves ? found.nodeId : null;
    } catch {
      return null;
    }
  }
}
