import type { DemoStatus } from '@odradek/contract';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import { Demo } from './demo.ts';

/** The demo of each managed cluster, at most one a cluster. */
export class Demos {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #onChange: (cluster: string, status: DemoStatus) => void;
  readonly #demos = new Map<ClusterSampler, Demo>();

  constructor(clock: Clock, logger: Logger, onChange: (cluster: string, status: DemoStatus) => void) {
    this.#clock = clock;
    this.#logger = logger;
    this.#onChange = onChange;
  }

  status(sampler: ClusterSampler): DemoStatus {
    return this.#demoOf(sampler).status;
  }

  /** Starts it; a demo that runs goes on. */
  async start(sampler: ClusterSampler): Promise<DemoStatus> {
    const demo = this.#demoOf(sampler);
    await demo.start();
    return demo.status;
  }

  async stop(sampler: ClusterSampler): Promise<DemoStatus> {
    const demo = this.#demoOf(sampler);
    await demo.stop();
    return demo.status;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#demos.values()].map((demo) => demo.stop()));
  }

  #demoOf(sampler: ClusterSampler): Demo {
    const { definition } = sampler;
    const demo =
      this.#demos.get(sampler) ??
      new Demo({
        definition,
        connection: () => sampler.connection(),
        clock: this.#clock,
        logger: this.#logger,
        onChange: (status) => this.#onChange(definition.name, status),
      });
    this.#demos.set(sampler, demo);
    return demo;
  }
}
