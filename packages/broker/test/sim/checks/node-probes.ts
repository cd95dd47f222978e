import { MetadataReplay } from '../../../src/controller/metadata-replay.ts';
import { FollowerLog } from '../../../src/log/follower-log.ts';
import { LogDirectory } from '../../../src/log/log-directory.ts';
import { PartitionLog } from '../../../src/log/partition-log.ts';
import type { MetadataImage } from '../../../src/metadata/metadata-image.ts';
import { MetadataQuorum } from '../../../src/raft/metadata-quorum.ts';
import type { RaftRequest, VoteRequest } from '../../../src/raft/raft-messages.ts';
import { Partition } from '../../../src/replication/partition.ts';
import { TransactionCoordinator } from '../../../src/transactions/transaction-coordinator.ts';

/** Whoever looks at what the nodes of a simulation do. It is told after the fact, and changes nothing. */
export interface NodeWatcher {
  logOpened(log: PartitionLog, topicId: string): void;
  /** A leader begins its epoch with this log. */
  epochBegan(log: PartitionLog, leaderEpoch: number): void;
  /** `isLeaders`: by its own count, and not because another said so. */
  highWatermarkMoved(log: PartitionLog, isLeaders: boolean): void;
  /** A follower is about to cut its log off. */
  cutting(log: PartitionLog, offset: number): void;
  /** A leader has taken records; `done` tells what became of them. */
  accepted(partition: Partition, done: Promise<number>): void;
  /** A node knows of metadata that is committed. */
  committed(image: MetadataImage): void;
  quorumOpened(quorum: MetadataQuorum): void;
  voteGranted(quorum: MetadataQuorum, request: VoteRequest): void;
  /** Who leads a partition of `__transaction_state`, or believes so, is asked about an id of it. */
  transactionAsked(transactionalId: string, partition: number, leaderEpoch: number): void;
}

let watcher: NodeWatcher | null = null;
let isFollowing = false;
const logOf = new WeakMap<FollowerLog, PartitionLog>();
/** In which epochs a coordinator was elected, by partition. */
const electedIn = new WeakMap<TransactionCoordinator, Map<number, number>>();

/** From now on this one is told; one at a time, as simulations run one after another. */
export function watchNodes(next: NodeWatcher | null): void {
  watcher = next;
}

/** Puts `around` between the callers of a public method and the method itself. */
function wrap<Owner extends object, Name extends keyof Owner, Call extends Owner[Name]>(
  owner: Owner,
  name: Name,
  around: (original: Call) => Call,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (typeof descriptor?.value !== 'function') throw new Error(`no method ${String(name)} to look at`);
  Object.defineProperty(owner, name, { ...descriptor, value: around(descriptor.value) });
}

wrap(LogDirectory.prototype, 'openLog', (original) => {
  return async function openLog(this: LogDirectory, topicPartition, options) {
    const log = await original.call(this, topicPartition, options);
    logOf.set(log.follower, log);
    watcher?.logOpened(log, options.topicId);
    return log;
  };
});

wrap(PartitionLog.prototype, 'beginEpoch', (original) => {
  return function beginEpoch(this: PartitionLog, leaderEpoch) {
    const startOffset = original.call(this, leaderEpoch);
    watcher?.epochBegan(this, leaderEpoch);
    return startOffset;
  };
});

wrap(PartitionLog.prototype, 'updateHighWatermark', (original) => {
  return function updateHighWatermark(this: PartitionLog, offset) {
    original.call(this, offset);
    watcher?.highWatermarkMoved(this, !isFollowing);
  };
});

wrap(FollowerLog.prototype, 'truncateTo', (original) => {
  return function truncateTo(this: FollowerLog, offset) {
    const log = logOf.get(this);
    if (log !== undefined) watcher?.cutting(log, offset);
    return original.call(this, offset);
  };
});

wrap(Partition.prototype, 'leaderTold', (original) => {
  return function leaderTold(this: Partition, told) {
    isFollowing = true;
    try {
      original.call(this, told);
    } finally {
      isFollowing = false;
    }
  };
});

wrap(Partition.prototype, 'appendAsLeader', (original) => {
  return function appendAsLeader(this: Partition, ...given) {
    const outcome = original.apply(this, given);
    if (outcome.kind === 'queued') watcher?.accepted(this, outcome.done);
    return outcome;
  };
});

// A controller may decide by metadata that its own broker does not know yet.
wrap(MetadataReplay.prototype, 'adopt', (original) => {
  return function adopt(this: MetadataReplay, step) {
    // What follows from it is judged by it.
    watcher?.committed(step.image);
    original.call(this, step);
  };
});

wrap(MetadataReplay.prototype, 'publish', (original) => {
  return function publish(this: MetadataReplay) {
    watcher?.committed(this.replayed());
    original.call(this);
  };
});

wrap(MetadataQuorum.prototype, 'start', (original) => {
  return function start(this: MetadataQuorum) {
    watcher?.quorumOpened(this);
    return original.call(this);
  };
});

wrap(MetadataQuorum.prototype, 'answer', (original) => {
  return async function answer<Request extends RaftRequest>(this: MetadataQuorum, request: Request) {
    const answered = await original.call(this, request);
    if (request.api === 'vote' && answered.api === 'vote' && answered.voteGranted && !request.preVote)
      watcher?.voteGranted(this, request);
    return answered;
  } as typeof original;
});

wrap(TransactionCoordinator.prototype, 'elected', (original) => {
  return function elected(this: TransactionCoordinator, partition, log) {
    const epochs = electedIn.get(this) ?? new Map<number, number>();
    electedIn.set(this, epochs.set(partition, log.leaderEpoch));
    return original.call(this, partition, log);
  };
});

wrap(TransactionCoordinator.prototype, 'addPartitions', (original) => {
  return function addPartitions(this: TransactionCoordinator, request) {
    transactionAsked(this, request.transactionalId);
    return original.call(this, request);
  };
});

wrap(TransactionCoordinator.prototype, 'endTransaction', (original) => {
  return function endTransaction(this: TransactionCoordinator, request) {
    transactionAsked(this, request.transactionalId);
    return original.call(this, request);
  };
});

wrap(TransactionCoordinator.prototype, 'find', (original) => {
  return function find(this: TransactionCoordinator, transactionalId) {
    transactionAsked(this, transactionalId);
    return original.call(this, transactionalId);
  };
});

function transactionAsked(coordinator: TransactionCoordinator, transactionalId: string): void {
  const partition = coordinator.partitionOf(transactionalId);
  const leaderEpoch = electedIn.get(coordinator)?.get(partition);
  if (leaderEpoch !== undefined) watcher?.transactionAsked(transactionalId, partition, leaderEpoch);
}
