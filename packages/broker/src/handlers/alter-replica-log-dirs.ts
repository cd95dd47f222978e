import { type MetadataImage, partitionOf } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { alterReplicaLogDirsRequest } from '../protocol/messages/alter-replica-log-dirs-request.ts';
import { alterReplicaLogDirsResponse } from '../protocol/messages/alter-replica-log-dirs-response.ts';
import type { Replicas } from '../replication/replicas.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler } from './handler.ts';

export interface AlterReplicaLogDirsNeeds {
  readonly replicas: Pick<Replicas, 'moveReplica'>;
  readonly image: () => MetadataImage;
  readonly authorizer: Authorizer;
}

interface Wish {
  readonly path: string;
  readonly topic: string;
  readonly partition: number;
}

/**
 * AlterReplicaLogDirs (key 34), versions 1–2 (KIP-113): begins to move replicas of this broker to other log directories
 * of it. A partition that is not here yet begins in the directory when it comes, and the answer for now is
 * REPLICA_NOT_AVAILABLE, or UNKNOWN_TOPIC_OR_PARTITION where there is none.
 */
export function alterReplicaLogDirsHandler(
  needs: AlterReplicaLogDirsNeeds,
): Handler<typeof alterReplicaLogDirsRequest, typeof alterReplicaLogDirsResponse> {
  return {
    request: alterReplicaLogDirsRequest,
    response: alterReplicaLogDirsResponse,
    async handle(request, { principal }) {
      const isAllowed = needs.authorizer.isAllowed(principal, AclOperation.ALTER, 'cluster', 'kafka-cluster');
      return answerTo(request, ({ path, topic, partition }) =>
        isAllowed
          ? move(needs, { path, topic, partition })
          : Promise.resolve(ErrorCode.CLUSTER_AUTHORIZATION_FAILED),
      );
    },
    refuse: (errorCode, { dirs }) => ({
      results: dirs.flatMap(({ topics }) =>
        topics.map(({ name, partitions }) => ({
          topicName: name,
          partitions: partitions.map((partitionIndex) => ({ partitionIndex, errorCode })),
        })),
      ),
    }),
  };
}

/** What is not here may come; what is nowhere is said to be unknown. */
async function move({ replicas, image }: AlterReplicaLogDirsNeeds, wish: Wish): Promise<number> {
  const { path, topic, partition } = wish;
  const errorCode = await replicas.moveReplica(path, topic, partition);
  const isNowhere = partitionOf(image(), topic, partition) === undefined;
  return errorCode === ErrorCode.REPLICA_NOT_AVAILABLE && isNowhere
    ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    : errorCode;
}

/** Of two wishes for one partition the last counts; the answers are by topic. */
async function answerTo(
  {
    dirs,
  }: {
    dirs: readonly { path: string; topics: readonly { name: string; partitions: readonly number[] }[] }[];
  },
  move: (wish: Wish) => Promise<number>,
) {
  const wishes = new Map<string, Wish>();
  for (const { path, topics } of dirs) {
    for (const { name: topic, partitions } of topics) {
      for (const partition of partitions) wishes.set(`${topic}-${partition}`, { path, topic, partition });
    }
  }
  const answered = await Promise.all(
    [...wishes.values()].map(async (wish) => ({ ...wish, errorCode: await move(wish) })),
  );
  const results = [...Map.groupBy(answered, ({ topic }) => topic)].map(([topicName, ofTopic]) => ({
    topicName,
    partitions: ofTopic.map(({ partition: partitionIndex, errorCode }) => ({ partitionIndex, errorCode })),
  }));
  return { results };
}
