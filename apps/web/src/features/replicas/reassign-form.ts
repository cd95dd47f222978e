import type { ReassignmentGoalRequest, ReassignmentPlan, TopicPartition } from '@odradek/contract';

/** What the form holds, as text where a field is text. */
export interface ReassignForm {
  /** Names, separated by commas or spaces; empty: all. */
  topics: string;
  brokers: ReadonlySet<number>;
  replicationFactor: string;
}

export type FormErrors = Partial<Record<'topics' | 'brokers' | 'replicationFactor' | 'throttle', string>>;

/** What is asked for and known to be wrong before it is sent. */
export function formErrors(form: ReassignForm, known: ReadonlySet<string>): FormErrors {
  const errors: FormErrors = {};
  const unknown = namesIn(form.topics).find((name) => !known.has(name));
  if (unknown !== undefined) errors.topics = `No topic is called ${unknown}`;
  if (form.brokers.size === 0) errors.brokers = 'Choose at least one broker';
  const factor = form.replicationFactor.trim();
  if (factor !== '' && !/^[1-9]\d{0,4}$/.test(factor)) {
    errors.replicationFactor = 'The replication factor is a whole number from 1';
  } else if (Number(factor) > form.brokers.size && form.brokers.size > 0) {
    errors.replicationFactor = `${factor} replicas need ${factor} brokers; ${form.brokers.size} chosen`;
  }
  return errors;
}

/** A valid form as the request. `partitions`: only these; null: all of the topics. */
export function goalOf(
  form: ReassignForm,
  partitions: readonly TopicPartition[] | null,
): ReassignmentGoalRequest {
  const topics = namesIn(form.topics);
  const factor = form.replicationFactor.trim();
  return {
    topics: partitions === null && topics.length > 0 ? topics : null,
    partitions: partitions === null ? null : [...partitions],
    brokers: [...form.brokers].sort((one, other) => one - other),
    replicationFactor: factor === '' ? null : Number(factor),
  };
}

const BYTES_PER_MIB = 1024 * 1024;

/** A rate in MiB/s as typed; null: none. Undefined: it is not a rate. */
export function throttleOf(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const rate = Math.round(Number(trimmed) * BYTES_PER_MIB);
  return /^\d+(\.\d+)?$/.test(trimmed) && rate >= 1024 ? rate : undefined;
}

/**
 * How long copying takes at a rate, in ms: as long as the broker that receives most, or all that must be sent over the
 * number of brokers there are. Null without a rate, and where a size is not known.
 */
export function leastDurationMs(plan: ReassignmentPlan, bytesPerSecond: number | null): number | null {
  if (bytesPerSecond === null || plan.unknownSizes > 0) return null;
  const most = Math.max(0, ...plan.brokers.map(({ bytesIn }) => bytesIn));
  return (most / bytesPerSecond) * 1000;
}

function namesIn(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}
