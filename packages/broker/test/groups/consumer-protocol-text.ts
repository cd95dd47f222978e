import { classicAssignment } from '../../src/groups/consumer/classic-protocol.ts';
import { encodeMessage } from '../../src/protocol/message.ts';
import { consumerProtocolAssignment } from '../../src/protocol/messages/consumer-protocol-assignment.ts';
import { consumerProtocolSubscription } from '../../src/protocol/messages/consumer-protocol-subscription.ts';

/** `orders+payments`, or with what is owned: `orders+payments|orders-0/1`. */
export function subscription(text: string): Uint8Array {
  const [topics = '', owned] = text.split('|');
  const version = owned === undefined ? 0 : 1;
  const ownedPartitions = owned === undefined ? [] : partitionsOf(owned);
  const body = { topics: topics.split('+').filter(Boolean), ownedPartitions };
  return Uint8Array.of(0, version, ...encodeMessage(consumerProtocolSubscription, body, version));
}

/** `@orders-0/1+payments-0` is an assignment that consumers can read; any other text is what it is. */
export function assignmentBytes(text: string): Uint8Array {
  if (!text.startsWith('@')) return new TextEncoder().encode(text);
  const assignedPartitions = partitionsOf(text.slice(1));
  return Uint8Array.of(0, 0, ...encodeMessage(consumerProtocolAssignment, { assignedPartitions }, 0));
}

function partitionsOf(text: string): { topic: string; partitions: number[] }[] {
  return text
    .split('+')
    .filter(Boolean)
    .map((word) => {
      const [topic = '', partitions = ''] = word.split('-');
      return { topic, partitions: partitions.split('/').map(Number) };
    });
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(bytes: Uint8Array | undefined): string {
  const read = bytes === undefined || bytes.length < 2 ? null : classicAssignment(bytes);
  if (read !== null) {
    const topics = read.partitions.map(({ partitions, topic }) => `${topic}-${partitions.join('/')}`);
    return `@${topics.sort().join('+')}`;
  }
  return new TextDecoder().decode(bytes ?? new Uint8Array(0));
}
