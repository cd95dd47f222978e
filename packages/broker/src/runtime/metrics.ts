/** The port to numbers that a Prometheus server reads. Ask for an instrument once and keep it. */
export interface Metrics {
  counter(name: string, help: string): Counter;
  gauge(name: string, help: string): Gauge;
}

export interface Counter {
  add(amount: number, labels?: Labels): void;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
}

export type Labels = Readonly<Record<string, string>>;
