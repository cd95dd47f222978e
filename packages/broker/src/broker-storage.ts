import type { BrokerConfig } from './config.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from './log/log-config.ts';
import { type ChangeableSettings, LogDirectory } from './log/log-directory.ts';
import type { LogDirectorySettings } from './log/log-directory-settings.ts';
import type { PartitionLog } from './log/partition-log.ts';
import type { ConfigValues } from './metadata/configs/config-values.ts';
import type { MetadataImage } from './metadata/metadata-image.ts';
import type { MetadataSubscriber } from './metadata/metadata-publisher.ts';
import { CLUSTER_METADATA_TOPIC } from './metadata/topic-name.ts';
import type { DiskError } from './runtime/disk.ts';
import { invariant } from './runtime/invariant.ts';
import type { Runtime } from './runtime/runtime.ts';

/** The topic id that Kafka reserves for the metadata log. */
const METADATA_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** A batch of the metadata log is one decision of the controller, however many records it takes. */
const METADATA_BATCH_BYTES_MAX = 64 * 1024 * 1024;

/** The directories of one broker, taken for this process. */
export interface BrokerStorage {
  readonly clusterId: string;
  /** Those of `log.dirs`. */
  readonly directories: readonly LogDirectory[];
  /** Where the metadata log lies; one of `directories` unless `metadata.log.dir` names another. */
  readonly metadataDirectory: LogDirectory;
  /** Closes all logs in order and gives the directories back. */
  close(brokerEpoch: number): Promise<void>;
}

/**
 * Takes all directories, marks new ones, and checks that they belong to one cluster and to this node. `onOffline` is
 * told when a disk refuses. Rejects with a `DirectoryError`, nothing left taken.
 */
export async function openStorage(
  config: BrokerConfig,
  runtime: Runtime,
  onOffline: (path: string, error: DiskError) => void,
): Promise<BrokerStorage> {
  const opened: LogDirectory[] = [];
  const close = async (brokerEpoch: number): Promise<void> => {
    for (const directory of opened.toReversed()) await directory.close(brokerEpoch);
  };
  try {
    let clusterId = config.clusterId;
    for (const path of new Set([...config.logDirs, config.metadataLogDir])) {
      const directory = await LogDirectory.open({
        ...runtime,
        path,
        nodeId: config.nodeId,
        ...(clusterId === null ? {} : { clusterId }),
        settings: settingsFrom(config),
        onOffline: (error) => onOffline(path, error),
      });
      opened.push(directory);
      clusterId = directory.meta.clusterId;
    }
    const metadataDirectory = opened.find(({ path }) => path === config.metadataLogDir);
    invariant(
      clusterId !== null && metadataDirectory !== undefined,
      'a config names at least one log directory',
    );
    const directories = opened.filter(({ path }) => config.logDirs.includes(path));
    return { clusterId, directories, metadataDirectory, close };
  } catch (error) {
    await close(NO_BROKER_EPOCH);
    throw error;
  }
}

const NO_BROKER_EPOCH = -1;

/** Opens the log of `__cluster_metadata-0`. */
export function openMetadataLog(directory: LogDirectory, config: BrokerConfig): Promise<PartitionLog> {
  return directory.openLog(
    { topic: CLUSTER_METADATA_TOPIC, partition: 0 },
    { config: metadataLogConfig(config), topicId: METADATA_TOPIC_ID, waitsForSpace: true },
  );
}

function metadataLogConfig({ values }: BrokerConfig): LogConfig {
  return {
    ...DEFAULT_LOG_CONFIG,
    segmentBytes: values.number('metadata.log.segment.bytes'),
    segmentMs: values.number('metadata.log.segment.ms'),
    retentionMs: -1,
    retentionBytes: -1,
    maxMessageBytes: METADATA_BATCH_BYTES_MAX,
  };
}

/** Keeps log directories at what the broker's configs say at run time. */
export function followConfigs(
  directories: readonly LogDirectory[],
  configsOf: (image: MetadataImage) => ConfigValues,
): MetadataSubscriber {
  return {
    onMetadata(delta, image) {
      if (delta.changedConfigs.size === 0) return;
      for (const directory of directories) directory.changeSettings(changeableSettings(configsOf(image)));
    },
  };
}

function changeableSettings(values: ConfigValues): ChangeableSettings {
  return {
    minFreeBytes: values.number('odradek.log.dir.min.free.bytes'),
    recoveryThreads: values.number('num.recovery.threads.per.data.dir'),
    producerIdExpirationMs: values.number('producer.id.expiration.ms'),
    fileDeleteDelayMs: values.number('log.segment.delete.delay.ms'),
  };
}

function settingsFrom({ values }: BrokerConfig): Partial<LogDirectorySettings> {
  return {
    ...changeableSettings(values),
    initialTaskDelayMs: values.number('log.initial.task.delay.ms'),
    retentionCheckIntervalMs: values.number('log.retention.check.interval.ms'),
    recoveryPointCheckpointIntervalMs: values.number('log.flush.offset.checkpoint.interval.ms'),
    logStartCheckpointIntervalMs: values.number('log.flush.start.offset.checkpoint.interval.ms'),
    highWatermarkCheckpointIntervalMs: values.number('replica.high.watermark.checkpoint.interval.ms'),
    producerIdExpirationCheckIntervalMs: values.number('producer.id.expiration.check.interval.ms'),
  };
}
