import type { BrokerConfig } from '../config/config.ts';
import { DamagedLogError } from '../log/damaged-log-error.ts';
import { DirectoryError } from '../log/directory-error.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../log/log-config.ts';
import { LogDirectory } from '../log/log-directory.ts';
import type { ChangeableSettings, LogDirectorySettings } from '../log/log-directory-settings.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { ConfigValues } from '../metadata/configs/config-values.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataSubscriber } from '../metadata/metadata-publisher.ts';
import { CLUSTER_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { LostMetadataError } from '../raft/lost-metadata-error.ts';
import type { DiskError } from '../runtime/disk.ts';
import { invariant } from '../runtime/invariant.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { metadataFounding } from './quorum-founding.ts';

/** The topic id that Kafka reserves for the metadata log. */
const METADATA_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** A batch of the metadata log is one decision of the controller, however many records it takes. */
const METADATA_BATCH_BYTES_MAX = 64 * 1024 * 1024;

/** The directories of one broker, taken for this process. */
export interface BrokerStorage {
  readonly clusterId: string;
  /** Those of `log.dirs` that could be opened, at least one. */
  readonly directories: readonly LogDirectory[];
  /** Paths of those of `log.dirs` that could not: they are offline until the next start. */
  readonly failedPaths: readonly string[];
  /** Where the metadata log lies; one of `directories` unless `metadata.log.dir` names another. */
  readonly metadataDirectory: LogDirectory;
  /** The incarnation of this broker that stopped cleanly in all of `log.dirs`; -1 when none did. */
  readonly previousBrokerEpoch: number;
  /** Closes all logs in order and gives the directories back. */
  close(brokerEpoch: number): Promise<void>;
}

export interface StorageListener {
  /** The disk refused, and all logs of the directory are offline. */
  onOffline(directory: LogDirectory, error: DiskError): void;
}

/**
 * Takes all directories, marks new ones, and checks that they belong to one cluster and to this node. A directory
 * that the disk refuses is left out, unless nothing can be done without it. Rejects with a `DirectoryError`, nothing
 * left taken.
 */
export async function openStorage(
  config: BrokerConfig,
  runtime: Runtime,
  listener: StorageListener,
): Promise<BrokerStorage> {
  const opened = new Map<string, LogDirectory>();
  const failures = new Map<string, DirectoryError>();
  const close = async (brokerEpoch: number): Promise<void> => {
    for (const directory of [...opened.values()].toReversed()) await directory.close(brokerEpoch);
  };
  const count = runtime.metrics.gauge(
    'kafka_log_logmanager_offlinelogdirectorycount',
    'Log directories that are offline',
  );
  const countOffline = () =>
    count.set(failures.size + [...opened.values()].filter(({ isOffline }) => isOffline).length);
  try {
    let clusterId = config.clusterId;
    // The metadata comes first: its directory says which cluster the others must be of.
    for (const path of new Set([config.metadataLogDir, ...config.logDirs])) {
      const options = { ...runtime, path, nodeId: config.nodeId, settings: settingsFrom(config) };
      const directory = await LogDirectory.open({
        ...options,
        ...(clusterId === null ? {} : { clusterId }),
        ...(path === config.metadataLogDir && { founding: metadataFounding(config, runtime) }),
        onOffline: (error) => {
          countOffline();
          const offline = opened.get(path);
          if (offline !== undefined) listener.onOffline(offline, error);
        },
        onSpace: noteSpace(runtime, path),
      }).catch((error: unknown) => {
        if (!isBearable(error, path, config)) throw error;
        failures.set(path, error);
        runtime.logger.error(
          { err: error, directory: path },
          'A log directory is offline: it cannot be used',
        );
        return null;
      });
      if (directory === null) continue;
      opened.set(path, directory);
      clusterId = directory.meta.clusterId;
    }
    checkDistinct([...opened.values()]);
    countOffline();
    const directories = config.logDirs.flatMap((path) => opened.get(path) ?? []);
    if (directories.length === 0) throw [...failures.values()][0];
    const metadataDirectory = opened.get(config.metadataLogDir);
    invariant(clusterId !== null && metadataDirectory !== undefined, 'nothing goes without the metadata');
    const failedPaths = [...failures.keys()];
    const previousBrokerEpoch = failedPaths.length > 0 ? NO_BROKER_EPOCH : stoppedEpoch(directories);
    return { clusterId, directories, failedPaths, metadataDirectory, previousBrokerEpoch, close };
  } catch (error) {
    await close(NO_BROKER_EPOCH);
    throw error;
  }
}

/** Whether a broker can go on without a directory. One that is another's is a mistake, and nothing is done then. */
function isBearable(error: unknown, path: string, config: BrokerConfig): error is DirectoryError {
  return error instanceof DirectoryError && error.code === 'unusable' && path !== config.metadataLogDir;
}

/** A copy of a directory has the id of its original; partitions are assigned by that. */
function checkDistinct(directories: readonly LogDirectory[]): void {
  const paths = new Map<string, string>();
  for (const { path, meta } of directories) {
    const other = paths.get(meta.directoryId);
    if (other !== undefined) {
      const text = `${path} and ${other} have the same directory.id in meta.properties`;
      throw new DirectoryError('foreign', `${text}: one is a copy of the other, take it out of log.dirs`);
    }
    paths.set(meta.directoryId, path);
  }
}

function stoppedEpoch([first, ...others]: readonly LogDirectory[]): number {
  const epoch = first?.previousBrokerEpoch ?? NO_BROKER_EPOCH;
  return others.every(({ previousBrokerEpoch }) => previousBrokerEpoch === epoch) ? epoch : NO_BROKER_EPOCH;
}

function noteSpace({ metrics }: Runtime, path: string): (isLow: boolean) => void {
  const low = metrics.gauge(
    'odradek_log_dir_low_space',
    'Whether records of clients are refused for want of space',
  );
  low.set(0, { log_dir: path });
  return (isLow) => low.set(isLow ? 1 : 0, { log_dir: path });
}

const NO_BROKER_EPOCH = -1;

/**
 * Opens the log of `__cluster_metadata-0`, of which this node knows that it was on the disk up to an offset. Rejects with
 * a `LostMetadataError` when it is not there as it was.
 */
export async function openMetadataLog(
  directory: LogDirectory,
  config: BrokerConfig,
  durableTo: number,
): Promise<PartitionLog> {
  try {
    return await directory.openLog(
      { topic: CLUSTER_METADATA_TOPIC, partition: 0 },
      { config: metadataLogConfig(config), topicId: METADATA_TOPIC_ID, waitsForSpace: true, durableTo },
    );
  } catch (error) {
    throw error instanceof DamagedLogError ? new LostMetadataError(error.message, { cause: error }) : error;
  }
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
