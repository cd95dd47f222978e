import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { RULE_VARIANTS } from './rule-variants.ts';
import { VARIANTS } from './variants.ts';

const COMMAND = fileURLToPath(new URL('./main.ts', import.meta.url));
/** How many seeds are tried from the one that is known to find the fault: what happens in it changes with the broker. */
const SEEDS_MAX = 30;
const LIMIT_MS = 120_000;

/** A seed that finds each; how many it takes without a choice is in variants.md. */
const FIRST_SEEDS: Readonly<Record<string, number>> = {};

/** Each in a process of its own, for its rules are in place before the broker is loaded. */
async function search(name: string): Promise<string> {
  const seed = FIRST_SEEDS[name] ?? 1;
  const given = [COMMAND, '--variant', name, '--seed', `${seed}`, '--seeds', `${SEEDS_MAX}`];
  const { stdout } = await promisify(execFile)(process.execPath, given);
  return stdout;
}

describe('a broker whose rules or surroundings are made faulty is found out', () => {
  test.concurrent.each([...RULE_VARIANTS, ...VARIANTS])(
    'when $name',
    { timeout: LIMIT_MS },
    async ({ name }) => {
      expect(await search(name)).toMatch(/found by seed/);
    },
  );
});
