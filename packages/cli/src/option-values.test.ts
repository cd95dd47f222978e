import { expect, it } from 'vitest';
import { collectKeyValue, parseCount, parseDuration, parseIds, parseTcpPort } from './option-values.ts';

it('reads durations with their unit, and refuses a bare number', () => {
  expect(['500ms', '1s', '1.5s', '2m', '1h'].map(parseDuration)).toEqual([
    500, 1000, 1500, 120_000, 3_600_000,
  ]);
  for (const text of ['1', 's', '-1s', '0s', '1 s', 'NaNs'])
    expect(() => parseDuration(text)).toThrow('unit');
});

it('refuses what is no TCP port', () => {
  expect(parseTcpPort('0')).toBe(0);
  for (const text of ['65536', '-1', '9092x', '', '1e3'])
    expect(() => parseTcpPort(text)).toThrow('TCP port');
});

it('refuses a count below one', () => {
  for (const text of ['0', '1.5', '-2']) expect(() => parseCount(text)).toThrow('whole number');
});

it('lets values hold equals signs, and the last of two win', () => {
  expect(collectKeyValue('a=b=c', collectKeyValue('a=x'))).toEqual({ a: 'b=c' });
  expect(() => collectKeyValue('=b')).toThrow('key=value');
});

it('reads ids of brokers, each once', () => {
  expect(parseIds('3, 1,2')).toEqual([3, 1, 2]);
  for (const text of ['', '1,', '1,1', 'a', '-1']) expect(() => parseIds(text)).toThrow(/ids|twice/);
});
