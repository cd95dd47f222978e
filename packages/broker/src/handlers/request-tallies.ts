import type { Clock } from '../runtime/clock.ts';
import type { Durations, Metrics } from '../runtime/metrics.ts';

/** Requests whose answer may wait for something to happen, by the name that Kafka gives their purgatory. */
const PURGATORIES: Readonly<Record<string, string>> = {
  Produce: 'Produce',
  Fetch: 'Fetch',
  DeleteRecords: 'DeleteRecords',
  ElectLeaders: 'ElectLeader',
  JoinGroup: 'Rebalance',
};

/** How many requests of one API are unanswered, and how long those took that are. */
export interface RequestTally {
  readonly api: string;
  readonly times: Durations;
  inFlight: number;
}

/** The requests of a broker by API, whichever listener they came by. */
export class RequestTallies {
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #tallies = new Map<string, RequestTally>();

  constructor({ clock, metrics }: { readonly clock: Clock; readonly metrics: Metrics }) {
    this.#clock = clock;
    this.#metrics = metrics;
    metrics.observe('kafka_network_requestmetrics_inflight', 'Requests that are not answered yet', {
      type: 'gauge',
      read: () => this.#unanswered(),
    });
    metrics.observe(
      'kafka_server_delayedoperationpurgatory_purgatorysize',
      'Requests that wait: for replicas, for records, for members of a group',
      { type: 'gauge', read: () => this.#waiting() },
    );
  }

  /** The tally of an API by its name, such as `Fetch`. */
  of(api: string): RequestTally {
    const known = this.#tallies.get(api);
    if (known !== undefined) return known;
    const times = this.#metrics.durations(
      'kafka_network_requestmetrics_totaltime_seconds',
      'From the arrival of a request until its answer is handed to the connection',
      { request: api },
    );
    const tally = { api, times, inFlight: 0 };
    this.#tallies.set(api, tally);
    return tally;
  }

  /** A request has come; the number is for {@link end}. */
  begin(tally: RequestTally): number {
    tally.inFlight += 1;
    return this.#clock.monotonicMs();
  }

  end(tally: RequestTally, begunMs: number): void {
    tally.inFlight -= 1;
    tally.times.note(this.#clock.monotonicMs() - begunMs);
  }

  *#unanswered() {
    for (const { api, inFlight } of this.#tallies.values())
      yield { labels: { request: api }, value: inFlight };
  }

  *#waiting() {
    for (const { api, inFlight } of this.#tallies.values()) {
      const delayedOperation = PURGATORIES[api];
      if (delayedOperation !== undefined) yield { labels: { delayedOperation }, value: inFlight };
    }
  }
}
