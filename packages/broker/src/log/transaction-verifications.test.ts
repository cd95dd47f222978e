import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LogBed } from '../../test/log/log-bed.ts';
import { TransactionScene } from '../../test/log/transaction-scene.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { PartitionLog } from './partition-log.ts';

const { NONE, INVALID_TXN_STATE, INVALID_PRODUCER_EPOCH, OUT_OF_ORDER_SEQUENCE_NUMBER } = ErrorCode;

let bed: LogBed;
let log: PartitionLog;
let scene: TransactionScene;
beforeEach(async () => {
  bed = new LogBed();
  log = await bed.open();
  scene = new TransactionScene(log);
});
afterEach(async () => {
  await log.close();
  bed.remove();
});

describe('the first batch of a transaction', () => {
  test('is taken when its coordinator was asked, and those behind it without asking', () => {
    expect(scene.send(0, 0)).toBe(INVALID_TXN_STATE);
    expect(scene.begin(0, 0)).toBe(NONE);
    expect(scene.ask(0)).toBeNull();
    expect(scene.send(0, 1)).toBe(NONE);
    expect(log.verifications.size).toBe(0);
  });

  test('is refused when a marker has come since the coordinator was asked', () => {
    const asked = scene.ask(0);
    expect(scene.end(0, { outcome: 'abort' })).toBe(NONE);
    expect(scene.send(0, 0, { asked })).toBe(INVALID_TXN_STATE);
    // Not even the question of the transaction behind it makes the old answer good.
    scene.ask(0);
    expect(scene.send(0, 0, { asked })).toBe(INVALID_TXN_STATE);
    expect(scene.begin(0, 0)).toBe(NONE);
  });

  test('is refused in another epoch than that of the open transaction, until it was asked for', () => {
    scene.begin(0, 0);
    expect(scene.send(1, 0)).toBe(INVALID_TXN_STATE);
    expect(scene.begin(1, 0)).toBe(NONE);
    expect(scene.ask(0)).toBe(INVALID_PRODUCER_EPOCH);
    expect(scene.send(0, 1)).toBe(INVALID_PRODUCER_EPOCH);
  });

  test('does not overtake one that has to be sent again', () => {
    scene.ask(0, { sequence: 0 });
    expect(scene.begin(0, 1)).toBe(OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(scene.begin(0, 0)).toBe(NONE);
    expect(scene.send(0, 1)).toBe(NONE);
  });

  test('begins its epoch anew: what was lowest before counts no longer', () => {
    scene.ask(0, { sequence: 3 });
    scene.ask(0, { sequence: 5 });
    expect(scene.begin(1, 4)).toBe(NONE);
  });

  test('needs no question where nobody asks any', () => {
    const batch = { origin: 'coordinator', verification: 'waived' } as const;
    expect(scene.send(0, 0)).toBe(INVALID_TXN_STATE);
    expect(scene.append(scene.batch(0, 0), batch)).toBe(NONE);
  });

  test('is forgotten when its producer does not come back, or thousands of others come', () => {
    scene.ask(0);
    bed.clock.advance(1000);
    log.removeExpiredProducers(bed.clock.wallMs() + 1);
    expect(log.verifications.size).toBe(1);
    log.removeExpiredProducers(1000);
    expect(log.verifications.size).toBe(0);
    const asked = scene.ask(0);
    for (let other = 0; other < 10_000; other++) new TransactionScene(log, 100 + other).ask(0);
    expect(log.verifications.size).toBe(10_000);
    expect(scene.send(0, 0, { asked })).toBe(INVALID_TXN_STATE);
  });

  test('is taken by the log that goes on elsewhere', async () => {
    const asked = scene.ask(0);
    const other = await bed.open({ name: 'future' });
    other.verifications.takeOver(log.verifications);
    expect(new TransactionScene(other).send(0, 0, { asked })).toBe(NONE);
    await other.close();
  });

  test('was asked of a log that is there no longer when its end was cut off', async () => {
    const asked = scene.ask(0);
    await log.follower.truncateTo(0);
    expect(scene.send(0, 0, { asked })).toBe(INVALID_TXN_STATE);
  });
});

describe('under transaction version 2', () => {
  const version = 2;

  test('a delayed marker does not end the transaction that began since (KAFKA-17754)', () => {
    expect(scene.begin(5, 0, true)).toBe(NONE);
    expect(scene.end(6, { version })).toBe(NONE);
    expect(scene.begin(6, 0, true)).toBe(NONE);
    expect(scene.end(6, { version })).toBe(INVALID_PRODUCER_EPOCH);
    expect(scene.end(5, { version })).toBe(INVALID_PRODUCER_EPOCH);
    expect(scene.ask(6)).toBeNull();
    expect(scene.end(7, { version })).toBe(NONE);
    expect(scene.ask(7)).not.toBeNull();
  });

  test('which is what version 1 cannot tell', () => {
    expect(scene.begin(5, 0)).toBe(NONE);
    expect(scene.end(5)).toBe(NONE);
    expect(scene.begin(5, 1)).toBe(NONE);
    expect(scene.end(5)).toBe(NONE);
  });

  test('a marker may be written twice where no transaction is open, also by a later coordinator', () => {
    scene.begin(5, 0, true);
    expect(scene.end(6, { version })).toBe(NONE);
    expect(scene.end(6, { version, coordinatorEpoch: 2 })).toBe(NONE);
    expect(scene.end(6, { version, coordinatorEpoch: 1 })).toBe(ErrorCode.TRANSACTION_COORDINATOR_FENCED);
  });

  test('the last epoch of all ends what it began', () => {
    scene.begin(0x7fff, 0, true);
    expect(scene.end(0x7fff, { version })).toBe(NONE);
    expect(scene.ask(0x7fff)).not.toBeNull();
  });

  test('the marker of the transaction before leaves the question of the next one standing', () => {
    scene.begin(5, 0, true);
    const asked = scene.ask(6, { bumpsEpoch: true });
    expect(scene.end(6, { version })).toBe(NONE);
    expect(scene.send(6, 0, { asked })).toBe(NONE);
  });

  test('a marker of another epoch does not', () => {
    scene.begin(4, 0, true);
    const early = scene.ask(6, { bumpsEpoch: true });
    expect(scene.end(5, { version })).toBe(NONE);
    expect(scene.send(6, 0, { asked: early })).toBe(INVALID_TXN_STATE);
    const asked = scene.ask(6, { bumpsEpoch: true });
    expect(scene.end(7, { version, outcome: 'abort' })).toBe(NONE);
    expect(scene.send(6, 0, { asked })).toBe(INVALID_PRODUCER_EPOCH);
  });

  test('an epoch begins with sequence 0', () => {
    expect(scene.begin(5, 1, true)).toBe(OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(scene.begin(5, 0, true)).toBe(NONE);
  });
});

test('a batch outside of the open transaction is refused, and one behind its end is taken', () => {
  scene.begin(0, 0);
  expect(scene.send(0, 1, { transactional: false })).toBe(INVALID_TXN_STATE);
  scene.end(0);
  expect(scene.send(0, 1, { transactional: false })).toBe(NONE);
});
