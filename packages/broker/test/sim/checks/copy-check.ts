import type { Findings } from '../findings.ts';

export interface CopiedPartition {
  readonly partition: number;
  /** By offset, what there was to copy. */
  readonly input: ReadonlyMap<number, string>;
  /** By offset, what transactions have committed. */
  readonly copies: ReadonlyMap<number, string>;
  /** How far the group has come. */
  readonly committedOffset: number;
}

/** Everything below the committed offset was copied once, in its order, and nothing else was. */
export function checkCopies(
  findings: Findings,
  { partition, input, copies, committedOffset }: CopiedPartition,
): void {
  const copied: number[] = [];
  for (const value of copies.values()) {
    const [from, offset] = value.slice(value.lastIndexOf(':') + 1).split('@');
    if (Number(from) !== partition)
      findings.violate(`a copy from ${from} is in partition ${partition}: ${value}`);
    copied.push(Number(offset));
  }
  findings.count('copies', copied.length);
  for (const [index, offset] of copied.entries()) {
    const before = copied[index - 1] ?? -1;
    if (offset > before) continue;
    findings.violate(
      `partition ${partition}: ${offset} was copied behind ${before}, twice or out of its order`,
    );
    return;
  }
  const wanted = [...input.keys()].filter((offset) => offset < committedOffset);
  const missing = wanted.find((offset) => !copied.includes(offset));
  if (missing !== undefined)
    findings.violate(
      `partition ${partition}: ${missing} was not copied, and committed is ${committedOffset}`,
    );
  const early = copied.find((offset) => offset >= committedOffset);
  if (early !== undefined)
    findings.violate(`partition ${partition}: ${early} was copied, and committed is ${committedOffset}`);
}
