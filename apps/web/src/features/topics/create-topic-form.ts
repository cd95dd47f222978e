import { type CreateTopicRequest, topicName } from '@odradek/contract';
import * as z from 'zod';

const wholeNumber = (least: number, most: number, what: string) =>
  z
    .string()
    .trim()
    .refine((text) => text === '' || (/^\d+$/.test(text) && Number(text) >= least && Number(text) <= most), {
      message: `${what} is a whole number from ${least} to ${most.toLocaleString('en')}`,
    });

/**
 * What the form holds, with the checks that need no server. `brokers` is the number of brokers when it is known:
 * a replication factor above it can never be met.
 */
export function createTopicFormSchema(brokers: number | undefined, taken: ReadonlySet<string>) {
  return z.object({
    name: topicName.refine((name) => !taken.has(name), { message: 'There is a topic of this name already' }),
    partitions: wholeNumber(1, 100_000, 'The number of partitions'),
    replicationFactor: wholeNumber(1, 32_767, 'The replication factor').refine(
      (text) => brokers === undefined || text === '' || Number(text) <= brokers,
      { message: `The replication factor cannot exceed the number of brokers, ${brokers}` },
    ),
    configs: z.string().superRefine((text, context) => {
      text.split('\n').forEach((line, index) => {
        if (line.trim() !== '' && !/^\s*[a-z0-9.]+\s*=/.test(line)) {
          context.addIssue({ code: 'custom', message: `Line ${index + 1} is not of the form name=value` });
        }
      });
    }),
  });
}

export type CreateTopicForm = z.infer<ReturnType<typeof createTopicFormSchema>>;

export const emptyCreateTopicForm: CreateTopicForm = {
  name: '',
  partitions: '',
  replicationFactor: '',
  configs: '',
};

/** A valid form as the request; fields left empty leave the choice to the broker. */
export function toCreateTopicRequest(form: CreateTopicForm): CreateTopicRequest {
  return {
    name: form.name,
    partitions: form.partitions === '' ? null : Number(form.partitions),
    replicationFactor: form.replicationFactor === '' ? null : Number(form.replicationFactor),
    configs: configsOf(form.configs),
  };
}

function configsOf(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const equals = line.indexOf('=');
      return [line.slice(0, equals).trim(), line.slice(equals + 1).trim()];
    }),
  );
}

/** The form's field that an error of the server is about; undefined when it is about none. */
export function formFieldOf(field: string | null): keyof CreateTopicForm | undefined {
  if (field === 'name' || field === 'partitions' || field === 'replicationFactor') return field;
  return field?.startsWith('configs') ? 'configs' : undefined;
}
