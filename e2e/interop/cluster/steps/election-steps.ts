import { type Rule, unordered, unorderedList } from '../rules.ts';
import { type Section, stepsOf } from '../tool-step.ts';

export const elect = stepsOf('kafka-leader-election', '--bootstrap-server SERVERS');
const offsetsPartition: Rule = {
  name: 'partitions of the offsets topic',
  why: 'where they are placed is drawn: as many are led by a broker, but not the same ones',
  apply: (output) => output.replaceAll(/__consumer_offsets-\d/g, '__consumer_offsets-…'),
};

export const inAnyOrder = {
  rules: [unorderedList(', ', /[\w-]+-\d(, [\w-]+-\d)+/g), unordered, offsetsPartition],
};

export function named(partitions: readonly (readonly [topic: string, partition: number])[]) {
  const listed = partitions.map(([topic, partition]) => ({ topic, partition }));
  return { ...inAnyOrder, files: { 'elect.json': JSON.stringify({ partitions: listed }) } };
}

export const notNeeded: Section = {
  title: 'Elections where each leader is the preferred one',
  steps: [
    elect('--election-type preferred --topic placed --partition 0'),
    elect('--election-type unclean --topic placed --partition 0'),
    elect('--election-type preferred --all-topic-partitions', inAnyOrder),
    elect('--election-type unclean --all-topic-partitions', inAnyOrder),
    elect('--election-type preferred --topic nowhere --partition 0'),
    elect('--election-type preferred --topic placed --partition 7'),
    elect(
      '--election-type preferred --path-to-json-file @elect.json',
      named([
        ['placed', 0],
        ['nowhere', 1],
      ]),
    ),
    elect(
      '--election-type preferred --path-to-json-file @elect.json',
      named([
        ['placed', 0],
        ['placed', 0],
      ]),
    ),
    elect('--election-type bad --topic placed --partition 0'),
  ],
};
