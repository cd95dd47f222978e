import type { Judgement, PartitionEvaluation } from './evaluate-partition.ts';

/** The rule that decided, and the numbers that met it, in one sentence for a person. */
export function explainVerdict({ rule }: Judgement, evaluation: PartitionEvaluation): string {
  const { commits, currentLag, allowedLag, nowSeconds } = evaluation;
  const first = commits[0];
  const last = commits.at(-1);
  if (first === undefined || last === undefined) {
    return 'No commit was seen lately, so there is nothing to judge.';
  }
  const lags = commits.map((commit) => commit.lag).filter((lag) => lag !== null);
  const [records, many] = [counted(currentLag, 'record'), counted(commits.length, 'commit')];
  switch (rule) {
    case 'no-lag':
      return allowedLag === 0
        ? `Nothing is left to read: the group committed offset ${last.offset}, the end of the partition.`
        : `The lag of ${records} is within the ${allowedLag} allowed.`;
    case 'stopped':
      return (
        `The last commit was ${seconds(Math.floor(nowSeconds) * 1000 - last.timestamp)} ago, longer than the ` +
        `${seconds(last.timestamp - first.timestamp)} that the window of ${many} spans; ${records} wait.`
      );
    case 'rewound':
      return `${rewindText(evaluation)} ${counted(currentLag, 'record')} wait.`;
    case 'recently-caught-up':
      return `${counted(lags.filter((lag) => lag <= allowedLag).length, 'commit')} of the last ${commits.length} left nothing to read.`;
    case 'stalled':
      return commits.length === 1
        ? `The only commit in the window is of offset ${last.offset}, and ${records} wait.`
        : `All ${many} in the window are of offset ${last.offset}: the group commits but does not advance; ${records} wait.`;
    case 'lag-never-decreased':
      return lags.length < 2
        ? `${records} wait, and the lag of earlier commits is not known.`
        : `Over ${many} the lag never fell: from ${lags[0]} to ${lags.at(-1)}.`;
    case 'lag-decreased':
      return `Over ${many} the lag fell at least once: the group is catching up; ${records} wait.`;
  }
}

function rewindText({ commits }: PartitionEvaluation): string {
  const index = commits.findIndex((commit, at) => commit.offset < (commits[at - 1]?.offset ?? 0));
  const [before, after] = [commits[index - 1]?.offset, commits[index]?.offset];
  return `The group went back from offset ${before} to ${after} and has not reached ${before} again.`;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

function seconds(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
