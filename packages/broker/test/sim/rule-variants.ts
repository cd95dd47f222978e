import type { RulePatch } from './patched-rules.ts';

/** A broker whose rules are known to be bad. */
export interface RuleVariant {
  readonly name: string;
  readonly patches: readonly RulePatch[];
}

const replication = (name: string, from: string, to: string): RulePatch => ({
  file: `replication/${name}.ts`,
  from,
  to,
});

/**
 * Faults that Kafka once had, and faults that a broker like this one could have. Each must be found by some seed: what
 * they break is what the simulator is for.
 */
export const RULE_VARIANTS: readonly RuleVariant[] = [
  {
    // KIP-101: the high watermark of a follower lags behind what was acknowledged.
    name: 'a follower cuts its log off at its high watermark',
    patches: [
      replication('followed-replica', 'return this.#partition.log.latestEpoch;', 'return -1;'),
      replication(
        'replica-fetcher',
        `this.#agenda.add(partition);
    this.#running ??= this.#run();
    this.#wake();`,
        `void partition.truncateTo(Math.min(partition.highWatermark, partition.logEndOffset)).then(() => {
      this.#agenda.add(partition);
      this.#running ??= this.#run();
      this.#wake();
    });`,
      ),
    ],
  },
  {
    // KIP-279: where logs part in an epoch that the leader does not have, its end is not the last one in common.
    name: 'a follower looks once for where its log parts from the leader’s',
    patches: [
      replication(
        'follower-step',
        'offset: Math.min(ownEnd, diverging.endOffset, logEndOffset)',
        'offset: Math.min(diverging.endOffset, logEndOffset)',
      ),
      replication(
        'followed-replica',
        'return this.#partition.log.latestEpoch;',
        'return this.#hasCut ? -1 : this.#partition.log.latestEpoch;',
      ),
      replication(
        'followed-replica',
        'readonly #partition: Partition;',
        'readonly #partition: Partition; #hasCut = false;',
      ),
      replication(
        'followed-replica',
        'return this.#partition.log.follower.truncateTo(offset);',
        'this.#hasCut = true; return this.#partition.log.follower.truncateTo(offset);',
      ),
    ],
  },
  {
    // KIP-320: without its epoch nobody can tell a request to an earlier leader from one to this.
    name: 'requests are served whatever epoch they name',
    patches: [
      replication(
        'partition',
        'if (currentLeaderEpoch >= 0 && currentLeaderEpoch < this.leaderEpoch)',
        'if (false)',
      ),
      replication('partition', 'if (currentLeaderEpoch > this.leaderEpoch)', 'if (false)'),
      replication(
        'partition',
        'if (this.#leadership?.leaderEpoch !== leaderEpoch) return;',
        'if (this.#leadership === null) return;',
      ),
      replication('followed-replica', 'return this.#partition.log.latestEpoch;', 'return -1;'),
    ],
  },
  {
    name: 'a vote is given before it is on disk',
    patches: [
      {
        file: 'raft/metadata-quorum.ts',
        from: 'return this.#store(effect.state);',
        to: 'void this.#store(effect.state); return null;',
      },
    ],
  },
  {
    name: 'a vote is given to whoever asks',
    patches: [
      {
        file: 'raft/rpc/vote.ts',
        from: 'const knowsEnough = isUpToDate(log, last);',
        to: 'const knowsEnough = isUpToDate(log, last) || true;',
      },
    ],
  },
  {
    name: 'a record of an earlier epoch of the quorum is counted as committed',
    patches: [{ file: 'raft/roles/leader.ts', from: 'onMajority <= role.epochStartOffset || ', to: '' }],
  },
  {
    name: 'metadata is committed before it is synced',
    patches: [
      {
        file: 'raft/roles/leader.ts',
        from: 'const descending = [log.flushedOffset,',
        to: 'const descending = [log.endOffset,',
      },
    ],
  },
  {
    name: 'an append is acknowledged once the leader has it',
    patches: [replication('partition', 'if (requiredAcks !== -1) return completion;', 'return completion;')],
  },
  {
    name: 'a follower knows nothing of producers',
    patches: [
      {
        file: 'log/log-writer.ts',
        from: 'return applyBatch(this.producers, bytes, 0);',
        to: 'return append.isFollowed ? null : applyBatch(this.producers, bytes, 0);',
      },
    ],
  },
  {
    name: 'the high watermark moves while too few are in sync',
    patches: [replication('leadership', 'return this.#isr.length < this.requiredInSync;', 'return false;')],
  },
  {
    name: 'anybody is elected when nobody is in sync',
    patches: [
      {
        file: 'controller/leader-election.ts',
        from: 'isr.length > 0 ? isr : eligibleLeaderReplicas',
        to: 'isr.some(isAlive) ? isr : replicas',
      },
    ],
  },
  {
    name: 'a change of the in-sync replicas is taken whatever epoch it names',
    patches: [
      {
        file: 'controller/alter-partition.ts',
        from: 'if (change.leaderEpoch < partition.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;',
        to: '',
      },
      {
        file: 'controller/alter-partition.ts',
        from: 'if (change.partitionEpoch < partition.partitionEpoch) return ErrorCode.INVALID_UPDATE_VERSION;',
        to: '',
      },
      {
        file: 'controller/alter-partition.ts',
        from: 'if (brokerId !== partition.leader) return ErrorCode.INVALID_REQUEST;',
        to: '',
      },
    ],
  },
  {
    name: 'a follower takes an answer to what it asked before',
    patches: [
      replication(
        'replica-fetcher',
        'if (!isAsAsked(followed.partition, fetch)) this.#agenda.moved(followed);\n        else steps',
        'steps',
      ),
      { file: 'log/follower-log.ts', from: 'if (firstOffset < endOffset) {', to: 'if (false) {' },
      {
        file: 'log/follower-log.ts',
        from: 'flawOf(batch, 0, endOffset)',
        to: 'flawOf(batch, 0, baseOffsetAt(batch))',
      },
    ],
  },
  {
    name: 'a follower is in sync before it has caught up',
    patches: [
      replication(
        'leadership',
        'if (logEndOffset < this.#highWatermark || logEndOffset < this.epochStartOffset) return null;',
        'if (logEndOffset < 0) return null;',
      ),
    ],
  },
  {
    name: 'who was proposed to be in sync is not waited for',
    patches: [
      replication(
        'leadership',
        '(this.#proposed?.isGrowing === true && this.#proposed.isr.includes(id))',
        'false',
      ),
      replication(
        'leadership',
        'return isMember || (this.#isCaughtUp(follower, nowMs) && this.#isEligible(id, follower));',
        'return isMember;',
      ),
    ],
  },
  {
    name: 'a leader goes on when another is elected',
    patches: [
      replication(
        'partition',
        'if (isNewEpoch) {',
        'if (isNewEpoch && (this.#leadership === null || image.leader === this.#nodeId)) {',
      ),
    ],
  },
  {
    name: 'a new leader takes the end of its log for committed',
    patches: [
      replication(
        'leadership',
        'this.#highWatermark = options.highWatermark;',
        'this.#highWatermark = options.endOffset;',
      ),
    ],
  },
  {
    name: 'a leader counts what is not synced',
    patches: [
      {
        file: 'log/log-writer.ts',
        from: 'get acknowledgedEndOffset(): number {',
        to: 'get acknowledgedEndOffset(): number {\n    return this.logEndOffset;',
      },
    ],
  },
  {
    name: 'an unclean restart is taken for a clean one',
    patches: [
      {
        file: 'controller/broker-registration.ts',
        from: 'const wasClean = existing?.epoch === previousBrokerEpoch;',
        to: 'const wasClean = existing?.epoch === previousBrokerEpoch || true;',
      },
    ],
  },
];
