import { peekQuery } from '@odradek/contract';
import { expect, it } from 'vitest';
import { fromLocalInput, peekChoiceOf, peekQueryOf, toLocalInput } from './peek-choice.ts';

it('an address without a choice reads the newest fifty of all partitions', () => {
  expect(peekQueryOf(peekChoiceOf({}))).toEqual({ start: 'newest', limit: 50 });
});

it('nothing is read while the place to start at is missing', () => {
  expect(peekQueryOf(peekChoiceOf({ start: 'offset' }))).toBeNull();
  expect(peekQueryOf(peekChoiceOf({ start: 'timestamp' }))).toBeNull();
});

it.each([
  { start: 'offset', offset: 0 },
  { start: 'timestamp', timestamp: 1000, offset: 7 },
  { start: 'oldest', offset: 7, partition: 2 },
  { start: 'newest', limit: 9000 },
] as const)('%j asks for what the contract allows', (search) => {
  expect(peekQuery.safeParse(peekQueryOf(peekChoiceOf(search))).success).toBe(true);
});

it('a local time goes into its input and comes back', () => {
  const at = Date.UTC(2026, 10, 21, 9, 30, 5);
  expect(fromLocalInput(toLocalInput(at))).toBe(at);
  expect(fromLocalInput('')).toBeUndefined();
});
