import type { KafkaTools } from '../interop/kafka-tools.ts';
import type { Contender, ContenderName } from './contender.ts';

/** One measured quantity of one contender in one run. */
export interface Measurement {
  readonly quantity: string;
  readonly value: number;
}

/** A row of the bench: what is measured, how often, and which ratio to Apache Kafka or absolute bound it is held to. */
export interface Row {
  readonly name: string;
  readonly pairs: number;
  readonly budgets: readonly Budget[];
  /** Measures each contender once, in the given order; a new pair calls it again. */
  readonly measure: (contenders: Contenders) => Promise<Record<ContenderName, readonly Measurement[]>>;
  /** Measures the floor, where there is one: it runs beside the contenders and is measured once with each pair. */
  readonly measureFloor?: (tools: KafkaTools, floor: MeasuredBroker) => Promise<readonly Measurement[]>;
  /** What stands beside each other: single brokers, or clusters of three. */
  readonly contenders?: 'brokers' | 'clusters';
  /** Whether the contenders stay up between pairs. */
  readonly keepsRunning: boolean;
}

/** What a client row needs to know of a broker. */
export interface MeasuredBroker {
  readonly bootstrap: string;
  /** Of its processes, whose CPU is counted together. */
  readonly pids: readonly number[];
  /** Below it lie the logs; undefined where none are deleted. */
  readonly folder?: string;
  /** Of the topics that are made for a measurement; one unless given. */
  readonly replicationFactor?: number;
  /** Whether a topic is there as soon as it is asked for. */
  readonly makesTopics?: boolean;
}

export interface Budget {
  readonly quantity: string;
  readonly kind: 'ratio at least' | 'ratio at most' | 'at least' | 'at most';
  readonly bound: number;
  /** Where the floor lies above a part of Apache Kafka's, the bound is so many times the floor. */
  readonly floor?: { readonly whereAbove: number; readonly times: number };
}

export interface Contenders {
  readonly tools: KafkaTools;
  readonly running: Readonly<Record<ContenderName, Contender>> | null;
  readonly order: readonly ContenderName[];
}

export async function each(
  order: readonly ContenderName[],
  measure: (name: ContenderName) => Promise<readonly Measurement[]>,
): Promise<Record<ContenderName, readonly Measurement[]>> {
  const measured: Record<ContenderName, readonly Measurement[]> = { 'Apache Kafka': [], Odradek: [] };
  for (const name of order) measured[name] = await measure(name);
  return measured;
}

/** Measures contenders that keep running. */
export function onEach(
  { tools, order, running }: Contenders,
  measure: (tools: KafkaTools, contender: Contender) => Promise<readonly Measurement[]>,
) {
  return each(order, (name) => {
    if (running === null) throw new Error('this row keeps its contenders running');
    return measure(tools, running[name]);
  });
}

export const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1_000));
