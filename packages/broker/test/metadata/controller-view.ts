import type { ControllerView } from '../../src/controller/decision.ts';
import { brokerConfigValues } from '../../src/metadata/configs/broker-config-layers.ts';
import { MetadataDelta } from '../../src/metadata/metadata-delta.ts';
import { EMPTY_IMAGE, type MetadataImage } from '../../src/metadata/metadata-image.ts';
import type { MetadataRecord } from '../../src/metadata/metadata-record.ts';
import { CountingRandom } from './ports.ts';

/** A broker that registered; unless told otherwise it is not fenced, and its epoch is its id. */
export function registration(
  brokerId: number,
  given: { readonly rack?: string | null; readonly fenced?: boolean; readonly epoch?: number } = {},
): MetadataRecord {
  const { rack = null, fenced = false, epoch = brokerId } = given;
  return {
    kind: 'registerBroker',
    value: {
      brokerId,
      isMigratingZkBroker: false,
      incarnationId: 'INCARNATIONAAAAAAAAAAQ',
      brokerEpoch: epoch,
      endPoints: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 9090 + brokerId, securityProtocol: 0 }],
      features: [],
      rack,
      fenced,
      inControlledShutdown: false,
      logDirs: ['DIRECTORYAAAAAAAAAAAAQ'],
      cordonedLogDirs: null,
    },
  };
}

/** The image after the records, as if they were one batch. */
export function replayed(
  records: readonly MetadataRecord[],
  base: MetadataImage = EMPTY_IMAGE,
): MetadataImage {
  const delta = new MetadataDelta(base);
  for (const record of records) delta.replay(record);
  return delta.imageAt({ offset: base.offset + records.length, epoch: 1 });
}

/** What an operation of node 1's controller would decide from. */
export function viewOf(image: MetadataImage, given: Readonly<Record<string, string>> = {}): ControllerView {
  const node = { image, nodeId: 1, staticValues: new Map(Object.entries(given)) };
  return {
    ...node,
    configs: brokerConfigValues(node),
    random: new CountingRandom(),
    nextOffset: image.offset + 1,
  };
}
