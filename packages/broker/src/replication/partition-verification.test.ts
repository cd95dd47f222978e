import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../test/coordination/manual-clock.ts';
import { LogBed } from '../../test/log/log-bed.ts';
import { AskedCoordinator } from '../../test/replication/asked-coordinator.ts';
import { ledPartition } from '../../test/replication/led-partition.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Partition } from './partition.ts';
import { PartitionVerification, type TransactionalBatch } from './partition-verification.ts';

let bed: LogBed;
let partition: Partition;
let clock: ManualClock;
let coordinator: AskedCoordinator;
let coordinatorId: number | null;
let isEnabled: boolean;
let asked: boolean[];

beforeEach(async () => {
  bed = new LogBed();
  [clock, coordinator, coordinatorId, isEnabled, asked] = [
    new ManualClock(),
    new AskedCoordinator(),
    1,
    true,
    [],
  ];
  coordinator.codes = [];
  partition = ledPartition(await bed.open());
});
afterEach(() => bed.remove());

/** Notes, of each question, whether it is to verify only. */
function channelTo() {
  const ask: AskedCoordinator['ask'] = (exchange) => {
    const { transactions = [] } = exchange.body as AskedCoordinator['asked'][number];
    asked.push(...transactions.map(({ verifyOnly = false }) => verifyOnly));
    return coordinator.ask(exchange);
  };
  return { ask };
}

function verify(batch: Partial<TransactionalBatch> = {}) {
  const verification = new PartitionVerification({
    ...{ clock, coordinatorOf: () => coordinatorId, channelTo, isEnabled: () => isEnabled },
    ...{ requestTimeoutMs: 1000, retryBackoffMs: 20, retryForMs: 100 },
  });
  return verification.verify(partition, {
    ...{ transactionalId: 'copy', producerId: 7, producerEpoch: 0, firstSequence: 0, support: 'abortable' },
    ...batch,
  });
}

describe('the first batch of a transaction', () => {
  test('may begin it when the coordinator knows of the partition', async () => {
    expect(await verify()).toMatchObject({ kind: 'verified', verification: {} });
    expect(asked).toEqual([true]);
  });

  test('has its partition added where its client leaves that to the broker', async () => {
    await verify({ support: 'adds-partitions' });
    expect(asked).toEqual([false]);
  });

  test.each([
    [ErrorCode.TRANSACTION_ABORTABLE, 'invalid-state', ErrorCode.INVALID_TXN_STATE],
    [ErrorCode.TRANSACTION_ABORTABLE, 'abortable', ErrorCode.TRANSACTION_ABORTABLE],
    [ErrorCode.PRODUCER_FENCED, 'adds-partitions', ErrorCode.INVALID_PRODUCER_EPOCH],
    [ErrorCode.CONCURRENT_TRANSACTIONS, 'abortable', ErrorCode.CONCURRENT_TRANSACTIONS],
  ] as const)('hears of %i, where its client is %s, as of %i', async (answer, support, errorCode) => {
    coordinator.codes = [answer];
    expect(await verify({ support })).toEqual({ kind: 'refused', errorCode });
    expect(asked).toHaveLength(1);
  });

  test('waits for the end of the transaction before, but not for ever', async () => {
    coordinator.codes = [
      ErrorCode.CONCURRENT_TRANSACTIONS,
      ErrorCode.CONCURRENT_TRANSACTIONS,
      ErrorCode.NONE,
    ];
    const verified = verify({ support: 'adds-partitions' });
    await clock.advance(40);
    expect(await verified).toMatchObject({ kind: 'verified' });
    coordinator.codes = Array.from({ length: 100 }, () => ErrorCode.CONCURRENT_TRANSACTIONS);
    const refused = verify({ support: 'adds-partitions' });
    await clock.advance(100);
    expect(await refused).toEqual({ kind: 'refused', errorCode: ErrorCode.CONCURRENT_TRANSACTIONS });
  });

  test('of offsets does not: the client is told at once, as by Kafka', async () => {
    coordinator.codes = [ErrorCode.CONCURRENT_TRANSACTIONS];
    const refused = await verify({ support: 'adds-partitions', firstSequence: -1 });
    expect(refused).toEqual({ kind: 'refused', errorCode: ErrorCode.CONCURRENT_TRANSACTIONS });
  });

  test('is refused where nobody leads its coordinator’s partition', async () => {
    coordinatorId = null;
    expect(await verify()).toEqual({ kind: 'refused', errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE });
  });

  test('is not asked for where that is switched off, unless the partition has to be added', async () => {
    isEnabled = false;
    expect(verify()).toEqual({ kind: 'verified', verification: 'waived' });
    expect(asked).toEqual([]);
    expect(await verify({ support: 'adds-partitions' })).toMatchObject({ kind: 'verified' });
    expect(asked).toHaveLength(1);
  });

  test('without a transactional id is left to the log, which refuses it', () => {
    expect(verify({ transactionalId: null })).toEqual({ kind: 'verified', verification: undefined });
  });

  test('is refused at once where the partition is led elsewhere', () => {
    partition.retire();
    expect(verify()).toEqual({ kind: 'refused', errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER });
  });
});
