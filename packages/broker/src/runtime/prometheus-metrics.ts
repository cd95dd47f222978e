import type { Counter, Gauge, Labels, Metrics } from './metrics.ts';

/** One named number per set of labels. */
interface Family {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: Map<string, number>;
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

  /** All numbers in Prometheus' text format, version 0.0.4. */
  exposition(): string {
    const lines: string[] = [];
    for (const [name, family] of this.#families) {
      lines.push(`# HELP ${name} ${escapeHelp(family.help)}`, `# TYPE ${name} ${family.type}`);
      for (const [labels, value] of family.samples) lines.push(`${name}${labels} ${numberText(value)}`);
    }
    return `${lines.join('\n')}\n`;
  }

  #family(name: string, type: Family['type'], help: string): Family {
    const known = this.#families.get(name);
    if (known !== undefined) {
      if (known.type !== type) throw new Error(`Metric ${name} is a ${known.type}, not a ${type}`);
      return known;
    }
    const family: Family = { type, help, samples: new Map() };
    this.#families.set(name, family);
    return family;
  }
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
