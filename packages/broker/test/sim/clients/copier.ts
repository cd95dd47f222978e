import type { CommittedOffsets } from '../committed-offsets.ts';
import type { History, TopicPlan } from '../history.ts';
import type { Transaction, TransactionLedger } from '../transaction-ledger.ts';
import type { TransactionVersion } from './apis.ts';
import { ClassicMembership, type ClassicMembershipOptions, type Membership } from './classic-membership.ts';
import { dawdle } from './dawdling.ts';
import { GroupOffsets } from './group-offsets.ts';
import type { ReadRecord } from './records-read.ts';
import { type StepOutcome, TransactionSession } from './transaction-session.ts';

const RETRY_MS_MAX = 300;
const TIMEOUT_MS = { least: 3000, most: 15_000 };
const STAY_MS = { least: 4000, most: 20_000 };
const RECORDS_MAX = 20;
const CRASHES = 0.04;
const ABORTS = 0.15;
/** At each of three moments of a transaction. */
const DAWDLES = 0.02;
/** How often it asks again how far it has come, as whoever does not keep that in mind. */
const ASKS_AGAIN = 0.3;

export interface CopierOptions extends ClassicMembershipOptions {
  readonly version: TransactionVersion;
  /** Where copies go, each to the partition of the same number. */
  readonly copies: TopicPlan;
  readonly history: History;
  readonly offsets: CommittedOffsets;
  readonly ledger: TransactionLedger;
  readonly isOver: () => boolean;
}

/** What is to be copied next. */
interface Portion {
  readonly partition: number;
  readonly records: readonly ReadRecord[];
  readonly nextOffset: number;
}

/**
 * Reads as a member of a group, writes what it has read to another topic, and commits how far it has come in the same
 * transaction: each record is copied exactly once, whoever crashes.
 */
export class Copier {
  readonly #options: CopierOptions;
  readonly #membership: ClassicMembership;
  readonly #offsets: GroupOffsets;
  #session: TransactionSession | null = null;
  #sessions = 0;
  #begun = 0;

  constructor(options: CopierOptions) {
    this.#options = options;
    this.#membership = new ClassicMembership(options);
    this.#offsets = new GroupOffsets({ ...options, voice: this.#membership.voice });
  }

  /** Ends once it has looked at all its partitions after everything was over. */
  async run(): Promise<void> {
    const { client, ledger, isOver } = this.#options;
    let leavesAtMs = this.#drawnEnd();
    for (let isLast = false; !isLast; ) {
      const wasOver = isOver();
      // Offsets that are pending in what a coordinator has lost are pending for ever.
      if (wasOver && !ledger.isJudged) break;
      this.#session ??= await this.#begin();
      const membership = this.#session === null ? null : await this.#membership.join();
      if (membership === null) {
        await client.sleep(client.random.fraction() * RETRY_MS_MAX);
        continue;
      }
      isLast = (await this.#work(membership, wasOver ? Number.POSITIVE_INFINITY : leavesAtMs)) && wasOver;
      // In the end it stays until it is done: two that left at every rebalance would call each other for ever.
      if (wasOver ? !isLast : client.wallMs < leavesAtMs) continue;
      await this.#membership.leave();
      leavesAtMs = this.#drawnEnd();
    }
    client.disconnect();
  }

  #drawnEnd(): number {
    const { client } = this.#options;
    return client.wallMs + client.random.between(STAY_MS.least, STAY_MS.most);
  }

  async #begin(): Promise<TransactionSession | null> {
    const { client, version, ledger } = this.#options;
    const timeoutMs = client.random.between(TIMEOUT_MS.least, TIMEOUT_MS.most);
    this.#sessions += 1;
    return TransactionSession.begin({
      ...{ client, version, timeoutMs, ledger, transactionalId: client.name },
    });
  }

  /** Copies until the group moves on, or its time is up. Returns whether a round was completed. */
  async #work(membership: Membership, untilMs: number): Promise<boolean> {
    const { client, isOver } = this.#options;
    const positions = new Map<number, number>();
    let hasWorked = false;
    while (client.wallMs < untilMs) {
      for (const partition of membership.partitions) {
        const position = positions.get(partition) ?? (await this.#offsets.committed(partition));
        if (position === null) return false;
        const portion = await this.#read(partition, position);
        if (portion === null) return false;
        positions.set(partition, portion.nextOffset);
        if (portion.records.length === 0) continue;
        await this.#dawdle();
        if (!(await this.#copy(membership, portion))) return false;
        if (client.random.chance(ASKS_AGAIN)) positions.delete(partition);
      }
      if (!(await this.#membership.beat(membership))) return false;
      hasWorked = true;
      if (isOver()) break;
      await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    }
    return hasWorked;
  }

  async #read(partition: number, position: number): Promise<Portion | null> {
    const read = await this.#offsets.read(partition, position);
    if (read === null) return null;
    const records = read.records.slice(0, RECORDS_MAX);
    const last = records.at(-1);
    return { partition, records, nextOffset: last === undefined ? read.nextOffset : last.offset + 1 };
  }

  /** Returns whether it goes on from there in the same generation. */
  async #copy(membership: Membership, portion: Portion): Promise<boolean> {
    const { client, ledger, version, offsets } = this.#options;
    const session = this.#session;
    if (session === null) return false;
    this.#begun += 1;
    const name = `${client.name}.${this.#sessions}#${this.#begun}`;
    const transaction = ledger.begin(name, { version, isEndUnderWay: session.isEndUnderWay });
    const commit = offsets.sending(this.#offsets.nameOf(portion.partition), portion.nextOffset);
    const outcome = await this.#fill(session, { membership, transaction, portion });
    if (client.random.chance(CRASHES)) {
      // Whoever comes next under its name ends what it has left open.
      this.#crash();
      return false;
    }
    if (outcome === 'ended') {
      ledger.aborted(transaction);
      commit.refused();
      this.#session = null;
      return false;
    }
    await this.#dawdle();
    const commits = outcome === 'done' && !client.random.chance(ABORTS);
    const isEnded = await this.#end(session, transaction, commits);
    if (isEnded && commits) commit.done();
    if (isEnded && !commits) commit.refused();
    return isEnded && commits;
  }

  async #fill(
    session: TransactionSession,
    {
      membership,
      transaction,
      portion,
    }: {
      readonly membership: Membership;
      readonly transaction: Transaction;
      readonly portion: Portion;
    },
  ): Promise<StepOutcome> {
    const { copies, groupId, topic } = this.#options;
    const { partition, records, nextOffset } = portion;
    const values = records.map(({ offset }) => transaction.newValue(`${partition}@${offset}`));
    const written = await session.write(copies.name, partition, { values });
    if (written !== 'done') return written;
    transaction.acknowledged(`${copies.name}-${partition}`, values);
    await this.#dawdle();
    const place = { groupId, ...this.#membership.memberOf(membership) };
    return session.sendOffsets(place, { topic: topic.name, partition, offset: nextOffset });
  }

  /** Whether it was ended as asked. */
  async #end(session: TransactionSession, transaction: Transaction, commits: boolean): Promise<boolean> {
    const { ledger, version } = this.#options;
    // By the first protocol one that is asked for twice may end the next one as well: this producer begins anew instead.
    const outcome = await session.end(commits, version === 1 ? 'once' : 'patiently');
    if (outcome === 'done') {
      if (commits) ledger.committed(transaction);
      else ledger.aborted(transaction);
      return true;
    }
    if (!commits) ledger.aborted(transaction);
    else if (outcome === 'ended' && !session.isEndUnderWay) ledger.aborted(transaction);
    else transaction.outcome = 'in doubt';
    this.#session = null;
    return false;
  }

  #dawdle(): Promise<void> {
    const { client, isOver } = this.#options;
    return dawdle(client, { chance: DAWDLES, isOver });
  }

  #crash(): void {
    this.#session = null;
    this.#membership.forget();
    this.#options.client.disconnect();
  }
}
