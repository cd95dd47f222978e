import type { ClusterMetadata } from '../cluster-client/cluster-metadata.ts';
import { readMetadata } from '../cluster-client/read-metadata.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import { ConsoleError } from './console-error.ts';

/** The clusters that paths name. */
export class RoutedClusters {
  readonly #samplers: ReadonlyMap<string, ClusterSampler>;

  constructor(samplers: readonly ClusterSampler[]) {
    this.#samplers = new Map(samplers.map((sampler) => [sampler.definition.name, sampler]));
  }

  get all(): readonly ClusterSampler[] {
    return [...this.#samplers.values()];
  }

  /** Throws UNKNOWN_CLUSTER. */
  named(name: string): ClusterSampler {
    const sampler = this.#samplers.get(name);
    if (sampler === undefined) {
      throw new ConsoleError(404, 'UNKNOWN_CLUSTER', `No cluster is called ${name}.`);
    }
    return sampler;
  }
}

/** Metadata that knows the topic: the last sample's, or asked for anew when it may be younger. Throws NOT_FOUND. */
export async function metadataWith(sampler: ClusterSampler, topic: string): Promise<ClusterMetadata> {
  if (sampler.state.metadata.topics.has(topic)) {
    return sampler.state.metadata;
  }
  const { requests } = await sampler.connection();
  const { metadata } = await readMetadata(requests);
  if (!metadata.topics.has(topic)) {
    throw noSuchTopic(topic);
  }
  return metadata;
}

export function noSuchTopic(topic: string): ConsoleError {
  return new ConsoleError(404, 'NOT_FOUND', `No topic is called ${topic}.`);
}
