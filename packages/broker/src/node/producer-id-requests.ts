import { ErrorCode } from '../protocol/errors.ts';
import { allocateProducerIdsRequest } from '../protocol/messages/allocate-producer-ids-request.ts';
import { allocateProducerIdsResponse } from '../protocol/messages/allocate-producer-ids-response.ts';
import type { PeerChannel } from '../protocol/peer-channel.ts';
import type { ProducerIdBlock } from '../transactions/producer-ids.ts';

const TIMEOUT_MS = 5000;

/** Asks the controller for blocks of producer ids; null where none is to be had at present. */
export function producerIdBlocks(
  controller: PeerChannel,
  broker: () => { readonly id: number; readonly epoch: number },
): () => Promise<ProducerIdBlock | null> {
  return async () => {
    const { id: brokerId, epoch: brokerEpoch } = broker();
    const answer = await controller.ask({
      request: allocateProducerIdsRequest,
      response: allocateProducerIdsResponse,
      version: 0,
      body: { brokerId, brokerEpoch },
      timeoutMs: TIMEOUT_MS,
    });
    if (answer.kind === 'unanswered' || answer.body.errorCode !== ErrorCode.NONE) return null;
    return { firstProducerId: answer.body.producerIdStart, length: answer.body.producerIdLen };
  };
}
