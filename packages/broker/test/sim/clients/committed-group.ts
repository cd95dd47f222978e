import { ErrorCode } from '../../../src/protocol/errors.ts';
import { offsetFetch } from './apis.ts';
import type { ClientProcess } from './client-process.ts';

const REQUEST_TIMEOUT_MS = 2000;
const RETRY_MS_MAX = 150;

/** The offset that a group has committed, once nothing is pending there any more; 0 where there is none. */
export async function committedOffset(
  client: ClientProcess,
  { groupId, topic, partition }: { groupId: string; topic: string; partition: number },
): Promise<number> {
  for (;;) {
    const coordinator = await client.coordinatorOf(groupId);
    const topics = [{ name: topic, partitionIndexes: [partition] }];
    const body = { groups: [{ groupId, topics }], requireStable: true };
    const answer =
      coordinator === null ? null : await client.ask(offsetFetch, body, REQUEST_TIMEOUT_MS, coordinator);
    const group = answer?.groups[0];
    const found = group?.topics[0]?.partitions[0];
    if (group?.errorCode === ErrorCode.NONE && found?.errorCode === ErrorCode.NONE)
      return Math.max(0, found.committedOffset);
    client.forgetCoordinators();
    await client.sleep(client.random.fraction() * RETRY_MS_MAX);
  }
}
