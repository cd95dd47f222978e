import type { TransactionVersion } from './clients/apis.ts';
import type { Findings } from './findings.ts';

/**
 * What its producer knows of a transaction: `open` until it is told; `aborted` also when nobody ever asked to commit it;
 * `in doubt` when the commit was asked for and nobody has answered.
 */
type Outcome = 'open' | 'committed' | 'aborted' | 'in doubt';

/** One transaction, as its producer sees it. */
export class Transaction {
  readonly name: string;
  /** Whether a request to end the one before, sent under the same epoch, may still be on its way (KAFKA-17754). */
  readonly mayBeEndedByAnother: boolean;
  /** Values that a broker has acknowledged, by partition. */
  readonly written = new Map<string, string[]>();
  readonly visible = new Set<string>();
  outcome: Outcome = 'open';
  #values = 0;

  constructor(name: string, mayBeEndedByAnother: boolean) {
    this.name = name;
    this.mayBeEndedByAnother = mayBeEndedByAnother;
  }

  /** A value that no other has; `about` says what for. */
  newValue(about: string): string {
    this.#values += 1;
    return `${this.name}:${this.#values}:${about}`;
  }

  acknowledged(partition: string, values: readonly string[]): void {
    this.written.set(partition, [...(this.written.get(partition) ?? []), ...values]);
  }
}

/** Every transaction and what became of it, and what a reader of committed records may rightly see. */
export class TransactionLedger {
  readonly #findings: Findings;
  readonly #transactions = new Map<string, Transaction>();
  /** Values by partition and offset, as a reader has seen them. */
  readonly #seen = new Map<string, string>();
  /** When somebody who is its coordinator no more was asked about a transactional id last. */
  readonly #misledMs = new Map<string, number>();
  #isJudged = true;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  begin(
    name: string,
    options: { readonly version: TransactionVersion; readonly isEndUnderWay: boolean },
  ): Transaction {
    const transaction = new Transaction(name, options.version === 1 && options.isEndUnderWay);
    this.#transactions.set(name, transaction);
    return transaction;
  }

  committed(transaction: Transaction): void {
    transaction.outcome = 'committed';
    this.#findings.count('transactionsCommitted');
  }

  aborted(transaction: Transaction): void {
    transaction.outcome = 'aborted';
    this.#findings.count('transactionsAborted');
    const [value] = transaction.visible;
    if (value !== undefined) this.#violate(transaction, `${value} was read, and its transaction is aborted`);
  }

  /** Somebody who reads only what is committed has found a value. */
  seen(partition: string, offset: number, value: string): void {
    const transaction = this.#of(value);
    if (transaction === undefined) {
      if (this.#isJudged)
        this.#findings.violate(`${partition}: ${value} at ${offset} was never sent by anybody`);
      return;
    }
    const known = this.#seen.get(`${partition}@${offset}`);
    this.#seen.set(`${partition}@${offset}`, value);
    if (known !== undefined && known !== value && this.#isJudged)
      this.#findings.violate(`${partition}: ${value} is read at ${offset}, where ${known} was`);
    transaction.visible.add(value);
    if (transaction.outcome === 'aborted')
      this.#violate(transaction, `${partition}: ${value} at ${offset} is of an aborted transaction`);
  }

  /** Compares all that readers of committed records find, by partition, with what became of each transaction. */
  checkWhole(content: ReadonlyMap<string, ReadonlyMap<number, string>>): void {
    if (!this.#isJudged) return;
    const found = new Map<string, number>();
    for (const [partition, values] of content) {
      for (const [offset, value] of values) {
        const key = `${partition} ${value}`;
        if (found.has(key))
          this.#findings.violate(`${partition}: ${value} at ${found.get(key)} and at ${offset}`);
        found.set(key, offset);
      }
    }
    for (const transaction of this.#transactions.values()) this.#checkOne(transaction, found);
  }

  /** All of it or nothing (Adya's G1a and G1c, as far as a log has them). */
  #checkOne(transaction: Transaction, found: ReadonlyMap<string, number>): void {
    const there: string[] = [];
    const missing: string[] = [];
    for (const [partition, values] of transaction.written)
      for (const value of values) {
        const key = `${partition} ${value}`;
        (found.has(key) ? there : missing).push(key);
      }
    const { name, outcome } = transaction;
    if (there.length > 0 && missing.length > 0)
      this.#violate(transaction, `${name}, ${outcome}, is torn: ${there[0]} is there, ${missing[0]} is not`);
    else if (outcome === 'committed' && missing.length > 0)
      this.#violate(transaction, `${name} is committed, and ${missing[0]} is not there`);
    else if ((outcome === 'aborted' || outcome === 'open') && there.length > 0)
      this.#violate(transaction, `${name} is ${outcome}, and ${there[0]} is there`);
  }

  /** A broker that is its coordinator no more, and does not know, is asked about a transactional id. */
  misled(transactionalId: string, nowMs: number): void {
    this.#misledMs.set(transactionalId, nowMs);
  }

  wasMisled(transactionalId: string, sinceMs: number): boolean {
    return (this.#misledMs.get(transactionalId) ?? -1) >= sinceMs;
  }

  /** Transactions may be lost, beyond what is promised: nothing is expected of any. */
  mayBeLost(): void {
    this.#isJudged = false;
  }

  get isJudged(): boolean {
    return this.#isJudged;
  }

  /** What a request that came late has done to a transaction is a fault of the first protocol, and known. */
  #violate(transaction: Transaction, text: string): void {
    if (!this.#isJudged) return;
    if (transaction.mayBeEndedByAnother) this.#findings.count('delayedEnds');
    else this.#findings.violate(text);
  }

  #of(value: string): Transaction | undefined {
    return this.#transactions.get(value.slice(0, value.indexOf(':')));
  }
}
