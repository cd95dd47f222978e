import type { DemoStatus } from '@odradek/contract';
import { systemClock } from '../clock.ts';
import type { ClusterDefinition } from '../cluster-client/cluster-definition.ts';
import { loadKafkaLibrary } from '../cluster-client/kafka-library.ts';
import { KafkaRequests } from '../cluster-client/kafka-requests.ts';
import type { Logger } from '../logger.ts';
import { Demo } from './demo.ts';

/** A demo that runs without a console. */
export interface StandaloneDemo {
  readonly status: DemoStatus;
  /** Resolves when its group has left and its connections are closed. */
  stop(): Promise<void>;
}

/** Starts the demo on a cluster; whether it runs or failed its status says. */
export async function startStandaloneDemo(
  definition: ClusterDefinition,
  watch: { readonly logger: Logger; readonly onChange: (status: DemoStatus) => void },
): Promise<StandaloneDemo> {
  const library = await loadKafkaLibrary();
  const requests = new KafkaRequests(library, definition);
  const demo = new Demo({
    definition,
    connection: async () => ({ library, requests }),
    clock: systemClock,
    ...watch,
  });
  await demo.start();
  return {
    get status() {
      return demo.status;
    },
    stop: async () => {
      await demo.stop();
      await requests.close();
    },
  };
}
