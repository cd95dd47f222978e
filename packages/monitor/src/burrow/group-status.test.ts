import type { PartitionVerdict } from '@odradek/contract';
import { describe, expect, it } from 'vitest';
import { groupStatus } from './group-status.ts';

function partitions(...verdicts: PartitionVerdict[]) {
  return verdicts.map((verdict, partition) => ({
    topic: 't',
    partition,
    verdict,
    currentLag: partition,
    complete: 1,
  }));
}

describe('groupStatus', () => {
  it.each([
    [['OK'], 'OK'],
    [['OK', 'WARN'], 'WARN'],
    [['WARN', 'STALL'], 'ERR'],
    [['OK', 'STOP'], 'ERR'],
    [['REWIND', 'OK'], 'ERR'],
    [[], 'OK'],
  ] as const)('of %j is %s', (verdicts, expected) => {
    expect(groupStatus(partitions(...verdicts)).verdict).toBe(expected);
  });

  it('counts a partition one slot short as not complete at all', () => {
    const [full, short] = [1, 0.9].map((complete, partition) => ({
      topic: 't',
      partition,
      verdict: 'OK' as const,
      currentLag: 0,
      complete,
    }));
    expect(groupStatus([full, short].filter((partition) => partition !== undefined)).complete).toBe(0.5);
  });

  it('is incomplete without partitions', () => {
    expect(groupStatus([])).toEqual({ verdict: 'OK', complete: 0, totalLag: 0, maxLag: null, worst: null });
  });

  it('adds the lags up and names the partition with the greatest', () => {
    const status = groupStatus(partitions('OK', 'WARN', 'OK'));
    expect(status.totalLag).toBe(3);
    expect(status.maxLag?.partition).toBe(2);
    expect(status.worst?.partition).toBe(1);
  });
});
