/** The words of one command: `verb label key=value …`. */
export class Command {
  readonly verb: string;
  readonly label: string;
  readonly #values = new Map<string, string>();

  constructor(line: string) {
    const [verb = '', ...words] = line.split(' ');
    this.verb = verb;
    this.label = words.find((word) => !word.includes('=')) ?? '';
    for (const word of words) {
      const [key = '', ...value] = word.split('=');
      if (word.includes('=')) this.#values.set(key, value.join('='));
    }
  }

  text(key: string, fallback = ''): string {
    return this.#values.get(key) ?? fallback;
  }

  optional(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  number(key: string, fallback: number): number {
    return Number(this.#values.get(key) ?? fallback);
  }

  list(key: string): string[] {
    return this.text(key).split(',').filter(Boolean);
  }

  entries(): [string, string][] {
    return [...this.#values];
  }

  /** Words that name a partition: `orders-0=17`. */
  partitions(): { topic: string; partition: number; value: string }[] {
    return this.entries().flatMap(([key, value]) => {
      const [, topic, partition] = /^(.+)-(\d+)$/.exec(key) ?? [];
      return topic === undefined ? [] : [{ topic, partition: Number(partition), value }];
    });
  }
}
