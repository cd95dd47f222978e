import { describe, expect, test } from 'vitest';
import { AcknowledgedRecords } from './acknowledged-records.ts';
import { longestGap } from './availability.ts';
import { judge, type Violations } from './checks.ts';
import { FAULT_KINDS, faultSchedule, type PlannedFault, type ScheduleOptions } from './fault-schedule.ts';
import { ReadRecords } from './read-records.ts';
import { SeededRandom } from './seeded-random.ts';

/** One partition: what `w` was told, `sequence@offset`, and what lies there, in order. */
function judged(
  told: string,
  log: string,
  options: {
    readonly isIdempotent?: boolean;
    readonly isOrdered?: boolean;
    readonly again?: string;
    readonly epochs?: readonly number[];
  } = {},
) {
  const acknowledged = new AcknowledgedRecords(1);
  const { isIdempotent = true, isOrdered = true } = options;
  acknowledged.addWriter('w', { isIdempotent, isOrdered });
  acknowledged.addWriter('x', { isIdempotent: true, isOrdered: true });
  for (const [sequence, offset] of told.split(' ').map((text) => text.split('@'))) {
    acknowledged.take(`a w 0 ${sequence} ${offset} 1000`);
  }
  const again = { name: 'again', records: reading(options.again ?? log), isWhole: true };
  return judge(
    acknowledged,
    reading(log),
    [again],
    [options.epochs ?? reading(log).writers.flatMap((of) => of.map(() => 0))],
  );
}

function reading(log: string): ReadRecords {
  const read = new ReadRecords(1);
  for (const [offset, text] of log.split(' ').entries()) {
    const [, writer, sequence] = /^([wx])(\d+)$/.exec(text) ?? [];
    if (writer !== undefined) read.take(`r 0 ${offset} ${writer} ${sequence}`);
  }
  return read;
}

const found = ({ violations }: { readonly violations: Violations }) =>
  Object.entries(violations).flatMap(([kind, cases]) => (cases.length === 0 ? [] : [kind]));

describe('the judge of a run', () => {
  test('has nothing against a log in which all is where it was acknowledged', () => {
    const verdict = judged('0@0 1@1 2@3', 'w0 w1 x0 w2');
    expect(found(verdict)).toEqual([]);
    expect(verdict.repeated).toBe(0);
  });

  test.each([
    ['a record that is not there', '0@0 1@1', 'w0 x0', ['lost']],
    ['one that lies elsewhere', '0@0 1@1', 'w0 x0 w1', ['moved']],
    ['two that changed places', '0@1 1@0', 'w1 w0', ['reordered']],
    ['an idempotent record that is there twice', '0@0 1@1', 'w0 w1 w0', ['duplicated']],
    ['an offset that is missing', '0@0 1@2', 'w0 - w1', ['readings']],
  ])('finds %s', (_what, told, log, kinds) => {
    expect(found(judged(told, log))).toEqual(expect.arrayContaining(kinds));
  });

  test('finds a reader that saw something else, or less', () => {
    expect(found(judged('0@0 1@1', 'w0 w1', { again: 'w0 x1' }))).toEqual(['readings']);
    expect(found(judged('0@0 1@1', 'w0 w1', { again: 'w0' }))).toEqual(['readings']);
  });

  test('counts what a plain writer repeats, and takes a late one that was never acknowledged', () => {
    const verdict = judged('0@0 2@2', 'w0 w1 w2 w1 w0', { isIdempotent: false });
    expect(found(verdict)).toEqual([]);
    expect(verdict.repeated).toBe(2);
    expect(found(judged('0@0 2@1', 'w0 w2 w1', { isIdempotent: false }))).toEqual([]);
  });

  test('knows what a client has sent anew in another epoch from what a broker has written twice', () => {
    const verdict = judged('0@0 1@2', 'w0 w1 w1', { epochs: [0, 0, 1] });
    expect(found(verdict)).toEqual([]);
    expect(verdict.sentAnew).toEqual(['w in 0: 1']);
    expect(found(judged('0@0 1@2', 'w0 w1 w1', { epochs: [0, 1, 1] }))).toContain('duplicated');
  });

  test('only counts what is out of turn where the client promises no order', () => {
    const verdict = judged('0@1 1@0', 'w1 w0', { isIdempotent: false, isOrdered: false });
    expect(found(verdict)).toEqual([]);
    expect(verdict.outOfTurn).toBe(1);
  });

  test('takes an acknowledgement without an offset, and one that was not promised', () => {
    expect(found(judged('0@0 1@-1', 'w0 w1 w2'))).toEqual([]);
    expect(found(judged('0@0 1@-1', 'w0'))).toEqual(['lost']);
  });
});

test('a writer that has gone on with another producer is known with the time and the reason', () => {
  const acknowledged = new AcknowledgedRecords(1);
  acknowledged.addWriter('w', { isIdempotent: true, isOrdered: true });
  acknowledged.take('f w 0 7 _PURGE_QUEUE');
  acknowledged.take('x w 1700 a fatal error: of order');
  expect(acknowledged.writers.get('w')?.begunAnew).toEqual([
    { atMs: 1700, reason: 'a fatal error: of order' },
  ]);
  expect(acknowledged.count).toBe(0);
  expect(() => acknowledged.take('x nobody 1700 a reason')).toThrow('a writer said');
});

describe('the longest gap', () => {
  test.each([
    ['between two acknowledgements', [100, 200, 900, 1000], 700],
    ['that began before', [100, 950], 850],
    ['of acknowledgements that were told out of order', [900, 100, 1000, 200], 700],
    ['that has not ended', [100, 200], 800],
  ])('%s', (_what, times, gap) => {
    expect(longestGap(times, 150, 1000).ms).toBe(gap);
  });

  test('what came later does not matter', () => {
    expect(longestGap([100, 200, 300, 5000], 150, 310)).toEqual({ ms: 100, sinceMs: 100 });
  });
});

describe('the schedule', () => {
  const options = { sessionTimeoutMs: 1000, canDirectCuts: true };
  const first = (seed: number, count: number) =>
    taken(seed, count, options).map(({ kind, forMs }) => `${kind} ${forMs}`);

  test('is the same for the same seed, and another for another', () => {
    expect(first(7, 30)).toEqual(first(7, 30));
    expect(first(7, 30)).not.toEqual(first(8, 30));
  });

  test('has every kind before it has one again, and none that cannot be made', () => {
    const kinds = first(3, FAULT_KINDS.length).map((text) => text.replace(/ [\d.]+$/, ''));
    expect(kinds.toSorted()).toEqual(FAULT_KINDS.toSorted());
    const proxied = taken(3, 40, { ...options, canDirectCuts: false });
    expect(proxied.filter(({ kind }) => / (from|one way)/.test(kind))).toEqual([]);
  });
});

function taken(seed: number, count: number, options: ScheduleOptions): PlannedFault[] {
  const schedule = faultSchedule(new SeededRandom(seed), options);
  return Array.from({ length: count }, () => schedule.next().value as PlannedFault);
}
