import type { Disk } from '../../src/runtime/disk.ts';
import { SeededRandom } from '../seeded-random.ts';
import { ClientProcess } from './clients/client-process.ts';
import { GroupMember } from './clients/group-member.ts';
import { Producer } from './clients/producer.ts';
import { followPartition, readWhole } from './clients/reader.ts';
import { TopicMaker } from './clients/topic-maker.ts';
import { CommittedOffsets } from './committed-offsets.ts';
import { type FaultKind, FaultPlan } from './fault-plan.ts';
import { type Counted, Findings } from './findings.ts';
import { drawnFlushing } from './flushing.ts';
import { History, type ProducerMode, type TopicPlan } from './history.ts';
import { Incarnation } from './incarnation.ts';
import { SimulatedBufferPool } from './simulated-buffer-pool.ts';
import { BROKER_ADDRESS, SimulatedMachine } from './simulated-machine.ts';
import { SimulatedWires } from './simulated-network.ts';
import { Trace } from './trace.ts';
import { VirtualTime } from './virtual-time.ts';

/** How long clients work while things go wrong, how long they may take to end, and to read everything. */
const FAULTY_MS = 60_000;
const SETTLING_MS = 60_000;
const READING_MS = 30_000;
const LAST_LINES = 60;

const PRODUCERS: readonly (ProducerMode & { readonly topic: number })[] = [
  { topic: 0, acks: 1, isIdempotent: false, batchesUnderWay: 1 },
  { topic: 0, acks: -1, isIdempotent: true, batchesUnderWay: 1 },
  { topic: 1, acks: -1, isIdempotent: false, batchesUnderWay: 1 },
  { topic: 1, acks: -1, isIdempotent: true, batchesUnderWay: 4 },
];

const GROUP = 'readers';
const GROUP_MEMBERS = 3;
/** Which topic the group reads. */
const GROUP_TOPIC = 0;

/** A known fault that is put into the broker's surroundings to see that the checkers find it. */
export interface Variant {
  readonly name: string;
  readonly patchDisk: (disk: Disk, incarnation: Incarnation) => Disk;
}

export interface SimulationResult {
  readonly seed: number;
  readonly traceHash: string;
  readonly events: number;
  readonly virtualMs: number;
  readonly kinds: readonly FaultKind[];
  readonly counts: ReadonlyMap<Counted, number>;
  /** Empty when every guarantee held. */
  readonly violations: readonly string[];
  readonly lastEvents: readonly string[];
}

/** One broker, its clients and their misfortunes, all of it drawn from one seed. */
class Simulation {
  readonly #seed: number;
  readonly #trace = new Trace();
  readonly #findings = new Findings();
  readonly #time: VirtualTime;
  readonly #wires: SimulatedWires;
  readonly #machine: SimulatedMachine;
  readonly #plan: FaultPlan;
  readonly #history: History;
  readonly #offsets: CommittedOffsets;
  readonly #topics: readonly TopicPlan[];
  #clients = 0;
  #isOver = false;

  constructor(seed: number, variant: Variant | null) {
    const trace = this.#trace;
    const findings = this.#findings;
    this.#seed = seed;
    this.#time = new VirtualTime(new SeededRandom(seed, 0), trace);
    this.#wires = new SimulatedWires({
      trace,
      random: new SeededRandom(seed, 1),
      buffers: new SimulatedBufferPool(),
    });
    const flushing = drawnFlushing(new SeededRandom(seed, 4));
    this.#topics = flushing.topics;
    this.#history = new History(this.#topics, findings);
    this.#offsets = new CommittedOffsets(findings, this.#time, flushing.areCommitsFlushed);
    this.#machine = new SimulatedMachine({
      seed,
      trace,
      findings,
      time: this.#time,
      wires: this.#wires,
      properties: flushing.properties,
      patchDisk: variant?.patchDisk ?? ((disk) => disk),
      onRecovered: (cause, ends) => {
        this.#history.restarted();
        if (cause !== 'power loss') return;
        this.#history.powerLost(ends);
        this.#offsets.powerLost();
      },
    });
    this.#plan = new FaultPlan({
      seed,
      findings,
      time: this.#time,
      wires: this.#wires,
      machine: this.#machine,
    });
  }

  async run(): Promise<SimulationResult> {
    const onRejection = (reason: unknown) => this.#findings.violate(`an unhandled rejection: ${reason}`);
    process.on('unhandledRejection', onRejection);
    try {
      await this.#runAll();
    } finally {
      process.off('unhandledRejection', onRejection);
    }
    return {
      seed: this.#seed,
      traceHash: this.#trace.hash,
      events: this.#trace.events,
      virtualMs: this.#time.nowMs,
      kinds: this.#plan.kinds,
      counts: this.#findings.counts,
      violations: this.#findings.violations,
      lastEvents: this.#trace.last(LAST_LINES),
    };
  }

  async #runAll(): Promise<void> {
    this.#machine.start();
    const topicMaker = new TopicMaker({
      client: this.#newClient('admin'),
      findings: this.#findings,
      isOver: () => this.#isOver,
    });
    await this.#until(SETTLING_MS, 'the topics are not made', [topicMaker.makePlanned(this.#topics)]);
    const work = this.#startClients(topicMaker);
    this.#plan.start();
    await this.#time.run(this.#time.nowMs + FAULTY_MS, () => this.#hasFailed);
    this.#plan.end();
    this.#isOver = true;
    await this.#until(SETTLING_MS, 'clients are stuck', work);
    await this.#until(READING_MS, 'the last reading is stuck', [this.#checkAll(topicMaker)]);
    await this.#until(READING_MS, 'the broker is stuck in its stop', [this.#machine.stop()]);
  }

  #startClients(topicMaker: TopicMaker): Promise<void>[] {
    const history = this.#history;
    const findings = this.#findings;
    const isOver = () => this.#isOver;
    const work = [topicMaker.run()];
    for (const [index, mode] of PRODUCERS.entries()) {
      const topic = this.#topics[mode.topic];
      if (topic === undefined) continue;
      const client = this.#newClient(`producer${index}`);
      work.push(new Producer({ client, topic, mode, history, findings, isOver }).run());
    }
    const groupTopic = this.#topics[GROUP_TOPIC];
    for (let index = 0; index < GROUP_MEMBERS && groupTopic !== undefined; index++) {
      const client = this.#newClient(`member${index}`);
      const reading = { groupId: GROUP, topic: groupTopic, offsets: this.#offsets };
      work.push(new GroupMember({ client, ...reading, history, findings, isOver }).run());
    }
    for (const { topic, partition } of history.partitions) {
      const client = this.#newClient(`reader-${topic}-${partition}`);
      work.push(followPartition({ client, topic, partition, history, isOver }));
    }
    return work;
  }

  async #checkAll(topicMaker: TopicMaker): Promise<void> {
    const client = this.#newClient('checker');
    for (const { topic, partition } of this.#history.partitions) {
      this.#history.checkWhole(`${topic}-${partition}`, await readWhole(client, { topic, partition }));
    }
    await topicMaker.check();
    await topicMaker.untilServed();
    client.disconnect();
  }

  #newClient(name: string): ClientProcess {
    this.#clients += 1;
    const incarnation = new Incarnation(name, this.#time);
    return new ClientProcess({
      name,
      time: this.#time,
      incarnation,
      network: this.#wires.networkOf(incarnation, `10.0.0.${this.#clients}`),
      random: new SeededRandom(this.#seed, 1000 + this.#clients),
      address: BROKER_ADDRESS,
      violate: (text) => this.#findings.violate(text),
    });
  }

  get #hasFailed(): boolean {
    return this.#findings.violations.length > 0;
  }

  /** Lets time pass until all of the work is done. That it is not within `limitMs` is a violation. */
  async #until(limitMs: number, stuck: string, work: readonly Promise<void>[]): Promise<void> {
    if (this.#hasFailed) return;
    let isDone = false;
    void Promise.all(work).then(() => {
      isDone = true;
    });
    await this.#time.run(this.#time.nowMs + limitMs, () => isDone || this.#hasFailed);
    if (!isDone && !this.#hasFailed) this.#findings.violate(stuck);
  }
}

/** Runs the simulation of one seed to its end, or to the first violation. */
export function simulate(seed: number, variant: Variant | null = null): Promise<SimulationResult> {
  return new Simulation(seed, variant).run();
}
