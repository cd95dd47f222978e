import { describe, expect, it } from 'vitest';
import { SamplingLoop } from './sampling-loop.ts';

const NOT_SOON = 1_000_000;

describe('SamplingLoop', () => {
  it('begins a run for whoever wants a fresh one, and shares it', async () => {
    let runs = 0;
    const loop = new SamplingLoop(async () => {
      runs += 1;
      return NOT_SOON;
    });
    await Promise.all([loop.fresh(), loop.fresh()]);
    expect(runs).toBe(1);
    await loop.fresh();
    expect(runs).toBe(2);
    await loop.close();
  });

  it('does not take the run under way for a fresh one, nor begin one beside it', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const log: string[] = [];
    const loop = new SamplingLoop(async () => {
      const run = log.filter((line) => line.startsWith('begin')).length;
      log.push(`begin ${run}`);
      if (run === 0) await gate;
      log.push(`end ${run}`);
      return NOT_SOON;
    });
    const first = loop.fresh();
    await Promise.resolve();
    const second = first.then(() => loop.fresh());
    open();
    await second;
    expect(log).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1']);
    await loop.close();
  });

  it('runs no more once it is closed', async () => {
    let runs = 0;
    const loop = new SamplingLoop(async () => {
      runs += 1;
      return 0;
    });
    await loop.close();
    await loop.fresh();
    expect(runs).toBe(0);
  });
});
