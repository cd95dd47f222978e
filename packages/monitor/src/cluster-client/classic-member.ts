import { codec, ProtocolError } from '@odradek/broker/protocol';
import type { TopicPartitions } from '@odradek/contract';

/**
 * What members of a classic consumer group have sent each other through the coordinator. The bytes are the clients'
 * own: what cannot be decoded is shown as nothing.
 */
export function classicAssignment(bytes: Uint8Array): TopicPartitions {
  const decoded = decodedBy('ConsumerProtocolAssignment', bytes);
  return (
    decoded?.assignedPartitions.map(({ topic, partitions }) => ({ topic, partitions: [...partitions] })) ?? []
  );
}

/** The topics a member of a classic consumer group has subscribed to; null where that cannot be told. */
export function classicSubscription(bytes: Uint8Array): string[] | null {
  const decoded = decodedBy('ConsumerProtocolSubscription', bytes);
  return decoded === null ? null : [...decoded.topics];
}

type Message = 'ConsumerProtocolAssignment' | 'ConsumerProtocolSubscription';
type Decoded<Name extends Message> = ReturnType<ReturnType<typeof codec<Name>>['decode']>;

function decodedBy<Name extends Message>(name: Name, bytes: Uint8Array): Decoded<Name> | null {
  if (bytes.length < 2) {
    return null;
  }
  const { validVersions, decode } = codec(name);
  const version = new DataView(bytes.buffer, bytes.byteOffset).getInt16(0);
  try {
    return decode(bytes.subarray(2), Math.min(version, validVersions.max)) as Decoded<Name>;
  } catch (error) {
    if (error instanceof ProtocolError) {
      return null;
    }
    throw error;
  }
}
