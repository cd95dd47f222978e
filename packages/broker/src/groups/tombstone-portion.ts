import { type CoordinatorRecord, type Decision, emptyDecision } from '../coordination/coordinator-machine.ts';

/** As many records as one decision writes, or about as many bytes: they must fit a batch, and others want their turn. */
const PORTION_RECORDS = 500;
const PORTION_BYTES = 128 * 1024;

/** Of what is to be forgotten, as much as one decision writes. */
export class TombstonePortion {
  readonly decision: Decision = emptyDecision();
  #bytes = 0;

  get isFull(): boolean {
    return this.decision.records.length >= PORTION_RECORDS || this.#bytes >= PORTION_BYTES;
  }

  add(tombstone: CoordinatorRecord): void {
    this.decision.records.push(tombstone);
    this.#bytes += tombstone.key.length;
  }
}
