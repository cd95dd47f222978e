import { ExitCode, usageFailure } from '../failure.ts';
import type { BootstrapOption } from '../kafka/client.ts';
import { errorText, failOn, type ResponseBody, withRequests } from '../kafka/requests.ts';
import { print, printJson } from '../standard-output.ts';

export interface ElectOptions extends BootstrapOption {
  readonly type: 'preferred' | 'unclean';
  readonly all?: boolean;
  readonly partition?: number;
  readonly json?: boolean;
}

/** Kafka's codes of the kinds of election. */
const ELECTION_TYPES = { preferred: 0, unclean: 1 } as const;

const ELECTION_NOT_NEEDED = 84;
const TIMEOUT_MS = 30_000;

/**
 * Has leaders elected and tells of each partition what became of it. A leader that is the right one already is no
 * failure; the exit code is 1 when an election was refused.
 */
export async function electLeaders(topics: readonly string[], options: ElectOptions): Promise<number> {
  if ((options.all === true) === topics.length > 0) throw usageFailure('name topics, or say --all');
  if (options.partition !== undefined && topics.length !== 1) {
    throw usageFailure('--partition goes with exactly one topic');
  }
  return withRequests(options, async (requests) => {
    const answer = await requests.sendToAny('ElectLeaders', {
      electionType: ELECTION_TYPES[options.type],
      topicPartitions: options.all === true ? null : await partitionsOf(),
      timeoutMs: TIMEOUT_MS,
    });
    await failOn(answer.errorCode, null);
    return report(answer, options);

    async function partitionsOf() {
      const { topics: found } = await requests.sendToAny('Metadata', {
        topics: topics.map((name) => ({ name })),
        allowAutoTopicCreation: false,
      });
      for (const { errorCode, name } of found) await failOn(errorCode, null, name ?? '');
      return found.map(({ name, partitions }) => ({
        topic: name ?? '',
        partitions:
          options.partition === undefined
            ? partitions.map(({ partitionIndex }) => partitionIndex)
            : [options.partition],
      }));
    }
  });
}

async function report(answer: ResponseBody<'ElectLeaders'>, options: ElectOptions): Promise<number> {
  let told = 0;
  let refused = 0;
  for (const { topic, partitionResult } of answer.replicaElectionResults) {
    for (const { partitionId: partition, errorCode, errorMessage } of partitionResult) {
      const outcome =
        errorCode === 0 ? 'elected' : errorCode === ELECTION_NOT_NEEDED ? 'not needed' : 'refused';
      const reason = outcome === 'refused' ? await errorText(errorCode, errorMessage) : null;
      if (outcome === 'refused') refused += 1;
      told += 1;
      if (options.json === true) printJson({ topic, partition, outcome, reason });
      else print(`${topic}-${partition}: ${outcome}${reason === null ? '' : `, ${reason}`}`);
    }
  }
  // Kafka answers a request for all partitions with those only that were to be changed.
  if (told === 0 && options.json !== true) print('every leader is the one it should be');
  return refused > 0 ? ExitCode.FAILED : ExitCode.OK;
}
