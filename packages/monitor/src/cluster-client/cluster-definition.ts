/** A cluster to watch, as the command line or its file defines it. Secrets are already resolved. */
export interface ClusterDefinition {
  /** Identifies the cluster in every path of the console. */
  readonly name: string;
  /** `host:port` each; at least one. */
  readonly bootstrap: readonly string[];
  /** Absent: plain text. PEM texts, not file names. */
  readonly tls?: TlsDefinition;
  readonly sasl?: SaslDefinition;
  /** No request of the console may change the cluster. Absent: true, unless the cluster is managed. */
  readonly readOnly?: boolean;
  /** Started by this Odradek. Absent: false. */
  readonly managed?: boolean;
  /** Absent: 1 s for a managed cluster, 10 s for another. */
  readonly sampleIntervalMs?: number;
}

export interface TlsDefinition {
  /** Certificates to trust instead of the system's. */
  readonly ca?: string;
  /** Our own certificate and key, where brokers ask for one. */
  readonly cert?: string;
  readonly key?: string;
}

export interface SaslDefinition {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

/** Where one broker or bootstrap server listens. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORT = 9092;

/** Reads `host`, `host:port` or `[ipv6]:port`. Throws a sentence when it is none of them. */
export function parseAddress(text: string): BrokerAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? DEFAULT_PORT);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new Error(`"${text}" is not an address of the form host:port`);
  }
  return { host, port };
}

export function addressText({ host, port }: BrokerAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
