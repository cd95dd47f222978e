import { expect, test } from 'vitest';
import { CheckedSpans } from './checked-spans.ts';

test('a reader that goes on makes one span, which is known from any place in it', () => {
  const spans = new CheckedSpans();
  spans.note(100, 200, 0);
  spans.note(200, 350, 10);
  expect([99, 100, 250, 350].map((position) => spans.knownBytes(position, 20))).toEqual([0, 250, 100, 0]);
});

test('a span is as old as the first of what it holds', () => {
  const spans = new CheckedSpans();
  spans.note(0, 100, 0);
  spans.note(100, 200, 20_000);
  expect(spans.knownBytes(150, 29_999)).toBe(50);
  expect(spans.knownBytes(150, 30_000)).toBe(0);
  spans.note(200, 300, 30_000);
  expect([150, 200].map((position) => spans.knownBytes(position, 30_001))).toEqual([0, 100]);
});

test('readers at several places are told apart, up to eight', () => {
  const spans = new CheckedSpans();
  for (let reader = 0; reader < 9; reader++) spans.note(reader * 1000, reader * 1000 + 10, reader);
  expect([0, 1000, 8000].map((position) => spans.knownBytes(position, 10))).toEqual([0, 10, 10]);
});

test('nothing noted is nothing known', () => {
  const spans = new CheckedSpans();
  spans.note(50, 50, 0);
  expect(spans.knownBytes(50, 0)).toBe(0);
});
