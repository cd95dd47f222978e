import { ErrorCode } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import { describeLogDirsRequest } from '../protocol/messages/describe-log-dirs-request.ts';
import { describeLogDirsResponse } from '../protocol/messages/describe-log-dirs-response.ts';
import type { Partition } from '../replication/partition.ts';
import type { Replicas } from '../replication/replicas.ts';
import { type Disk, DiskError } from '../runtime/disk.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler } from './handler.ts';

export interface DescribeLogDirsNeeds {
  readonly replicas: Replicas;
  /** All of `log.dirs`, as paths. */
  readonly logDirs: readonly string[];
  readonly isLogDirOnline: (path: string) => boolean;
  readonly disk: Disk;
  readonly authorizer: Authorizer;
}

type LogDirAnswer = NonNullable<Encodable<typeof describeLogDirsResponse>['results']>[number];
type TopicAnswer = NonNullable<LogDirAnswer['topics']>[number];

/**
 * DescribeLogDirs (key 35), versions 1–5: the partitions in each log directory with their size; null asks for all.
 * Version 4 adds the space of the file system.
 */
export function describeLogDirsHandler(
  needs: DescribeLogDirsNeeds,
): Handler<typeof describeLogDirsRequest, typeof describeLogDirsResponse> {
  return {
    request: describeLogDirsRequest,
    response: describeLogDirsResponse,
    async handle(request, { principal }) {
      if (!needs.authorizer.isAllowed(principal, AclOperation.DESCRIBE, 'cluster', 'kafka-cluster')) {
        return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED };
      }
      const asked =
        request.topics === null
          ? null
          : new Set(
              request.topics.flatMap(({ topic, partitions }) =>
                partitions.map((index) => `${topic}-${index}`),
              ),
            );
      const partitions = [...needs.replicas.all()].filter(
        ({ topic, partition }) => asked === null || asked.has(`${topic}-${partition}`),
      );
      const results = needs.logDirs.map((logDir) =>
        describe(
          needs,
          logDir,
          partitions.filter(({ log }) => log.directory.startsWith(`${logDir}/`)),
        ),
      );
      return { results: await Promise.all(results) };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}

async function describe(
  needs: DescribeLogDirsNeeds,
  logDir: string,
  partitions: readonly Partition[],
): Promise<LogDirAnswer> {
  if (!needs.isLogDirOnline(logDir)) return { logDir, errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
  try {
    const { totalBytes, freeBytes } = await needs.disk.space(logDir);
    return { logDir, topics: topicsOf(partitions), totalBytes, usableBytes: freeBytes };
  } catch (error) {
    // A directory that cannot be looked at is this answer's content, not a fault of the request.
    if (error instanceof DiskError) return { logDir, errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
    throw error;
  }
}

function topicsOf(partitions: readonly Partition[]): TopicAnswer[] {
  const topics = Map.groupBy(partitions, ({ topic }) => topic);
  return [...topics].map(([name, ofTopic]) => ({
    name,
    partitions: ofTopic.map(({ partition, log, highWatermark, isLeader }) => ({
      partitionIndex: partition,
      partitionSize: log.sizeInBytes,
      offsetLag: isLeader ? 0 : Math.max(0, highWatermark - log.logEndOffset),
    })),
  }));
}
