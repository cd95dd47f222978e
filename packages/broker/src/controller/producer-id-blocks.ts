import { ErrorCode } from '../protocol/errors.ts';
import type { ControllerView, Decision } from './decision.ts';

/** How many producer ids a broker is given at a time. */
export const PRODUCER_ID_BLOCK_SIZE = 1000;

/** Java's Long.MAX_VALUE is never reached; ids end where a number stops being exact. */
const PRODUCER_ID_MAX = Number.MAX_SAFE_INTEGER;

export type ProducerIdBlock =
  | { readonly kind: 'allocated'; readonly firstId: number; readonly length: number }
  | { readonly kind: 'refused'; readonly errorCode: number };

/** Gives a registered broker the next block; no id is ever given twice. */
export function allocateProducerIds(
  view: ControllerView,
  broker: { readonly id: number; readonly epoch: number },
): Decision<ProducerIdBlock> {
  const registered = view.image.brokers.get(broker.id);
  if (registered === undefined) {
    return { records: [], response: { kind: 'refused', errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED } };
  }
  if (registered.epoch !== broker.epoch) {
    return { records: [], response: { kind: 'refused', errorCode: ErrorCode.STALE_BROKER_EPOCH } };
  }
  const firstId = view.image.nextProducerId;
  const nextProducerId = firstId + PRODUCER_ID_BLOCK_SIZE;
  if (nextProducerId > PRODUCER_ID_MAX) {
    return { records: [], response: { kind: 'refused', errorCode: ErrorCode.UNKNOWN_SERVER_ERROR } };
  }
  return {
    records: [
      {
        kind: 'producerIds',
        value: { brokerId: broker.id, brokerEpoch: broker.epoch, nextProducerId },
      },
    ],
    response: { kind: 'allocated', firstId, length: PRODUCER_ID_BLOCK_SIZE },
  };
}
