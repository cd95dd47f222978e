import type { ProcessIdentity } from '../runtime/node-process-identity.ts';

/**
 * The port to processes that run a broker: real children in `odradek up`, objects of the same process for a test
 * suite.
 */
export interface ProcessHost {
  /**
   * Starts a broker with the given server.properties. What goes wrong comes as `exited`, which comes exactly once
   * and last. A process ends when its host's process ends, however that came about.
   */
  spawn(configFile: string, events: ProcessEvents): HostedProcess;
  /** Whether this very process runs, not a later one with the same pid. */
  isRunning(identity: ProcessIdentity): boolean;
  /** Lets a process go on that an earlier host has left behind halted. Does nothing when it is not, or does not run. */
  wake(identity: ProcessIdentity): void;
  /** Ends a process that an earlier host has left behind. Does nothing when it does not run. */
  kill(identity: ProcessIdentity): void;
}

export interface HostedProcess {
  /** Null when the program could not be started. */
  readonly identity: ProcessIdentity | null;
  /** Does nothing once the process has ended. */
  signal(signal: 'terminate' | 'kill' | 'pause' | 'resume'): void;
  /** Whether it stands still, whoever halted it; null where that cannot be told. */
  isHalted(): boolean | null;
}

export interface ProcessEvents {
  /** The broker listens on its advertised addresses. */
  listening(): void;
  /** Bytes of its log. */
  logged(bytes: Uint8Array): void;
  /** `hopeless`: the same configuration will fail again. */
  exited(end: { readonly reason: string; readonly hopeless: boolean }): void;
}
