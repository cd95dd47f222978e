import { ErrorCode } from '../../src/protocol/errors.ts';
import type { Decoded, Encodable, MessageDeclaration } from '../../src/protocol/message.ts';
import { addOffsetsToTxnRequest } from '../../src/protocol/messages/add-offsets-to-txn-request.ts';
import { addOffsetsToTxnResponse } from '../../src/protocol/messages/add-offsets-to-txn-response.ts';
import { addPartitionsToTxnRequest } from '../../src/protocol/messages/add-partitions-to-txn-request.ts';
import { addPartitionsToTxnResponse } from '../../src/protocol/messages/add-partitions-to-txn-response.ts';
import { endTxnRequest } from '../../src/protocol/messages/end-txn-request.ts';
import { endTxnResponse } from '../../src/protocol/messages/end-txn-response.ts';
import { findCoordinatorRequest } from '../../src/protocol/messages/find-coordinator-request.ts';
import { findCoordinatorResponse } from '../../src/protocol/messages/find-coordinator-response.ts';
import { initProducerIdRequest } from '../../src/protocol/messages/init-producer-id-request.ts';
import { initProducerIdResponse } from '../../src/protocol/messages/init-producer-id-response.ts';
import { produceRequest } from '../../src/protocol/messages/produce-request.ts';
import { produceResponse } from '../../src/protocol/messages/produce-response.ts';
import { txnOffsetCommitRequest } from '../../src/protocol/messages/txn-offset-commit-request.ts';
import { txnOffsetCommitResponse } from '../../src/protocol/messages/txn-offset-commit-response.ts';
import { batchOf } from '../log/log-bed.ts';
import type { BrokerCluster } from './broker-cluster.ts';

/** What a client answers by asking somebody else, or again. */
const RETRIED: ReadonlySet<number | undefined> = new Set([
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.CONCURRENT_TRANSACTIONS,
]);

const PATIENCE_MS = 30_000;

/** What a coordinator is found for. */
const [GROUP, TRANSACTION] = [0, 1];

/** A transactional producer that asks every broker until one has an answer; every call resolves with the error code. */
export class TransactionAsker {
  readonly #cluster: BrokerCluster;
  readonly #transactionalId: string;
  readonly #sequences = new Map<string, number>();
  producerId = -1;
  producerEpoch = -1;

  constructor(cluster: BrokerCluster, transactionalId: string) {
    this.#cluster = cluster;
    this.#transactionalId = transactionalId;
  }

  async init(): Promise<void> {
    const transactionalId = this.#transactionalId;
    await this.#find(TRANSACTION, transactionalId);
    const asked = { transactionalId, transactionTimeoutMs: 600_000 };
    const given = await this.#ask(
      [initProducerIdRequest, initProducerIdResponse, 4],
      asked,
      (answer) => answer,
    );
    ({ producerId: this.producerId, producerEpoch: this.producerEpoch } = given);
    this.#sequences.clear();
  }

  async add(topic: string, partitions: readonly number[]): Promise<number | undefined> {
    const body = {
      v3AndBelowTransactionalId: this.#transactionalId,
      v3AndBelowProducerId: this.producerId,
      v3AndBelowProducerEpoch: this.producerEpoch,
      v3AndBelowTopics: [{ name: topic, partitions }],
    };
    const api = [addPartitionsToTxnRequest, addPartitionsToTxnResponse, 3] as const;
    const said = ({ resultsByTopicV3AndBelow: [first] }: Decoded<typeof addPartitionsToTxnResponse>) => ({
      errorCode: first?.resultsByPartition[0]?.partitionErrorCode,
    });
    return (await this.#ask(api, body, said)).errorCode;
  }

  /** Appends one record; by version 12 its partition adds itself. */
  async send(topic: string, text: string, { partition: index = 0, version = 9 } = {}) {
    const place = `${topic}-${index}`;
    const baseSequence = this.#sequences.get(place) ?? 0;
    const { producerId, producerEpoch } = this;
    const records = batchOf([text], { producerId, producerEpoch, baseSequence, isTransactional: true });
    const topicData = [{ name: topic, partitionData: [{ index, records }] }];
    const body = { transactionalId: this.#transactionalId, acks: -1, timeoutMs: 10_000, topicData };
    const said = ({ responses: [first] }: Decoded<typeof produceResponse>) => ({
      errorCode: first?.partitionResponses[0]?.errorCode,
    });
    const { errorCode } = await this.#ask([produceRequest, produceResponse, version], body, said);
    if (errorCode === ErrorCode.NONE) this.#sequences.set(place, baseSequence + 1);
    return errorCode;
  }

  /** Commits an offset of partition 0 of the topic for a group. */
  async commitOffset(groupId: string, topic: string, committedOffset: number): Promise<number | undefined> {
    await this.#find(GROUP, groupId);
    const { producerId, producerEpoch } = this;
    const transaction = { transactionalId: this.#transactionalId, producerId, producerEpoch, groupId };
    const added = await this.#ask(
      [addOffsetsToTxnRequest, addOffsetsToTxnResponse, 3],
      transaction,
      (answer) => answer,
    );
    if (added.errorCode !== ErrorCode.NONE) return added.errorCode;
    const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: null }];
    const body = { ...transaction, topics: [{ name: topic, partitions }] };
    const said = ({ topics: [first] }: Decoded<typeof txnOffsetCommitResponse>) => ({
      errorCode: first?.partitions[0]?.errorCode,
    });
    return (await this.#ask([txnOffsetCommitRequest, txnOffsetCommitResponse, 3], body, said)).errorCode;
  }

  async end(committed: boolean): Promise<number | undefined> {
    const { producerId, producerEpoch } = this;
    const body = { transactionalId: this.#transactionalId, producerId, producerEpoch, committed };
    return (await this.#ask([endTxnRequest, endTxnResponse, 3], body, (answer) => answer)).errorCode;
  }

  /** Has the topic made in which the coordinator keeps its state, unless it is there. */
  async #find(keyType: number, key: string): Promise<void> {
    const said = ({ coordinators: [first] }: Decoded<typeof findCoordinatorResponse>) => ({
      errorCode: first?.errorCode,
    });
    const asked = { keyType, coordinatorKeys: [key] };
    await this.#ask([findCoordinatorRequest, findCoordinatorResponse, 4], asked, said);
  }

  async #ask<
    Request extends MessageDeclaration,
    Response extends MessageDeclaration,
    Said extends { readonly errorCode: number | undefined },
  >(
    [request, response, version]: readonly [Request, Response, number],
    body: Encodable<Request>,
    said: (answer: Decoded<Response>) => Said,
  ): Promise<Said> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    for (;;) {
      let last: number | undefined;
      for (const via of this.#cluster.running) {
        const client = await this.#cluster.connect(via);
        const answer = said(await client.ask(request, response, body, version));
        client.destroy();
        if (!RETRIED.has(answer.errorCode)) return answer;
        last = answer.errorCode;
      }
      if (performance.now() > deadlineMs) throw new Error(`${request.name}: ${last} from everybody`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
