import { ErrorCode, errorOf } from '../../../src/protocol/errors.ts';
import type { Decoded, Encodable, MessageDeclaration } from '../../../src/protocol/message.ts';
import type { Api, ClientProcess } from './client-process.ts';

const REQUEST_TIMEOUT_MS = 2000;
const RETRY_MS_MAX = 300;

/** Answers that say, by either protocol: ask again, or find out first who coordinates. */
const PASSING: readonly number[] = [
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.LEADER_NOT_AVAILABLE,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.UNKNOWN_LEADER_EPOCH,
  ErrorCode.UNSTABLE_OFFSET_COMMIT,
];

export interface GroupVoiceOptions {
  readonly client: ClientProcess;
  readonly groupId: string;
  /** Answers of this member's protocol that pass, too. */
  readonly passing: readonly number[];
  /** Those by which it learns that it is no member any more, or not as it believes. */
  readonly expelled: readonly number[];
}

/** How a member of a group speaks with its coordinator, and what it makes of the errors that it hears. */
export class GroupVoice {
  readonly #options: GroupVoiceOptions;
  #answeredBy = -1;

  constructor(options: GroupVoiceOptions) {
    this.#options = options;
  }

  /** The broker that has answered last. */
  get answeredBy(): number {
    return this.#answeredBy;
  }

  /** Asks the coordinator; null when there is no answer, or nobody to ask. */
  async ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    api: Api<Request, Response>,
    body: Encodable<Request>,
    timeoutMs = REQUEST_TIMEOUT_MS,
  ): Promise<Decoded<Response> | null> {
    const { client, groupId } = this.#options;
    const coordinator = await client.coordinatorOf(groupId);
    const answer = coordinator === null ? null : await client.ask(api, body, timeoutMs, coordinator);
    if (answer === null || coordinator === null) client.forgetCoordinators();
    else this.#answeredBy = coordinator;
    return answer;
  }

  isExpelled(errorCode: number): boolean {
    return this.#options.expelled.includes(errorCode);
  }

  /** Whether the answer is none of an error; what is to be done about an error is done. */
  async isGood(errorCode: number, what: string): Promise<boolean> {
    if (errorCode === ErrorCode.NONE) return true;
    const { client, passing } = this.#options;
    if (this.isExpelled(errorCode)) return false;
    if (!PASSING.includes(errorCode) && !passing.includes(errorCode))
      client.violate(`${what}: ${errorOf(errorCode).name}`);
    await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    client.forgetCoordinators();
    return false;
  }
}
