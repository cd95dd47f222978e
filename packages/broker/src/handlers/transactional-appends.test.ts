import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batchOf, contentOf, LogBed } from '../../test/log/log-bed.ts';
import { AskedCoordinator } from '../../test/replication/asked-coordinator.ts';
import { ledPartition } from '../../test/replication/led-partition.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Partition } from '../replication/partition.ts';
import { PartitionVerification } from '../replication/partition-verification.ts';
import { nodeClock } from '../runtime/node-clock.ts';
import { nodeCompute } from '../runtime/node-compute.ts';
import { OpeningAppends } from './opening-appends.ts';
import { isTransactional, TransactionalAppends, transactionSupportOf } from './transactional-appends.ts';

let bed: LogBed;
let partition: Partition;
let coordinator: AskedCoordinator;
let appends: TransactionalAppends;

beforeEach(async () => {
  bed = new LogBed();
  partition = ledPartition(await bed.open());
  coordinator = new AskedCoordinator();
  const verification = new PartitionVerification({
    ...{ clock: nodeClock, coordinatorOf: () => 1, channelTo: () => coordinator, isEnabled: () => true },
    ...{ requestTimeoutMs: 1000, retryBackoffMs: 20, retryForMs: 0 },
  });
  appends = new TransactionalAppends(new OpeningAppends(nodeCompute), verification);
});
afterEach(async () => {
  await partition.log.close();
  bed.remove();
});

/** Sends one record that says who wrote it; resolves with the error code once it is written. */
async function send(baseSequence: number, { producerId = 7, version = 9 } = {}): Promise<number> {
  const text = `${producerId}:${baseSequence}`;
  const records = batchOf([text], { producerId, producerEpoch: 0, baseSequence, isTransactional: true });
  expect(isTransactional(records)).toBe(true);
  const appended = await appends.append(partition, records, {
    request: { transactionalId: `copy-${producerId}`, support: transactionSupportOf(version) },
    append: { origin: 'client', requiredAcks: -1 },
  });
  return appended.kind === 'rejected' ? appended.errorCode : appended.done;
}

const turn = () => new Promise(setImmediate);
const written = async () => (await contentOf(partition.log)).map(([, text]) => text);

describe('appends in a transaction', () => {
  test('keep their order behind the first one of their producer, which waits for its coordinator', async () => {
    const sent = [send(0), send(1), send(2)];
    await turn();
    const other = send(0, { producerId: 8 });
    expect(coordinator.asked).toHaveLength(1);
    expect(partition.log.logEndOffset).toBe(0);
    await coordinator.answer(ErrorCode.NONE);
    expect(await Promise.all(sent)).toEqual([0, 0, 0]);
    await coordinator.answer(ErrorCode.NONE);
    expect(await other).toBe(ErrorCode.NONE);
    expect(await send(3)).toBe(ErrorCode.NONE);
    expect(await written()).toEqual(['7:0', '7:1', '7:2', '8:0', '7:3']);
    expect(coordinator.asked).toEqual([]);
  });

  test('each ask anew behind one that was refused, and do not overtake it', async () => {
    const [first, second] = [send(0), send(1)];
    await turn();
    await coordinator.answer(ErrorCode.NOT_COORDINATOR);
    expect(await first).toBe(ErrorCode.NOT_ENOUGH_REPLICAS);
    await coordinator.answer(ErrorCode.NONE);
    expect(await second).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    coordinator.codes = [];
    expect([await send(0), await send(1)]).toEqual([ErrorCode.NONE, ErrorCode.NONE]);
    expect(await written()).toEqual(['7:0', '7:1']);
  });

  test.each([
    [ErrorCode.NOT_COORDINATOR, 12, ErrorCode.NOT_ENOUGH_REPLICAS],
    [ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, 9, ErrorCode.NOT_ENOUGH_REPLICAS],
    [ErrorCode.CONCURRENT_TRANSACTIONS, 11, ErrorCode.NOT_ENOUGH_REPLICAS],
    [ErrorCode.CONCURRENT_TRANSACTIONS, 12, ErrorCode.CONCURRENT_TRANSACTIONS],
    [ErrorCode.TRANSACTION_ABORTABLE, 11, ErrorCode.TRANSACTION_ABORTABLE],
    [ErrorCode.TRANSACTION_ABORTABLE, 10, ErrorCode.INVALID_TXN_STATE],
    [ErrorCode.PRODUCER_FENCED, 12, ErrorCode.INVALID_PRODUCER_EPOCH],
  ])('hear of the coordinator’s %i in version %i as of %i', async (errorCode, version, told) => {
    coordinator.codes = [errorCode];
    expect(await send(0, { version })).toBe(told);
    expect(await written()).toEqual([]);
  });
});
