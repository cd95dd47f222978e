import type { Rule } from './rules.ts';
import type { ThreeNodes } from './three-nodes.ts';

/** Kafka's tools by the name of their script. */
export const MAIN_CLASSES = {
  'kafka-topics': 'org.apache.kafka.tools.TopicCommand',
  'kafka-configs': 'kafka.admin.ConfigCommand',
  'kafka-leader-election': 'org.apache.kafka.tools.LeaderElectionCommand',
  'kafka-reassign-partitions': 'org.apache.kafka.tools.reassign.ReassignPartitionsCommand',
  'kafka-metadata-quorum': 'org.apache.kafka.tools.MetadataQuorumCommand',
  'kafka-log-dirs': 'org.apache.kafka.tools.LogDirsCommand',
  'kafka-broker-api-versions': 'org.apache.kafka.tools.BrokerApiVersionsCommand',
  'kafka-features': 'org.apache.kafka.tools.FeatureCommand',
  'kafka-get-offsets': 'org.apache.kafka.tools.GetOffsetShell',
  'kafka-cluster': 'org.apache.kafka.tools.ClusterTool',
  'kafka-delete-records': 'org.apache.kafka.tools.DeleteRecordsCommand',
  'kafka-client-metrics': 'org.apache.kafka.tools.ClientMetricsCommand',
  'kafka-consumer-groups': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  'kafka-groups': 'org.apache.kafka.tools.GroupsCommand',
  'kafka-transactions': 'org.apache.kafka.tools.TransactionsCommand',
  'kafka-replica-verification': 'org.apache.kafka.tools.ReplicaVerificationTool',
  'kafka-console-producer': 'org.apache.kafka.tools.ConsoleProducer',
  'kafka-console-consumer': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
} as const;

export type ToolName = keyof typeof MAIN_CLASSES;

/** Lines that only one of the two prints, and why that is meant. */
export interface Deviation {
  readonly lines: RegExp;
  readonly why: string;
}

interface ToolOptions {
  /** Beyond those of every step. */
  readonly rules?: readonly Rule[];
  readonly deviations?: readonly Deviation[];
  /** What the tool reads on its standard input. */
  readonly input?: string;
  /** Contents of the files that the command names as `@name`. */
  readonly files?: Readonly<Record<string, string>>;
  /** A tool that does not end of itself is ended when it has printed such a line. */
  readonly until?: RegExp;
}

/** A tool that is run against both clusters, as one would type it, with SERVERS and CONTROLLERS for their addresses. */
export interface ToolStep extends ToolOptions {
  readonly kind: 'tool';
  readonly tool: ToolName;
  readonly line: string;
}

/** What is brought about in both clusters between two tools. */
export interface StateStep {
  readonly kind: 'state';
  readonly words: string;
  readonly bring: (cluster: ThreeNodes) => Promise<void>;
}

export type Step = ToolStep | StateStep;

export interface Section {
  readonly title: string;
  readonly steps: readonly Step[];
}

/** A step with `--bootstrap-server`, unless the line names another way in. */
export function run(tool: ToolName, line: string, options: ToolOptions = {}): ToolStep {
  return { kind: 'tool', tool, line, ...options };
}

/** Has a tool give up early, where a broker that is asked is not there. */
export const IMPATIENT = {
  option: '--command-config @client.properties',
  files: { 'client.properties': 'default.api.timeout.ms=4000\nrequest.timeout.ms=2000\n' },
} as const;

export function state(words: string, bring: StateStep['bring']): StateStep {
  return { kind: 'state', words, bring };
}

/** Steps of one tool, each with the same beginning of its line. */
export function stepsOf(tool: ToolName, begin: string): (line: string, options?: ToolOptions) => ToolStep {
  return (line, options) => run(tool, `${begin} ${line}`, options);
}
