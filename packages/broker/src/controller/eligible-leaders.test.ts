import { describe, expect, test } from 'vitest';
import { replayed, viewOf } from '../../test/metadata/controller-view.ts';
import { clusterWith, partitionAfter } from '../../test/metadata/three-brokers.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { changeConfigs, replaceConfigs } from './config-changes.ts';

const image = clusterWith({ partition: { isr: [1], eligibleLeaderReplicas: [2], lastKnownElr: [3] } });

function changed(type: number, name: string, value: string | null) {
  const operation = value === null ? ('DELETE' as const) : ('SET' as const);
  const operations = new Map([['min.insync.replicas', { operation, value: value ?? '' }]]);
  const { records, response } = changeConfigs(viewOf(image), [{ resource: { type, name }, operations }]);
  return { error: response[0], partition: partitionAfter(image, records), records };
}

describe('with eligible leaders', () => {
  test('nobody is eligible any more once the minimum of the topic is another', () => {
    const { error, partition } = changed(2, 'orders', '3');
    expect(error?.errorCode).toBe(ErrorCode.NONE);
    expect(partition).toMatchObject({
      isr: [1],
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
      partitionEpoch: 1,
    });
  });

  test('nor once that of the cluster is', () => {
    const { error, partition } = changed(4, '', '3');
    expect(error?.errorCode).toBe(ErrorCode.NONE);
    expect(partition.eligibleLeaderReplicas).toEqual([]);
  });

  test('single brokers have no minimum of their own', () => {
    expect(changed(4, '1', '3')).toMatchObject({
      error: {
        errorCode: ErrorCode.INVALID_CONFIG,
        errorMessage: 'Broker-level min.insync.replicas cannot be altered while ELR is enabled.',
      },
      records: [],
    });
  });

  test('the cluster always has one', () => {
    expect(changed(4, '', null).error?.errorMessage).toBe(
      'Cluster-level min.insync.replicas cannot be removed while ELR is enabled.',
    );
    const value = { resourceType: 4, resourceName: '', name: 'min.insync.replicas', value: '2' };
    const set = replayed([{ kind: 'config', value }], image);
    const replacement = { resource: { type: 4, name: '' }, values: new Map<string, string>() };
    expect(replaceConfigs(viewOf(set), [replacement]).response[0]?.errorCode).toBe(ErrorCode.INVALID_CONFIG);
  });
});
