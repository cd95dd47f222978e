import { deleteRecordsRequest } from '../../src/protocol/messages/delete-records-request.ts';
import { deleteRecordsResponse } from '../../src/protocol/messages/delete-records-response.ts';
import { describeLogDirsRequest } from '../../src/protocol/messages/describe-log-dirs-request.ts';
import { describeLogDirsResponse } from '../../src/protocol/messages/describe-log-dirs-response.ts';
import { describeProducersRequest } from '../../src/protocol/messages/describe-producers-request.ts';
import { describeProducersResponse } from '../../src/protocol/messages/describe-producers-response.ts';
import { fetchRequest } from '../../src/protocol/messages/fetch-request.ts';
import { fetchResponse } from '../../src/protocol/messages/fetch-response.ts';
import { listOffsetsRequest } from '../../src/protocol/messages/list-offsets-request.ts';
import { listOffsetsResponse } from '../../src/protocol/messages/list-offsets-response.ts';
import { metadataRequest } from '../../src/protocol/messages/metadata-request.ts';
import { metadataResponse } from '../../src/protocol/messages/metadata-response.ts';
import { offsetForLeaderEpochRequest } from '../../src/protocol/messages/offset-for-leader-epoch-request.ts';
import { offsetForLeaderEpochResponse } from '../../src/protocol/messages/offset-for-leader-epoch-response.ts';
import { produceRequest } from '../../src/protocol/messages/produce-request.ts';
import { produceResponse } from '../../src/protocol/messages/produce-response.ts';
import { batchesIn } from '../../src/protocol/record-batch.ts';
import { buildBatch, recordsBody, recordsIn } from '../../src/protocol/records.ts';
import type { WireClient } from './wire-client.ts';

/** Asks about single partitions and keeps of the answers what most tests want. */
export class PartitionAsker {
  readonly client: WireClient;

  constructor(client: WireClient) {
    this.client = client;
  }

  /** The error code of an append of one record. */
  async produce(name: string, index: number, text: string, acks = -1): Promise<number | undefined> {
    const records = buildBatch([{ value: Buffer.from(text), timestamp: 1_700_000_000_000 }]);
    const topicData = [{ name, partitionData: [{ index, records }] }];
    const body = { acks, timeoutMs: 10_000, topicData };
    const { responses } = await this.client.ask(produceRequest, produceResponse, body, 9);
    return responses[0]?.partitionResponses[0]?.errorCode;
  }

  /** The values of one Fetch from the offset on, or the error code. */
  async values(topic: string, partition: number, fetchOffset = 0): Promise<string[] | number> {
    const topics = [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: 1 << 20 }] }];
    const body = { maxWaitMs: 0, minBytes: 1, topics };
    const { responses } = await this.client.ask(fetchRequest, fetchResponse, body, 12);
    const answer = responses[0]?.partitions[0];
    if (answer === undefined || answer.errorCode !== 0) return answer?.errorCode ?? -1;
    return [...batchesIn(answer.records ?? new Uint8Array())].flatMap((batch) =>
      [...recordsIn(batch, recordsBody(batch, 1 << 20))].map(({ value }) =>
        Buffer.from(value ?? []).toString(),
      ),
    );
  }

  /** All values, of batches of one record each. Throws where an error is answered. */
  async allValues(topic: string, partition: number): Promise<string[]> {
    const all: string[] = [];
    for (;;) {
      const values = await this.values(topic, partition, all.length);
      if (typeof values === 'number') throw new Error(`fetch at ${all.length}: error ${values}`);
      if (values.length === 0) return all;
      all.push(...values);
    }
  }

  /** The error code that each API but Produce and Fetch has for the partition. */
  async errorCodes(name: string, index: number): Promise<Record<string, number | undefined>> {
    const { client } = this;
    const listed = await client.ask(
      listOffsetsRequest,
      listOffsetsResponse,
      { replicaId: -1, topics: [{ name, partitions: [{ partitionIndex: index, timestamp: -1 }] }] },
      7,
    );
    const deleted = await client.ask(
      deleteRecordsRequest,
      deleteRecordsResponse,
      { timeoutMs: 1000, topics: [{ name, partitions: [{ partitionIndex: index, offset: 0 }] }] },
      2,
    );
    const ended = await client.ask(
      offsetForLeaderEpochRequest,
      offsetForLeaderEpochResponse,
      { replicaId: -1, topics: [{ topic: name, partitions: [{ partition: index, leaderEpoch: 0 }] }] },
      4,
    );
    const described = await client.ask(
      describeProducersRequest,
      describeProducersResponse,
      { topics: [{ name, partitionIndexes: [index] }] },
      0,
    );
    return {
      listOffsets: listed.topics[0]?.partitions[0]?.errorCode,
      deleteRecords: deleted.topics[0]?.partitions[0]?.errorCode,
      offsetForLeaderEpoch: ended.topics[0]?.partitions[0]?.errorCode,
      describeProducers: described.topics[0]?.partitions[0]?.errorCode,
    };
  }

  /** What Metadata says of each partition of a topic, by index. */
  async metadata(name: string) {
    const body = { topics: [{ name }], allowAutoTopicCreation: false };
    const { topics } = await this.client.ask(metadataRequest, metadataResponse, body, 12);
    const partitions = topics[0]?.partitions ?? [];
    return partitions.toSorted((left, right) => left.partitionIndex - right.partitionIndex);
  }

  /** The id of a topic; undefined where it is not known. */
  async topicId(name: string): Promise<string | undefined> {
    const body = { topics: [{ name }], allowAutoTopicCreation: false };
    const { topics } = await this.client.ask(metadataRequest, metadataResponse, body, 12);
    return topics[0]?.errorCode === 0 ? topics[0].topicId : undefined;
  }

  async logDirs() {
    const { results } = await this.client.ask(
      describeLogDirsRequest,
      describeLogDirsResponse,
      { topics: null },
      4,
    );
    return results;
  }
}
