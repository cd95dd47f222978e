import { brokerConfigFrom } from '../../src/config/config.ts';
import { type Broker, startBroker } from '../../src/node/broker.ts';
import { BrokerStartError } from '../../src/node/broker-start-error.ts';
import { type Disk, DiskError } from '../../src/runtime/disk.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { SeededRandom } from '../seeded-random.ts';
import { collectedLogger } from './collected-logger.ts';
import { CollectedMetrics } from './collected-metrics.ts';
import { isMetadata } from './disk-damage.ts';
import type { FileTree } from './file-tree.ts';
import type { Findings } from './findings.ts';
import { Incarnation } from './incarnation.ts';
import { MachineDisk } from './machine-disk.ts';
import { dataDirectoryOf, type MachineAddress } from './machine-properties.ts';
import type { NetworkLinks } from './network-links.ts';
import { RecoveryChecker } from './recovery-checker.ts';
import { simulatedClock } from './simulated-clock.ts';
import { simulatedCompute } from './simulated-compute.ts';
import type { DiskCondition, SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedWires } from './simulated-network.ts';
import { simulatedRandom } from './simulated-random.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

const SKEW_MS_MAX = 5000;
const RESTART_MS = { least: 50, most: 1500 };
/** A broker that takes longer to stop is stuck, if nothing is wrong with the others. */
const STUCK_MS = 60_000;
/** How long a supervisor waits, while things are wrong, before it kills. */
const PATIENCE_MS = 10_000;
/** Each machine draws from sequences of its own. */
const SEQUENCES_PER_MACHINE = 100_000;

export interface MachineOptions {
  readonly seed: number;
  readonly address: MachineAddress;
  readonly time: VirtualTime;
  readonly trace: Trace;
  readonly wires: SimulatedWires;
  readonly links: NetworkLinks;
  readonly findings: Findings;
  readonly properties: Readonly<Record<string, string>>;
  /** What a known-bad variant puts between the broker and its disk. */
  readonly patchDisk: (disk: Disk, incarnation: Incarnation) => Disk;
  /** It serves again after it had ended so. */
  readonly onRecovered: (cause: EndOfLife) => void;
  readonly onPowerLost: () => void;
  /** Its process has ended, and not in order. */
  readonly onEnded: (machine: SimulatedMachine, how: 'crash' | 'power loss') => void;
  /** Whether some machine or way may be out of order just now. */
  readonly areFaultsOn: () => boolean;
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
  readonly id: number;
  readonly address: MachineAddress;
  readonly disk: MachineDisk;
  readonly directory: string;
  readonly recovery: RecoveryChecker;
  readonly #options: MachineOptions;
  readonly #random: SeededRandom;
  #life: Life | null = null;
  #lives = 0;
  readonly #skewMs: number;
  /** By how much its wall clock was put forward in all. */
  #turnedMs = 0;
  #isPaused = false;
  #lastEnd: EndOfLife | null = null;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.address = options.address;
    this.id = options.address.id;
    this.directory = dataDirectoryOf(this.id);
    this.#random = this.#sequence(2);
    this.#skewMs = this.#random.between(-SKEW_MS_MAX, SKEW_MS_MAX);
    const { directory } = this;
    const { findings, time, trace } = options;
    this.disk = new MachineDisk({ directory, findings, time, trace, random: this.#random });
    this.recovery = new RecoveryChecker(this.tree, directory, findings);
  }

  /** Whether its process has come as far as to serve, and still does. */
  get isServing(): boolean {
    return this.#life !== null && this.#life.broker !== null && !this.#life.isStopping;
  }

  get isAlive(): boolean {
    return this.#life !== null;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** What lies on its disk. */
  get tree(): FileTree {
    return this.disk.tree;
  }

  start(): void {
    if (this.#life !== null) return;
    this.#lives += 1;
    const { time, links, properties, address, trace } = this.#options;
    links.hostIsDown(address.host, false);
    const incarnation = new Incarnation(`n${this.id}.${this.#lives}`, time);
    const disk = this.disk.newLife(incarnation, this.#sequence(100 + this.#lives));
    const life: Life = { incarnation, disk, broker: null, isStopping: false };
    this.#life = life;
    trace.note(time.nowMs, `${this.#name} starts`);
    this.#isPaused = false;
    const config = brokerConfigFrom(properties);
    const runtime = this.#runtime(life);
    startBroker({ config, runtime, onFailed: (reason) => this.#onFailed(life, reason) }).then(
      (broker) => this.#onServing(life, broker),
      (error: unknown) => this.#onStartFailed(life, error),
    );
  }

  /** The process is killed; its page cache stays. */
  crash(): void {
    const life = this.#life;
    if (life === null) return;
    const { findings, trace, time } = this.#options;
    findings.count('crashes');
    trace.note(time.nowMs, `${this.#name} crashes`);
    this.#end(life, 'crash');
    life.disk.tearWrites();
  }

  /** The machine goes down; what was not synced is lost. */
  losePower(): void {
    const { findings, wires, links, address, trace, time } = this.#options;
    findings.count('powerLosses');
    trace.note(time.nowMs, `${this.#name} loses power`);
    const life = this.#life;
    if (life !== null) {
      wires.hostLostPower(life.incarnation, address.host);
      this.#end(life, 'power loss');
    } else this.recovery.processEnded('power loss', []);
    links.hostIsDown(address.host, true);
    this.#lastEnd = 'power loss';
    this.#options.onPowerLost();
    this.#options.onEnded(this, 'power loss');
    this.disk.losePower();
  }

  /** The process stands still, as in a debugger or on a machine without a moment to spare. */
  pause(): void {
    if (this.#life === null || this.#isPaused) return;
    this.#isPaused = true;
    this.#options.findings.count('pauses');
    this.#life.incarnation.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#life?.incarnation.resume();
  }

  /** Its wall clock is put forward, or back. */
  turnClock(byMs: number): void {
    this.#options.findings.count('clockJumps');
    this.#turnedMs += byMs;
  }

  /** Its wall clock goes as right as it did at first. */
  mendClock(): void {
    this.#turnedMs = 0;
  }

  /** Stops in order; resolves when it has stopped or, while things are wrong, was killed for not doing so. */
  async stop(): Promise<void> {
    const life = this.#life;
    if (life === null || life.broker === null || life.isStopping) return;
    life.isStopping = true;
    const { areFaultsOn } = this.#options;
    const ended = Promise.withResolvers<string | null>();
    const patienceMs = areFaultsOn() ? PATIENCE_MS : STUCK_MS;
    const watchdog = this.#options.time.after(patienceMs, 'watchdog', () => ended.resolve('too slow'));
    life.broker.close().then(
      () => ended.resolve(null),
      (error: unknown) => ended.resolve(`the broker could not stop: ${error}`),
    );
    const failure = await ended.promise;
    watchdog.cancel();
    if (this.#life === life) this.#stopped(life, failure);
  }

  #stopped(life: Life, failure: string | null): void {
    const { findings, wires, areFaultsOn } = this.#options;
    if (failure !== null) {
      const isSlow = failure === 'too slow';
      if (isSlow && areFaultsOn()) {
        this.crash();
        return;
      }
      if (isSlow) findings.violate(`${this.#name} has not stopped within ${STUCK_MS} ms`);
      else if (!this.disk.mayBeFatal) findings.violate(`${this.#name}: ${failure}`);
      this.#exit(life);
      return;
    }
    findings.count('cleanStops');
    const ports = wires.portsOf(life.incarnation);
    if (ports.length > 0) findings.violate(`ports ${ports.join(', ')} are held after a clean stop`);
    if (this.tree.locks.size > 0) findings.violate('a directory is locked after a clean stop');
    this.#end(life, 'clean stop');
  }

  /** Starts it in a drawn while, unless that has been done by then. */
  startSoon(): void {
    const { least, most } = RESTART_MS;
    this.#options.time.after(this.#random.between(least, most), 'power on', () => this.start());
  }

  get #name(): string {
    return `node ${this.id}`;
  }

  #sequence(index: number): SeededRandom {
    return new SeededRandom(this.#options.seed, this.id * SEQUENCES_PER_MACHINE + index);
  }

  #end(life: Life, how: EndOfLife): void {
    this.recovery.processEnded(how === 'power loss' ? 'power loss' : 'crash', [...life.disk.writing]);
    life.incarnation.end();
    this.tree.locks.clear();
    this.#options.wires.processEnded(life.incarnation);
    this.#life = null;
    this.#isPaused = false;
    if (how === 'crash') this.#options.onEnded(this, how);
    if (this.#lastEnd !== 'power loss') this.#lastEnd = how;
  }

  #onServing(life: Life, broker: Broker): void {
    if (!life.incarnation.isAlive) return;
    life.broker = broker;
    this.disk.serves();
    if (this.#lastEnd === null) return;
    if (this.#lastEnd !== 'clean stop') this.#options.findings.count('recoveries');
    this.#options.onRecovered(this.#lastEnd);
    this.#lastEnd = null;
  }

  #onStartFailed(life: Life, error: unknown): void {
    if (!life.incarnation.isAlive) return;
    const isDisks = error instanceof BrokerStartError || error instanceof DiskError;
    if (!isDisks || !this.disk.mayBeFatal)
      this.#options.findings.violate(`${this.#name} could not start: ${stackOf(error)}`);
    this.#exit(life);
  }

  #onFailed(life: Life, reason: string): void {
    if (!this.disk.mayBeFatal)
      this.#options.findings.violate(`${this.#name} gave up on a healthy disk: ${reason}`);
    // As a process does: it is gone in a moment, not within the call that told it so.
    life.incarnation.after(0, 'exit', () => this.#exit(life));
  }

  #exit(life: Life): void {
    if (this.#life !== life) return;
    this.#end(life, 'crash');
    life.disk.tearWrites();
    this.startSoon();
  }

  /**
   * A place in one of its segments cannot be read any more; until `spoilDisk` says otherwise. True where it lies in the
   * metadata, which may cost a voter.
   */
  loseSector(where: { readonly mayBeMetadata: boolean }): boolean {
    const unreadable = this.disk.drawnSector(where);
    if (!unreadable) return false;
    this.spoilDisk({ unreadable });
    return isMetadata(unreadable.path);
  }

  /** What goes wrong with its disk from now on, or once. */
  spoilDisk(change: Partial<DiskCondition>): void {
    this.disk.spoil(change, { isStarting: this.#life !== null && this.#life.broker === null });
  }

  #runtime(life: Life): Runtime {
    const { incarnation, disk } = life;
    const { time, trace, wires, findings, patchDisk, address } = this.#options;
    const random = this.#sequence(10_000 + this.#lives);
    return {
      clock: simulatedClock(time, incarnation, { random, skewMs: () => this.#skewMs + this.#turnedMs }),
      random: simulatedRandom(random),
      disk: patchDisk(disk, incarnation),
      network: wires.networkOf(incarnation, address.host),
      buffers: wires.buffers,
      compute: simulatedCompute(incarnation, random),
      logger: collectedLogger((level, message, fields) => {
        trace.note(time.nowMs, `${incarnation.name} says ${level}: ${message}${detailOf(fields)}`);
        if (level === 'error' && !this.disk.refuses)
          findings.violate(`${this.#name} says, on a healthy disk: ${message}${detailOf(fields)}`);
      }),
      metrics: new CollectedMetrics(),
    };
  }
}

/** Without the stacks of errors, which are not the same in every run. */
function detailOf(fields: object): string {
  const texts = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  return texts.length === 0 ? '' : ` (${texts.join(', ')})`;
}

function stackOf(value: unknown): string {
  return value instanceof Error ? (value.stack ?? value.message) : `${value}`;
}
