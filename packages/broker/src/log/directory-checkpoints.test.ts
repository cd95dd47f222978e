import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { silentLogger } from '../runtime/logger.ts';
import { nodeDisk } from '../runtime/node-disk.ts';
import { DirectoryCheckpoints } from './directory-checkpoints.ts';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'odradek-checkpoints-'));
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

test('partitions that begin at the same time forget their namesakes one after the other', async () => {
  const topics = ['a', 'b', 'c', 'd'];
  const lines = topics.map((topic, index) => `${topic} 0 ${index + 1}`);
  fs.writeFileSync(`${directory}/recovery-point-offset-checkpoint`, ['0', '4', ...lines, ''].join('\n'));
  const checkpoints = await DirectoryCheckpoints.read(nodeDisk, directory, silentLogger);
  await Promise.all(topics.slice(1).map((topic) => checkpoints.begin({ topic, partition: 0 })));
  const written = fs.readFileSync(`${directory}/recovery-point-offset-checkpoint`, 'utf8');
  expect(written).toBe('0\n1\na 0 1\n');
});
