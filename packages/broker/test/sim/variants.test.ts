import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { RULE_VARIANTS } from './rule-variants.ts';
import { TRANSACTION_VARIANTS } from './transaction-variants.ts';
import { VARIANTS } from './variants.ts';

const COMMAND = fileURLToPath(new URL('./main.ts', import.meta.url));
/** Those that may take tens of seeds (variants.md): `npm run sim -- --variant NAME --seeds 300` looks for them. */
const RARE: readonly string[] = [
  'a follower looks once for where its log parts from the leader’s',
  'a change of the in-sync replicas is taken whatever epoch it names',
  'a commit is taken whatever member epoch it names',
  'a commit is taken whatever generation it names',
  'a static member goes on when another has its name',
  'a group that changes its protocol forgets what its members have',
  'the end of a transaction is taken for that of the next one',
];
const NAMES = [...RULE_VARIANTS, ...TRANSACTION_VARIANTS, ...VARIANTS]
  .map(({ name }) => name)
  .filter((name) => !RARE.includes(name));
/** How many seeds are tried from the one that is known to find the fault: what happens in it changes with the broker. */
const SEEDS_MAX = 40;
const AT_ONCE = 2;
const LIMIT_MS = 900_000;

/** Seeds that are known to find what takes more than a few; how many it takes without a choice is in variants.md. */
const FIRST_SEEDS: Readonly<Record<string, number>> = {
  'a vote is given to whoever asks': 8,
  'requests are served whatever epoch they name': 4,
  'anybody is elected when nobody is in sync': 4,
  'the high watermark moves while too few are in sync': 4,
  'a follower is in sync before it has caught up': 4,
  'who was proposed to be in sync is not waited for': 4,
  'an unclean restart is taken for a clean one': 9,
  'a marker is lost on fail-over': 2,
  'a reader of committed records gets what is open': 1,
  'a reader of committed records is not told what was aborted': 1,
  'a transaction is complete before all have their markers': 2,
  'a partition is given to another before it was given up': 1,
  'offsets count before their transaction has ended': 1,
  'whoever was in an earlier generation may commit in a transaction': 13,
  'an offset is told while a transaction is about to commit another': 15,
  'a partition does not ask whether it belongs to a transaction': 16,
  'a producer that was fenced may end transactions': 5,
  'nobody looks for transactions that take too long': 5,
  'a new coordinator forgets who has nothing open': 1,
};

/** Each in a process of its own, for its rules are in place before the broker is loaded. */
async function search(name: string): Promise<string> {
  const seeds = ['--seed', `${FIRST_SEEDS[name] ?? 2}`, '--seeds', `${SEEDS_MAX}`];
  // What has nothing to do with transactions is found without them, and sooner.
  if (!TRANSACTION_VARIANTS.some((variant) => variant.name === name)) seeds.push('--plain');
  const env = { ...process.env, NODE_COMPILE_CACHE: `${tmpdir()}/odradek-sim-cache` };
  const command = promisify(execFile)(process.execPath, [COMMAND, '--variant', name, ...seeds], { env });
  return command.then(({ stdout }) => stdout, String);
}

describe('a broker whose rules or surroundings are made faulty is found out', () => {
  const outcomes = new Map<string, string>();

  beforeAll(async () => {
    const waiting = [...NAMES];
    const work = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const begunMs = performance.now();
        outcomes.set(name, await search(name));
        console.log(
          `${Math.round((performance.now() - begunMs) / 1000)} s: ${outcomes.get(name)?.split('\n')[0]}`,
        );
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }, LIMIT_MS);

  test.each(NAMES)('when %s', (name) => {
    expect(outcomes.get(name)).toMatch(/: found by seed/);
  });
});
