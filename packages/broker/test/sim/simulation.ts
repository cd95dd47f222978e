import type { Disk } from '../../src/runtime/disk.ts';
import { SeededRandom } from '../seeded-random.ts';
import { type Budget, drawnBudget, drawnNodes } from './budget.ts';
import { ClusterWatch } from './checks/cluster-watch.ts';
import { untilHealed } from './checks/healing.ts';
import { watchNodes } from './checks/node-probes.ts';
import { startClients } from './clients/client-work.ts';
import { readWhole } from './clients/reader.ts';
import { TopicMaker } from './clients/topic-maker.ts';
import { SimulatedCluster } from './cluster.ts';
import { CommittedOffsets } from './committed-offsets.ts';
import { type FaultKind, FaultPlan } from './fault-plan.ts';
import { type Counted, Findings } from './findings.ts';
import { drawnFlushing, type Flushing } from './flushing.ts';
import { History } from './history.ts';
import type { Incarnation } from './incarnation.ts';
import { Trace } from './trace.ts';
import { VirtualTime } from './virtual-time.ts';

/** How long clients work while things go wrong, how long they may take to end, and to read everything. */
const FAULTY_MS = 60_000;
/** Where little has come of it by then they work on, for so long at a time and so long in all. */
const PROLONGED_MS = 10_000;
const FAULTY_MS_MAX = 300_000;
const ACKNOWLEDGED_MIN = 1000;
const FAULTS_MIN = 5;
const SETTLING_MS = 60_000;
const READING_MS = 30_000;
const LAST_LINES = 200;

/** A known fault that is put into the broker's surroundings to see that the checkers find it. */
export interface Variant {
  readonly name: string;
  readonly patchDisk: (disk: Disk, incarnation: Incarnation) => Disk;
}

export interface SimulationResult {
  readonly seed: number;
  readonly nodes: number;
  readonly budget: Budget;
  readonly traceHash: string;
  readonly events: number;
  readonly virtualMs: number;
  readonly kinds: readonly FaultKind[];
  readonly faults: number;
  readonly counts: ReadonlyMap<Counted, number>;
  /** Empty when every guarantee held. */
  readonly violations: readonly string[];
  readonly lastEvents: readonly string[];
  /** The great moments, from the beginning. */
  readonly notes: readonly string[];
}

/** A cluster, its clients and their misfortunes, all of it drawn from one seed. */
class Simulation {
  readonly #seed: number;
  readonly #trace = new Trace();
  readonly #findings = new Findings();
  readonly #time: VirtualTime;
  readonly #budget: Budget;
  readonly #nodes: number;
  readonly #flushing: Flushing;
  readonly #cluster: SimulatedCluster;
  readonly #watch: ClusterWatch;
  readonly #plan: FaultPlan;
  readonly #history: History;
  readonly #offsets: CommittedOffsets;
  #isOver = false;

  constructor(seed: number, variant: Variant | null) {
    const findings = this.#findings;
    const trace = this.#trace;
    this.#seed = seed;
    const shape = new SeededRandom(seed, 5);
    this.#nodes = drawnNodes(shape);
    this.#budget = drawnBudget(shape, this.#nodes);
    this.#time = new VirtualTime(new SeededRandom(seed, 0), trace);
    const time = this.#time;
    const budget = this.#budget;
    this.#flushing = drawnFlushing(new SeededRandom(seed, 4), { budget, nodes: this.#nodes });
    this.#history = new History(this.#flushing.topics, findings);
    this.#cluster = new SimulatedCluster({
      ...{ seed, trace, findings, time, nodes: this.#nodes, properties: this.#flushing.properties },
      patchDisk: variant?.patchDisk ?? ((disk) => disk),
      onRecovered: () => this.#history.lapsed(),
      onPowerLost: () => this.#powerLost(),
      onEnded: (machine, how) => this.#watch.losses.ended(machine, how),
      areFaultsOn: () => !this.#isOver,
    });
    this.#watch = new ClusterWatch({
      ...{ findings, budget, cluster: this.#cluster, flushing: this.#flushing },
      onLost: (partition) => this.#history.lostFrom(partition),
      onCut: () => this.#history.lapsed(),
      note: (text) => trace.note(time.nowMs, text),
    });
    this.#offsets = new CommittedOffsets(findings, time, (node) => this.#watch.coordinates(node));
    this.#plan = new FaultPlan({
      ...{ seed, budget, findings, time, machines: this.#cluster.machines },
      ...{ wires: this.#cluster.wires, links: this.#cluster.links },
      ...{ losses: this.#watch.losses, metadata: this.#watch.metadata },
      note: (text) => trace.note(time.nowMs, text),
    });
  }

  async run(): Promise<SimulationResult> {
    const onRejection = (reason: unknown) =>
      this.#findings.violate(
        `an unhandled rejection: ${reason instanceof Error ? reason.stack : String(reason)}`,
      );
    process.on('unhandledRejection', onRejection);
    watchNodes(this.#watch);
    try {
      await this.#runAll();
    } finally {
      watchNodes(null);
      process.off('unhandledRejection', onRejection);
    }
    return {
      seed: this.#seed,
      nodes: this.#nodes,
      budget: this.#budget,
      traceHash: this.#trace.hash,
      events: this.#trace.events,
      virtualMs: this.#time.nowMs,
      kinds: this.#plan.kinds,
      faults: this.#findings.faults,
      counts: this.#findings.counts,
      violations: this.#findings.violations,
      lastEvents: this.#trace.last(LAST_LINES),
      notes: this.#trace.notes,
    };
  }

  async #runAll(): Promise<void> {
    for (const machine of this.#cluster.machines) machine.start();
    const topicMaker = new TopicMaker({
      client: this.#cluster.newClient('admin'),
      findings: this.#findings,
      replicationFactor: Math.min(3, this.#nodes),
      isOver: () => this.#isOver,
    });
    const { topics } = this.#flushing;
    await this.#until(SETTLING_MS, 'the topics are not made', [topicMaker.makePlanned(topics)]);
    const work = [
      topicMaker.run(),
      ...startClients({
        cluster: this.#cluster,
        ...{ topics, history: this.#history, offsets: this.#offsets, findings: this.#findings },
        isOver: () => this.#isOver,
      }),
    ];
    this.#plan.start();
    await this.#suffer();
    this.#plan.end();
    this.#isOver = true;
    await this.#until(SETTLING_MS, 'clients are stuck', work);
    const ill = () => this.#watch.whatIsIll() ?? this.#watch.whatDiffers();
    await this.#until(SETTLING_MS, () => ill() ?? 'it healed too late', [
      untilHealed(this.#cluster, () => ill() === null),
    ]);
    await this.#until(READING_MS, 'the last reading is stuck', [this.#checkAll(topicMaker)]);
    const stops = this.#cluster.machines.map((machine) => machine.stop());
    await this.#until(READING_MS, 'a broker is stuck in its stop', stops);
  }

  /** Lets things go wrong until enough was written in spite of it. */
  async #suffer(): Promise<void> {
    const findings = this.#findings;
    const atMostMs = this.#time.nowMs + FAULTY_MS_MAX;
    const little = () => findings.countOf('acknowledged') < ACKNOWLEDGED_MIN || findings.faults < FAULTS_MIN;
    for (let forMs = FAULTY_MS; forMs > 0 && !this.#hasFailed(); ) {
      await this.#time.run(this.#time.nowMs + forMs, () => this.#hasFailed());
      forMs = little() && this.#time.nowMs < atMostMs ? PROLONGED_MS : 0;
    }
    if (little() && !this.#hasFailed())
      findings.violate(
        `${findings.countOf('acknowledged')} records are acknowledged after ${findings.faults} faults and ${FAULTY_MS_MAX} ms`,
      );
  }

  async #checkAll(topicMaker: TopicMaker): Promise<void> {
    const client = this.#cluster.newClient('checker');
    for (const { topic, partition } of this.#history.partitions) {
      this.#history.checkWhole(`${topic}-${partition}`, await readWhole(client, { topic, partition }));
    }
    await topicMaker.check();
    await topicMaker.untilServed();
    client.disconnect();
  }

  #powerLost(): void {
    if (this.#budget === 'beyond' || (this.#budget === 'flushed' && !this.#flushing.isEverything))
      this.#offsets.mayBeLost();
  }

  /** Looked at between any two events. */
  #hasFailed(): boolean {
    this.#watch.look();
    return this.#findings.violations.length > 0;
  }

  /** Lets time pass until all of the work is done. That it is not within `limitMs` is a violation. */
  async #until(
    limitMs: number,
    stuck: string | (() => string),
    work: readonly Promise<void>[],
  ): Promise<void> {
    if (this.#hasFailed()) return;
    let isDone = false;
    void Promise.all(work).then(() => {
      isDone = true;
    });
    await this.#time.run(this.#time.nowMs + limitMs, () => this.#hasFailed() || isDone);
    if (!isDone && !this.#hasFailed()) this.#findings.violate(typeof stuck === 'string' ? stuck : stuck());
  }
}

/** Runs the simulation of one seed to its end, or to the first violation. */
export function simulate(seed: number, variant: Variant | null = null): Promise<SimulationResult> {
  return new Simulation(seed, variant).run();
}
