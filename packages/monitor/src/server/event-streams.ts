import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ClusterEvent, DemoStatus, GroupSummary, ServerEvent, TopicSummary } from '@odradek/contract';
import type { Clock } from '../clock.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import { groupSample } from '../sampler/lag-samples.ts';
import type { TopologyDifference } from '../sampler/topology-difference.ts';
import { brokerList } from '../views/broker-view.ts';
import { clusterSummary, overviewOf } from '../views/cluster-view.ts';
import { groupSummaries } from '../views/group-view.ts';
import { quorumOf } from '../views/quorum-view.ts';
import { replicaRows } from '../views/replica-view.ts';
import { topicSummaries } from '../views/topic-view.ts';
import { ChangedByKey } from './changed-by-key.ts';

/** A page that does not read this much is cut off; it comes back and begins anew. */
const UNREAD_BYTES_MAX = 4 * 1024 * 1024;

/** Comments keep idle connections, and pages' notion of being connected, alive. */
const HEARTBEAT_MS = 15_000;

type ResponseHeaders = Readonly<Record<string, number | string | string[] | undefined>>;

/** What was sent last of one cluster, to send only what differs. */
interface Sent {
  readonly topics: ChangedByKey<TopicSummary>;
  readonly groups: ChangedByKey<GroupSummary>;
}

/** The open `/api/events` streams. What is sent, and in which order, the contract's `serverEvent` says. */
export class EventStreams {
  readonly #clock: Clock;
  readonly #samplers: readonly ClusterSampler[];
  readonly #streams = new Set<ServerResponse>();
  readonly #streamId = randomUUID();
  readonly #heartbeat: NodeJS.Timeout;
  #sent = new Map<ClusterSampler, Sent>();
  #nextId = 1;

  constructor(samplers: readonly ClusterSampler[], clock: Clock) {
    this.#samplers = samplers;
    this.#clock = clock;
    this.#heartbeat = setInterval(() => this.#write(': still here\n\n'), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  /** Takes an answer over: writes its head, then events until either side closes it. */
  open(response: ServerResponse, headers: ResponseHeaders): void {
    for (const [name, value] of Object.entries(headers)) {
      response.setHeader(name, value ?? '');
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.on('close', () => this.#streams.delete(response));
    if (this.#streams.size === 0) {
      this.#rememberAll();
    }
    this.#streams.add(response);
    const opening: ServerEvent[] = [
      { type: 'hello', streamId: this.#streamId, at: this.#clock.now() },
      ...this.#samplers.map(overviewEvent),
    ];
    for (const event of opening) {
      response.write(this.#frame(event));
    }
  }

  /** Sends what a tick changed. */
  publishTick(sampler: ClusterSampler): void {
    const sent = this.#sent.get(sampler);
    if (this.#streams.size === 0 || sent === undefined) {
      return;
    }
    const cluster = sampler.definition.name;
    const { state } = sampler;
    const checkedAt = state.checkedAt;
    this.#publish(overviewEvent(sampler));
    this.#publish({ type: 'cluster', cluster, summary: clusterSummary(sampler) });
    if (checkedAt === null || sampler.connectionState !== 'reachable') {
      return;
    }
    this.publishBrokers(sampler);
    this.#publish({ type: 'topics', cluster, ...sent.topics.update(topicSummaries(state)), checkedAt });
    this.#publish({ type: 'groups', cluster, ...sent.groups.update(groupSummaries(sampler)), checkedAt });
    const groups = [...state.judgedGroups.values()].map((judged) => {
      const { group, lag, committed, end } = groupSample(judged);
      return { group, totalLag: lag, committed, end };
    });
    this.#publish({ type: 'lag', cluster, at: checkedAt, groups });
  }

  /** Sends what a sample of the topology changed, and when it was taken. */
  publishTopology(sampler: ClusterSampler, difference: TopologyDifference | null): void {
    const { state, definition } = sampler;
    if (this.#streams.size === 0 || state.topologyAt === null) {
      return;
    }
    const cluster = definition.name;
    this.publishBrokers(sampler);
    this.#publish({ type: 'quorum', cluster, quorum: quorumOf(state) });
    const hasChanged = difference !== null && difference.changed.length + difference.removed.length > 0;
    if (hasChanged) {
      this.#publish(overviewEvent(sampler));
    }
    const to = state.matrixVersion;
    this.#publish({
      ...{ type: 'replicas', cluster, from: hasChanged ? to - 1 : to, to, checkedAt: state.topologyAt },
      changed: hasChanged ? replicaRows(state, difference.changed) : [],
      removed: hasChanged ? [...difference.removed] : [],
    });
  }

  publishBrokers(sampler: ClusterSampler): void {
    if (this.#streams.size > 0) {
      this.#publish({ type: 'brokers', cluster: sampler.definition.name, brokers: brokerList(sampler) });
    }
  }

  publishEvents(sampler: ClusterSampler, events: readonly ClusterEvent[]): void {
    if (this.#streams.size > 0) {
      this.#publish({ type: 'events', cluster: sampler.definition.name, events: [...events] });
    }
  }

  publishDemo(cluster: string, status: DemoStatus): void {
    if (this.#streams.size > 0) {
      this.#publish({ type: 'demo', cluster, status });
    }
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const stream of this.#streams) {
      stream.end();
    }
    this.#streams.clear();
  }

  /** The first page asks for the lists by itself; what it gets is what later patches refer to. */
  #rememberAll(): void {
    this.#sent = new Map(
      this.#samplers.map((sampler) => [
        sampler,
        {
          topics: new ChangedByKey(({ name }: TopicSummary) => name, topicSummaries(sampler.state)),
          groups: new ChangedByKey(({ group }: GroupSummary) => group, groupSummaries(sampler)),
        },
      ]),
    );
  }

  #publish(event: ServerEvent): void {
    this.#write(this.#frame(event));
  }

  #write(frame: string): void {
    for (const stream of this.#streams) {
      if (stream.writableLength > UNREAD_BYTES_MAX) {
        stream.destroy();
      } else {
        stream.write(frame);
      }
    }
  }

  #frame(event: ServerEvent): string {
    const id = this.#nextId;
    this.#nextId += 1;
    return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  }
}

function overviewEvent(sampler: ClusterSampler): ServerEvent {
  return { type: 'overview', cluster: sampler.definition.name, overview: overviewOf(sampler) };
}
