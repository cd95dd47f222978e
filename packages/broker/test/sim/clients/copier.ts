import { ErrorCode } from '../../../src/protocol/errors.ts';
import type { CommittedOffsets } from '../committed-offsets.ts';
import type { History, TopicPlan } from '../history.ts';
import type { Transaction, TransactionLedger } from '../transaction-ledger.ts';
import { offsetFetch, type TransactionVersion } from './apis.ts';
import {
  ClassicMembership,
  type ClassicMembershipOptions,
  type Membership,
  partitionOf,
} from './classic-membership.ts';
import { fetchFrom, type ReadRecord } from './records-read.ts';
import { type StepOutcome, TransactionSession } from './transaction-session.ts';

const REQUEST_TIMEOUT_MS = 2000;
const MAX_WAIT_MS = 100;
const RETRY_MS_MAX = 300;
const TIMEOUT_MS = { least: 3000, most: 8000 };
const STAY_MS = { least: 4000, most: 20_000 };
const RECORDS_MAX = 20;
const CRASHES = 0.04;
const ABORTS = 0.15;

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
  #session: TransactionSession | null = null;
  #sessions = 0;
  #begun = 0;

  constructor(options: CopierOptions) {
    this.#options = options;
    this.#membership = new ClassicMembership(options);
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
      isLast = (await this.#work(membership, leavesAtMs)) && wasOver;
      if (client.wallMs < leavesAtMs && !isOver()) continue;
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
      ...{ client, version, timeoutMs, transactionalId: client.name },
      mayBeForgotten: () => !ledger.isJudged,
    });
  }

  /** Copies until the group moves on, or its time is up. Returns whether a round was completed. */
  async #work(membership: Membership, untilMs: number): Promise<boolean> {
    const { client, isOver } = this.#options;
    const positions = new Map<number, number>();
    let hasWorked = false;
    while (client.wallMs < untilMs) {
      for (const partition of membership.partitions) {
        const position = positions.get(partition) ?? (await this.#committed(partition));
        if (position === null) return false;
        const portion = await this.#read(partition, position);
        if (portion === null) return false;
        positions.set(partition, portion.nextOffset);
        if (portion.records.length > 0 && !(await this.#copy(membership, portion))) return false;
      }
      if (!(await this.#membership.beat(membership))) return false;
      hasWorked = true;
      if (isOver()) break;
      await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    }
    return hasWorked;
  }

  /** Not before all that transactions have pending there is decided. */
  async #committed(partition: number): Promise<number | null> {
    const { groupId, topic, offsets } = this.#options;
    const membership = this.#membership;
    const isAllowed = offsets.reading(groupId, partitionOf(groupId, topic, partition));
    const topics = [{ name: topic.name, partitionIndexes: [partition] }];
    const body = { groups: [{ groupId, topics }], requireStable: true };
    const answer = await membership.ask(offsetFetch, body, REQUEST_TIMEOUT_MS);
    const group = answer?.groups[0];
    const errorCode = group?.errorCode || group?.topics[0]?.partitions[0]?.errorCode;
    const found = group?.topics[0]?.partitions[0];
    if (errorCode === undefined || !(await membership.isGood(errorCode, 'fetch of offsets'))) return null;
    if (found === undefined || !isAllowed(found.committedOffset, membership.answeredBy)) return null;
    return Math.max(0, found.committedOffset);
  }

  async #read(partition: number, position: number): Promise<Portion | null> {
    const { topic, history } = this.#options;
    const at = { topic: topic.name, partition, offset: position };
    const fetched = await fetchFrom(this.#options.client, at, MAX_WAIT_MS);
    if (fetched === null) return null;
    if (fetched.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE && history.losses > 0)
      return { partition, records: [], nextOffset: 0 };
    const what = `read of ${topic.name}-${partition} at ${position}`;
    if (!(await this.#membership.isGood(fetched.errorCode, what))) return null;
    const records = fetched.records.slice(0, RECORDS_MAX);
    return { partition, records, nextOffset: (records.at(-1)?.offset ?? position - 1) + 1 };
  }

  /** Returns whether it goes on from there in the same generation. */
  async #copy(membership: Membership, portion: Portion): Promise<boolean> {
    const { client, ledger, version, groupId, topic, offsets } = this.#options;
    const session = this.#session;
    if (session === null) return false;
    this.#begun += 1;
    const name = `${client.name}.${this.#sessions}#${this.#begun}`;
    const transaction = ledger.begin(name, { version, isEndUnderWay: session.isEndUnderWay });
    const commit = offsets.sending(partitionOf(groupId, topic, portion.partition), portion.nextOffset);
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
    const written = await session.write(copies.name, partition, values);
    if (written !== 'done') return written;
    transaction.acknowledged(`${copies.name}-${partition}`, values);
    const { memberId } = this.#membership;
    const place = { groupId, memberId, generationId: membership.generationId };
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

  #crash(): void {
    this.#session = null;
    this.#membership.forget();
    this.#options.client.disconnect();
  }
}
