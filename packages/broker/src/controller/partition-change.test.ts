import { describe, expect, test } from 'vitest';
import type { PartitionImage } from '../metadata/metadata-image.ts';
import { mergePartitionChange } from '../metadata/partition-image.ts';
import { type ChangingPartition, changePartition, type PartitionTargets } from './partition-change.ts';

const whole: PartitionImage = {
  replicas: [1, 2, 3],
  directories: ['dir-1', 'dir-2', 'dir-3'],
  isr: [1, 2, 3],
  addingReplicas: [],
  removingReplicas: [],
  eligibleLeaderReplicas: [],
  lastKnownElr: [],
  leader: 1,
  leaderRecoveryState: 0,
  leaderEpoch: 5,
  partitionEpoch: 9,
};

interface Setting {
  readonly image?: Partial<PartitionImage>;
  readonly dead?: readonly number[];
  readonly minInSyncReplicas?: number;
  readonly tracksEligibleLeaders?: boolean;
}

/** The partition after the change; null when nothing changes. */
function changed(setting: Setting, targets: PartitionTargets): PartitionImage | null {
  const image = { ...whole, ...setting.image };
  const partition: ChangingPartition = {
    topicId: 'TOPICAAAAAAAAAAAAAAAAA',
    partitionId: 0,
    image,
    minInSyncReplicas: setting.minInSyncReplicas ?? 2,
    tracksEligibleLeaders: setting.tracksEligibleLeaders ?? true,
    isAlive: (id) => !(setting.dead ?? []).includes(id),
    directoryOf: (id) => `new-${id}`,
  };
  const record = changePartition(partition, targets);
  if (record === null) return null;
  if (record.kind !== 'partitionChange') throw new Error(`a ${record.kind} record`);
  return mergePartitionChange(image, record.value);
}

describe('a replica leaves the ISR', () => {
  test('the leader stays in its epoch when a follower goes', () => {
    const after = changed({ dead: [3] }, { isr: [1, 2] });
    expect(after).toMatchObject({ isr: [1, 2], leader: 1, leaderEpoch: 5, partitionEpoch: 10 });
    expect(after).toMatchObject({ eligibleLeaderReplicas: [], lastKnownElr: [] });
  });

  test('when the leader goes, the first of the assignment that is in sync takes over', () => {
    expect(changed({ dead: [1] }, { isr: [2, 3] })).toMatchObject({ leader: 2, leaderEpoch: 6, isr: [2, 3] });
  });

  test('below min.insync.replicas whoever leaves stays eligible', () => {
    const after = changed({ image: { isr: [1, 2] }, dead: [2, 3] }, { isr: [1] });
    expect(after).toMatchObject({ isr: [1], eligibleLeaderReplicas: [2], leader: 1 });
  });

  test('the last one leaves: nobody leads, and all that were eligible are', () => {
    const image = { isr: [1], eligibleLeaderReplicas: [2] };
    const after = changed({ image, dead: [1, 2, 3] }, { isr: [] });
    expect(after).toMatchObject({ isr: [], eligibleLeaderReplicas: [1, 2], leader: -1, lastKnownElr: [1] });
  });

  test('without eligible leaders the last one is not forgotten', () => {
    const after = changed(
      { image: { isr: [1] }, dead: [1, 2, 3], tracksEligibleLeaders: false },
      { isr: [] },
    );
    expect(after).toMatchObject({ isr: [1], leader: -1, eligibleLeaderReplicas: [], lastKnownElr: [] });
  });

  test('a broker that came back without its page cache is eligible for nothing', () => {
    const image = { isr: [], eligibleLeaderReplicas: [1, 2], leader: -1, lastKnownElr: [1] };
    const after = changed({ image, dead: [1, 2, 3] }, { uncleanReplicas: [2] });
    expect(after).toMatchObject({ eligibleLeaderReplicas: [1], leader: -1, lastKnownElr: [1] });
  });
});

describe('a leader is found again', () => {
  const leaderless = { isr: [], leader: -1 };

  test('an eligible replica leads and is alone in sync', () => {
    const image = { ...leaderless, eligibleLeaderReplicas: [1, 2], lastKnownElr: [1] };
    const after = changed({ image, dead: [1, 3] }, {});
    expect(after).toMatchObject({ leader: 2, isr: [2], eligibleLeaderReplicas: [1], lastKnownElr: [] });
    expect(after?.leaderRecoveryState).toBe(0);
  });

  test('an eligible replica does not lead while anyone is in sync', () => {
    const image = { isr: [1], eligibleLeaderReplicas: [2], leader: -1 };
    expect(changed({ image, dead: [1, 3] }, {})).toBeNull();
  });

  test('with all others lost, the last leader leads and must recover', () => {
    const image = { ...leaderless, lastKnownElr: [3] };
    const after = changed({ image, dead: [1, 2] }, {});
    expect(after).toMatchObject({ leader: 3, isr: [3], leaderRecoveryState: 1, lastKnownElr: [] });
  });

  test('of several that may have led last, nobody knows which has more', () => {
    expect(changed({ image: { ...leaderless, lastKnownElr: [2, 3] } }, {})).toBeNull();
  });

  test('nobody is elected uncleanly unless it is allowed', () => {
    const image = { isr: [3], leader: -1 };
    expect(changed({ image, dead: [3] }, {})).toBeNull();
    const after = changed({ image, dead: [3] }, { election: 'unclean' });
    expect(after).toMatchObject({ leader: 1, isr: [1], leaderRecoveryState: 1 });
  });

  test('an unclean election is clean where it can be', () => {
    const after = changed({ dead: [1] }, { isr: [2, 3], election: 'unclean' });
    expect(after).toMatchObject({ leader: 2, isr: [2, 3], leaderRecoveryState: 0 });
  });

  test('the preferred leader takes back the lead, and only if it is in sync', () => {
    expect(changed({ image: { leader: 2 } }, { election: 'preferred' })).toMatchObject({ leader: 1 });
    expect(changed({ image: { leader: 2, isr: [2, 3] } }, { election: 'preferred' })).toBeNull();
    expect(changed({ image: { leader: 2 } }, {})).toBeNull();
  });

  test('the leader reports that it has recovered', () => {
    const image = { leader: 3, isr: [3], leaderRecoveryState: 1 };
    expect(changed({ image }, { hasRecovered: true })).toMatchObject({
      leaderRecoveryState: 0,
      leaderEpoch: 5,
    });
  });
});

describe('a reassignment', () => {
  const moving = { replicas: [4, 2, 3, 1], addingReplicas: [4], removingReplicas: [1] };

  test('begins with the new replica out of sync, in a directory of its own', () => {
    const after = changed({}, moving);
    expect(after).toMatchObject({ ...moving, isr: [1, 2, 3], leader: 1, leaderEpoch: 5 });
    expect(after?.directories).toEqual(['new-4', 'dir-2', 'dir-3', 'dir-1']);
  });

  test('is complete when the new replica is in sync; the leader that goes hands over', () => {
    const after = changed({ image: moving }, { isr: [1, 2, 3, 4] });
    expect(after).toMatchObject({ replicas: [4, 2, 3], isr: [2, 3, 4], leader: 4, leaderEpoch: 6 });
    expect(after).toMatchObject({ addingReplicas: [], removingReplicas: [] });
  });

  test('begins a new epoch when a follower goes, which then stops fetching', () => {
    const image = { replicas: [1, 2, 3, 4], addingReplicas: [4], removingReplicas: [3] };
    const after = changed({ image }, { isr: [1, 2, 3, 4] });
    expect(after).toMatchObject({ replicas: [1, 2, 4], leader: 1, leaderEpoch: 6 });
  });

  test('waits for all that stay where the partition gets fewer replicas', () => {
    const image = { removingReplicas: [1], isr: [1, 2] };
    expect(changed({ image }, {})).toBeNull();
    expect(changed({ image }, { isr: [1, 2, 3] })).toMatchObject({ replicas: [2, 3], leader: 2 });
  });

  test('never leaves a partition without anyone in sync', () => {
    const image = { replicas: [1, 2], removingReplicas: [1], isr: [1] };
    expect(changed({ image, dead: [2] }, {})).toBeNull();
    const leaving = { replicas: [1, 2], removingReplicas: [1, 2], isr: [1, 2] };
    expect(changed({ image: leaving }, {})).toBeNull();
  });
});

test('what is as it should be needs no record', () => {
  expect(changed({}, { isr: [1, 2, 3], replicas: [1, 2, 3] })).toBeNull();
});
