import type { HeldPartition, Transaction, TransactionList } from '@odradek/contract';
import type { KafkaRequests } from '@odradek/monitor/requests';
import { Failure, usageFailure } from '../failure.ts';
import type { BootstrapOption } from '../kafka/client.ts';
import { withRequests } from '../kafka/requests.ts';
import { print, printJson, tell } from '../standard-output.ts';
import { textTable } from '../text-table.ts';

interface Common extends BootstrapOption {
  readonly json?: boolean;
}

export interface AbortOptions extends Common {
  readonly topic?: string;
  readonly partition?: number;
  readonly startOffset?: number;
  readonly execute?: boolean;
}

/** Transactional ids: those with a transaction open, or all; and the partitions that open ones hold back. */
export async function listTransactions(options: Common & { readonly all?: boolean }): Promise<void> {
  await withRequests(options, async (requests) => {
    const list = await listed(requests);
    const shown = list.transactions.filter(({ isOpen }) => isOpen || options.all === true);
    const now = list.checkedAt;
    if (options.json === true) {
      for (const transaction of shown) printJson({ kind: 'transaction', ...transaction });
      for (const held of list.held) printJson({ kind: 'held', ...held });
      return;
    }
    const rows = shown.map((one) => [
      ...[one.transactionalId, one.state, one.producerId, one.producerEpoch, one.coordinator],
      one.startedAt === null ? null : ageText(now - one.startedAt),
      one.partitions === null ? null : count(one),
    ]);
    print(
      textTable(['TRANSACTIONAL ID', 'STATE', 'PRODUCER', 'EPOCH', 'COORDINATOR', 'AGE', 'PARTITIONS'], rows),
    );
    if (list.held.length > 0) {
      print('');
      print('Held back: consumers with isolation.level=read_committed wait there.');
      print(heldTable(list.held));
    }
  });
}

/** One transactional id, with the partitions of its open transaction. */
export async function describeTransaction(transactionalId: string, options: Common): Promise<void> {
  await withRequests(options, async (requests) => {
    const list = await listed(requests);
    const found = list.transactions.find((one) => one.transactionalId === transactionalId);
    if (found === undefined) throw new Failure(`there is no transactional id ${transactionalId}`);
    const held = list.held.filter(({ producer }) => producer?.transactionalId === transactionalId);
    if (options.json === true) {
      printJson({ ...found, held });
      return;
    }
    const { state, producerId, producerEpoch, coordinator, timeoutMs, startedAt } = found;
    print(`${transactionalId}: ${state}`);
    print(
      `producer ${producerId}${producerEpoch === null ? '' : `, epoch ${producerEpoch}`}, coordinator ${coordinator}`,
    );
    if (startedAt !== null && timeoutMs !== null) {
      print(`open for ${ageText(list.checkedAt - startedAt)}, times out after ${ageText(timeoutMs)}`);
    }
    for (const { topic, partitions } of found.partitions ?? []) print(`${topic}: ${partitions.join(', ')}`);
    if (held.length > 0) print(heldTable(held));
  });
}

/** Ends a transaction; without `execute` it only says which one and how. */
export async function abortTransaction(
  transactionalId: string | undefined,
  options: AbortOptions,
): Promise<void> {
  const { topic, partition, startOffset } = options;
  const isHanging = topic !== undefined && partition !== undefined && startOffset !== undefined;
  const isNamed = [topic, partition, startOffset].some((one) => one !== undefined);
  if ((transactionalId === undefined) === !isHanging || (transactionalId !== undefined && isNamed)) {
    throw usageFailure(
      'name a transactional id, or --topic, --partition and --start-offset of a hanging transaction',
    );
  }
  await withRequests(options, async (requests) => {
    if (isHanging) await abortHanging(requests, { topic, partition, startOffset }, options);
    else await fence(requests, transactionalId ?? '', options);
  });
}

async function fence(requests: KafkaRequests, transactionalId: string, options: AbortOptions): Promise<void> {
  const { transactions } = await listed(requests);
  const found = transactions.find((one) => one.transactionalId === transactionalId);
  if (found === undefined) throw new Failure(`there is no transactional id ${transactionalId}`);
  if (!found.isOpen) throw new Failure(`${transactionalId} has nothing open: it is ${found.state}`);
  const { producerId, state } = found;
  if (options.execute !== true) {
    say(options, { transactionalId, producerId, state, aborted: false }, [
      `${transactionalId} is ${state}: its coordinator would abort the transaction and fence producer ${producerId}.`,
      'Nothing was changed; --execute does it.',
    ]);
    return;
  }
  const { fenceProducer } = await import('@odradek/monitor/end-transaction');
  const ended = await fenceProducer(requests, transactionalId);
  if (ended === null) throw new Failure(`${transactionalId} has ended by itself meanwhile`);
  say(options, { transactionalId, ...ended, aborted: true }, [
    `aborted; producer ${ended.producerId} is fenced`,
  ]);
}

async function abortHanging(
  requests: KafkaRequests,
  which: { readonly topic: string; readonly partition: number; readonly startOffset: number },
  options: AbortOptions,
): Promise<void> {
  const { topic, partition, startOffset } = which;
  const name = `${topic}-${partition}`;
  const { held } = await listed(requests);
  const there = held.find(
    (one) => one.topic === topic && one.partition === partition && one.producer?.startOffset === startOffset,
  );
  if (there?.producer == null)
    throw new Failure(`no open transaction begins at offset ${startOffset} of ${name}`);
  if (there.state !== 'hanging') {
    const id = there.producer.transactionalId;
    const remedy = id === null ? 'wait until every coordinator answers' : `odradek transactions abort ${id}`;
    throw new Failure(
      `the transaction at offset ${startOffset} of ${name} is not hanging (${there.state}): ${remedy}`,
    );
  }
  if (options.execute !== true) {
    say(options, { ...which, producerId: there.producer.producerId, aborted: false }, [
      heldTable([there]),
      `An abort marker of producer ${there.producer.producerId} would be written to ${name}.`,
      'Nothing was changed; --execute does it.',
    ]);
    return;
  }
  const [{ readMetadata }, { abortHanging: abort }] = await Promise.all([
    import('@odradek/monitor/metadata'),
    import('@odradek/monitor/end-transaction'),
  ]);
  const ended = await abort(requests, (await readMetadata(requests)).metadata, which);
  if (ended === null)
    throw new Failure(`the transaction at offset ${startOffset} of ${name} has ended by itself`);
  say(options, { ...which, ...ended, aborted: true }, [`aborted in ${name}`]);
}

async function listed(requests: KafkaRequests): Promise<TransactionList> {
  const [{ readMetadata }, transactions] = await Promise.all([
    import('@odradek/monitor/metadata'),
    import('@odradek/monitor/transactions'),
  ]);
  const { metadata } = await readMetadata(requests);
  const list = await transactions.listTransactions(requests, metadata, Date.now());
  if (list.state === 'not-supported')
    throw new Failure('these brokers do not list transactions: Kafka 3.0 and later do');
  if (list.state === 'not-permitted') throw new Failure('this user may not list transactions');
  if (list.silentBrokers.length > 0) {
    tell(`broker ${list.silentBrokers.join(', ')} does not answer: its transactions are missing here`);
  }
  return list;
}

function say({ json }: AbortOptions, fact: object, lines: readonly string[]): void {
  if (json === true) printJson(fact);
  else for (const line of lines) print(line);
}

function heldTable(held: readonly HeldPartition[]): string {
  return textTable(
    [
      'TOPIC',
      'PARTITION',
      'STABLE',
      'HIGH WATERMARK',
      'GAP',
      'STATE',
      'PRODUCER',
      'START OFFSET',
      'TRANSACTIONAL ID',
    ],
    held.map(({ topic, partition, lastStableOffset, highWatermark, state, producer }) => [
      ...[topic, partition, lastStableOffset, highWatermark, highWatermark - lastStableOffset, state],
      ...[producer?.producerId ?? null, producer?.startOffset ?? null, producer?.transactionalId ?? null],
    ]),
  );
}

function count({ partitions }: Transaction): number {
  return (partitions ?? []).reduce((total, one) => total + one.partitions.length, 0);
}

/** An age in its largest whole unit. */
function ageText(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}
