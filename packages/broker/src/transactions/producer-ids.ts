/** Ids that the controller gave to this broker alone. */
export interface ProducerIdBlock {
  readonly firstProducerId: number;
  readonly length: number;
}

/**
 * Producer ids that no broker of the cluster hands out twice: taken from blocks, which the controller allocates.
 * Ids of a block that are left when the broker stops are lost, as in Kafka.
 */
export class ProducerIds {
  /** Resolves with null when no block can be had at present. */
  readonly #allocateBlock: () => Promise<ProducerIdBlock | null>;
  #next = 0;
  #end = 0;
  #allocation: Promise<boolean> | null = null;

  constructor(allocateBlock: () => Promise<ProducerIdBlock | null>) {
    this.#allocateBlock = allocateBlock;
  }

  /** An id that was never given before; null when none can be had at present. */
  async next(): Promise<number | null> {
    while (await this.atHand()) {
      const id = this.take();
      if (id !== null) return id;
    }
    return null;
  }

  /** Resolves with whether there is an id to {@link take} in this turn. */
  async atHand(): Promise<boolean> {
    while (this.#next === this.#end) {
      this.#allocation ??= this.#refill();
      if (!(await this.#allocation)) return false;
    }
    return true;
  }

  /** An id for whoever cannot wait; where none is at hand, null, and the next block is asked for. */
  take(): number | null {
    if (this.#next === this.#end) {
      void this.atHand();
      return null;
    }
    this.#next += 1;
    return this.#next - 1;
  }

  async #refill(): Promise<boolean> {
    try {
      const block = await this.#allocateBlock();
      if (block === null) return false;
      this.#next = block.firstProducerId;
      this.#end = block.firstProducerId + block.length;
      return true;
    } finally {
      this.#allocation = null;
    }
  }
}
