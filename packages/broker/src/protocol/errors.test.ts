import { describe, expect, it } from 'vitest';
import { readCapturedLines } from '../../test/captured-lines.ts';
import { ErrorCode, errorOf } from './errors.ts';

interface CapturedError {
  readonly name: string;
  readonly code: number;
  readonly retriable: boolean;
}

const captured = readCapturedLines<CapturedError>('errors.ndjson');

describe('the error codes', () => {
  it('are those of Kafka 4.3.1, by name, number and whether a client may retry', () => {
    expect(ErrorCode).toEqual(Object.fromEntries(captured.map(({ name, code }) => [name, code])));
    for (const error of captured) expect(errorOf(error.code)).toMatchObject(error);
  });

  it('each have a message, and no two the same', () => {
    const texts = captured.map(({ code }) => errorOf(code).message);
    expect(new Set(texts).size).toBe(captured.length);
    expect(texts.every((text) => text.length > 0)).toBe(true);
  });

  it('that Kafka does not know are taken for an unknown server error', () => {
    expect(errorOf(9999)).toMatchObject({ name: 'UNKNOWN_SERVER_ERROR', code: -1 });
  });
});
