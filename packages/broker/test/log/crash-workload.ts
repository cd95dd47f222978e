import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../src/log/log-config.ts';
import type { LogDirectory } from '../../src/log/log-directory.ts';
import { buildTransactionMarker } from '../../src/protocol/control-records.ts';
import { ErrorCode } from '../../src/protocol/errors.ts';
import type { BatchOptions } from '../../src/protocol/records.ts';
import { SeededRandom } from '../seeded-random.ts';
import type { CrashMachine } from './crash-machine.ts';
import { batchOf } from './log-bed.ts';
import { PartitionHistory } from './partition-history.ts';

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
    const directory = await this.#machine.openDirectory();
    this.#directory = directory;
    for (const [name, options] of Object.entries(PARTITIONS)) {
      const [topic = ''] = name.split('-');
      const log = await this.#machine.done(directory.openLog({ topic, partition: 0 }, options));
      this.#history(name).log = log;
      const known = [...log.producers()];
      this.#producers.set(
        name,
        [1, 2, 3].map((producerId) => {
          const entry = known.find((candidate) => candidate.producerId === producerId);
          return {
            producerId,
            sequence: (entry?.batches.at(-1)?.lastSequence ?? -1) + 1,
            isInTransaction: (entry?.currentTxnFirstOffset ?? -1) >= 0,
          };
        }),
      );
    }
  }

  async #stop(): Promise<void> {
    await this.#machine.done(this.#directory?.close(1) ?? Promise.resolve());
    this.#machine.restart();
  }

  async #step(): Promise<void> {
    const name = this.#random.pick(Object.keys(PARTITIONS));
    const { log } = this.#history(name);
    const draw = this.#random.fraction();
    if (draw < 0.25) await this.#append(name, {});
    else if (draw < 0.5) await this.#appendAsProducer(name);
    else if (draw < 0.6) await this.#appendSeveral(name);
    else if (draw < 0.7) await this.#machine.done(log.flush());
    else if (draw < 0.76) this.#epoch++;
    else if (draw < 0.82) this.#deleteRecords(name);
    else if (draw < 0.95) await this.#machine.sleep(this.#random.between(1, 60));
    else if (draw < 0.98) {
      await this.#stop();
      await this.#start();
    } else {
      this.#machine.restart();
      await this.#start();
    }
    log.updateHighWatermark(log.logEndOffset);
  }

  async #append(name: string, options: BatchOptions): Promise<void> {
    await this.#machine.done(this.#queue(name, options) ?? Promise.resolve());
  }

  /** In one turn, so that they go out in one write. */
  async #appendSeveral(name: string): Promise<void> {
    const completions = Array.from({ length: this.#random.between(2, 8) }, () => this.#queue(name, {}));
    await this.#machine.done(Promise.all(completions));
  }

  /** With a sequence, and in a transaction with every other producer. */
  async #appendAsProducer(name: string): Promise<void> {
    const producer = this.#random.pick(this.#producers.get(name) ?? []);
    const { producerId } = producer;
    if (producer.isInTransaction && this.#random.chance(0.5)) {
      const outcome = this.#random.chance(0.5) ? 'abort' : 'commit';
      const text = { producerId, producerEpoch: 0, coordinatorEpoch: 2, timestamp: this.#timestamp() };
      producer.isInTransaction = false;
      await this.#machine.done(this.#take(name, buildTransactionMarker({ outcome, ...text })));
      return;
    }
    const isTransactional = producerId > 1;
    const { sequence: baseSequence } = producer;
    const texts = this.#texts();
    producer.sequence += texts.length;
    producer.isInTransaction = isTransactional;
    const options = { producerId, producerEpoch: 0, baseSequence, isTransactional };
    await this.#machine.done(this.#take(name, batchOf(texts, { ...options, timestamp: this.#timestamp() })));
  }

  #queue(name: string, options: BatchOptions): Promise<void> {
    return this.#take(name, batchOf(this.#texts(), { ...options, timestamp: this.#timestamp() }));
  }

  #take(name: string, bytes: Uint8Array): Promise<void> {
    const history = this.#history(name);
    const outcome = history.log.appendAsLeader(bytes, { origin: 'coordinator', leaderEpoch: this.#epoch });
    if (outcome.kind !== 'appended') return Promise.resolve();
    const batch = history.appended(bytes, outcome.info.firstOffset);
    return outcome.completion.then((code) => {
      batch.isAcknowledged = code === ErrorCode.NONE;
    });
  }

  #deleteRecords(name: string): void {
    const { log } = this.#history(name);
    log.updateHighWatermark(log.logEndOffset);
    const target = log.logStartOffset + this.#random.between(1, 6);
    if (target <= log.highWatermark) log.advanceLogStartOffset(target);
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
