import type { CoordinatorRecord } from '../../src/coordination/coordinator-machine.ts';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { ProducerIds } from '../../src/transactions/producer-ids.ts';
import type { TransactionConfig } from '../../src/transactions/transaction-config.ts';
import type {
  TransactionCoordinator,
  TransactionResult,
} from '../../src/transactions/transaction-coordinator.ts';
import type { ProducerAnswer } from '../../src/transactions/transaction-machine.ts';
import {
  newTransactionalId,
  TRANSACTION_STATES,
  type TransactionMetadata,
  type TransactionPartitions,
  type TransactionState,
} from '../../src/transactions/transaction-metadata.ts';
import { decodeTransactionRecord, transactionRecord } from '../../src/transactions/transaction-records.ts';
import { verifyPartitions } from '../../src/transactions/verify-partitions.ts';
import { ManualClock, settle } from '../coordination/manual-clock.ts';
import { Command } from '../coordination/story-command.ts';
import { errorName, StoryStage } from '../coordination/story-stage.ts';
import { MarkerReceivers } from './marker-receivers.ts';
import { newTransactionCoordinator, TRANSACTION_CONFIG } from './transaction-coordinator-bed.ts';

const CONFIG_NAMES: Readonly<Record<string, keyof TransactionConfig>> = {
  'transaction.max.timeout.ms': 'maxTimeoutMs',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 'timeoutCheckIntervalMs',
  'transactional.id.expiration.ms': 'idExpirationMs',
  'transaction.remove.expired.transaction.cleanup.interval.ms': 'idExpirationCheckIntervalMs',
};

/** Words of commands that are no topics. */
const NOT_TOPICS = new Set(['id', 'producer', 'version', 'timeout', 'broker', 'start']);

/** One coordinator with its clock, its log and the brokers it sends markers to; a second one is elected by `restart`. */
export class TransactionStory {
  readonly #stage = new StoryStage();
  readonly #receivers = new MarkerReceivers();
  /** `topic-partition` → broker, `nobody` or `gone`; those that are not in it are led by broker 1. */
  readonly #leaders = new Map<string, string>();
  #config = TRANSACTION_CONFIG;
  #nextProducerId = 1000;
  #hasProducerIds = true;
  #level = 0;
  #coordinator: TransactionCoordinator | null = null;

  async tell(line: string): Promise<void> {
    const command = new Command(line);
    if (command.verb === 'config') {
      for (const [name, value] of command.entries()) {
        const key = CONFIG_NAMES[name];
        if (key === undefined) throw new Error(`no config ${name}`);
        this.#config = { ...this.#config, [key]: Number(value) };
      }
      return;
    }
    if (command.verb === 'given') return this.#store(command);
    if (command.verb === 'leader') return this.#lead(command);
    if (this.#coordinator === null || command.verb === 'restart') await this.#elect();
    await this.#act(command);
    await this.#settle();
  }

  async #lead(command: Command): Promise<void> {
    for (const [partition, leader] of command.entries()) this.#leaders.set(partition, leader);
    this.#coordinator?.metadataChanged();
    await this.#settle();
  }

  async #settle(): Promise<void> {
    await this.#stage.settle();
    this.#stage.tell(recordText, this.#receivers.lines.splice(0));
  }

  takeLines(): string[] {
    return this.#stage.takeLines().map((line) => line.trimEnd());
  }

  /** A record that an earlier coordinator has written; to be loaded by `restart`. */
  #store(command: Command): void {
    const { producerEpoch, producerId } = producerOf(command);
    const metadata = {
      ...newTransactionalId(command.text('id', 'a'), producerId),
      ...{ producerEpoch, timeoutMs: 60_000, state: stateNamed(command.label) },
      partitions: partitionsOf(command),
      startMs: ManualClock.wallStartMs + command.number('start', 0),
      lastUpdateMs: ManualClock.wallStartMs,
      clientTransactionVersion: command.number('version', 0),
    };
    this.#stage.store(transactionRecord(metadata, this.#level));
  }

  async #elect(): Promise<void> {
    this.#coordinator?.close();
    await settle();
    const log = this.#stage.lead();
    this.#coordinator = newTransactionCoordinator({
      ...{ clock: this.#stage.clock, config: this.#config },
      producerIds: new ProducerIds(async () => this.#producerIdBlock()),
      transactionVersion: () => this.#level,
      destinationOf: (topic, partition) => {
        const leader = this.#leaders.get(`${topic}-${partition}`) ?? '1';
        if (leader === 'nobody' || leader === 'gone') return { kind: leader };
        return { kind: 'broker', brokerId: Number(leader) };
      },
      channelTo: (brokerId) => this.#receivers.channelTo(brokerId),
    });
    await this.#coordinator.elected(0, log);
  }

  #producerIdBlock() {
    if (!this.#hasProducerIds) return null;
    const firstProducerId = this.#nextProducerId;
    this.#nextProducerId += 1;
    return { firstProducerId, length: 1 };
  }

  async #act(command: Command): Promise<void> {
    const coordinator = this.#coordinator;
    if (coordinator === null) throw new Error('no coordinator');
    switch (command.verb) {
      case 'restart':
        return;
      case 'elect':
        return coordinator.elected(0, this.#stage.lead(Number(command.label)));
      case 'resign':
        return coordinator.resigned(0, Number(command.label));
      case 'advance':
        return this.#stage.clock.advance(Number(command.label));
      case 'wall-clock':
        this.#stage.clock.turnedByMs = Number(command.label);
        return;
      case 'level':
        this.#level = Number(command.label);
        return;
      case 'producer-ids':
        this.#hasProducerIds = command.label !== 'none';
        return;
      case 'log':
        return this.#stage.treatAppends(command.label, ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
      case 'markers':
        return this.#markers(command);
      default:
        return this.#ask(command, coordinator);
    }
  }

  #markers(command: Command): void {
    const brokerId = command.number('broker', 1);
    if (command.label === 'hold') this.#receivers.holding.add(brokerId);
    else if (command.label === 'lose') this.#receivers.lose(brokerId);
    else {
      const codes = command.partitions().map(({ topic, partition, value }) => {
        const code = Object.entries(ErrorCode).find(([name]) => name === value)?.[1];
        if (code === undefined) throw new Error(`no error ${value}`);
        return [`${topic}-${partition}`, code] as const;
      });
      this.#receivers.answer(brokerId, new Map(codes));
    }
  }

  #ask(command: Command, coordinator: TransactionCoordinator): void {
    const transactionalId = command.text('id', 'a');
    const producer = producerOf(command);
    const clientTransactionVersion = command.number('version', 0);
    const partitions = partitionsOf(command);
    const find = () => coordinator.find(transactionalId);
    if (command.verb === 'init') {
      const timeoutMs = command.number('timeout', 60_000);
      const expected = command.optional('producer') === null ? null : producer;
      this.#stage.answer(
        command,
        coordinator.initProducerId({ transactionalId, timeoutMs, expected }),
        producerText,
      );
    } else if (command.verb === 'add') {
      const request = { transactionalId, ...producer, partitions, clientTransactionVersion };
      this.#stage.answer(command, coordinator.addPartitions(request), errorName);
    } else if (command.verb === 'commit' || command.verb === 'abort') {
      const committed = command.verb === 'commit';
      const request = { transactionalId, ...producer, committed, clientTransactionVersion };
      this.#stage.answer(command, coordinator.endTransaction(request), producerText);
    } else if (command.verb === 'verify') {
      this.#stage.answered(`${command.label}: ${verifiedText(find(), producer, partitions)}`);
    } else if (command.verb === 'describe') {
      this.#stage.answered(`${command.label}: ${foundText(find())}`);
    } else throw new Error(`no command ${command.verb}`);
  }
}

function recordText(record: CoordinatorRecord): string {
  const decoded = decodeTransactionRecord(record);
  if (decoded.kind === 'unknown') throw new Error(`a record of version ${decoded.version}`);
  const { metadata, transactionalId } = decoded;
  return `${transactionalId} ${metadata === null ? 'is no more' : stateText(metadata)}`;
}

type Found = TransactionResult<TransactionMetadata | null>;

function verifiedText(
  found: Found,
  producer: ReturnType<typeof producerOf>,
  partitions: TransactionPartitions,
): string {
  const errorCodeOf = found.kind === 'ok' ? verifyPartitions(found.value, producer) : () => found.errorCode;
  return [...partitions]
    .flatMap(([topic, indexes]) =>
      indexes.map((index) => `${topic}-${index}=${errorName(errorCodeOf(topic, index))}`),
    )
    .join(' ');
}

function foundText(found: Found): string {
  if (found.kind === 'refused') return errorName(found.errorCode);
  return found.value === null ? 'unknown' : stateText(found.value);
}

function partitionsOf(command: Command): TransactionPartitions {
  const topics = command.entries().filter(([key]) => !NOT_TOPICS.has(key));
  return new Map(topics.map(([topic]) => [topic, command.list(topic).map(Number)]));
}

function stateNamed(name: string): TransactionState {
  const state = TRANSACTION_STATES.find((one) => one === name);
  if (state === undefined) throw new Error(`no state ${name}`);
  return state;
}

function producerOf(command: Command): { readonly producerId: number; readonly producerEpoch: number } {
  const [producerId = -1, producerEpoch = -1] = command.text('producer', '1000/0').split('/').map(Number);
  return { producerId, producerEpoch };
}

function producerText({ errorCode, producerEpoch, producerId }: ProducerAnswer): string {
  return errorCode === ErrorCode.NONE ? `NONE ${producerId}/${producerEpoch}` : errorName(errorCode);
}

function stateText(metadata: TransactionMetadata): string {
  const { nextProducerId, partitions, previousProducerId, producerEpoch, producerId, startMs, state } =
    metadata;
  const words = [`${state} ${producerId}/${producerEpoch}`];
  if (nextProducerId !== -1) words.push(`next=${nextProducerId}`);
  if (previousProducerId !== -1 && previousProducerId !== producerId)
    words.push(`previous=${previousProducerId}`);
  if (metadata.clientTransactionVersion !== 0) words.push(`version=${metadata.clientTransactionVersion}`);
  if (startMs !== -1) words.push(`start=${startMs - ManualClock.wallStartMs}`);
  for (const [topic, indexes] of partitions) words.push(`${topic}=${indexes.join(',')}`);
  return words.join(' ');
}
