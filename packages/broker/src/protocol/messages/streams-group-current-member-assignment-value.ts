import { array, int8, int32, string } from '../fields.ts';
import { message } from '../message.ts';

const taskIds = {
  subtopologyId: string('0+'),
  partitions: array('0+', 'int32'),
  assignmentEpochs: array('0+', 'int32', { nullable: '0+', tag: 0 }),
};

export const streamsGroupCurrentMemberAssignmentValue = message({
  name: 'StreamsGroupCurrentMemberAssignmentValue',
  type: 'coordinator-value',
  apiKey: 22,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    memberEpoch: int32('0+'),
    previousMemberEpoch: int32('0+'),
    state: int8('0+'),
    activeTasks: array('0+', taskIds),
    standbyTasks: array('0+', taskIds),
    warmupTasks: array('0+', taskIds),
    activeTasksPendingRevocation: array('0+', taskIds),
    standbyTasksPendingRevocation: array('0+', taskIds),
    warmupTasksPendingRevocation: array('0+', taskIds),
  },
});
