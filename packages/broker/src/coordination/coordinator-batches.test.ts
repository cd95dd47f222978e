import { beforeEach, expect, test } from 'vitest';
import { ManualClock, settle } from '../../test/coordination/manual-clock.ts';
import { type LedMemoryLog, MemoryLog } from '../../test/coordination/memory-log.ts';
import { silentLogger } from '../../test/coordination/silent-logger.ts';
import { ErrorCode } from '../protocol/errors.ts';
import {
  type CoordinatorMachine,
  type Decision,
  emptyDecision,
  type ReplyTo,
} from './coordinator-machine.ts';
import { CoordinatorRuntime } from './coordinator-runtime.ts';
import { Timeline, TimelineMap } from './timeline.ts';

/** A machine that keeps how many bytes were written under a name. */
class Counts implements CoordinatorMachine {
  readonly timeline = new Timeline();
  readonly #bytes = new TimelineMap<string, { readonly count: number }>(this.timeline);

  replay(): void {}
  rolledBack(): void {}
  loaded = emptyDecision;
  wake = emptyDecision;
  nextWakeMs(): null {
    return null;
  }

  add(name: string, count: number, replyTo: ReplyTo<number | string>): Decision {
    const total = (this.#bytes.get(name)?.count ?? 0) + count;
    this.#bytes.set(name, { count: total });
    const key = new TextEncoder().encode(name);
    return { records: [{ key, value: new Uint8Array(count) }], answers: [replyTo.answer(total)] };
  }
}

const KILOBYTE = 1024;
const MEGABYTE = KILOBYTE * KILOBYTE;

let clock: ManualClock;
let stored: MemoryLog;
let log: LedMemoryLog;
let runtime: CoordinatorRuntime<Counts>;

beforeEach(() => {
  clock = new ManualClock();
  stored = new MemoryLog();
  log = stored.lead(1);
});

function lead(lingerMs: number | null): Promise<void> {
  const createMachine = () => new Counts();
  const options = { createMachine, logger: silentLogger, writeTimeoutMs: 5000, compression: 'none' } as const;
  runtime = new CoordinatorRuntime<Counts>({ ...options, clock, lingerMs });
  return runtime.elected(0, log);
}

function add(name: string, count: number): Promise<number | string> {
  return runtime.write<number | string>(0, {
    name: 'add',
    decide: (machine, _now, replyTo) => machine.add(name, count, replyTo),
    refusal: (errorCode) => `error ${errorCode}`,
  });
}

test('what is decided together is one batch', async () => {
  await lead(null);
  expect(await Promise.all([add('a', 1), add('b', 2), add('a', 3)])).toEqual([1, 2, 4]);
  expect(stored.batches).toHaveLength(1);
  await add('a', 1);
  expect(stored.batches).toHaveLength(2);
});

test('a linger of 0 makes a batch of each decision', async () => {
  await lead(0);
  await Promise.all([add('a', 1), add('b', 2)]);
  expect(stored.batches).toHaveLength(2);
});

test('a linger gathers decisions for as long', async () => {
  await lead(10);
  const first = add('a', 1);
  await clock.advance(9);
  const second = add('b', 2);
  await clock.advance(0);
  expect(stored.batches).toHaveLength(0);
  await clock.advance(1);
  expect(await Promise.all([first, second])).toEqual([1, 2]);
  expect(stored.batches).toHaveLength(1);
});

test('a batch is written before it is larger than the log takes; one decision is never split', async () => {
  await lead(10);
  log.maxBatchBytes = 10 * KILOBYTE;
  const answers = [add('a', 6 * KILOBYTE), add('b', 6 * KILOBYTE), add('c', 20 * KILOBYTE)];
  expect(stored.batches).toHaveLength(2);
  await clock.advance(10);
  await Promise.all(answers);
  const sizes = stored.batches.map((batch) => Math.floor(batch.length / KILOBYTE));
  expect(sizes).toEqual([6, 6, 20]);
});

test('a batch that is refused takes with it what was decided after it', async () => {
  await lead(10);
  log.maxBatchBytes = 10 * KILOBYTE;
  const answers = [add('a', 6 * KILOBYTE)];
  log.rejection = ErrorCode.NOT_ENOUGH_REPLICAS;
  answers.push(add('a', 6 * KILOBYTE));
  const refused = `error ${ErrorCode.COORDINATOR_NOT_AVAILABLE}`;
  expect(await Promise.all(answers)).toEqual([refused, refused]);
  log.rejection = ErrorCode.NONE;
  const after = add('a', 1);
  await clock.advance(10);
  expect(await after).toBe(1);
});

test('a batch that fails under way takes with it what is gathered', async () => {
  await lead(null);
  log.holdsCommits = true;
  const answers = [add('a', 1)];
  await settle();
  answers.push(add('a', 2));
  log.fail(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  const refused = `error ${ErrorCode.NOT_COORDINATOR}`;
  expect(await Promise.all(answers)).toEqual([refused, refused]);
  log.holdsCommits = false;
  expect(await add('a', 4)).toBe(4);
  expect(stored.batches).toHaveLength(1);
});

test('while too much waits to be committed others are asked to wait, and lose nothing', async () => {
  await lead(null);
  log.holdsCommits = true;
  const taken: Promise<unknown>[] = [];
  for (let count = 0; count < 16; count += 1) {
    taken.push(add(`large ${count}`, MEGABYTE));
    await settle();
  }
  expect(await add('late', 1)).toBe(`error ${ErrorCode.COORDINATOR_LOAD_IN_PROGRESS}`);
  log.commitAll();
  expect(await Promise.all(taken)).toEqual(taken.map(() => MEGABYTE));
  log.holdsCommits = false;
  expect(await add('late', 1)).toBe(1);
});

test('who gives the partition up refuses what is gathered, and does not write it', async () => {
  await lead(10);
  const answer = add('a', 1);
  runtime.resigned(0, 2);
  expect(await answer).toBe(`error ${ErrorCode.NOT_COORDINATOR}`);
  await clock.advance(10);
  expect(stored.batches).toEqual([]);
});
