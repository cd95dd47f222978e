import { decodeMessage } from '../../protocol/message.ts';
import { consumerProtocolSubscription } from '../../protocol/messages/consumer-protocol-subscription.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { Reader } from '../../protocol/reader.ts';

/**
 * Topics in a consumer's subscription, which later versions only extend at the end. Null when the bytes are not
 * one: they come from a client, and a group may call itself `consumer` and speak something else.
 */
export function subscribedTopicsOf(metadata: Uint8Array): readonly string[] | null {
  try {
    const reader = new Reader(metadata);
    reader.int16();
    return decodeMessage(consumerProtocolSubscription, reader, 0).topics;
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
