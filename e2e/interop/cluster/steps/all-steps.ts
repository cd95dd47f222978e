import type { Section } from '../tool-step.ts';
import { brokerConfigs, otherConfigs, topicConfigs } from './configs-steps.ts';
import { notNeeded } from './election-steps.ts';
import { emptyGroups, liveConsumerGroup, liveGroup } from './groups-steps.ts';
import { killed, restarted, unregistered } from './killed-broker-steps.ts';
import { cluster, features, quorum } from './quorum-steps.ts';
import { reassigning } from './reassignment-steps.ts';
import { logDirectories, offsetsOfRecords } from './records-steps.ts';
import { creating, listing, refusedTopics } from './topics-steps.ts';
import { endedTransactions, openTransactions } from './transactions-steps.ts';
import { underWay } from './under-way-steps.ts';

/** In the order in which they are run: each section finds what the ones before it left. */
export const SECTIONS: readonly Section[] = [
  ...[cluster, quorum, features],
  ...[creating, refusedTopics, listing],
  ...[topicConfigs, brokerConfigs, otherConfigs],
  ...[offsetsOfRecords, logDirectories, notNeeded, reassigning, underWay],
  ...[killed, restarted, unregistered],
  ...[emptyGroups, liveConsumerGroup, liveGroup],
  ...[openTransactions, endedTransactions],
];
