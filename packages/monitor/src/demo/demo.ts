import type { DemoStatus } from '@odradek/contract';
import type { Producer } from '@platformatic/kafka';
import type { Clock } from '../clock.ts';
import { type ClusterDefinition, parseAddress } from '../cluster-client/cluster-definition.ts';
import { createTopic } from '../cluster-client/create-topic.ts';
import { KafkaError } from '../cluster-client/kafka-error.ts';
import { connectionOptions } from '../cluster-client/kafka-requests.ts';
import { readTopology } from '../cluster-client/read-topology.ts';
import type { Logger } from '../logger.ts';
import type { ClusterConnection } from '../sampler/cluster-sampler.ts';
import { demoOrder } from './demo-order.ts';
import { ORDERS_PER_SECOND, type PhasePlan, phaseAt } from './demo-phases.ts';
import { DemoReader } from './demo-reader.ts';

const TOPIC = 'demo-orders';
const GROUP = 'demo-shipping';
const PARTITIONS = 3;
const PRODUCE_EVERY_MS = 250;
const LOOK_AT_PHASE_EVERY_MS = 500;

export interface DemoNeeds {
  readonly definition: ClusterDefinition;
  readonly connection: () => Promise<ClusterConnection>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: (status: DemoStatus) => void;
}

/**
 * Sample life on a cluster: orders are placed all the time, and a group that ships them keeps up, falls behind,
 * leaves, comes back and catches up, in a loop of two minutes. stopped → starting → running → stopping → stopped;
 * failed when it cannot start. Once it runs, a broker that is away only makes it wait.
 */
export class Demo {
  readonly #needs: DemoNeeds;
  #status: DemoStatus;
  #producer: Producer<string, string, string, string> | null = null;
  #reader: DemoReader | null = null;
  #timers: NodeJS.Timeout[] = [];
  /** One after the other: joining, leaving, placing orders. */
  #following: Promise<void> | null = null;
  #placing: Promise<void> | null = null;

  constructor(needs: DemoNeeds) {
    this.#needs = needs;
    this.#status = {
      state: 'stopped',
      phase: null,
      topic: TOPIC,
      group: GROUP,
      startedAt: null,
      produced: 0,
      consumed: 0,
      reason: null,
    };
  }

  get status(): DemoStatus {
    return this.#status;
  }

  /** Resolves when orders are being placed, or when it failed: the status says. */
  async start(): Promise<void> {
    if (this.#status.state !== 'stopped' && this.#status.state !== 'failed') {
      return;
    }
    this.#change({ state: 'starting', produced: 0, consumed: 0, reason: null });
    try {
      const connection = await this.#needs.connection();
      await makeTopic(connection);
      this.#producer = this.#newProducer(connection);
    } catch (error) {
      this.#needs.logger.error({ err: error }, 'the demo could not start');
      this.#change({ state: 'failed', reason: error instanceof Error ? error.message : String(error) });
      return;
    }
    this.#change({ state: 'running', startedAt: this.#needs.clock.now() });
    this.#timers = [
      setInterval(() => {
        this.#placing ??= this.#placeOrders().finally(() => {
          this.#placing = null;
        });
      }, PRODUCE_EVERY_MS),
      setInterval(() => {
        this.#following ??= this.#followPhase().finally(() => {
          this.#following = null;
        });
      }, LOOK_AT_PHASE_EVERY_MS),
    ];
  }

  /** Resolves when the group has left and nothing is open. The topic and the group's offsets stay. */
  async stop(): Promise<void> {
    if (this.#status.state !== 'running') {
      return;
    }
    this.#change({ state: 'stopping' });
    for (const timer of this.#timers) {
      clearInterval(timer);
    }
    await Promise.all([this.#placing, this.#following]);
    await this.#closeReader();
    await this.#producer?.close();
    this.#producer = null;
    this.#change({ state: 'stopped', phase: null, startedAt: null });
  }

  async #placeOrders(): Promise<void> {
    const orders = (ORDERS_PER_SECOND * PRODUCE_EVERY_MS) / 1_000;
    const at = this.#needs.clock.now();
    const first = this.#status.produced;
    const messages = Array.from({ length: orders }, (_, index) => {
      const { key, value, headers } = demoOrder(first + index, at);
      // In turn, so that all partitions look alike; by key they would not with so few customers.
      return { topic: TOPIC, partition: (first + index) % PARTITIONS, key, value, headers: new Map(headers) };
    });
    try {
      await this.#producer?.send({ messages, acks: -1 });
      this.#status = { ...this.#status, produced: first + orders };
    } catch (error) {
      this.#needs.logger.debug({ err: error }, 'the demo could not place orders');
    }
  }

  async #followPhase(): Promise<void> {
    const plan = phaseAt(this.#needs.clock.now() - (this.#status.startedAt ?? 0));
    this.#change({ phase: plan.phase });
    try {
      await this.#readAsPlanned(plan);
    } catch (error) {
      this.#needs.logger.debug({ err: error }, 'the demo group could not follow its plan');
      await this.#closeReader();
    }
  }

  async #readAsPlanned({ recordsPerSecond }: PhasePlan): Promise<void> {
    if (recordsPerSecond === 0) {
      await this.#closeReader();
    } else if (this.#reader === null) {
      const { library } = await this.#needs.connection();
      const reader = new DemoReader({
        library,
        definition: this.#needs.definition,
        topic: TOPIC,
        group: GROUP,
        onRead: (records) => {
          this.#status = { ...this.#status, consumed: this.#status.consumed + records };
        },
        onFailure: (error) => this.#abandon(reader, error),
      });
      this.#reader = reader;
      reader.recordsPerSecond = recordsPerSecond;
      await reader.start();
    } else {
      this.#reader.recordsPerSecond = recordsPerSecond;
    }
  }

  /** The next look at the phase makes another. */
  #abandon(reader: DemoReader, error: unknown): void {
    this.#needs.logger.debug({ err: error }, 'the demo group failed and will come back');
    if (this.#reader === reader) {
      this.#reader = null;
    }
    reader.close().catch(() => {
      // It failed already; there is nobody left to tell.
    });
  }

  async #closeReader(): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    try {
      await reader?.close();
    } catch (error) {
      this.#needs.logger.debug({ err: error }, 'the demo group left without a goodbye');
    }
  }

  #newProducer({ library }: ClusterConnection): Producer<string, string, string, string> {
    const { definition } = this.#needs;
    return new library.Producer({
      clientId: 'demo-shop',
      bootstrapBrokers: definition.bootstrap.map(parseAddress),
      autocreateTopics: false,
      retries: 2,
      serializers: library.stringSerializers,
      ...connectionOptions(definition),
    });
  }

  #change(change: Partial<DemoStatus>): void {
    const before = this.#status;
    this.#status = { ...before, ...change };
    this.#needs.onChange(this.#status);
  }
}

async function makeTopic({ requests }: ClusterConnection): Promise<void> {
  const topology = await readTopology(requests);
  try {
    const topic = { name: TOPIC, partitions: PARTITIONS, replicationFactor: null };
    await createTopic(requests, topology, { ...topic, configs: {}, validateOnly: false });
  } catch (error) {
    if (!(error instanceof KafkaError && error.kafkaName === 'TOPIC_ALREADY_EXISTS')) {
      throw error;
    }
  }
}
