import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Logger } from '../runtime/logger.ts';
import { nodeDisk } from '../runtime/node-disk.ts';
import { BrokerLogFile } from './broker-log-file.ts';

let folder: string;
let warnings: string[];
const logger: Logger = {
  debug() {},
  info() {},
  warn: (_, message) => {
    warnings.push(message);
  },
  error() {},
  child: () => logger,
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'odradek-log-'));
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('goes on behind what an earlier process wrote', async () => {
  const path = join(folder, 'broker.log');
  for (const line of ['first\n', 'second\n']) {
    const log = new BrokerLogFile({ disk: nodeDisk, logger, path });
    log.append(Buffer.from(line));
    await log.close();
  }
  expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n');
});

it('keeps one older file once it has grown to 8 MiB', async () => {
  const path = join(folder, 'broker.log');
  const log = new BrokerLogFile({ disk: nodeDisk, logger, path });
  for (let written = 0; written <= 17; written += 1) {
    log.append(Buffer.alloc(1024 * 1024, 'x'));
    await log.close();
  }
  expect(statSync(`${path}.1`).size).toBe(8 * 1024 * 1024);
  expect(statSync(path).size).toBeLessThanOrEqual(8 * 1024 * 1024);
});

it('drops lines in place of filling the memory while the disk is slow', async () => {
  const path = join(folder, 'broker.log');
  const log = new BrokerLogFile({ disk: nodeDisk, logger, path });
  for (let appended = 0; appended < 40; appended += 1) log.append(Buffer.alloc(100 * 1024, 'x'));
  await log.close();
  expect(statSync(path).size).toBeLessThan(2 * 1024 * 1024);
});

it('warns once and lets the cluster run when it cannot be written', async () => {
  const log = new BrokerLogFile({ disk: nodeDisk, logger, path: join(folder, 'missing/broker.log') });
  log.append(Buffer.from('{"level":50,"msg":"lost"}\n'));
  await log.close();
  log.append(Buffer.from('more\n'));
  await log.close();
  expect(warnings).toEqual(['the log of a broker cannot be written any more']);
  expect(log.lastLines()).toEqual(['{"level":50,"msg":"lost"}', 'more']);
});
