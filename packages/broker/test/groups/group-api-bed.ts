import { GroupTopics } from '../../src/groups/consumer/group-topics.ts';
import type { GroupCoordinator } from '../../src/groups/group-coordinator.ts';
import type { Handler, RequestContext } from '../../src/handlers/handler.ts';
import { joinGroupHandler } from '../../src/handlers/join-group.ts';
import { EMPTY_IMAGE, type MetadataImage } from '../../src/metadata/metadata-image.ts';
import { GROUP_METADATA_TOPIC } from '../../src/metadata/topic-name.ts';
import {
  decodeMessage,
  type Encodable,
  encodeMessage,
  type MessageDeclaration,
} from '../../src/protocol/message.ts';
import { Reader } from '../../src/protocol/reader.ts';
import { ZERO_UUID } from '../../src/protocol/uuid.ts';
import { type Authorizer, allowAll } from '../../src/security/authorizer.ts';
import { ANONYMOUS } from '../../src/security/principal.ts';
import type { TransactionCoordinator } from '../../src/transactions/transaction-coordinator.ts';
import { ManualClock } from '../coordination/manual-clock.ts';
import { MemoryLog } from '../coordination/memory-log.ts';
import { newTransactionCoordinator } from '../transactions/transaction-coordinator-bed.ts';
import { newCoordinator } from './coordinator-bed.ts';
import { PARTITION } from './topic-image.ts';

export const ORDERS_ID = 'b3JkZXJzb3JkZXJzb3JkZQ';

const ORDERS = { name: 'orders', id: ORDERS_ID, partitions: [PARTITION, PARTITION] };
const GROUPS = { name: GROUP_METADATA_TOPIC, id: ZERO_UUID, partitions: [PARTITION] };

const IMAGE: MetadataImage = {
  ...EMPTY_IMAGE,
  topicsByName: EMPTY_IMAGE.topicsByName.with([
    ['orders', ORDERS],
    [GROUP_METADATA_TOPIC, GROUPS],
  ]),
  topicsById: EMPTY_IMAGE.topicsById.with([[ORDERS_ID, ORDERS]]),
  brokers: EMPTY_IMAGE.brokers.with([
    [
      1,
      {
        id: 1,
        epoch: 1,
        incarnationId: ZERO_UUID,
        endpoints: [{ listenerName: 'PLAINTEXT', host: '127.0.0.1', port: 9999, securityProtocol: 0 }],
        rack: null,
        isFenced: false,
        isInControlledShutdown: false,
        directories: [],
        features: [],
      },
    ],
  ]),
};

export const joinRequest = {
  groupId: 'g',
  sessionTimeoutMs: 10_000,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: Buffer.from('000000000000ffffffff', 'hex') }],
};

/** The handlers of the group APIs over a live coordinator, and metadata with the topic `orders` of two partitions. */
export class GroupApiBed {
  readonly clock = new ManualClock();
  image: MetadataImage = IMAGE;
  readonly coordinator: GroupCoordinator = newCoordinator({
    clock: this.clock,
    topics: new GroupTopics(() => this.image),
  });
  readonly transactions: TransactionCoordinator = newTransactionCoordinator({ clock: this.clock });
  authorizer: Authorizer = allowAll;
  offersConsumerGroups = true;
  /** How often the topic of a coordinator was asked for. */
  creations = 0;

  static async ready(): Promise<GroupApiBed> {
    const bed = new GroupApiBed();
    await bed.coordinator.elected(0, new MemoryLog().lead(1));
    await bed.transactions.elected(0, new MemoryLog().lead(1));
    return bed;
  }

  /** What any of the handlers may need. */
  get needs() {
    return {
      coordinator: this.coordinator,
      transactions: this.transactions,
      offersConsumerGroups: () => this.offersConsumerGroups,
      authorizer: { isAllowed: (...asked) => this.authorizer.isAllowed(...asked) } satisfies Authorizer,
      image: () => this.image,
      groupPartition: (groupId: string) => this.coordinator.partitionOf(groupId),
      transactionPartition: (transactionalId: string) => this.transactions.partitionOf(transactionalId),
      createInternalTopic: () => {
        this.creations += 1;
      },
      nextProducerId: async () => 4000,
    };
  }

  /** Sends a request in the wire form of one version and reads the answer from that of the response. */
  async ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    handler: Handler<Request, Response>,
    apiVersion: number,
    request: Encodable<Request>,
  ) {
    const context: RequestContext = {
      principal: ANONYMOUS,
      clientId: 'client',
      clientHost: '127.0.0.1',
      connectionId: 1,
      listenerName: 'PLAINTEXT',
      apiVersion,
    };
    const bytes = encodeMessage(handler.request, request, apiVersion);
    const answering = handler.handle(decodeMessage(handler.request, new Reader(bytes), apiVersion), context);
    await this.clock.advance(0);
    const answer = await answering;
    if (answer === null || typeof answer === 'symbol') throw new Error('no response');
    const response = encodeMessage(handler.response, answer, apiVersion);
    return decodeMessage(handler.response, new Reader(response), apiVersion);
  }

  /** Has a member join the group `g`; resolves with its id. */
  async join(): Promise<string> {
    const request = { ...joinRequest, rebalanceTimeoutMs: 1000 };
    const { memberId } = await this.ask(joinGroupHandler(this.needs), 3, request);
    return memberId;
  }
}

/** A part of a request, for the versions that have a place for it. */
export function since<Value>(version: number, from: number, value: Value): Partial<Value> {
  return version >= from ? value : {};
}

export function versions(min: number, max: number): number[] {
  return Array.from({ length: max - min + 1 }, (_, index) => min + index);
}

/** A commit of the group `g` for partitions of `orders`. */
export function commitRequest(version: number, partitions: readonly number[]) {
  return {
    groupId: 'g',
    topics: [
      {
        ...(version >= 10 ? { topicId: ORDERS_ID } : { name: 'orders' }),
        partitions: partitions.map((partitionIndex) => ({
          partitionIndex,
          committedOffset: 40 + partitionIndex,
          committedMetadata: 'note',
          ...since(version, 6, { committedLeaderEpoch: 2 }),
        })),
      },
    ],
  };
}
