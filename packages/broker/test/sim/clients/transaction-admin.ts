import { ErrorCode } from '../../../src/protocol/errors.ts';
import { describeTransactions, listTransactions } from './apis.ts';
import type { ClientProcess } from './client-process.ts';

const REQUEST_TIMEOUT_MS = 2000;
const RETRY_MS_MAX = 300;
const PAUSE_MS_MAX = 4000;
const UNDER_WAY = ['Ongoing', 'PrepareCommit', 'PrepareAbort'];
const STATES = [...UNDER_WAY, 'Empty', 'CompleteCommit', 'CompleteAbort', 'PrepareEpochFence', 'Dead'];

export interface TransactionAdminOptions {
  readonly client: ClientProcess;
  readonly brokers: readonly number[];
  readonly isOver: () => boolean;
}

/** Asks what transactions there are, as an operator does. */
export async function watchTransactions(options: TransactionAdminOptions): Promise<void> {
  const { client, isOver } = options;
  while (!isOver()) {
    for (const transactionalId of (await openTransactions(options)) ?? [])
      await describe(client, transactionalId);
    await client.sleep(client.random.fraction() * PAUSE_MS_MAX);
  }
  client.disconnect();
}

/** Resolves once every coordinator says that nothing is under way: by then each has ended, or run out of time. */
export async function untilNoneIsOpen(options: TransactionAdminOptions): Promise<void> {
  const { client } = options;
  while ((await openTransactions(options))?.length !== 0) await client.sleep(RETRY_MS_MAX);
  client.disconnect();
}

/** Those that the coordinators call open, by their ids; null when one of them does not say. */
async function openTransactions({ client, brokers }: TransactionAdminOptions): Promise<string[] | null> {
  // That is how it learns where they are.
  await client.leaderOf('first', 0);
  const found: string[] = [];
  let isComplete = true;
  for (const broker of brokers) {
    const body = { stateFilters: UNDER_WAY, producerIdFilters: [], durationFilter: -1 };
    const answer = await client.ask(listTransactions, body, REQUEST_TIMEOUT_MS, broker);
    if (answer?.errorCode !== ErrorCode.NONE) isComplete = false;
    for (const { transactionalId, transactionState } of answer?.transactionStates ?? []) {
      if (!UNDER_WAY.includes(transactionState)) client.violate(`${transactionalId} is ${transactionState}`);
      found.push(transactionalId);
    }
  }
  return isComplete ? found : null;
}

async function describe(client: ClientProcess, transactionalId: string): Promise<void> {
  const coordinator = await client.coordinatorOf(transactionalId, 'transaction');
  if (coordinator === null) return;
  const body = { transactionalIds: [transactionalId] };
  const answer = await client.ask(describeTransactions, body, REQUEST_TIMEOUT_MS, coordinator);
  client.forgetCoordinators();
  for (const { errorCode, transactionState } of answer?.transactionStates ?? []) {
    if (errorCode === ErrorCode.NONE && !STATES.includes(transactionState))
      client.violate(`${transactionalId} is described as ${transactionState}`);
  }
}
