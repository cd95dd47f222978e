import { readBrokerConfig } from '../config/config.ts';
import { type Broker, startBroker } from '../node/broker.ts';
import { brokerRuntime } from '../node/broker-runtime.ts';
import { Life } from '../runtime/life.ts';
import type { HostedProcess, ProcessEvents, ProcessHost } from './process-host.ts';

/** Brokers as objects of this process: what a supervisor does to processes is done to them. */
export const embeddedHost: ProcessHost = {
  spawn: (configFile, events) => new EmbeddedBroker(configFile, events),
  // Nothing outlives the process that it is part of.
  isRunning: () => false,
  wake: () => {},
  kill: () => {},
};

class EmbeddedBroker implements HostedProcess {
  readonly identity = null;
  readonly #events: ProcessEvents;
  readonly #life = new Life(brokerRuntime({ logLevel: 'error' }));
  #broker: Broker | null = null;
  #hasEnded = false;

  constructor(configFile: string, events: ProcessEvents) {
    this.#events = events;
    void this.#start(configFile);
  }

  signal(signal: 'terminate' | 'kill' | 'pause' | 'resume'): void {
    if (signal === 'terminate') void this.#terminate();
    if (signal === 'kill') void this.#end({ reason: 'killed', hopeless: false });
  }

  isHalted(): boolean {
    return false;
  }

  async #start(configFile: string): Promise<void> {
    try {
      this.#broker = await startBroker({
        config: await readBrokerConfig(configFile),
        runtime: this.#life.ports,
        onFailed: (reason) => void this.#end({ reason, hopeless: false }),
      });
      if (!this.#hasEnded) this.#events.listening();
    } catch (error) {
      void this.#end({ reason: error instanceof Error ? error.message : String(error), hopeless: true });
    }
  }

  /** One that does not serve yet has nothing to put in order. */
  async #terminate(): Promise<void> {
    try {
      await this.#broker?.close();
      void this.#end({ reason: 'stopped', hopeless: false });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      void this.#end({ reason: `it did not stop cleanly: ${reason}`, hopeless: false });
    }
  }

  async #end(end: { readonly reason: string; readonly hopeless: boolean }): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    await this.#life.end();
    this.#events.exited(end);
  }
}
