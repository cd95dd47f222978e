import { expect, test } from 'vitest';
import { CRASH_FAULTS, crashed, flawsAfter, momentsOf } from './crash-matrix.ts';

/** All boundaries of several workloads take minutes; as a rule every fifth of one is enough to see a rule broken. */
const IS_WHOLE = process.env.ODRADEK_CRASH_MATRIX === 'whole';

test('after a crash at any boundary the log is what was appended, up to somewhere behind what was flushed', async () => {
  const moments = await momentsOf({
    seed: 1,
    steps: 60,
    isWanted: (number) => IS_WHOLE || number % 5 === 0,
  });
  const flaws: string[] = [];
  for (const moment of moments) {
    for (const fault of CRASH_FAULTS) {
      const found = await flawsAfter({ tree: crashed(moment, fault), known: moment.known, faults: [fault] });
      const { number, boundary } = moment;
      for (const flaw of found) flaws.push(`${number} ${boundary.kind} ${boundary.path}, ${fault}: ${flaw}`);
    }
  }
  console.log(`${moments.length} boundaries × ${CRASH_FAULTS.length} faults`);
  expect(flaws.slice(0, 10)).toEqual([]);
}, 600_000);
