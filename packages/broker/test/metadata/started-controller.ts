import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SUPPORTED_FEATURES } from '../../src/controller/bootstrap.ts';
import { Controller } from '../../src/controller/controller.ts';
import type { MetadataDelta } from '../../src/metadata/metadata-delta.ts';
import type { MetadataImage } from '../../src/metadata/metadata-image.ts';
import { SnapshotFiles } from '../../src/raft/snapshot-files.ts';
import { nodeDisk } from '../../src/runtime/node-disk.ts';
import { MemoryMetadataLog } from './memory-metadata-log.ts';
import { CountingRandom, ManualClock, silentLogger } from './ports.ts';

export const NODE_ID = 1;
export const CLUSTER_ID = 'CLUSTERAAAAAAAAAAAAAAQ';
export const DIRECTORY_ID = 'DIRECTORYAAAAAAAAAAAAQ';

export interface StartedController {
  readonly controller: Controller;
  readonly log: MemoryMetadataLog;
  readonly clock: ManualClock;
  readonly staticValues: ReadonlyMap<string, string>;
  /** Every step that was published, oldest first. */
  readonly published: readonly { readonly delta: MetadataDelta; readonly image: MetadataImage }[];
  readonly stops: readonly unknown[];
  readonly brokerEpoch: number;
  readonly directory: string;
}

/** A controller of one node, with its broker registered, over a log in memory. */
export async function startController(
  given: {
    readonly log?: MemoryMetadataLog;
    /** Where snapshots and the quorum's state lie; a new one unless given. */
    readonly directory?: string;
    readonly staticValues?: Readonly<Record<string, string>>;
    readonly rack?: string;
  } = {},
): Promise<StartedController> {
  const log = given.log ?? new MemoryMetadataLog();
  // A restart is another incarnation.
  const incarnationId = given.log === undefined ? 'INCARNATIONAAAAAAAAAAQ' : 'INCARNATIONBBBBBBBBBBQ';
  const staticValues = new Map(Object.entries(given.staticValues ?? {}));
  const clock = new ManualClock();
  const published: { delta: MetadataDelta; image: MetadataImage }[] = [];
  const stops: unknown[] = [];
  const directory = given.directory ?? (await newDirectory());
  const controller = new Controller({
    log,
    disk: nodeDisk,
    clock,
    logger: silentLogger,
    random: new CountingRandom(),
    clusterId: CLUSTER_ID,
    nodeId: NODE_ID,
    incarnationId,
    staticValues,
    voter: {
      id: NODE_ID,
      directoryId: DIRECTORY_ID,
      endpoints: [{ name: 'CONTROLLER', host: '127.0.0.1', port: 9093 }],
    },
    quorumStatePath: join(directory, 'quorum-state'),
    snapshots: new SnapshotFiles(nodeDisk, directory),
    publish: (delta, image) => published.push({ delta, image }),
    onStopped: (reason) => stops.push(reason),
  });
  const { brokerEpoch } = await controller.start({
    clusterId: CLUSTER_ID,
    brokerId: NODE_ID,
    incarnationId,
    endpoints: [{ listenerName: 'PLAINTEXT', host: '127.0.0.1', port: 9092, securityProtocol: 0 }],
    features: SUPPORTED_FEATURES,
    rack: given.rack ?? null,
    directories: [DIRECTORY_ID],
    previousBrokerEpoch: -1,
  });
  return { controller, log, clock, staticValues, published, stops, brokerEpoch, directory };
}

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'controller-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}
