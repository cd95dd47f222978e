import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { planText, readPlan } from './plan-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'odradek-plan-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(text: string): string {
  const path = join(folder, 'plan.json');
  writeFileSync(path, text);
  return path;
}

it('reads what it writes, and what kafka-reassign-partitions writes beside that', async () => {
  const plan = [{ topic: 't', partition: 0, replicas: [1, 2] }];
  expect(await readPlan(fileOf(planText(plan)))).toEqual(plan);
  const theirs =
    '{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1,2],"log_dirs":["any","any"]}]}';
  expect(await readPlan(fileOf(theirs))).toEqual(plan);
});

it.each([
  ['{', 'JSON'],
  ['{"version":2,"partitions":[]}', 'version'],
  ['{"version":1,"partitions":[]}', 'it names no partition'],
  ['{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[]}]}', 'replicas'],
  [
    '{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1,1]}]}',
    'a replica of t-0 is named twice',
  ],
  [
    '{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1]},{"topic":"t","partition":0,"replicas":[2]}]}',
    'it names t-0 twice',
  ],
])('refuses %s and says why', async (text, complaint) => {
  await expect(readPlan(fileOf(text))).rejects.toThrow(complaint);
});
