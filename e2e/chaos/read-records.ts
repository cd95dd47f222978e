/** What a reader found: by partition and offset, who wrote the record and its sequence number. */
export class ReadRecords {
  readonly writers: string[][];
  readonly sequences: number[][];
  /** Lines that broke the order of offsets, as they came. */
  readonly disorder: string[] = [];

  constructor(partitions: number) {
    this.writers = Array.from({ length: partitions }, () => []);
    this.sequences = Array.from({ length: partitions }, () => []);
  }

  /** Takes one line of a reader: `r PARTITION OFFSET NAME SEQUENCE`. */
  take(line: string): void {
    const [kind, partitionText, offsetText, name = '', sequence] = line.split(' ');
    const partition = Number(partitionText);
    const offset = Number(offsetText);
    const writers = this.writers[partition];
    if (kind !== 'r' || writers === undefined) throw new Error(`a reader said: ${line}`);
    // Nothing is compacted and no transaction ends here: each offset holds a record.
    if (offset !== writers.length) this.disorder.push(`${line}, where ${writers.length} is next`);
    writers[offset] = name;
    const sequences = this.sequences[partition];
    if (sequences !== undefined) sequences[offset] = Number(sequence);
  }

  get count(): number {
    return this.sequences.reduce((sum, records) => sum + records.length, 0);
  }
}
