import { produceRecordRequest } from '@odradek/contract';
import { expect, it } from 'vitest';
import { emptyProduceForm, produceFormSchema, toProduceRequest } from './produce-form.ts';

it('an untouched form writes an empty value without a key, to a partition of the broker’s choice', () => {
  expect(toProduceRequest(emptyProduceForm)).toEqual({
    partition: null,
    key: { encoding: 'null' },
    value: { encoding: 'utf8', text: '' },
    headers: [],
  });
});

it('a tombstone is a null, whatever was typed before', () => {
  const request = toProduceRequest({
    ...emptyProduceForm,
    key: 'k',
    keyIsNull: false,
    value: 'old',
    valueIsNull: true,
  });
  expect(request.key).toEqual({ encoding: 'utf8', text: 'k' });
  expect(request.value).toEqual({ encoding: 'null' });
  expect(produceRecordRequest.safeParse(request).success).toBe(true);
});

it('headers keep their order and colons in their values', () => {
  const { headers } = toProduceRequest({ ...emptyProduceForm, headers: 'at: 09:30\n\nat: 10:00' });
  expect(headers).toEqual([
    { name: 'at', value: { encoding: 'utf8', text: '09:30' } },
    { name: 'at', value: { encoding: 'utf8', text: '10:00' } },
  ]);
});

it('a header without a colon is refused with its line', () => {
  const checked = produceFormSchema.safeParse({ ...emptyProduceForm, headers: 'a: 1\nb' });
  expect(checked.error?.issues[0]?.message).toBe('Line 2 is not of the form name: value');
});
