import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../src/log/log-config.ts';
import type { LogDirectory } from '../../src/log/log-directory.ts';
import { buildTransactionMarker } from '../../src/protocol/control-records.ts';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { assignOffsets, baseOffsetAt, lastOffsetAt } from '../../src/protocol/record-batch.ts';
import { SeededRandom } from '../seeded-random.ts';
import type { CrashMachine } from './crash-machine.ts';
import { batchOf } from './log-bed.ts';
import { type AppendedBatch, PartitionHistory } from './partition-history.ts';

/** Small segments and sparse indexes: a hundred batches make dozens of files. */
const SMALL: LogConfig = {
  ...DEFAULT_LOG_CONFIG,
  segmentBytes: 900,
  indexIntervalBytes: 150,
  retentionMs: -1,
};

/** What is written to, by the name of the directory. */
export const PARTITIONS: Readonly<Record<string, { config: LogConfig; topicId: string }>> = {
  'orders-0': {
    config: { ...SMALL, retentionBytes: 4500, fileDeleteDelayMs: 40 },
    topicId: 'oLIQyYhGQsiCoFcXtVXDSA',
  },
  'payments-0': { config: { ...SMALL, flushMessages: 7 }, topicId: 'VIZvTkyOSCi6YTLq8cxGTg' },
};

/** A producer as its client sees it. */
interface Producer {
  readonly producerId: number;
  sequence: number;
  isInTransaction: boolean;
}

interface Taken {
  readonly batch: AppendedBatch;
  readonly completion: Promise<number>;
}

/** One of the many things that happen to the logs of a directory; the same seed does the same. */
export class CrashWorkload {
  readonly histories = new Map(Object.keys(PARTITIONS).map((name) => [name, new PartitionHistory(name)]));
  readonly #machine: CrashMachine;
  readonly #random: SeededRandom;
  readonly #producers = new Map<string, Producer[]>();
  #directory: LogDirectory | null = null;
  #epoch = 0;
  #appended = 0;

  constructor(machine: CrashMachine, seed: number) {
    this.#machine = machine;
    this.#random = new SeededRandom(seed, 7);
  }

  /** Does so many things. Goes on when the disk refuses; a log that takes no more stays as it is. */
  async run(steps: number): Promise<void> {
    await this.#start();
    for (let step = 0; step < steps; step++) await this.#step();
    await this.#stop();
  }

  async #start(): Promise<void> {
    const directory = await this.#machine.openDirectory({ hasTasks: true });
    this.#directory = directory;
    for (const [name, options] of Object.entries(PARTITIONS)) {
      const [topic = ''] = name.split('-');
      const log = await this.#machine.done(directory.openLog({ topic, partition: 0 }, options));
      this.#history(name).log = log;
      this.#knowProducers(name);
    }
  }

  /** They go on where the log says that they are. */
  #knowProducers(name: string): void {
    const known = [...this.#history(name).log.producers()];
    const producers = [1, 2, 3].map((producerId) => {
      const entry = known.find((candidate) => candidate.producerId === producerId);
      return {
        producerId,
        sequence: (entry?.batches.at(-1)?.lastSequence ?? -1) + 1,
        isInTransaction: (entry?.currentTxnFirstOffset ?? -1) >= 0,
      };
    });
    this.#producers.set(name, producers);
  }

  async #stop(): Promise<void> {
    await this.#machine.done(this.#directory?.close(1) ?? Promise.resolve());
    this.#machine.restart();
  }

  async #step(): Promise<void> {
    const name = this.#random.pick(Object.keys(PARTITIONS));
    const { log } = this.#history(name);
    const draw = this.#random.fraction();
    if (draw < 0.25) await this.#appendSeveral(name, 1);
    else if (draw < 0.5) await this.#appendAsProducer(name);
    else if (draw < 0.6) await this.#appendSeveral(name, this.#random.between(2, 8));
    else if (draw < 0.7) await this.#machine.done(log.flush());
    else if (draw < 0.76) this.#epoch++;
    else if (draw < 0.81) this.#deleteRecords(name);
    else if (draw < 0.86) await this.#cutOff(name);
    else if (draw < 0.95) await this.#machine.sleep(this.#random.between(1, 60));
    else if (draw < 0.98) {
      await this.#stop();
      await this.#start();
    } else {
      this.#machine.restart();
      await this.#start();
    }
    if (!this.#isFollowed(name)) log.updateHighWatermark(log.logEndOffset);
  }

  /** In one turn, so that they go out in one write. */
  async #appendSeveral(name: string, count: number): Promise<void> {
    const options = () => ({ timestamp: this.#timestamp() });
    await this.#take(
      name,
      Array.from({ length: count }, () => batchOf(this.#texts(), options())),
    );
  }

  /** With a sequence, and in a transaction with every other producer; leaders do not take those yet. */
  async #appendAsProducer(name: string): Promise<void> {
    const producer = this.#random.pick(this.#producers.get(name) ?? []);
    const { producerId, isInTransaction, sequence: baseSequence } = producer;
    if (isInTransaction && this.#random.chance(0.5)) {
      const outcome = this.#random.chance(0.5) ? 'abort' : 'commit';
      const marker = { producerId, producerEpoch: 0, coordinatorEpoch: 2, timestamp: this.#timestamp() };
      producer.isInTransaction = false;
      await this.#take(name, [buildTransactionMarker({ outcome, ...marker })]);
      return;
    }
    const isTransactional = producerId > 1 && this.#isFollowed(name);
    const texts = this.#texts();
    producer.sequence += texts.length;
    producer.isInTransaction = isTransactional;
    const options = { producerId, producerEpoch: 0, baseSequence, isTransactional };
    await this.#take(name, [batchOf(texts, { ...options, timestamp: this.#timestamp() })]);
  }

  async #take(name: string, batches: readonly Uint8Array[]): Promise<void> {
    const history = this.#history(name);
    const taken = this.#isFollowed(name) ? this.#follow(history, batches) : this.#lead(history, batches);
    const told = taken.map(async ({ batch, completion }) => {
      batch.isAcknowledged = (await completion) === ErrorCode.NONE;
    });
    await this.#machine.done(Promise.all(told));
  }

  #lead(history: PartitionHistory, batches: readonly Uint8Array[]): Taken[] {
    return batches.flatMap((bytes) => {
      const outcome = history.log.appendAsLeader(bytes, { origin: 'coordinator', leaderEpoch: this.#epoch });
      if (outcome.kind !== 'appended') return [];
      return [{ batch: history.appended(bytes, outcome.info.firstOffset), completion: outcome.completion }];
    });
  }

  /** As a leader would send them, the last one cut off. */
  #follow(history: PartitionHistory, batches: readonly Uint8Array[]): Taken[] {
    let endOffset = history.log.logEndOffset;
    for (const bytes of batches) {
      assignOffsets(bytes, endOffset, this.#epoch);
      endOffset = lastOffsetAt(bytes) + 1;
    }
    const frame = new Uint8Array(Buffer.concat([...batches, batchOf(['cut off']).subarray(0, 70)]));
    const outcome = history.log.follower.append(frame);
    if (outcome.kind !== 'appended') return [];
    return batches.map((bytes) => ({
      batch: history.appended(bytes, baseOffsetAt(bytes)),
      completion: outcome.completion,
    }));
  }

  #deleteRecords(name: string): void {
    const { log } = this.#history(name);
    log.updateHighWatermark(log.logEndOffset);
    const target = log.logStartOffset + this.#random.between(1, 6);
    if (target <= log.highWatermark) log.advanceLogStartOffset(target);
  }

  /** The leader has less, or goes on from somewhere else. */
  async #cutOff(name: string): Promise<void> {
    if (!this.#isFollowed(name)) return;
    const history = this.#history(name);
    const { log } = history;
    const isAnew = this.#random.chance(0.3);
    const least = isAnew ? log.logEndOffset - 10 : Math.max(log.logStartOffset, log.logEndOffset - 25);
    const offset = Math.max(0, this.#random.between(least, log.logEndOffset + (isAnew ? 10 : 0)));
    const cut = history.cutsOff(isAnew ? offset : history.endBelow(offset), { isAnew });
    const cutting = isAnew ? log.follower.startAt(offset) : log.follower.truncateTo(offset);
    await this.#machine.done(cutting.then(cut.done, cut.refused));
    this.#knowProducers(name);
  }

  #isFollowed(name: string): boolean {
    return name === 'payments-0';
  }

  #texts(): string[] {
    return Array.from({ length: this.#random.between(1, 3) }, () => {
      this.#appended++;
      return `${this.#appended}:${'x'.repeat(this.#random.below(60))}`;
    });
  }

  /** Goes back now and then. */
  #timestamp(): number {
    return 1_700_000_000_000 + this.#appended * 10 - (this.#random.chance(0.2) ? 500 : 0);
  }

  #history(name: string): PartitionHistory {
    const history = this.histories.get(name);
    if (history === undefined) throw new Error(`no partition ${name}`);
    return history;
  }
}
