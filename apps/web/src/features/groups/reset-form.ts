import type { PlannedReset, ResetGoalRequest, ResetNote, ResetPlan, ResetTarget } from '@odradek/contract';

/** What the form holds, as text. */
export interface ResetForm {
  to: ResetTarget['to'];
  offset: string;
  by: string;
  group: string;
  /** As a `datetime-local` input has it, in the browser's time zone. */
  time: string;
  /** Names, separated by commas or spaces; empty: all that the group has committed to. */
  topics: string;
  /** `0, 2-5`; empty: all. Only with one topic. */
  partitions: string;
}

export const emptyReset: ResetForm = {
  to: 'earliest',
  offset: '',
  by: '',
  group: '',
  time: '',
  topics: '',
  partitions: '',
};

export type ResetErrors = Partial<Record<keyof ResetForm, string>>;

/** What is asked for; or what is wrong with it, by field. */
export function goalOf(form: ResetForm): { goal: ResetGoalRequest } | { errors: ResetErrors } {
  const errors: ResetErrors = {};
  const target = targetOf(form, errors);
  const topics = namesIn(form.topics);
  const [topic, ...more] = topics;
  const indexes = indexesIn(form.partitions);
  if (indexes === undefined) errors.partitions = 'Numbers and ranges, such as 0, 2-5';
  else if (indexes.length > 0 && (topic === undefined || more.length > 0)) {
    errors.partitions = 'Partitions can be named when exactly one topic is';
  }
  if (target === null || indexes === undefined || Object.keys(errors).length > 0) return { errors };
  if (topic !== undefined && indexes.length > 0) {
    return { goal: { target, partitions: indexes.map((partition) => ({ topic, partition })) } };
  }
  return { goal: { target, topics: topics.length === 0 ? null : topics } };
}

function targetOf(form: ResetForm, errors: ResetErrors): ResetTarget | null {
  switch (form.to) {
    case 'earliest':
    case 'latest':
      return { to: form.to };
    case 'offset': {
      const offset = wholeNumber(form.offset);
      if (offset !== null && offset >= 0) return { to: 'offset', offset };
      errors.offset = 'An offset is a whole number from 0';
      return null;
    }
    case 'shift': {
      const by = wholeNumber(form.by);
      if (by !== null && by !== 0) return { to: 'shift', by };
      errors.by = 'A whole number: -100 goes back by 100, 100 forward';
      return null;
    }
    case 'time': {
      const timestamp = new Date(form.time).getTime();
      if (!Number.isNaN(timestamp) && timestamp >= 0) return { to: 'time', timestamp };
      errors.time = 'A date and a time';
      return null;
    }
    case 'group': {
      const group = form.group.trim();
      if (group !== '') return { to: 'group', group };
      errors.group = 'The name of a group';
      return null;
    }
  }
}

/** What is to be said about a partition of a plan. */
export const noteTexts: Readonly<Record<ResetNote, string>> = {
  'raised-to-start': 'Raised to the first record that is left',
  'lowered-to-end': 'Lowered to the end',
  'no-record-that-young': 'No record is that young: the end',
  'no-offset': 'Stays: there is no offset to go by',
  'not-answered': 'Stays: its leader does not answer',
};

/** The partitions of a plan that a reset changes, as they are sent. */
export function movesOf({ partitions }: ResetPlan) {
  return partitions
    .filter(isMove)
    .map(({ topic, partition, before, after }) => ({ topic, partition, before, after: after ?? 0 }));
}

export function isMove({ before, after }: PlannedReset): boolean {
  return after !== null && after !== before;
}

/** The command that does the same. */
export function commandOf(
  group: string,
  { target, topics, partitions }: ResetGoalRequest,
  bootstrap: string,
): string {
  const [one] = partitions ?? [];
  const named = partitions?.length === 1 && one ? [one.topic] : (topics ?? []);
  const parts = [
    `odradek groups reset ${quoted(group)} ${flagOf(target)}`,
    ...named.map((topic) => `--topic ${quoted(topic)}`),
    ...(one ? [`--partition ${one.partition}`] : []),
    `--bootstrap-server ${bootstrap}`,
    '--execute',
  ];
  return parts.join(' ');
}

function flagOf(target: ResetTarget): string {
  switch (target.to) {
    case 'earliest':
    case 'latest':
      return `--to-${target.to}`;
    case 'offset':
      return `--to-offset ${target.offset}`;
    case 'shift':
      return `--shift-by ${target.by}`;
    case 'time':
      return `--to-datetime ${new Date(target.timestamp).toISOString()}`;
    case 'group':
      return `--to-group ${quoted(target.group)}`;
  }
}

function quoted(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function namesIn(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))];
}

/** Undefined: these are no partitions. */
function indexesIn(text: string): number[] | undefined {
  const indexes = new Set<number>();
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    const [, first, last = first] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first)) return undefined;
    for (let index = Number(first); index <= Number(last); index += 1) indexes.add(index);
  }
  return [...indexes].sort((one, other) => one - other);
}

function wholeNumber(text: string): number | null {
  const trimmed = text.trim().replace('−', '-');
  const value = Number(trimmed);
  return /^[+-]?\d+$/.test(trimmed) && Number.isSafeInteger(value) ? value : null;
}
