import { array, int16, int32, records, string, uuid } from '../fields.ts';
import { type Decoded, message, withHandwritten } from '../message.ts';
import type { Reader } from '../reader.ts';
import { ZERO_UUID } from '../uuid.ts';

const declaration = message({
  name: 'ProduceRequest',
  type: 'request',
  apiKey: 0,
  listeners: ['broker'],
  validVersions: '3-13',
  flexibleVersions: '9+',
  fields: {
    transactionalId: string('3+', { nullable: '3+', default: null }),
    acks: int16('0+'),
    timeoutMs: int32('0+'),
    topicData: array('0+', {
      name: string('0-12', { ignorable: true }),
      topicId: uuid('13+', { ignorable: true }),
      partitionData: array('0+', {
        index: int32('0+'),
        records: records('0+', { nullable: '0+' }),
      }),
    }),
  },
});

/** Decoding is by hand: every produced batch passes through it. */
export const produceRequest = withHandwritten(declaration, { decoderAt });

type ProduceRequest = Decoded<typeof declaration>;
type TopicData = ProduceRequest['topicData'][number];
type PartitionData = TopicData['partitionData'][number];

function decoderAt(version: number): (reader: Reader) => ProduceRequest {
  const flexible = version >= declaration.flexibleVersions.min;
  const hasTopicIds = version >= 13;

  return (reader) => {
    const transactionalId = reader.nullableString(flexible);
    const acks = reader.int16();
    const timeoutMs = reader.int32();
    const topicData: TopicData[] = new Array(reader.count(flexible, hasTopicIds ? 18 : flexible ? 3 : 6));
    for (let index = 0; index < topicData.length; index++) topicData[index] = readTopic(reader);
    if (flexible) reader.skipTaggedFields();
    return { transactionalId, acks, timeoutMs, topicData };
  };

  function readTopic(reader: Reader): TopicData {
    const name = hasTopicIds ? '' : reader.string(flexible);
    const topicId = hasTopicIds ? reader.uuid() : ZERO_UUID;
    const partitionData: PartitionData[] = new Array(reader.count(flexible, flexible ? 6 : 8));
    for (let at = 0; at < partitionData.length; at++) {
      const index = reader.int32();
      const records = reader.nullableBytes(flexible);
      if (flexible) reader.skipTaggedFields();
      partitionData[at] = { index, records };
    }
    if (flexible) reader.skipTaggedFields();
    return { name, topicId, partitionData };
  }
}
