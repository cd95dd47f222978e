import type { Metrics } from '../../src/runtime/metrics.ts';
import { type Listener, NetworkError } from '../../src/runtime/network.ts';

/** Sums by name, whatever the labels. */
export class CollectedMetrics implements Metrics {
  readonly values = new Map<string, number>();

  counter(name: string) {
    return { add: (amount: number) => void this.values.set(name, (this.values.get(name) ?? 0) + amount) };
  }

  gauge(name: string) {
    return { set: (value: number) => void this.values.set(name, value) };
  }

  durations() {
    return { note: () => {} };
  }

  observe(): void {}

  serve(): Promise<Listener> {
    return Promise.reject(new NetworkError('EACCES', 'nobody scrapes a simulated broker'));
  }
}
