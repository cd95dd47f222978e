import type { VerdictEvidence } from '@odradek/contract';
import type { TopicPartitionMap } from '../topic-partition-map.ts';
import type { CommittedOffset, PartitionCommits } from './consumer-offsets.ts';
import type { EndOffsetHistory } from './end-offset-history.ts';
import { type Judgement, judgePartition, type PartitionEvaluation } from './evaluate-partition.ts';
import { explainVerdict } from './explain-verdict.ts';
import { type GroupStatus, groupStatus, type PartitionStatus } from './group-status.ts';

/** One partition a group reads, with what it was judged from. */
export interface JudgedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Null: never committed; then there is no lag and no verdict either. */
  readonly committed: CommittedOffset | null;
  readonly end: number | null;
  /** Null where `committed` or `end` is; never below zero. */
  readonly lag: number | null;
  /** Null where no commit is in the window. */
  readonly judged: JudgedWindow | null;
}

export interface JudgedWindow extends Judgement {
  readonly commits: PartitionCommits['window']['commits'];
  readonly brokerOffsets: readonly number[];
  readonly complete: number;
  readonly currentLag: number;
}

export interface JudgedGroup {
  readonly group: string;
  readonly partitions: readonly JudgedPartition[];
  /** Over the partitions that have a verdict; null when none has. */
  readonly status: GroupStatus<PartitionStatus> | null;
  /** Over the partitions that have a lag; null when none has. */
  readonly totalLag: number | null;
  readonly lastCommitAt: number | null;
  readonly at: number;
}

export interface GroupToJudge {
  readonly group: string;
  /** The partitions to show, committed or not. */
  readonly topicPartitions: readonly { readonly topic: string; readonly partition: number }[];
  readonly commits: TopicPartitionMap<PartitionCommits>;
  readonly endOffsets: EndOffsetHistory;
  readonly allowedLag: number;
  readonly at: number;
}

/** Judges each partition of a group by its window, and the group by its worst partition. */
export function judgeGroup(group: GroupToJudge): JudgedGroup {
  const partitions = group.topicPartitions.map(({ topic, partition }) => judgeOne(group, topic, partition));
  const lags = partitions.map(({ lag }) => lag).filter((lag) => lag !== null);
  const times = partitions.map(({ committed }) => committed?.timestamp ?? null).filter((at) => at !== null);
  const statuses = partitions.flatMap(statusOf);
  return {
    group: group.group,
    partitions,
    status: statuses.length === 0 ? null : groupStatus(statuses),
    totalLag: lags.length === 0 ? null : lags.reduce((sum, lag) => sum + lag, 0),
    lastCommitAt: times.length === 0 ? null : Math.max(...times),
    at: group.at,
  };
}

/** What a partition's verdict was reached from, for people. */
export function evidenceOf(judged: JudgedWindow, at: number, allowedLag: number): VerdictEvidence {
  return {
    commits: judged.commits.map(({ offset, timestamp, observedAt, lag }) => ({
      offset,
      timestamp,
      observedAt,
      lag,
    })),
    brokerOffsets: [...judged.brokerOffsets],
    complete: judged.complete,
    rule: judged.rule,
    explanation: explainVerdict(judged, evaluationOf(judged, at, allowedLag)),
    evaluatedAt: at,
  };
}

function judgeOne(group: GroupToJudge, topic: string, partition: number): JudgedPartition {
  const commits = group.commits.get(topic, partition);
  const end = group.endOffsets.newest(topic, partition);
  const committed = commits?.committed ?? null;
  const lag = committed === null || end === null ? null : Math.max(0, end - committed.offset);
  if (commits === undefined || commits.window.commits.length === 0 || lag === null) {
    return { topic, partition, committed, end, lag, judged: null };
  }
  const window = {
    commits: [...commits.window.commits],
    brokerOffsets: group.endOffsets.offsets(topic, partition),
    complete: commits.window.complete,
    currentLag: lag,
  };
  const judgement = judgePartition(evaluationOf(window, group.at, group.allowedLag));
  return { topic, partition, committed, end, lag, judged: { ...window, ...judgement } };
}

function evaluationOf(
  window: Omit<JudgedWindow, keyof Judgement>,
  at: number,
  allowedLag: number,
): PartitionEvaluation {
  const { commits, brokerOffsets, currentLag } = window;
  return { commits, brokerOffsets, currentLag, nowSeconds: at / 1000, allowedLag };
}

function statusOf({ topic, partition, judged }: JudgedPartition): PartitionStatus[] {
  return judged === null
    ? []
    : [
        {
          topic,
          partition,
          verdict: judged.verdict,
          currentLag: judged.currentLag,
          complete: judged.complete,
        },
      ];
}
