import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluatePartition, judgePartition } from './evaluate-partition.ts';

/** `offset@second:lag`, as the vectors are written down. */
function commitsOf(text: string) {
  return text.split(' ').map((entry) => {
    const [, offset, second, lag] = /^(\d+)@([\d.]+):(\d+|null)$/.exec(entry) ?? [];
    return {
      offset: Number(offset),
      timestamp: Math.round(Number(second) * 1000),
      lag: lag === 'null' ? null : Number(lag),
    };
  });
}

const steady = '10@10:0 20@20:5 30@30:9 40@40:14';
const growing = '10@10:3 20@20:5 30@30:5 40@40:8';
const rewound = '100@10:5 200@20:5 150@30:60 180@40:40';

/** Executed against Burrow's own evaluator: name, commits, broker offsets, current lag, now, allowed lag, status. */
const vectors = [
  ['V1', steady, [54], 14, 45, 0, 'OK'],
  ['V2', steady, [54], 14, 70, 0, 'OK'],
  ['V3', steady, [54], 14, 71, 0, 'STOP'],
  ['V4', growing, [48], 8, 45, 0, 'WARN'],
  ['V5', growing, [48], 8, 71, 0, 'STOP'],
  ['V6', '10@10:8 20@20:7 30@30:30 40@40:60', [100], 60, 45, 0, 'OK'],
  ['V7', '10@10:4 20@20:4 30@30:4', [34], 4, 35, 0, 'WARN'],
  ['V8', '50@10:1 50@20:6 50@30:6 50@40:12', [62], 12, 45, 0, 'STALL'],
  ['V9', '50@10:0 50@20:6 50@30:6 50@40:12', [62], 12, 45, 0, 'OK'],
  ['V10', rewound, [220], 40, 45, 0, 'REWIND'],
  ['V11', '100@10:5 200@20:5 150@30:60 200@40:20', [220], 20, 45, 0, 'OK'],
  ['V12', '100@10:5 200@20:5 150@30:60 200@40:70', [270], 70, 45, 0, 'WARN'],
  ['V13', '100@10:0 200@20:0 50@30:160 80@40:140', [220], 140, 45, 0, 'REWIND'],
  ['V14', rewound, [220], 40, 71, 0, 'STOP'],
  ['V15', '100@10:5 90@20:15 110@30:5 20@40:95 30@50:85', [115], 85, 55, 0, 'OK'],
  ['V16', rewound, [220], 0, 9999, 0, 'OK'],
  ['V17', '10@10:0 20@20:0', [20, 20, 25], 5, 500, 0, 'OK'],
  ['V18', '10@10:2 20@20:2', [20, 25], 5, 500, 0, 'WARN'],
  ['V19', '10@10:0 20@20:0', [23, 25], 5, 500, 0, 'STOP'],
  ['V20', '10@10:9 10@20:9', [19], 9, 999, 9, 'OK'],
  ['V21', '10@10:9 10@20:9', [20], 10, 21, 9, 'OK'],
  ['V22', '10@10:9 10@20:9', [19], 9, 21, 8, 'STALL'],
  ['V23', '10@10:3', [13], 3, 11, 0, 'STOP'],
  ['V24', '10@10:3', [13], 3, 10, 0, 'STALL'],
  ['V25', '10@10:0', [10, 13], 3, 600, 0, 'OK'],
  ['V26', '10@10:null 20@20:null 30@30:null', [35], 5, 31, 0, 'WARN'],
  ['V27', '10@10:9 20@20:null 30@30:8', [38], 8, 31, 0, 'OK'],
  ['V28', '10@10:5 11@10:5', [16], 5, 11, 0, 'STOP'],
  ['V29', '10@10:3 20@30.9:3', [23], 3, 30, 0, 'WARN'],
  ['V30', '100@10:5 99@20:6', [105], 6, 21, 0, 'REWIND'],
] as const;

describe('evaluatePartition', () => {
  it.each(vectors)('agrees with Burrow on %s', (...vector) => {
    const [, commits, brokerOffsets, currentLag, nowSeconds, allowedLag, status] = vector;
    expect(
      evaluatePartition({ commits: commitsOf(commits), brokerOffsets, currentLag, nowSeconds, allowedLag }),
    ).toBe(status);
  });

  it('cuts a fraction of now off, so that V29 holds within the second too', () => {
    const evaluation = { commits: commitsOf(growing), brokerOffsets: [48], currentLag: 8, allowedLag: 0 };
    expect(evaluatePartition({ ...evaluation, nowSeconds: 70.999 })).toBe('WARN');
  });

  it('calls a partition without a commit OK, as Burrow does', () => {
    expect(
      judgePartition({ commits: [], brokerOffsets: [9], currentLag: 9, nowSeconds: 1, allowedLag: 0 }),
    ).toEqual({
      verdict: 'OK',
      rule: 'no-lag',
    });
  });

  it('never alarms at or below the allowed lag', () => {
    const commit = fc.record({
      offset: fc.nat(1000),
      timestamp: fc.nat(100_000),
      lag: fc.option(fc.nat(1000)),
    });
    fc.assert(
      fc.property(
        fc.array(commit),
        fc.nat(500),
        fc.nat(500),
        fc.nat(1000),
        (commits, lag, more, nowSeconds) => {
          const allowedLag = lag + more;
          expect(
            evaluatePartition({ commits, brokerOffsets: [], currentLag: lag, nowSeconds, allowedLag }),
          ).toBe('OK');
        },
      ),
    );
  });
});
