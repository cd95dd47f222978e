import { expect, test } from 'vitest';
import { type Circumstances, ElectionTimes } from './election-times.ts';
import { LOCAL_RAFT_TIMING } from './local-raft-timing.ts';

/** More with ODRADEK_LEADER_KILLS=2000. */
const KILLS = Number(process.env.ODRADEK_LEADER_KILLS ?? 300);
const MINUTES = 60_000;

const QUICK = { delayMaxMs: 1, diskMaxMs: 4 };
const BUSY = { delayMaxMs: 10, diskMaxMs: 30 };
const SLOW = { delayMaxMs: 30, diskMaxMs: 100 };

type Machines = Pick<Circumstances, 'delayMaxMs' | 'diskMaxMs'>;

function successions(voters: number, machines: Machines, isClosed: boolean) {
  const all = new ElectionTimes({ voters, timing: LOCAL_RAFT_TIMING, isClosed, ...machines }, 1).run(KILLS);
  const inVain = all.filter(({ elections }) => elections > 1).length;
  return { longestMs: Math.max(...all.map(({ tookMs }) => tookMs)), inVain };
}

test.each([
  ['quick machines, a process that ends', QUICK, true, 300],
  ['busy machines, a process that ends', BUSY, true, 450],
  ['slow machines, a process that ends', SLOW, true, 950],
  ['quick machines, a power cut', QUICK, false, 600],
  ['busy machines, a power cut', BUSY, false, 775],
  ['slow machines, a power cut', SLOW, false, 1250],
] as const)(
  'the two voters that are left elect one at the first try: %s',
  { timeout: 5 * MINUTES },
  (_, machines, isClosed, withinMs) => {
    const { longestMs, inVain } = successions(3, machines, isClosed);
    expect(inVain).toBe(0);
    expect(longestMs).toBeLessThan(withinMs);
  },
);

test.each([
  ['a process that ends', true],
  ['a power cut', false],
] as const)('of five voters few stand in vain: %s', { timeout: 5 * MINUTES }, (_, isClosed) => {
  const { longestMs, inVain } = successions(5, BUSY, isClosed);
  expect(inVain).toBeLessThan(0.08 * KILLS);
  expect(longestMs).toBeLessThan(2000);
});
