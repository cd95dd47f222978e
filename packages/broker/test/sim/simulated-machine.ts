import { type Broker, BrokerStartError, startBroker } from '../../src/broker.ts';
import { brokerConfigFrom } from '../../src/config.ts';
import { type Disk, DiskError } from '../../src/runtime/disk.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { SeededRandom } from '../seeded-random.ts';
import { collectedLogger } from './collected-logger.ts';
import { CollectedMetrics } from './collected-metrics.ts';
import { drawnPowerLoss, FileTree } from './file-tree.ts';
import type { Findings } from './findings.ts';
import { Incarnation } from './incarnation.ts';
import { RecoveryChecker } from './recovery-checker.ts';
import { EPOCH_MS, simulatedClock } from './simulated-clock.ts';
import { simulatedCompute } from './simulated-compute.ts';
import { type DiskCondition, SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedWires } from './simulated-network.ts';
import { simulatedRandom } from './simulated-random.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

export const BROKER_ADDRESS = { host: '127.0.0.1', port: 19_092 };

const DATA_DIRECTORY = '/data';
const SKEW_MS_MAX = 5000;
const RESTART_MS = { least: 50, most: 1500 };
/** A broker that takes longer to start, or to stop, on a healthy disk is stuck. */
const STUCK_MS = 60_000;

const PROPERTIES = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  listeners: `PLAINTEXT://${BROKER_ADDRESS.host}:${BROKER_ADDRESS.port},CONTROLLER://127.0.0.1:19093`,
  'log.dirs': DATA_DIRECTORY,
  'offsets.topic.num.partitions': '2',
  'offsets.topic.replication.factor': '1',
  'group.initial.rebalance.delay.ms': '100',
  'connections.max.idle.ms': '20000',
  // Segments roll and checkpoints are written many times within the minute that a seed lasts.
  'log.roll.ms': '6000',
  'log.flush.offset.checkpoint.interval.ms': '3000',
  'log.flush.start.offset.checkpoint.interval.ms': '4000',
  'replica.high.watermark.checkpoint.interval.ms': '1000',
  'log.initial.task.delay.ms': '1000',
  'log.retention.check.interval.ms': '2000',
  'log.segment.delete.delay.ms': '2000',
};

export interface MachineOptions {
  readonly seed: number;
  readonly time: VirtualTime;
  readonly trace: Trace;
  readonly wires: SimulatedWires;
  readonly findings: Findings;
  /** Configs of the broker beside those that all have. */
  readonly properties: Readonly<Record<string, string>>;
  /** What a known-bad variant puts between the broker and its disk. */
  readonly patchDisk: (disk: Disk, incarnation: Incarnation) => Disk;
  /** It serves again: how it ended before, a power loss above all, and where each partition's log ends now. */
  readonly onRecovered: (cause: EndOfLife, ends: ReadonlyMap<string, number>) => void;
}

/** How a process ended. */
export type EndOfLife = 'crash' | 'power loss' | 'clean stop';

interface Life {
  readonly incarnation: Incarnation;
  readonly disk: SimulatedDisk;
  broker: Broker | null;
  isStopping: boolean;
}

/** One machine: a disk that stays, and a broker that is started on it, killed and started again. */
export class SimulatedMachine {
  readonly condition: DiskCondition = { slowness: 1, isFull: false, failsNextSync: false };
  readonly #options: MachineOptions;
  readonly #tree = new FileTree();
  readonly #checker: RecoveryChecker;
  readonly #random: SeededRandom;
  #onSegment: (() => void) | null = null;
  #life: Life | null = null;
  #lives = 0;
  #lastEnd: EndOfLife | null = null;
  /** Whether the disk has failed since the last start, or was full then, so that the broker may give up. */
  #mayGiveUp = false;
  /** Whether the disk was full since the last start, which a broker that runs survives. */
  #wasFull = false;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed, 2);
    this.#checker = new RecoveryChecker(this.#tree, DATA_DIRECTORY, options.findings);
  }

  start(): void {
    if (this.#life !== null) return;
    this.#lives += 1;
    const { time, findings } = this.#options;
    const incarnation = new Incarnation(`broker.${this.#lives}`, time);
    const disk = this.#newDisk(incarnation);
    const life: Life = { incarnation, disk, broker: null, isStopping: false };
    this.#life = life;
    this.#mayGiveUp = this.condition.isFull || this.condition.failsNextSync;
    this.#wasFull = this.condition.isFull;
    const config = brokerConfigFrom({ ...PROPERTIES, ...this.#options.properties });
    const runtime = this.#runtime(life);
    startBroker({ config, runtime, onFailed: (reason) => this.#onFailed(life, reason) }).then(
      (broker) => this.#onServing(life, broker),
      (error: unknown) => this.#onStartFailed(life, error),
    );
    incarnation.after(STUCK_MS, 'watchdog', () => {
      if (life.broker === null && !this.condition.isFull && this.condition.slowness === 1)
        findings.violate(`the broker has not started within ${STUCK_MS} ms`);
    });
  }

  /** The process is killed; its page cache stays. */
  crash(): void {
    const life = this.#life;
    if (life === null) return;
    this.#options.findings.count('crashes');
    this.#end(life, 'crash');
    life.disk.tearWrites();
  }

  /** Tells, once, that a log has begun a segment: the one before is not synced yet. */
  atNextSegment(task: () => void): void {
    this.#onSegment = task;
  }

  /** The machine goes down; what was not synced is lost. */
  losePower(): void {
    const { findings, wires } = this.#options;
    findings.count('powerLosses');
    const life = this.#life;
    if (life !== null) {
      wires.hostLostPower(life.incarnation, BROKER_ADDRESS.host);
      this.#end(life, 'power loss');
    } else this.#checker.processEnded('power loss', []);
    this.#lastEnd = 'power loss';
    this.#tree.losePower(drawnPowerLoss(this.#random));
  }

  /** Stops in order; resolves when it has stopped, and never if it is killed meanwhile. */
  async stop(): Promise<void> {
    const life = this.#life;
    if (life === null || life.broker === null || life.isStopping) return;
    life.isStopping = true;
    const { findings, wires } = this.#options;
    const watchdog = life.incarnation.after(STUCK_MS, 'watchdog', () => {
      findings.violate(`the broker has not stopped within ${STUCK_MS} ms`);
    });
    const failure = await life.broker.close().then(
      () => null,
      (error: unknown) => `the broker could not stop: ${error}`,
    );
    watchdog.cancel();
    if (failure !== null) {
      if (!this.#mayGiveUp) findings.violate(failure);
      this.#exit(life);
      return;
    }
    findings.count('cleanStops');
    const ports = wires.portsOf(life.incarnation);
    if (ports.length > 0) findings.violate(`ports ${ports.join(', ')} are held after a clean stop`);
    if (this.#tree.locks.size > 0) findings.violate('a directory is locked after a clean stop');
    this.#end(life, 'clean stop');
  }

  /** Starts it in a drawn while, unless that has been done by then. */
  startSoon(): void {
    const { least, most } = RESTART_MS;
    this.#options.time.after(this.#random.between(least, most), 'power on', () => this.start());
  }

  #end(life: Life, how: EndOfLife): void {
    this.#checker.processEnded(how === 'power loss' ? 'power loss' : 'crash', [...life.disk.writing]);
    life.incarnation.end();
    this.#tree.locks.clear();
    this.#options.wires.processEnded(life.incarnation);
    this.#life = null;
    if (this.#lastEnd !== 'power loss') this.#lastEnd = how;
  }

  #onServing(life: Life, broker: Broker): void {
    if (!life.incarnation.isAlive) return;
    life.broker = broker;
    const ends = this.#checker.served({ diskRefuses: this.#mayGiveUp || this.#wasFull });
    if (this.#lastEnd === null) return;
    if (this.#lastEnd !== 'clean stop') this.#options.findings.count('recoveries');
    this.#options.onRecovered(this.#lastEnd, ends);
    this.#lastEnd = null;
  }

  #onStartFailed(life: Life, error: unknown): void {
    if (!life.incarnation.isAlive) return;
    const isDisks = error instanceof BrokerStartError || error instanceof DiskError;
    if (!isDisks || !this.#mayGiveUp) this.#options.findings.violate(`the broker could not start: ${error}`);
    this.#exit(life);
  }

  #onFailed(life: Life, reason: string): void {
    if (!this.#mayGiveUp) this.#options.findings.violate(`the broker gave up on a healthy disk: ${reason}`);
    // As a process does: it is gone in a moment, not within the call that told it so.
    life.incarnation.after(0, 'exit', () => this.#exit(life));
  }

  #exit(life: Life): void {
    if (this.#life !== life) return;
    this.#end(life, 'crash');
    life.disk.tearWrites();
    this.startSoon();
  }

  /** The disk refuses from now on, or once. For a sync that fails the broker may give up, and while it starts. */
  spoilDisk(change: Partial<DiskCondition>): void {
    Object.assign(this.condition, change);
    if (this.condition.isFull) this.#wasFull = true;
    const isStarting = this.#life !== null && this.#life.broker === null;
    if (this.condition.failsNextSync || (this.condition.isFull && isStarting)) this.#mayGiveUp = true;
  }

  #newDisk(incarnation: Incarnation): SimulatedDisk {
    const { seed, time, trace } = this.#options;
    const random = new SeededRandom(seed, 100 + this.#lives);
    const { condition } = this;
    return new SimulatedDisk(this.#tree, {
      time,
      trace,
      incarnation,
      random,
      condition,
      wallMs: () => Math.floor(EPOCH_MS + time.nowMs),
      onCreated: (path) => {
        if (!path.endsWith('.log')) return;
        const task = this.#onSegment;
        this.#onSegment = null;
        task?.();
      },
    });
  }

  #runtime(life: Life): Runtime {
    const { incarnation, disk } = life;
    const { seed, time, trace, wires, findings, patchDisk } = this.#options;
    const random = new SeededRandom(seed, 10_000 + this.#lives);
    const skewMs = random.between(-SKEW_MS_MAX, SKEW_MS_MAX);
    return {
      clock: simulatedClock(time, incarnation, { random, skewMs }),
      random: simulatedRandom(random),
      disk: patchDisk(disk, incarnation),
      network: wires.networkOf(incarnation, BROKER_ADDRESS.host),
      buffers: wires.buffers,
      compute: simulatedCompute(incarnation, random),
      logger: collectedLogger((level, message) => {
        trace.event(time.nowMs, `${incarnation.name} says ${level}: ${message}`);
        // Whoever waits for space is let go by a stop, and says so.
        const mayComplain = this.#mayGiveUp || (this.#wasFull && life.isStopping);
        if (level === 'error' && !mayComplain)
          findings.violate(`the broker says, on a healthy disk: ${message}`);
      }),
      metrics: new CollectedMetrics(),
    };
  }
}
