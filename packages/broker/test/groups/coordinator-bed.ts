import { GroupTopics } from '../../src/groups/consumer/group-topics.ts';
import type { GroupConfig } from '../../src/groups/group-config.ts';
import { GroupCoordinator, type GroupCoordinatorOptions } from '../../src/groups/group-coordinator.ts';
import { EMPTY_IMAGE } from '../../src/metadata/metadata-image.ts';
import { ZERO_UUID } from '../../src/protocol/uuid.ts';
import type { Logger } from '../../src/runtime/logger.ts';
import type { Random } from '../../src/runtime/random.ts';
import { ManualClock } from '../coordination/manual-clock.ts';

/** Kafka's defaults where they are not too slow to watch. */
export const GROUP_CONFIG: GroupConfig = {
  minSessionTimeoutMs: 6000,
  maxSessionTimeoutMs: 1_800_000,
  initialRebalanceDelayMs: 0,
  maxSize: 2_147_483_647,
  offsetMetadataMaxBytes: 4096,
  offsetsRetentionMs: 60_000,
  offsetsRetentionCheckIntervalMs: 600_000,
  consumer: {
    maxSize: 2_147_483_647,
    assignors: ['uniform', 'range'],
    migrationPolicy: 'bidirectional',
    regexRefreshIntervalMs: 600_000,
    reconcilingHeartbeatIntervalMs: 1000,
    ofGroup: () => ({ sessionTimeoutMs: 45_000, heartbeatIntervalMs: 5000, assignmentIntervalMs: 1000 }),
  },
};

/** Who asks for offsets without being in the group. */
export const NO_MEMBER = { memberId: null, memberEpoch: -1 };

/** Says nothing, and takes an error of the machine for a failure of the test. */
export const strictLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields, message) => {
    throw new Error(`${message}: ${JSON.stringify(fields)}`);
  },
  child: () => strictLogger,
};

/** Counts instead of drawing. */
export function countingRandom(): Random {
  let drawn = 0;
  return {
    uint32: () => {
      drawn += 1;
      return drawn;
    },
    uuid: () => ZERO_UUID,
  };
}

/** A coordinator of one partition in which every topic exists; member ids count up. */
export function newCoordinator(options: Partial<GroupCoordinatorOptions> = {}): GroupCoordinator {
  return new GroupCoordinator({
    clock: new ManualClock(),
    random: countingRandom(),
    logger: strictLogger,
    config: GROUP_CONFIG,
    partitionCount: () => 1,
    topicIdOf: () => ZERO_UUID,
    topics: new GroupTopics(() => EMPTY_IMAGE),
    commitTimeoutMs: 5000,
    compression: 'none',
    appendLingerMs: null,
    ...options,
  });
}
