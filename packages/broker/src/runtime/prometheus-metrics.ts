import { DurationHistogram } from './duration-histogram.ts';
import type { Counter, Durations, Gauge, Labels, Metrics, Observed } from './metrics.ts';
import { serveMetrics } from './metrics-endpoint.ts';
import type { Listener, SocketAddress } from './network.ts';

/** One named number per set of labels, or what tells them. */
interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: Map<string, number>;
  readonly histograms: Map<string, { readonly labels: Labels; readonly histogram: DurationHistogram }>;
  readonly observed: Observed[];
}

/** A registry that answers a Prometheus scrape. Asking twice for a name gives the same instrument. */
export class PrometheusMetrics implements Metrics {
  readonly #families = new Map<string, Family>();

  counter(name: string, help: string): Counter {
    const { samples } = this.#family(name, 'counter', help);
    return {
      add: (amount, labels) => {
        const key = labelText(labels);
        samples.set(key, (samples.get(key) ?? 0) + amount);
      },
    };
  }

  gauge(name: string, help: string): Gauge {
    const { samples } = this.#family(name, 'gauge', help);
    return { set: (value, labels) => samples.set(labelText(labels), value) };
  }

  durations(name: string, help: string, labels: Labels = {}): Durations {
    const { histograms } = this.#family(name, 'histogram', help);
    const key = labelText(labels);
    const known = histograms.get(key)?.histogram;
    if (known !== undefined) return known;
    const histogram = new DurationHistogram();
    histograms.set(key, { labels, histogram });
    return histogram;
  }

  observe(name: string, help: string, observed: Observed): void {
    this.#family(name, observed.type, help).observed.push(observed);
  }

  /** All numbers in Prometheus' text format, version 0.0.4. */
  exposition(): string {
    const lines: string[] = [];
    for (const [name, family] of this.#families) {
      lines.push(`# HELP ${name} ${escapeHelp(family.help)}`, `# TYPE ${name} ${family.type}`);
      for (const [labels, value] of family.samples) lines.push(`${name}${labels} ${numberText(value)}`);
      for (const { labels, histogram } of family.histograms.values()) {
        lines.push(...histogramLines(name, labels, histogram));
      }
      for (const { read } of family.observed) lines.push(...observedLines(name, read()));
    }
    return `${lines.join('\n')}\n`;
  }

  serve(address: SocketAddress): Promise<Listener> {
    return serveMetrics(this, address);
  }

  #family(name: string, type: Family['type'], help: string): Family {
    const known = this.#families.get(name);
    if (known !== undefined) {
      if (known.type !== type) throw new Error(`Metric ${name} is a ${known.type}, not a ${type}`);
      return known;
    }
    const family: Family = { type, help, samples: new Map(), histograms: new Map(), observed: [] };
    this.#families.set(name, family);
    return family;
  }
}

function* histogramLines(name: string, labels: Labels, histogram: DurationHistogram): Generator<string> {
  let total = 0;
  for (const { boundSeconds, count } of histogram.cumulative()) {
    yield `${name}_bucket${labelText({ ...labels, le: numberText(boundSeconds) })} ${count}`;
    total = count;
  }
  yield `${name}_sum${labelText(labels)} ${numberText(histogram.sumSeconds)}`;
  yield `${name}_count${labelText(labels)} ${total}`;
}

function* observedLines(name: string, found: ReturnType<Observed['read']>): Generator<string> {
  if (typeof found === 'number') {
    yield `${name} ${numberText(found)}`;
    return;
  }
  for (const { labels, value } of found) yield `${name}${labelText(labels)} ${numberText(value)}`;
}

function labelText(labels: Labels | undefined): string {
  if (labels === undefined) return '';
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.sort().join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapeHelp(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
