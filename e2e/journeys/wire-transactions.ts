import { batch, produceBody } from '../interop/differential/batches.ts';
import { WireClient } from '../interop/differential/wire-client.ts';

const TRANSACTIONAL = 1 << 4;

/** The last version of Produce whose sender has to name partitions to the coordinator itself (KIP-890). */
const PRODUCE_VERSION = 11;

/** What a transactional producer left behind in a partition of a one-broker cluster, and never ended. */
export interface LeftTransaction {
  readonly producerId: number;
}

/** Begins a transaction, writes two records and leaves: its coordinator will end it when it times out. */
export async function leaveTransaction(
  bootstrap: string,
  transactionalId: string,
  topic: string,
  partition = 0,
): Promise<LeftTransaction> {
  return withWire(bootstrap, async (wire) => {
    const producer = await initProducer(wire, transactionalId);
    const added = await wire.send('AddPartitionsToTxn', 3, {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: [{ name: topic, partitions: [partition] }],
    });
    refuse(added, 'resultsByTopicV3AndBelow');
    await write(wire, { ...producer, transactionalId, topic, partition });
    return { producerId: producer.producerId };
  });
}

/**
 * Writes transactional records to a partition that no coordinator was told of, as a producer's delayed request can on
 * brokers that do not verify: nobody will ever end that transaction.
 */
export async function leaveHangingTransaction(
  bootstrap: string,
  transactionalId: string,
  topic: string,
  partition = 0,
): Promise<LeftTransaction> {
  return withWire(bootstrap, async (wire) => {
    const producer = await initProducer(wire, transactionalId);
    await write(wire, { ...producer, transactionalId, topic, partition });
    return { producerId: producer.producerId };
  });
}

interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

async function initProducer(wire: WireClient, transactionalId: string): Promise<Producer> {
  for (;;) {
    const body = { transactionalId, transactionTimeoutMs: 600_000 };
    const answer = await wire.send('InitProducerId', 4, body);
    if ('closed' in answer) throw new Error('the connection was closed at InitProducerId');
    const { errorCode, ...producer } = answer.response as Producer & { errorCode: number };
    if (errorCode === 0) return producer;
    // The coordinator's topic is being made: Kafka's clients ask again, too.
    await wire.send('FindCoordinator', 4, { keyType: 1, coordinatorKeys: [transactionalId] });
    if (![14, 15, 16].includes(errorCode)) throw new Error(`InitProducerId answered ${errorCode}`);
  }
}

async function write(
  wire: WireClient,
  {
    transactionalId,
    topic,
    partition,
    producerId,
    producerEpoch,
  }: Producer & Record<'transactionalId' | 'topic', string> & { partition: number },
): Promise<void> {
  const records = batch({
    attributes: TRANSACTIONAL,
    producerId,
    producerEpoch,
    sequence: 0,
    timestamp: Date.now(),
  });
  const body = { ...produceBody(topic, records, { partition }), transactionalId };
  refuse(await wire.send('Produce', PRODUCE_VERSION, body), 'responses');
}

/** Throws unless every error code in that part of an answer is 0. */
function refuse(answer: Awaited<ReturnType<WireClient['send']>>, part: string): void {
  if ('closed' in answer) throw new Error('the connection was closed');
  const text = JSON.stringify((answer.response as Record<string, unknown>)[part], (_, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
  if (/[eE]rrorCode":(?!0[,}])/.test(text)) throw new Error(`refused: ${text}`);
}

async function withWire<Result>(
  bootstrap: string,
  use: (wire: WireClient) => Promise<Result>,
): Promise<Result> {
  const wire = new WireClient(bootstrap);
  try {
    return await use(wire);
  } finally {
    wire.close();
  }
}
