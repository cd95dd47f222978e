import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ServerInfo, StartedAs } from '@odradek/contract';
import { type Clock, systemClock } from './clock.ts';
import type { ClusterDefinition } from './cluster-client/cluster-definition.ts';
import { type KafkaLibrary, loadKafkaLibrary } from './cluster-client/kafka-library.ts';
import { Demos } from './demo/demos.ts';
import type { Logger } from './logger.ts';
import type { ManagedCluster } from './managed-cluster.ts';
import { ClusterSampler } from './sampler/cluster-sampler.ts';
import { openAccessToken } from './server/access-token.ts';
import { EventStreams } from './server/event-streams.ts';
import { buildHttpServer } from './server/http-server.ts';
import { MutationGate } from './server/mutation-gate.ts';
import { OffsetResetDesk } from './server/offset-reset-desk.ts';
import { ReassignmentDesk } from './server/reassignment-desk.ts';
import { RoutedClusters } from './server/routed-clusters.ts';
import { AuditLog } from './store/audit-log.ts';
import { openDatabase } from './store/database.ts';
import { EventLog } from './store/event-log.ts';
import { LagHistory } from './store/lag-history.ts';
import { ResetLog } from './store/reset-log.ts';
import { TimelineStore } from './store/timeline-store.ts';
import { WindowStore } from './store/window-store.ts';

export type {
  ClusterDefinition,
  SaslDefinition,
  TlsDefinition,
} from './cluster-client/cluster-definition.ts';
export type { Logger } from './logger.ts';
export type { ManagedBroker, ManagedCluster } from './managed-cluster.ts';

/** What the console is started with. */
export interface ConsoleOptions {
  /** The clusters to watch; none may share a name with another. */
  readonly clusters: readonly ClusterDefinition[];
  /** The processes of the managed one among the clusters, where the console may act on them. */
  readonly managedCluster?: ManagedCluster;
  /** Holds the history and the token; made, for its owner alone, when it is missing. */
  readonly dataDirectory: string;
  /** 0: any free one. */
  readonly port: number;
  /** Absent: 1 s for a managed cluster, 10 s for another, unless its definition says. */
  readonly sampleIntervalMs?: number;
  /** The folder of the built pages; absent: the API alone. */
  readonly consoleFiles?: string;
  readonly logger: Logger;
  /** Of the product, for pages to show. */
  readonly version: string;
  readonly startedAs: StartedAs;
  /** The history file never grows much beyond this. Absent: 256 MB. */
  readonly historyBytesMax?: number;
  /**
   * Sampling begins when this resolves. Absent: at once. Loading the client for it holds this thread for a third of a
   * second, which whoever has a first page to answer may not want to wait for.
   */
  readonly watchAfter?: Promise<void>;
}

/** A console that answers. */
export interface Console {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** The address that opens the pages without asking for the token: `url/#token=…`. */
  readonly openUrl: string;
  readonly token: string;
  readonly tokenFile: string;
  /** Stops sampling, keeps what is worth keeping, ends all streams and connections. */
  close(): Promise<void>;
}

const HISTORY_BYTES_MAX = 256 * 1024 * 1024;

/** No other address until the console knows logins (design decision 11). */
const ADDRESS = '127.0.0.1';

/**
 * Starts the console: it answers at once, and begins to sample its clusters then. Throws when the port is taken
 * (`EADDRINUSE`), the data directory cannot be used, or two clusters share a name.
 */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  refuseSameNames(options.clusters);
  const clock = systemClock;
  const { logger, dataDirectory } = options;
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const token = openAccessToken(dataDirectory);
  const database = openDatabase(join(dataDirectory, 'console-history.sqlite'));
  const history = new LagHistory(database, options.historyBytesMax ?? HISTORY_BYTES_MAX);
  const events = new EventLog(database);
  const gate = new MutationGate(new AuditLog(database), clock, logger);
  const resets = new OffsetResetDesk(new ResetLog(database), clock);
  const desk = new ReassignmentDesk(clock, gate, logger);
  const { promise: library, resolve: useLibrary, reject: doWithout } = Promise.withResolvers<KafkaLibrary>();
  const samplers = options.clusters.map(
    (definition) =>
      new ClusterSampler({
        definition: withInterval(definition, options.sampleIntervalMs),
        library,
        clock,
        logger,
        windows: new WindowStore(database),
        timelines: new TimelineStore(database),
        history,
        events,
        managed: definition.managed === true ? (options.managedCluster ?? null) : null,
        onTick: (sampler) => streams.publishTick(sampler),
        onTopology: (sampler, difference) => {
          desk.tidy(sampler);
          streams.publishTopology(sampler, difference);
        },
        onEvents: (sampler, happened) => streams.publishEvents(sampler, happened),
      }),
  );
  const streams = new EventStreams(samplers, clock);
  const demos = new Demos(clock, logger, (cluster, status) => streams.publishDemo(cluster, status));
  let url = '';
  const info = serverInfoOf(options, { clock, tokenFile: token.file, url: () => url });
  const server = await buildHttpServer({
    ...{ clusters: new RoutedClusters(samplers), history, events, clock, streams, demos, desk, gate, resets },
    ...{ info, token, logger },
    version: options.version,
    consoleFiles: options.consoleFiles ?? null,
  });
  try {
    await server.listen({ host: ADDRESS, port: options.port });
  } catch (error) {
    streams.close();
    database.close();
    throw error;
  }
  url = `http://${ADDRESS}:${portOf(server.server.address())}`;
  const unsubscribe = options.managedCluster?.onChange(({ id: brokerId, state, pid, reason }) => {
    for (const sampler of samplers.filter(({ managed }) => managed !== null)) {
      const process = { state, pid, reason };
      sampler.note({ at: clock.now(), since: null }, [{ kind: 'broker-process', brokerId, process }]);
      streams.publishBrokers(sampler);
    }
  });
  const watch = watchAfter(options.watchAfter ?? Promise.resolve(), () => {
    loadKafkaLibrary().then(useLibrary, doWithout);
    for (const sampler of samplers) {
      sampler.start();
    }
  });
  return {
    url,
    openUrl: `${url}/#token=${token.value}`,
    token: token.value,
    tokenFile: token.file,
    close: async () => {
      const isWatching = watch.end();
      unsubscribe?.();
      await demos.close();
      streams.close();
      await server.close();
      if (isWatching) {
        await Promise.all(samplers.map((sampler) => sampler.close()));
      }
      database.close();
    },
  };
}

/** Begins once `signal` resolves, unless it was ended before; `end` says whether it had begun. */
function watchAfter(signal: Promise<void>, begin: () => void): { end(): boolean } {
  let state: 'waiting' | 'watching' | 'ended' = 'waiting';
  void signal.then(() => {
    if (state === 'waiting') {
      state = 'watching';
      begin();
    }
  });
  return {
    end: () => {
      const hasBegun = state === 'watching';
      state = 'ended';
      return hasBegun;
    },
  };
}

function refuseSameNames(clusters: readonly ClusterDefinition[]): void {
  const names = clusters.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Error(`Two clusters are called ${twice}; each needs a name of its own.`);
  }
}

function withInterval(
  definition: ClusterDefinition,
  sampleIntervalMs: number | undefined,
): ClusterDefinition {
  return sampleIntervalMs === undefined ? definition : { sampleIntervalMs, ...definition };
}

interface InfoNeeds {
  readonly clock: Clock;
  readonly tokenFile: string;
  readonly url: () => string;
}

function serverInfoOf(options: ConsoleOptions, { clock, tokenFile, url }: InfoNeeds): () => ServerInfo {
  const startedAt = clock.now();
  const managed = options.clusters.find((cluster) => cluster.managed === true);
  return () => ({
    version: options.version,
    nodeVersion: process.version,
    startedAt,
    startedAs: options.startedAs,
    url: url(),
    dataDirectory: options.dataDirectory,
    tokenFile,
    bootstrap: managed?.bootstrap.join(',') ?? null,
    managedCluster: managed?.name ?? null,
  });
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
