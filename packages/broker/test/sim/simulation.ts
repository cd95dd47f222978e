import { GROUP_METADATA_TOPIC } from '../../src/metadata/topic-name.ts';
import type { Disk } from '../../src/runtime/disk.ts';
import { SeededRandom } from '../seeded-random.ts';
import { type Budget, drawnBudget, drawnNodes } from './budget.ts';
import { ClusterWatch } from './checks/cluster-watch.ts';
import { checkCopies } from './checks/copy-check.ts';
import { untilHealed } from './checks/healing.ts';
import { watchNodes } from './checks/node-probes.ts';
import type { ClientProcess } from './clients/client-process.ts';
import { COPYING, startClients } from './clients/client-work.ts';
import { committedOffset } from './clients/committed-group.ts';
import { readCommitted } from './clients/committed-reader.ts';
import { readWhole } from './clients/reader.ts';
import { TopicMaker } from './clients/topic-maker.ts';
import { untilNoneIsOpen } from './clients/transaction-admin.ts';
import { SimulatedCluster } from './cluster.ts';
import { CommittedOffsets } from './committed-offsets.ts';
import { type Crowd, drawnCrowd, PLAIN } from './crowd.ts';
import { type FaultKind, FaultPlan } from './fault-plan.ts';
import { type Counted, Findings } from './findings.ts';
import { drawnFlushing, type Flushing } from './flushing.ts';
import { History, type TopicPlan } from './history.ts';
import type { Incarnation } from './incarnation.ts';
import { Ownership } from './ownership.ts';
import { Trace } from './trace.ts';
import { TransactionLedger } from './transaction-ledger.ts';
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

export interface SimulationOptions {
  readonly variant?: Variant | null;
  /** Without transactions and without groups of the consumer protocol. */
  readonly isPlain?: boolean;
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
  readonly #ownership: Ownership;
  readonly #ledger: TransactionLedger;
  readonly #crowd: Crowd;
  #isOver = false;

  constructor(seed: number, { variant = null, isPlain = false }: SimulationOptions) {
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
    this.#crowd = isPlain ? PLAIN : drawnCrowd(new SeededRandom(seed, 9));
    this.#ledger = new TransactionLedger(findings);
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
      onLost: (partition) => this.#recordsLost(partition),
      onCut: () => this.#history.lapsed(),
      onMisled: (transactionalId) => this.#ledger.misled(transactionalId, time.nowMs),
      note: (text) => trace.note(time.nowMs, text),
    });
    const coordinates = (node: number, groupId: string) => this.#watch.coordinates(node, groupId);
    this.#offsets = new CommittedOffsets(findings, time, coordinates);
    this.#ownership = new Ownership(findings, time, coordinates);
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
    await this.#until(SETTLING_MS, 'the topics are not made', [topicMaker.makePlanned(this.#topics)]);
    const work = [
      { name: 'admin', done: topicMaker.run() },
      ...startClients({
        cluster: this.#cluster,
        ...{ crowd: this.#crowd, flushing: this.#flushing, findings: this.#findings },
        ...{ history: this.#history, offsets: this.#offsets, ownership: this.#ownership },
        ledger: this.#ledger,
        isOver: () => this.#isOver,
      }),
    ];
    this.#plan.start();
    await this.#suffer();
    this.#plan.end();
    this.#isOver = true;
    const stuck = new Set(work.map(({ name }) => name));
    await this.#until(
      SETTLING_MS,
      () => `stuck are ${[...stuck].join(', ')}`,
      work.map(({ name, done }) => done.then(() => void stuck.delete(name))),
    );
    const ill = () => this.#watch.whatIsIll() ?? this.#watch.whatDiffers();
    await this.#until(SETTLING_MS, () => ill() ?? 'it healed too late', [
      untilHealed(this.#cluster, () => ill() === null),
    ]);
    await this.#until(SETTLING_MS, 'a transaction hangs', [this.#checkTransactions()]);
    await this.#until(READING_MS, 'the last reading is stuck', [this.#checkAll(topicMaker)]);
    const stops = this.#cluster.machines.map((machine) => machine.stop());
    await this.#until(READING_MS, 'a broker is stuck in its stop', stops);
  }

  get #hasTransactions(): boolean {
    return this.#crowd.writers.length + this.#crowd.copiers.length > 0;
  }

  get #topics(): readonly TopicPlan[] {
    const { topics, ledger, copies } = this.#flushing;
    return this.#hasTransactions ? [...topics, ledger, copies] : topics;
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

  /** None is open for ever, what was committed is there as a whole, and what was copied was copied once. */
  async #checkTransactions(): Promise<void> {
    if (!this.#hasTransactions) return;
    const client = this.#cluster.newClient('transaction checker');
    const brokers = this.#cluster.machines.map(({ id }) => id);
    await untilNoneIsOpen({ client, brokers, isOver: () => this.#isOver });
    // What a coordinator has lost hangs, in Kafka too.
    if (!this.#ledger.isJudged) return;
    const content = new Map<string, ReadonlyMap<number, string>>();
    const { ledger, copies } = this.#flushing;
    for (const { name: topic, partitions } of [ledger, copies])
      for (let partition = 0; partition < partitions; partition++)
        content.set(`${topic}-${partition}`, await readCommitted(client, { topic, partition }));
    this.#ledger.checkWhole(content);
    if (this.#crowd.copiers.length > 0) await this.#checkCopies(client, content);
    client.disconnect();
  }

  async #checkCopies(
    client: ClientProcess,
    content: ReadonlyMap<string, ReadonlyMap<number, string>>,
  ): Promise<void> {
    const { copies, topics } = this.#flushing;
    const { groupId } = COPYING;
    const topic = topics[COPYING.topic]?.name ?? '';
    for (let partition = 0; partition < copies.partitions; partition++)
      checkCopies(this.#findings, {
        partition,
        input: await readWhole(client, { topic, partition }),
        copies: content.get(`${copies.name}-${partition}`) ?? new Map(),
        committedOffset: await committedOffset(client, { groupId, topic, partition }),
      });
  }

  #recordsLost(partition: string): void {
    this.#history.lostFrom(partition);
    if (partition.startsWith(`${GROUP_METADATA_TOPIC}-`)) this.#offsets.mayBeLost();
    this.#offsets.mayGoBack();
    this.#ownership.mayBeLost();
    this.#ledger.mayBeLost();
  }

  #powerLost(): void {
    if (this.#budget !== 'beyond' && (this.#budget !== 'flushed' || this.#flushing.isEverything)) return;
    this.#offsets.mayBeLost();
    this.#ownership.mayBeLost();
    this.#ledger.mayBeLost();
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
export function simulate(seed: number, options: SimulationOptions = {}): Promise<SimulationResult> {
  return new Simulation(seed, options).run();
}
