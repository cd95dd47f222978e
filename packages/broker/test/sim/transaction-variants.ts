import type { RulePatch } from './patched-rules.ts';
import type { RuleVariant } from './rule-variants.ts';

const transactions = (name: string, from: string, to: string): RulePatch => ({
  file: `transactions/${name}.ts`,
  from,
  to,
});

/** What a transaction coordinator, a group coordinator and a partition could do wrong with transactions and members. */
export const TRANSACTION_VARIANTS: readonly RuleVariant[] = [
  {
    name: 'a producer that was fenced may end transactions',
    patches: [
      transactions(
        'end-transaction',
        'if (known.producerEpoch !== request.producerEpoch) return refused(ErrorCode.PRODUCER_FENCED);\n  if (isEnding',
        'if (isEnding',
      ),
      transactions(
        'end-transaction',
        'if (!isRepeated && known.producerEpoch !== request.producerEpoch) return refused(ErrorCode.PRODUCER_FENCED);',
        '',
      ),
    ],
  },
  {
    // KAFKA-17754 is what the epoch of each transaction is for: without a look at it the second protocol has it too.
    name: 'the end of a transaction is taken for that of the next one',
    patches: [
      transactions(
        'end-transaction',
        'const isRepeated = isOver(known) && (isOneBehind(known, request) || isBehindRotation(known, request));',
        'const isRepeated = isOver(known) && (isOneBehind(known, request) || isBehindRotation(known, request));\n  if (isOneBehind(known, request) && known.state === "Ongoing") return prepare(known, request, setting);',
      ),
    ],
  },
  {
    name: 'a marker is lost on fail-over',
    patches: [
      transactions(
        'transaction-machine',
        'if (isEnding(metadata)) decision.answers.push(this.#sendsMarkers(metadata));\n      else if',
        'if',
      ),
    ],
  },
  {
    name: 'a new coordinator forgets who has nothing open',
    patches: [
      transactions(
        'transaction-machine',
        'const decision = emptyDecision();\n    this.#housekeeping.begin(now);',
        'const decision = emptyDecision();\n    this.#housekeeping.begin(now);\n    for (const metadata of [...this.#transactions.values()]) if (metadata.state !== "Ongoing" && !isEnding(metadata)) this.#transactions.delete(metadata.transactionalId);',
      ),
    ],
  },
  {
    name: 'a transaction is complete before all have their markers',
    patches: [
      transactions(
        'marker-sender',
        'partition })));\n    if (ending.isDone) void this.#complete(ending);',
        'partition })));\n    void this.#complete(ending);',
      ),
    ],
  },
  {
    name: 'nobody looks for transactions that take too long',
    patches: [
      transactions('transaction-machine', "if (metadata?.state !== 'Ongoing') {", 'if (metadata !== null) {'),
    ],
  },
  {
    name: 'offsets count before their transaction has ended',
    patches: [
      {
        file: 'groups/group-machine.ts',
        from: 'if (producer === null) this.#offsets.set(record.key, record.value);',
        to: 'if (producer !== undefined) this.#offsets.set(record.key, record.value);',
      },
    ],
  },
  {
    name: 'an offset is told while a transaction is about to commit another',
    patches: [
      {
        file: 'groups/offset-fetch.ts',
        from: 'return offsets.pending.has(key) ? unstable(partition) : fetched(partition, told(offsets.get(key)));',
        to: 'return fetched(partition, told(offsets.get(key)));',
      },
    ],
  },
  {
    name: 'whoever was in an earlier generation may commit in a transaction',
    patches: [
      {
        file: 'groups/transactional-commit.ts',
        from: 'return generationId === group.generationId ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;',
        to: 'return ErrorCode.NONE;',
      },
      {
        file: 'groups/transactional-commit.ts',
        from: 'const errorCode = validateMember(group, memberId, groupInstanceId);\n  if (errorCode !== ErrorCode.NONE) return errorCode;',
        to: '',
      },
    ],
  },
  {
    name: 'a partition does not ask whether it belongs to a transaction',
    patches: [
      {
        file: 'replication/partition-verification.ts',
        from: 'if (transactionalId === null || (!isEnabled && !bumpsEpoch)) {',
        to: 'if (transactionalId === null || !bumpsEpoch) {\n      return { kind: "verified", verification: "waived" };',
      },
    ],
  },
  {
    name: 'a reader of committed records gets what is open',
    patches: [
      {
        file: 'replication/partition.ts',
        from: 'return this.lastStableOffset;',
        to: 'return this.highWatermark;',
      },
    ],
  },
  {
    name: 'a reader of committed records is not told what was aborted',
    patches: [
      {
        file: 'replication/partition-read.ts',
        from: 'abortedTransactions: aborted,',
        to: 'abortedTransactions: aborted === null ? null : [],',
      },
    ],
  },
  {
    name: 'a partition is given to another before it was given up',
    patches: [
      {
        file: 'groups/consumer/reconciliation.ts',
        from: 'if (isOwned(topicId, partition) && !member.pendingRevocation.get(topicId)?.has(partition)) waits = true;',
        to: 'if (member === null) waits = isOwned(topicId, partition);',
      },
    ],
  },
  {
    name: 'a commit is taken whatever member epoch it names',
    patches: [
      {
        file: 'groups/consumer/consumer-commit.ts',
        from: 'return isCovered ? ErrorCode.NONE : staleEpoch(member);',
        to: 'return isCovered || member !== null ? ErrorCode.NONE : staleEpoch(member);',
      },
      {
        file: 'groups/consumer/consumer-commit.ts',
        from: 'const member = group.member(memberId);\n  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;',
        to: 'const member = group.member(memberId);\n  if (member === undefined) return ErrorCode.NONE;',
      },
    ],
  },
  {
    name: 'a commit is taken whatever generation it names',
    patches: [
      {
        file: 'groups/offset-commit.ts',
        from: 'if (errorCode !== ErrorCode.NONE) return errorCode;\n    if (generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION;',
        to: 'if (errorCode === ErrorCode.FENCED_INSTANCE_ID) return errorCode;',
      },
    ],
  },
  {
    // KIP-345: two processes with one name are two members otherwise, each with the same partitions.
    name: 'a static member goes on when another has its name',
    patches: [
      {
        file: 'groups/classic/classic-group.ts',
        from: 'if (owner !== memberId) return ErrorCode.FENCED_INSTANCE_ID;\n  }\n  return group.members.has(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;',
        to: 'return ErrorCode.NONE;\n  }\n  return group.members.has(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;',
      },
    ],
  },
  {
    name: 'a group that changes its protocol forgets what its members have',
    patches: [
      {
        file: 'groups/consumer/upgrade.ts',
        from: 'assigned: ownedSince(assignmentByTopicId(assignment.partitions, topics), generationId),',
        to: 'assigned: NO_PARTITIONS,',
      },
    ],
  },
];
