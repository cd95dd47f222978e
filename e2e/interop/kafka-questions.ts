import type {
  OffsetAnswer,
  ProducerAnswer,
  RecordAnswer,
  TopicAnswers,
} from '../../packages/broker/test/log/kafka-directory.ts';
import type { ScriptedClient } from './clients/scripted-client.ts';
import { WireClient } from './differential/wire-client.ts';

const EARLIEST = -2;
const LATEST = -1;
const MAX_TIMESTAMP = -3;
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;

/** Asks a cluster everything about partition 0 of a topic that a log has to know. */
export async function askAbout(
  java: ScriptedClient,
  bootstrap: string,
  { topic, isCompacted }: { readonly topic: string; readonly isCompacted: boolean },
): Promise<TopicAnswers> {
  const wire = new WireClient(bootstrap);
  const offsetAt = (timestamp: number, isolationLevel = READ_UNCOMMITTED) =>
    listOffsets(wire, { topic, timestamp, isolationLevel });
  const read = (isolation: string) => java.read(bootstrap, topic, isolation) as Promise<RecordAnswer[]>;
  try {
    const uncommitted = await read('read_uncommitted');
    const byTimestamp: { sought: number; found: OffsetAnswer }[] = [];
    for (const sought of timesToSeek(uncommitted)) {
      byTimestamp.push({ sought, found: await offsetAt(sought) });
    }
    return {
      topic,
      isCompacted,
      logStartOffset: (await offsetAt(EARLIEST)).offset,
      logEndOffset: (await offsetAt(LATEST)).offset,
      lastStableOffset: (await offsetAt(LATEST, READ_COMMITTED)).offset,
      uncommitted,
      committed: await read('read_committed'),
      newest: await offsetAt(MAX_TIMESTAMP),
      byTimestamp,
      byEpoch: await epochEnds(wire, topic),
      producers: await describeProducers(wire, topic),
    };
  } finally {
    wire.close();
  }
}

/** Before all records, and at and right behind some thirty of their times, the largest among them. */
function timesToSeek(records: readonly RecordAnswer[]): number[] {
  const times = [...new Set(records.map((record) => record.timestamp))].sort((left, right) => left - right);
  const step = Math.ceil(times.length / 30);
  const some = times.filter((_, index) => index % step === 0 || index === times.length - 1);
  return [0, ...some.flatMap((time) => [time, time + 1])];
}

interface Asked {
  readonly topic: string;
  readonly timestamp: number;
  readonly isolationLevel: number;
}

async function listOffsets(wire: WireClient, { topic, timestamp, isolationLevel }: Asked) {
  const topics = [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }];
  const partition = await onlyPartition<OffsetAnswer>(
    wire.send('ListOffsets', 7, { replicaId: -1, isolationLevel, topics }),
  );
  return { offset: partition.offset, timestamp: partition.timestamp, leaderEpoch: partition.leaderEpoch };
}

/** Where each epoch ends, up to two that do not exist yet. */
async function epochEnds(wire: WireClient, topic: string): Promise<TopicAnswers['byEpoch']> {
  const ends: TopicAnswers['byEpoch'][number][] = [];
  for (let epoch = 0, unknown = 0; unknown < 2; epoch++) {
    const topics = [{ topic, partitions: [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch: epoch }] }];
    const answer = await onlyPartition<{ leaderEpoch: number; endOffset: number }>(
      wire.send('OffsetForLeaderEpoch', 4, { replicaId: -1, topics }),
    );
    ends.push({ epoch, leaderEpoch: answer.leaderEpoch, endOffset: answer.endOffset });
    if (answer.leaderEpoch === -1) unknown++;
  }
  return ends;
}

async function describeProducers(wire: WireClient, topic: string): Promise<ProducerAnswer[]> {
  const topics = [{ name: topic, partitionIndexes: [0] }];
  const { activeProducers } = await onlyPartition<{ activeProducers: readonly ProducerAnswer[] }>(
    wire.send('DescribeProducers', 0, { topics }),
  );
  return activeProducers
    .map((producer) => ({
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      lastSequence: producer.lastSequence,
      lastTimestamp: producer.lastTimestamp,
      coordinatorEpoch: producer.coordinatorEpoch,
      currentTxnStartOffset: producer.currentTxnStartOffset,
    }))
    .sort((left, right) => left.producerId - right.producerId);
}

/** Deletes the records of partition 0 below an offset. */
export async function deleteRecordsBelow(bootstrap: string, topic: string, offset: number): Promise<void> {
  const wire = new WireClient(bootstrap);
  const topics = [{ name: topic, partitions: [{ partitionIndex: 0, offset }] }];
  await onlyPartition(wire.send('DeleteRecords', 2, { topics, timeoutMs: 10_000 }));
  wire.close();
}

async function onlyPartition<Partition>(answered: ReturnType<WireClient['send']>): Promise<Partition> {
  const answer = await answered;
  if (!('response' in answer)) throw new Error('the connection closed');
  const { topics } = answer.response as { topics: readonly { partitions: readonly unknown[] }[] };
  const partition = topics[0]?.partitions[0] as Partition & { errorCode: number };
  if (partition.errorCode !== 0) throw new Error(`the cluster answered with error ${partition.errorCode}`);
  return partition;
}
