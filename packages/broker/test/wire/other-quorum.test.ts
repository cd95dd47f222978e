import fs from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { BrokerStartError } from '../../src/node/broker-start-error.ts';
import { BrokerBed } from './broker-bed.ts';

const bed = new BrokerBed();

afterEach(() => bed.remove());

test('a broker leads no quorum alone that its directory has others in, and says what to do', async () => {
  await bed.start();
  await bed.stop();
  const file = `${bed.directory}/data/__cluster_metadata-0/quorum-state`;
  const stored = fs.readFileSync(file, 'utf8').replace('"leaderId":1', '"leaderId":2');
  fs.writeFileSync(file, stored);
  const refused = await bed.start().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(BrokerStartError);
  expect(String(refused)).toMatch(
    /with node 2, of which this node was not told: .*controller\.quorum\.voters/,
  );
  expect(fs.readFileSync(file, 'utf8')).toBe(stored);
});
