import type { ConfigValues } from './metadata/configs/config-values.ts';

/** One address a node listens on, and what it tells others to connect to. */
export interface ListenerConfig {
  /** In upper case, as `listeners` names it: `PLAINTEXT`, `CONTROLLER`. */
  readonly name: string;
  readonly securityProtocol: 'PLAINTEXT';
  /** Empty for every interface. */
  readonly host: string;
  /** 0 takes any free port; the advertised port is then the one that was taken. */
  readonly port: number;
  readonly advertisedHost: string;
  readonly advertisedPort: number;
}

/** What one node was told by its file and command line, checked as a whole. */
export interface BrokerConfig {
  readonly nodeId: number;
  /** `odradek.cluster.id`; null takes the one in the log directory, or draws one for a new directory. */
  readonly clusterId: string | null;
  readonly rack: string | null;
  /** The listeners of clients and other brokers, at least one. */
  readonly listeners: readonly ListenerConfig[];
  readonly controllerListener: ListenerConfig;
  readonly interBrokerListenerName: string;
  /** Absolute paths, at least one. */
  readonly logDirs: readonly string[];
  /** Where `__cluster_metadata-0` lies; `logDirs[0]` unless `metadata.log.dir` says otherwise. */
  readonly metadataLogDir: string;
  /** Exactly what was given, by name: the static layer of every broker config. */
  readonly staticValues: ReadonlyMap<string, string>;
  /** Every broker config by name: static value or default. Values changed at run time are in the metadata image. */
  readonly values: ConfigValues;
}
