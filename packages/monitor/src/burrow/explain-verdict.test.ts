import { verdictRule } from '@odradek/contract';
import { describe, expect, it } from 'vitest';
import { judgePartition } from './evaluate-partition.ts';
import { explainVerdict } from './explain-verdict.ts';

type Row = readonly [offset: number, second: number, lag: number | null];

function evaluation(rows: readonly Row[], currentLag: number, nowSeconds: number) {
  const commits = rows.map(([offset, second, lag]) => ({ offset, timestamp: second * 1000, lag }));
  return { commits, brokerOffsets: [1e9], currentLag, nowSeconds, allowedLag: 0 };
}

/** A window for each rule, by the vectors of the evaluator. */
const cases = {
  'no-lag': [evaluation([[7, 10, 1]], 0, 11), 'committed offset 7, the end'],
  stopped: [
    evaluation(
      [
        [10, 10, 3],
        [20, 40, 8],
      ],
      8,
      71,
    ),
    'The last commit was 31 s ago, longer than the 30 s that the window of 2 commits spans; 8 records wait.',
  ],
  rewound: [
    evaluation(
      [
        [200, 10, 5],
        [150, 40, 60],
      ],
      60,
      45,
    ),
    'The group went back from offset 200 to 150 and has not reached 200 again. 60 records wait.',
  ],
  'recently-caught-up': [
    evaluation(
      [
        [10, 10, 0],
        [20, 40, 5],
      ],
      5,
      45,
    ),
    '1 commit of the last 2 left nothing to read',
  ],
  stalled: [
    evaluation(
      [
        [50, 10, 1],
        [50, 40, 12],
      ],
      12,
      45,
    ),
    'All 2 commits in the window are of offset 50',
  ],
  'lag-never-decreased': [
    evaluation(
      [
        [10, 10, 3],
        [20, 40, 8],
      ],
      8,
      45,
    ),
    'the lag never fell: from 3 to 8',
  ],
  'lag-decreased': [
    evaluation(
      [
        [10, 10, 9],
        [20, 40, 8],
      ],
      8,
      45,
    ),
    'the lag fell at least once',
  ],
} as const;

describe('explainVerdict', () => {
  it('has words for every rule there is', () => {
    expect(Object.keys(cases).sort()).toEqual([...verdictRule.options].sort());
  });

  it.each(Object.entries(cases))('explains %s with its numbers', (rule, [given, words]) => {
    const judgement = judgePartition(given);
    expect(judgement.rule).toBe(rule);
    expect(explainVerdict(judgement, given)).toContain(words);
  });

  it('says that earlier lags are not known where they are not', () => {
    const given = evaluation(
      [
        [10, 10, null],
        [20, 40, null],
      ],
      5,
      41,
    );
    expect(explainVerdict(judgePartition(given), given)).toContain('not known');
  });
});
