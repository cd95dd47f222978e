import fc from 'fast-check';
import { expect, test } from 'vitest';
import { producerHistory } from '../../test/log/producer-history.ts';
import { ProducerPlayer } from '../../test/log/producer-player.ts';

const RUNS = Number(process.env.ODRADEK_PRODUCER_HISTORIES ?? 150);

test('for any history the log knows of its producers what a plain model knows', {
  timeout: 600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(producerHistory, async (steps) => {
      const player = new ProducerPlayer();
      try {
        await player.play(steps);
        expect(player.differences).toEqual([]);
      } finally {
        await player.end();
      }
    }),
    { numRuns: RUNS },
  );
});
