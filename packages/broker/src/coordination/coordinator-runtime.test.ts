import { beforeEach, expect, test } from 'vitest';
import { ManualClock, settle } from '../../test/coordination/manual-clock.ts';
import { type LedMemoryLog, MemoryLog } from '../../test/coordination/memory-log.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import type { CoordinatorLog } from './coordinator-log.ts';
import type {
  CoordinatorMachine,
  CoordinatorRecord,
  Decision,
  Instant,
  ReplyTo,
} from './coordinator-machine.ts';
import { CoordinatorRuntime } from './coordinator-runtime.ts';
import { Timeline, TimelineMap } from './timeline.ts';

/** A machine that keeps texts by key, can be rung by a timer and can keep a request for later. */
class Notebook implements CoordinatorMachine {
  readonly timeline = new Timeline();
  readonly #notes = new TimelineMap<string, { readonly text: string }>(this.timeline);
  #kept: ReplyTo<string> | null = null;
  #alarmAtMs: number | null = null;

  replay(record: CoordinatorRecord): void {
    this.#notes.set(textOf(record.key), { text: textOf(record.value ?? new Uint8Array(0)) });
  }

  loaded(): Decision {
    return { records: [], answers: [] };
  }

  nextWakeMs(): number | null {
    return this.#alarmAtMs;
  }

  wake(now: Instant): Decision {
    this.#alarmAtMs = null;
    return this.note('alarm', `rang at ${now.monotonicMs}`);
  }

  rolledBack(now: Instant): void {
    this.#alarmAtMs = this.latest('alarm') === undefined ? now.monotonicMs : null;
  }

  setAlarm(atMs: number): Decision {
    this.#alarmAtMs = atMs;
    return { records: [], answers: [] };
  }

  keep(replyTo: ReplyTo<string>): Decision {
    this.#kept = replyTo;
    return { records: [], answers: [] };
  }

  note(key: string, text: string, replyTo?: ReplyTo<string>): Decision {
    this.#notes.set(key, { text });
    const answers = [this.#kept, replyTo ?? null].flatMap((to) => (to === null ? [] : [to.answer(text)]));
    this.#kept = null;
    return { records: [{ key: bytesOf(key), value: bytesOf(text) }], answers };
  }

  latest(key: string): string | undefined {
    return this.#notes.get(key)?.text;
  }

  committed(key: string): string | undefined {
    return this.#notes.getCommitted(key)?.text;
  }
}

const PARTITION = 3;
let logged: string[];
const logger: Logger = {
  debug: () => undefined,
  info: (_fields, message) => {
    logged.push(message);
  },
  warn: () => undefined,
  error: () => undefined,
  child: () => logger,
};

let clock: ManualClock;
let stored: MemoryLog;
let log: LedMemoryLog;
let runtime: CoordinatorRuntime<Notebook>;

beforeEach(async () => {
  logged = [];
  clock = new ManualClock();
  stored = new MemoryLog();
  log = stored.lead(1);
  runtime = newRuntime();
  await runtime.elected(PARTITION, log);
});

function newRuntime(lingerMs: number | null = null): CoordinatorRuntime<Notebook> {
  return new CoordinatorRuntime<Notebook>({
    clock,
    logger,
    createMachine: () => new Notebook(),
    writeTimeoutMs: 5000,
    compression: 'none',
    lingerMs,
  });
}

function write(decide: (machine: Notebook, replyTo: ReplyTo<string>) => Decision): Promise<string> {
  return runtime.write<string>(PARTITION, {
    name: 'test',
    decide: (machine, _now, replyTo) => decide(machine, replyTo),
    refusal: (errorCode) => `error ${errorCode}`,
  });
}

function note(key: string, text: string): Promise<string> {
  return write((machine, replyTo) => machine.note(key, text, replyTo));
}

function read(key: string): string | undefined {
  return runtime.read<string | undefined>(PARTITION, {
    answer: (machine) => machine.committed(key),
    refusal: (errorCode) => `error ${errorCode}`,
  });
}

test('an answer, and what readers see, waits until the records are committed', async () => {
  log.holdsCommits = true;
  const answers: string[] = [];
  void note('a', 'one').then((answer) => answers.push(answer));
  await settle();
  expect({ answers, seen: read('a') }).toEqual({ answers: [], seen: undefined });
  log.commitAll();
  await settle();
  expect({ answers, seen: read('a') }).toEqual({ answers: ['one'], seen: 'one' });
});

test('what people are told about a decision waits for its commit too', async () => {
  log.holdsCommits = true;
  const told = (message: string) =>
    write((machine, replyTo) => ({
      ...machine.note('a', message, replyTo),
      notes: [{ message, fields: {} }],
    }));
  void told('lost');
  await settle();
  log.fail(ErrorCode.KAFKA_STORAGE_ERROR);
  await settle();
  const kept = told('kept');
  await settle();
  expect(logged).toEqual([]);
  log.commitAll();
  await kept;
  expect(logged).toEqual(['kept']);
});

test('a decision without records is answered after those before it', async () => {
  log.holdsCommits = true;
  const answers: string[] = [];
  void note('a', 'one').then((answer) => answers.push(answer));
  void write((machine, replyTo) => ({
    records: [],
    answers: [replyTo.answer(`saw ${machine.latest('a')}`)],
  })).then((answer) => answers.push(answer));
  await settle();
  expect(answers).toEqual([]);
  log.commitAll();
  await settle();
  expect(answers).toEqual(['one', 'saw one']);
});

test('what cannot be committed is undone, with everything decided after it', async () => {
  await note('a', 'kept');
  log.holdsCommits = true;
  const lost = [note('a', 'lost'), note('b', 'lost')];
  const kept = write((machine, replyTo) => machine.keep(replyTo));
  await settle();
  log.fail(ErrorCode.KAFKA_STORAGE_ERROR);
  const notCoordinator = `error ${ErrorCode.NOT_COORDINATOR}`;
  expect(await Promise.all([...lost, kept])).toEqual([notCoordinator, notCoordinator, notCoordinator]);
  expect([read('a'), read('b')]).toEqual(['kept', undefined]);
});

test('an append that is rejected leaves no trace', async () => {
  log.rejection = ErrorCode.NOT_ENOUGH_REPLICAS;
  expect(await note('a', 'one')).toBe(`error ${ErrorCode.COORDINATOR_NOT_AVAILABLE}`);
  log.rejection = ErrorCode.NONE;
  expect(await write((machine, replyTo) => machine.note('b', `${machine.latest('a')}`, replyTo))).toBe(
    'undefined',
  );
});

test('a decision that throws is undone and refused, and the machine goes on', async () => {
  const thrown = write((machine) => {
    machine.note('a', 'half');
    throw new Error('broken');
  });
  expect(await thrown).toBe(`error ${ErrorCode.UNKNOWN_SERVER_ERROR}`);
  expect(read('a')).toBeUndefined();
  expect(await note('a', 'whole')).toBe('whole');
});

test('whoever waits too long is let go, and the records may still be committed', async () => {
  log.holdsCommits = true;
  const answer = note('a', 'late');
  await clock.advance(5000);
  expect(await answer).toBe(`error ${ErrorCode.COORDINATOR_NOT_AVAILABLE}`);
  log.commitAll();
  await settle();
  expect(read('a')).toBe('late');
});

test('a partition is refused while it loads, and then has what was committed', async () => {
  await note('a', 'one');
  const gate = Promise.withResolvers<void>();
  const slow: CoordinatorLog = {
    leaderEpoch: 2,
    maxBatchBytes: log.maxBatchBytes,
    append: (batch) => log.append(batch),
    async *replay() {
      await gate.promise;
      yield* stored.batches;
    },
  };
  const loaded = runtime.elected(PARTITION, slow);
  expect(await note('a', 'two')).toBe(`error ${ErrorCode.COORDINATOR_LOAD_IN_PROGRESS}`);
  gate.resolve();
  await loaded;
  expect(read('a')).toBe('one');
});

test('a partition whose log cannot be read is not served', async () => {
  const broken: CoordinatorLog = {
    leaderEpoch: 2,
    maxBatchBytes: log.maxBatchBytes,
    append: (batch) => log.append(batch),
    // biome-ignore lint/correctness/useYield: it fails before the first batch
    async *replay() {
      throw new Error('damaged');
    },
  };
  await runtime.elected(PARTITION, broken);
  expect(read('a')).toBe(`error ${ErrorCode.NOT_COORDINATOR}`);
});

test('who resigns refuses those it holds; an older epoch resigns nothing', async () => {
  const kept = write((machine, replyTo) => machine.keep(replyTo));
  runtime.resigned(PARTITION, 0);
  expect(await note('a', 'still here')).toBe('still here');
  const second = write((machine, replyTo) => machine.keep(replyTo));
  runtime.resigned(PARTITION, 2);
  expect(await kept).toBe('still here');
  expect(await second).toBe(`error ${ErrorCode.NOT_COORDINATOR}`);
  expect(await note('a', 'gone')).toBe(`error ${ErrorCode.NOT_COORDINATOR}`);
});

test('after close everything is refused as not available', async () => {
  const kept = write((machine, replyTo) => machine.keep(replyTo));
  runtime.close();
  expect([await kept, await note('a', 'b')]).toEqual([
    `error ${ErrorCode.COORDINATOR_NOT_AVAILABLE}`,
    `error ${ErrorCode.COORDINATOR_NOT_AVAILABLE}`,
  ]);
});

test('the machine is woken when it asked to be', async () => {
  void write((machine) => machine.setAlarm(30));
  await clock.advance(29);
  expect(read('alarm')).toBeUndefined();
  await clock.advance(1);
  expect(read('alarm')).toBe('rang at 30');
});

test('a wake-up that could not be written is tried again after half a second', async () => {
  void write((machine) => machine.setAlarm(30));
  log.rejection = ErrorCode.NOT_ENOUGH_REPLICAS;
  await clock.advance(30);
  log.rejection = ErrorCode.NONE;
  await clock.advance(499);
  expect(read('alarm')).toBeUndefined();
  await clock.advance(1);
  expect(read('alarm')).toBe('rang at 530');
});

test('what coordinators have come to, and what they have at present', async () => {
  const loads: number[] = [];
  const commits: number[] = [];
  runtime.tally.times = {
    loading: { note: (ms) => loads.push(ms) },
    committing: { note: (ms) => commits.push(ms) },
  };
  await note('a', 'one');
  log.holdsCommits = true;
  void note('a', 'two');
  void note('b', 'three');
  await settle();
  await clock.advance(7);
  expect(runtime.load()).toEqual({ loading: 0, active: 1, failed: 0, unanswered: 2, uncommittedBytes: 143 });
  log.commitAll();
  await settle();
  void write((machine) => machine.setAlarm(30));
  log.rejection = ErrorCode.NOT_ENOUGH_REPLICAS;
  await clock.advance(30);
  log.rejection = ErrorCode.NONE;
  runtime.resigned(PARTITION, 2);
  await runtime.elected(PARTITION, stored.lead(3));
  expect({ ...runtime.tally, times: null }).toEqual({
    times: null,
    ...{ replayedRecords: 3, batches: 2, batchBytes: 244, lostDecisions: 1, timers: 1 },
  });
  expect({ loads, commits }).toEqual({ loads: [0], commits: [0, 7] });
  expect(runtime.load()).toEqual({ loading: 0, active: 1, failed: 0, unanswered: 0, uncommittedBytes: 0 });
});

test('a partition that loads, and one that could not be loaded, are counted as such', async () => {
  const gate = Promise.withResolvers<void>();
  const broken: CoordinatorLog = {
    ...{ leaderEpoch: 2, maxBatchBytes: log.maxBatchBytes, append: (batch) => log.append(batch) },
    // biome-ignore lint/correctness/useYield: it fails before the first batch
    async *replay() {
      await gate.promise;
      throw new Error('damaged');
    },
  };
  const loaded = runtime.elected(PARTITION, broken);
  expect(runtime.load()).toMatchObject({ loading: 1, active: 0, failed: 0 });
  gate.resolve();
  await loaded;
  expect(runtime.load()).toMatchObject({ loading: 0, active: 0, failed: 1 });
});

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
