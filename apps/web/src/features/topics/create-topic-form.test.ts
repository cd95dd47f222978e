import { describe, expect, it } from 'vitest';
import {
  type CreateTopicForm,
  createTopicFormSchema,
  emptyCreateTopicForm,
  formFieldOf,
  toCreateTopicRequest,
} from './create-topic-form.ts';

const schema = createTopicFormSchema(3, new Set(['orders']));
const form = (changes: Partial<CreateTopicForm>): CreateTopicForm => ({
  ...emptyCreateTopicForm,
  name: 'new',
  ...changes,
});

function faultsOf(changes: Partial<CreateTopicForm>): string[] {
  const checked = schema.safeParse(form(changes));
  return checked.success
    ? []
    : checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('the form refuses at the field', () => {
  it.each([
    [{ name: '' }, 'name: A topic needs a name'],
    [{ name: 'a b' }, /^name: A topic name may hold only/],
    [{ name: '..' }, /^name: A topic cannot be named/],
    [{ name: 'orders' }, 'name: There is a topic of this name already'],
    [{ partitions: '0' }, /^partitions: .* whole number from 1/],
    [{ partitions: '1.5' }, /^partitions: /],
    [
      { replicationFactor: '4' },
      'replicationFactor: The replication factor cannot exceed the number of brokers, 3',
    ],
    [{ configs: 'retention.ms=1\nnonsense' }, 'configs: Line 2 is not of the form name=value'],
  ])('%j', (changes, fault) => {
    expect(faultsOf(changes)[0]).toMatch(fault);
  });

  it('nothing that the broker may decide', () => {
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({ partitions: '12', replicationFactor: '3', configs: 'retention.ms = -1\n' })).toEqual(
      [],
    );
  });
});

it('empty fields leave the choice to the broker, values of configs may hold an equals sign', () => {
  expect(toCreateTopicRequest(form({ configs: ' retention.ms = 1000 \n\nx=a=b' }))).toEqual({
    name: 'new',
    partitions: null,
    replicationFactor: null,
    configs: { 'retention.ms': '1000', x: 'a=b' },
  });
});

it('an error of the server finds its field', () => {
  expect(formFieldOf('configs.retention.ms')).toBe('configs');
  expect(formFieldOf('name')).toBe('name');
  expect(formFieldOf(null)).toBeUndefined();
});
