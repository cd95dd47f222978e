import { array, string, uuid } from '../fields.ts';
import { message } from '../message.ts';

const topicPartitionsInfo = {
  topicId: uuid('0+'),
  topicName: string('0+'),
  partitions: array('0+', 'int32'),
};

const topicInfo = {
  topicId: uuid('0+'),
  topicName: string('0+'),
};

export const shareGroupStatePartitionMetadataValue = message({
  name: 'ShareGroupStatePartitionMetadataValue',
  type: 'coordinator-value',
  apiKey: 15,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    initializingTopics: array('0+', topicPartitionsInfo),
    initializedTopics: array('0+', topicPartitionsInfo),
    deletingTopics: array('0+', topicInfo),
  },
});
