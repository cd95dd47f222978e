import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, odradek, odradekHere, RunningUp } from '../../test/odradek-process.ts';

const TOPIC = 'dumped';
const RECORDS = 3_000;
let data: string;
let logs: string;
let segment: string;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'odradek-dump-cli-'));
  const up = await RunningUp.start('--no-console', '--data', data);
  const on = ['--bootstrap-server', up.ready.bootstrap];
  const lines = Array.from({ length: RECORDS }, (_, index) => `k${index}=value ${index} \u001b[2J`);
  await odradek(['produce', TOPIC, '--key-separator', '=', '--compression', 'zstd', ...on], {
    input: `${lines.join('\n')}\n`,
  });
  await odradekHere([
    'consume',
    TOPIC,
    '--group',
    'readers',
    '--from-beginning',
    '--max-messages',
    '5',
    ...on,
  ]);
  await up.stop();
  logs = join(data, 'broker-1/data');
  segment = join(logs, `${TOPIC}-0`, `${'0'.repeat(20)}.log`);
}, 60_000);

afterAll(() => rmSync(data, { recursive: true, force: true }));

async function json(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await odradekHere(['dump-log', '--json', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe('odradek dump-log', () => {
  it('prints batches, and with --deep records, keys and values', async () => {
    const shallow = await json(segment);
    expect(shallow[0]).toMatchObject({ file: segment, kind: 'file', type: 'log', startOffset: 0 });
    expect(shallow[1]).toMatchObject({ kind: 'batch', baseOffset: 0, compression: 'zstd', isValid: true });
    expect(shallow.some((line) => line.kind === 'record')).toBe(false);
    const records = (await json('--deep', segment)).filter((line) => line.kind === 'record');
    expect(records).toHaveLength(RECORDS);
    expect(records[7]).toMatchObject({ offset: 7, key: 'k7', value: 'value 7 \u001b[2J', decoded: null });
  });

  it('shows a person no control characters', async () => {
    const { stdout } = await odradekHere(['dump-log', '--deep', segment]);
    expect(stdout).toContain('key: k7 payload: value 7 \\x1b[2J\n');
    expect(stdout).not.toContain('\u001b');
  });

  it('reads internal topics by the name of their directory, or by --decoder', async () => {
    const offsets = readdirSync(logs).filter((name) => name.startsWith('__consumer_offsets-'));
    const records = await json('--deep', ...offsets.map((name) => join(logs, name)));
    const commit = { type: 1, data: { group: 'readers', topic: TOPIC, partition: 0 } };
    expect(records.filter((line) => line.kind === 'record').map((line) => line.decoded)).toContainEqual(
      expect.objectContaining({ key: commit, value: expect.objectContaining({ version: 3 }) }),
    );
    const metadata = join(logs, '__cluster_metadata-0');
    const names = (await json('--deep', metadata)).map((line) => JSON.stringify(line.decoded));
    expect(names.filter((name) => name?.includes(`"name":"${TOPIC}"`))).toHaveLength(1);
    const undecoded = await json('--decoder', 'none', metadata);
    expect(undecoded.some((line) => line.decoded !== undefined && line.decoded !== null)).toBe(false);
  });

  it('looks through everything after a clean stop and finds no damage', async () => {
    const folders = readdirSync(logs, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const { code, stdout } = await odradekHere([
      ...['dump-log', '--check', logs],
      ...folders.map((folder) => join(logs, folder.name)),
    ]);
    expect(stdout).not.toContain('DAMAGED');
    expect(stdout).toContain(`${segment}: `);
    expect(code).toBe(0);
  });

  it('says at which byte a file is damaged, and ends with 1', async () => {
    const damaged = join(mkdtempSync(join(data, 'copy-')), `${'0'.repeat(20)}.log`);
    const bytes = readFileSync(segment);
    writeFileSync(damaged, bytes.subarray(0, bytes.length - 1));
    const last = (await json(segment)).findLast((line) => line.kind === 'batch');
    const { code, stdout } = await odradekHere(['dump-log', '--check', damaged, segment]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      `${damaged}: DAMAGED at byte ${last?.position}: a batch of ${last?.sizeInBytes} bytes`,
    );
    expect(stdout).toMatch(/: \d+ batches, \d+ records, no damage\n$/);
  });

  it('names what it cannot read and goes on with the rest', async () => {
    const missing = join(data, `${'0'.repeat(19)}9.log`);
    const { code, stdout, stderr } = await odradekHere(['dump-log', missing, segment]);
    expect(stderr).toBe(`odradek: ${missing} cannot be read (ENOENT)\n`);
    expect(stdout).toContain('baseOffset: 0 ');
    expect(code).toBe(1);
  });

  it.each([
    [['holiday.jpg'], 'there is no holiday.jpg'],
    [[import.meta.filename], 'is, by its name, no file of a log directory'],
    [[import.meta.dirname], 'there is nothing to dump'],
    [['--decoder', 'jpeg', 'x.log'], "argument 'jpeg' is invalid"],
    [[], "missing required argument 'files'"],
  ])('refuses %j with code 2', async (args, message) => {
    const { code, stdout, stderr } = await odradekHere(['dump-log', ...args]);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('ends quietly when nobody reads on', async () => {
    const { code, stderr } = await cutOff(['dump-log', '--deep', segment, segment, segment]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

/** Runs the command with a reader that goes away after the first piece of output. */
async function cutOff(args: readonly string[]): Promise<Omit<Ended, 'stdout'>> {
  const program = join(import.meta.dirname, '../odradek.ts');
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.once('data', () => child.stdout.destroy());
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code: child.exitCode, stderr };
}
