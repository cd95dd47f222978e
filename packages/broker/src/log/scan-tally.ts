/** How much of the `.log` files of a directory was read batch by batch: what a start costs after a crash. */
export class ScanTally {
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }
}
