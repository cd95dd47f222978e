import type { TopicPlan } from '../history.ts';
import type { Transaction, TransactionLedger } from '../transaction-ledger.ts';
import type { TransactionVersion } from './apis.ts';
import type { ClientProcess } from './client-process.ts';
import { type StepOutcome, TransactionSession } from './transaction-session.ts';

/** A coordinator ends what takes longer. */
const TIMEOUT_MS = { least: 2000, most: 6000 };
const PAUSE_MS_MAX = 200;
/** Between two writes of one transaction: so long may what is late find it open. */
const BREATH_MS_MAX = 80;
const WRITES_MAX = 5;
const VALUES_MAX = 3;
const HAUNTS_AFTER_MS_MAX = 4000;
const COMMITS = 0.6;
const VANISHES = 0.1;
/** Whoever comes back under another name leaves it to the coordinator to find out. */
const RENAMES = 0.3;
const DAWDLES = 0.03;
const IMPATIENT = 0.3;
/** How many writes are given up at once, and their transactions aborted. */
const HASTY = 0.04;
/** So many transactions at the most before it begins anew under the same name. */
const TRANSACTIONS_MAX = 12;

export interface TransactionalWriterOptions {
  readonly client: ClientProcess;
  readonly topic: TopicPlan;
  readonly version: TransactionVersion;
  readonly ledger: TransactionLedger;
  readonly isOver: () => boolean;
}

/**
 * Writes transactions to several partitions, and commits some, aborts some, and leaves some to themselves. What it left
 * may come back as a ghost, which must not get anything done once the next one has begun under the same name.
 */
export class TransactionalWriter {
  readonly #options: TransactionalWriterOptions;
  readonly #ghosts = new Set<Promise<void>>();
  #session: TransactionSession | null = null;
  #sessions = 0;
  #left = 0;
  #begun = 0;
  #transactionalId: string;

  constructor(options: TransactionalWriterOptions) {
    this.#options = options;
    this.#transactionalId = options.client.name;
  }

  /** Ends once it has committed something after everything was over. */
  async run(): Promise<void> {
    const { client, isOver } = this.#options;
    for (let isLast = false; !isLast; ) {
      const wasOver = isOver();
      if (this.#session === null || this.#left === 0) {
        await this.#beginSession();
        continue;
      }
      this.#left -= 1;
      isLast = (await this.#transact(this.#session, wasOver)) && wasOver;
      await client.sleep(client.random.fraction() * PAUSE_MS_MAX);
    }
    await Promise.all(this.#ghosts);
    client.disconnect();
  }

  async #beginSession(): Promise<void> {
    const { client, version, ledger } = this.#options;
    const timeoutMs = client.random.between(TIMEOUT_MS.least, TIMEOUT_MS.most);
    this.#session = await TransactionSession.begin({
      ...{ client, version, timeoutMs, ledger, transactionalId: this.#transactionalId },
    });
    if (this.#session === null) return;
    this.#sessions += 1;
    this.#left = client.random.between(1, TRANSACTIONS_MAX);
  }

  /** One transaction. Returns whether it was committed. */
  async #transact(session: TransactionSession, isInOrder: boolean): Promise<boolean> {
    const { client, ledger, version } = this.#options;
    this.#begun += 1;
    const { isEndUnderWay } = session;
    const transaction = ledger.begin(`${client.name}.${this.#sessions}#${this.#begun}`, {
      version,
      isEndUnderWay,
    });
    for (let writes = client.random.between(1, WRITES_MAX); writes > 0; writes--) {
      const outcome = await this.#write(session, transaction, !isInOrder && client.random.chance(HASTY));
      if (outcome !== 'done') {
        // Nobody has ever asked to commit it.
        ledger.aborted(transaction);
        if (outcome === 'unanswered') await session.end(false, 'once');
        this.#session = null;
        return false;
      }
      await client.sleep(client.random.fraction() * BREATH_MS_MAX);
    }
    const draw = client.random.fraction();
    if (!isInOrder && draw < VANISHES) {
      this.#leave(session, transaction);
      return false;
    }
    if (!isInOrder && draw < VANISHES + DAWDLES) await client.sleep(TIMEOUT_MS.most);
    return this.#end(session, transaction, isInOrder || client.random.chance(COMMITS));
  }

  async #write(session: TransactionSession, transaction: Transaction, isHasty = false): Promise<StepOutcome> {
    const { client, topic } = this.#options;
    const partition = client.random.below(topic.partitions);
    const count = client.random.between(1, VALUES_MAX);
    const values = Array.from({ length: count }, () => transaction.newValue(''));
    const outcome = await session.write(topic.name, partition, { values, isHasty });
    if (outcome === 'done') transaction.acknowledged(`${topic.name}-${partition}`, values);
    return outcome;
  }

  async #end(session: TransactionSession, transaction: Transaction, commits: boolean): Promise<boolean> {
    const { client, ledger } = this.#options;
    const wasEndUnderWay = session.isEndUnderWay;
    const outcome = await session.end(commits, client.random.chance(IMPATIENT) ? 'impatiently' : 'patiently');
    if (outcome === 'done') {
      if (commits) ledger.committed(transaction);
      else ledger.aborted(transaction);
      return commits;
    }
    // Ended by somebody else: by whom it was asked before without an answer, perhaps.
    if (commits && session.isEndUnderWay && !wasEndUnderWay) transaction.outcome = 'in doubt';
    else ledger.aborted(transaction);
    this.#session = null;
    return false;
  }

  /** The next one begins under the same name; this one may go on as if nothing had happened. */
  #leave(session: TransactionSession, transaction: Transaction): void {
    const { client } = this.#options;
    this.#session = null;
    if (client.random.chance(RENAMES)) this.#transactionalId = transaction.name;
    if (client.random.chance(0.5)) return;
    const ghost = this.#haunt(session, transaction).finally(() => this.#ghosts.delete(ghost));
    this.#ghosts.add(ghost);
  }

  async #haunt(session: TransactionSession, transaction: Transaction): Promise<void> {
    const { client, ledger } = this.#options;
    const { transactionalId } = session;
    const before = this.#sessions;
    await client.sleep(client.random.fraction() * HAUNTS_AFTER_MS_MAX);
    const wasFenced = this.#sessions > before && this.#transactionalId === transactionalId;
    const violate = (what: string) => {
      if (wasFenced && ledger.isJudged)
        client.violate(`${transaction.name} was ${what} by a fenced producer`);
    };
    const commits = client.random.chance(0.7);
    if (client.random.chance(0.5)) {
      if ((await this.#write(session, transaction)) !== 'done') return;
      violate('written to');
    }
    const outcome = await session.end(commits, 'once');
    if (outcome === 'done') violate('ended');
    if (commits && outcome !== 'ended') transaction.outcome = outcome === 'done' ? 'committed' : 'in doubt';
  }
}
