import type { ClusterDefinition } from '../src/cluster-client/cluster-definition.ts';
import type { ClusterSample } from '../src/sampler/cluster-sample.ts';
import { ClusterSampler } from '../src/sampler/cluster-sampler.ts';
import { IN_MEMORY, openDatabase } from '../src/store/database.ts';
import { EventLog } from '../src/store/event-log.ts';
import { LagHistory } from '../src/store/lag-history.ts';
import { TimelineStore } from '../src/store/timeline-store.ts';
import { WindowStore } from '../src/store/window-store.ts';
import { applySample } from './sample-of.ts';
import { silentLogger } from './silent-logger.ts';

/** A sampler that is never started: it shows the samples it is given, and asks nobody. */
export function watchedCluster(
  samples: readonly ClusterSample[],
  definition: Partial<ClusterDefinition> = {},
): ClusterSampler {
  const database = openDatabase(IN_MEMORY);
  const sampler = new ClusterSampler({
    definition: { name: 'local', bootstrap: ['127.0.0.1:9'], ...definition },
    library: new Promise(() => {}),
    clock: { now: () => samples.at(-1)?.at ?? 0 },
    logger: silentLogger,
    windows: new WindowStore(database),
    timelines: new TimelineStore(database),
    history: new LagHistory(database, 1_000_000),
    events: new EventLog(database),
    managed: null,
    onTick: () => {},
    onTopology: () => {},
    onEvents: () => {},
  });
  for (const sample of samples) {
    applySample(sampler.state, sample);
  }
  return sampler;
}
