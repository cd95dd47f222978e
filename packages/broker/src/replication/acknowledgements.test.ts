import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../protocol/errors.ts';
import { Acknowledgements } from './acknowledgements.ts';

describe('Acknowledgements', () => {
  it('acknowledges what the high watermark has passed and tells how many bytes that were', async () => {
    const appends = new Acknowledgements();
    const seen: string[] = [];
    void appends.await(10, 100).then(() => seen.push('first'));
    void appends.await(20, 200).then(() => seen.push('second'));
    void appends.await(30, 300).then(() => seen.push('third'));
    expect(appends.acknowledgeTo(19)).toBe(100);
    expect(appends.acknowledgeTo(20)).toBe(200);
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual(['first', 'second']);
    expect(appends.size).toBe(1);
  });

  it('fails everybody who waits, and nobody who comes later', async () => {
    const appends = new Acknowledgements();
    const failing = appends.await(10, 100);
    appends.failAll(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(await failing).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const later = appends.await(11, 100);
    appends.acknowledgeTo(11);
    expect(await later).toBe(ErrorCode.NONE);
  });
});
