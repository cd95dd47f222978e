import type { ChildProcess, SpawnOptions } from 'node:child_process';

/** Who can be cut off from whom: a broker by its number, or the clients, which share their host with this harness. */
export type HostName = number | 'clients';

/** The hosts of a chaos run and the ways between them. */
export interface TestNetwork {
  readonly kind: 'namespaces' | 'proxies';
  /** What a cut means here, for the report. */
  readonly meaning: string;
  /** Where a broker listens, and what it tells others to connect to. */
  addresses(broker: number): BrokerAddresses;
  /** Starts a program on the host of a broker; its pid is the program's own. */
  spawn(broker: number, program: string, args: readonly string[], options: SpawnOptions): ChildProcess;
  /** From now on nothing arrives that `from` sends to `to`. Nobody is told: no reset, no refusal. */
  cut(from: HostName, to: HostName): Promise<void>;
  heal(from: HostName, to: HostName): Promise<void>;
  close(): Promise<void>;
}

/** `host:port` of each listener, where it is bound and where others find it. */
export interface BrokerAddresses {
  readonly client: { readonly bound: string; readonly advertised: string };
  readonly controller: { readonly bound: string; readonly advertised: string };
}
