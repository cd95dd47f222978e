import type { PartitionVerdict, VerdictRule } from '@odradek/contract';

/** What Burrow looks at to judge one partition of one group. */
export interface PartitionEvaluation {
  /** The window, ordered by commit. Timestamps in ms; lag as it was when committed, null when learnt late. */
  readonly commits: readonly EvaluatedCommit[];
  /** The end offsets polled last, in any order. */
  readonly brokerOffsets: readonly number[];
  /** Newest end offset minus newest committed offset, never below zero. */
  readonly currentLag: number;
  /** Now, in whole seconds; a fraction is cut off, as Burrow does. */
  readonly nowSeconds: number;
  /** A lag up to and including this is no lag. */
  readonly allowedLag: number;
}

export interface EvaluatedCommit {
  readonly offset: number;
  readonly timestamp: number;
  readonly lag: number | null;
}

/** A verdict and the rule that gave it. */
export interface Judgement {
  readonly verdict: PartitionVerdict;
  readonly rule: VerdictRule;
}

/** Judges one partition by Burrow's rules (linkedin/Burrow, evaluator/caching.go), first hit wins. */
export function evaluatePartition(evaluation: PartitionEvaluation): PartitionVerdict {
  return judgePartition(evaluation).verdict;
}

/** As `evaluatePartition`, and says which rule decided. */
export function judgePartition(evaluation: PartitionEvaluation): Judgement {
  const { commits, currentLag, allowedLag } = evaluation;
  if (commits.length === 0 || currentLag <= allowedLag) {
    return { verdict: 'OK', rule: 'no-lag' };
  }
  if (isStopped(evaluation)) {
    return { verdict: 'STOP', rule: 'stopped' };
  }
  // Before the zero-lag rule on purpose: a group that went back has a reason to be looked at even if it was level.
  if (isRewound(commits)) {
    return { verdict: 'REWIND', rule: 'rewound' };
  }
  const lags = commits.map((commit) => commit.lag).filter((lag) => lag !== null);
  if (lags.some((lag) => lag <= allowedLag)) {
    return { verdict: 'OK', rule: 'recently-caught-up' };
  }
  if (commits.every((commit) => commit.offset === commits[0]?.offset)) {
    return { verdict: 'STALL', rule: 'stalled' };
  }
  return lags.some((lag, index) => lag < (lags[index - 1] ?? 0))
    ? { verdict: 'OK', rule: 'lag-decreased' }
    : { verdict: 'WARN', rule: 'lag-never-decreased' };
}

/** The silence is longer than the window it follows, and no end offset polled lately had been reached. */
function isStopped({ commits, brokerOffsets, nowSeconds }: PartitionEvaluation): boolean {
  const first = commits[0];
  const last = commits.at(-1);
  if (first === undefined || last === undefined) {
    return false;
  }
  const silenceMs = Math.floor(nowSeconds) * 1000 - last.timestamp;
  return (
    silenceMs > last.timestamp - first.timestamp && !brokerOffsets.some((offset) => offset <= last.offset)
  );
}

/** Only the first step back counts; reaching the offset before it again makes up for it. */
function isRewound(commits: readonly EvaluatedCommit[]): boolean {
  for (const [index, commit] of commits.entries()) {
    const before = commits[index - 1];
    if (before !== undefined && commit.offset < before.offset) {
      return !commits.slice(index).some((later) => later.offset >= before.offset);
    }
  }
  return false;
}
