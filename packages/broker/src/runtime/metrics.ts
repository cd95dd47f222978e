import type { Listener, SocketAddress } from './network.ts';

/** The port to numbers that a Prometheus server reads. Ask for an instrument once and keep it. */
export interface Metrics {
  counter(name: string, help: string): Counter;
  gauge(name: string, help: string): Gauge;
  /** How long something took, for one set of labels; noting a duration allocates nothing. */
  durations(name: string, help: string, labels?: Labels): Durations;
  /** Numbers that are only looked at when they are asked for. `read` must not throw. */
  observe(name: string, help: string, observed: Observed): void;
  /** Answers scrapes at an address. Rejects with a `NetworkError` (`EADDRINUSE` …). */
  serve(address: SocketAddress): Promise<Listener>;
}

export interface Counter {
  add(amount: number, labels?: Labels): void;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
}

export interface Durations {
  note(milliseconds: number): void;
}

export interface Observed {
  readonly type: 'counter' | 'gauge';
  readonly read: () => number | Iterable<Sample>;
}

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export type Labels = Readonly<Record<string, string>>;
