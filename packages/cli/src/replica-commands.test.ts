import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { odradekHere, RunningUp } from '../test/odradek-process.ts';

const patiently = { timeout: 15_000, interval: 50 };

let folder: string;
let up: RunningUp;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'odradek-replicas-'));
  up = await RunningUp.start('--ephemeral', '--no-console', '--brokers', '3');
});
afterAll(async () => {
  await up.stop();
  rmSync(folder, { recursive: true, force: true });
});

function run(...args: string[]) {
  return odradekHere([...args, '--bootstrap-server', up.ready.bootstrap, '--json']);
}

/** The lines of JSON of a command that must end well. */
async function json(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await run(...args);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
  return linesOf(stdout);
}

function linesOf(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Creates a topic, and waits until every broker knows it. */
async function create(topic: string, ...options: string[]): Promise<void> {
  await json('topics', 'create', topic, ...options);
  for (const { port } of up.ready.brokers) {
    const describe = ['topics', 'describe', topic, '--bootstrap-server', `127.0.0.1:${port}`];
    await expect.poll(async () => (await odradekHere(describe)).code, patiently).toBe(0);
  }
}

async function replicasOf(topic: string): Promise<unknown[]> {
  return (await json('topics', 'describe', topic)).map(({ replicas }) => replicas);
}

describe('odradek quorum', () => {
  it('shows three voters of which one leads, with nothing to catch up on', async () => {
    const [status] = await json('quorum', 'status');
    expect(status).toMatchObject({ voters: [{}, {}, {}], observers: [], leaderEpoch: expect.any(Number) });
    expect([1, 2, 3]).toContain(status?.leaderId);
    await expect.poll(async () => (await json('quorum', 'status'))[0]?.maxFollowerLag, patiently).toBe(0);
    const replicas = await json('quorum', 'replicas');
    expect(replicas.map(({ nodeId }) => nodeId)).toEqual([1, 2, 3]);
    expect(replicas.map(({ role }) => role).toSorted()).toEqual(['follower', 'follower', 'leader']);
    for (const { directoryId } of replicas) expect(directoryId).toMatch(/^[\w-]{22}$/);
  });
});

describe('odradek doctor', () => {
  const found = async (directory: string) => {
    const { stdout } = await odradekHere(['doctor', '--json', '--data', directory]);
    return new Map(linesOf(stdout).map(({ check, state, text }) => [check, { state, text }]));
  };

  it('asks each broker of the cluster that runs on the directory', async () => {
    const findings = await found(dirname(up.ready.brokers[0]?.dir ?? ''));
    expect(findings.get('brokers')).toMatchObject({
      state: 'ok',
      text: expect.stringMatching(/^3 answer; broker [123] is the controller$/),
    });
    expect(findings.get('connection')).toMatchObject({ state: 'ok' });
  });

  it('looks at the three ports that a new cluster would want', async () => {
    const { text } = (await found(folder)).get('broker ports') ?? {};
    expect(text).toMatch(/^9092, 9093, 9094 are free$|^909[234] is in use by .+; start with another --port$/);
  });
});

describe('odradek topics elect', () => {
  it('gives leaders back to those preferred, and says where that is not needed', async () => {
    await create('led', '--partitions', '3');
    const leader = (await json('topics', 'describe', 'led'))[0]?.leader;
    const broker = up.ready.brokers.find(({ id }) => id === leader);
    process.kill(broker?.pid ?? 0, 'SIGKILL');
    const ofFirst = async () => (await json('topics', 'describe', 'led'))[0];
    const elsewhere = async () => ((await ofFirst())?.leader === leader ? 'still there' : 'moved');
    await expect.poll(elsewhere, patiently).toBe('moved');
    await expect.poll(async () => (await ofFirst())?.isr, patiently).toHaveLength(3);
    expect(await json('topics', 'elect', 'led', '--partition', '0')).toEqual([
      { topic: 'led', partition: 0, outcome: 'elected', reason: null },
    ]);
    // The broker that is asked may hear of it later than the one that was told to.
    await expect.poll(async () => (await ofFirst())?.leader, patiently).toBe(leader);
    expect(await json('topics', 'elect', 'led', '--partition', '0')).toMatchObject([
      { outcome: 'not needed' },
    ]);
  });

  it('refuses a topic that is not there, and to be told nothing or everything twice', async () => {
    expect(await run('topics', 'elect', 'none')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('none: UNKNOWN_TOPIC_OR_PARTITION'),
    });
    expect(await run('topics', 'elect')).toMatchObject({ code: 2 });
    expect(await run('topics', 'elect', 'led', '--all')).toMatchObject({ code: 2 });
    const beyond = await run('topics', 'elect', 'led', '--partition', '9');
    expect(beyond.code).toBe(1);
    expect(linesOf(beyond.stdout)).toMatchObject([
      { partition: 9, outcome: 'refused', reason: expect.stringContaining('UNKNOWN_TOPIC_OR_PARTITION') },
    ]);
  });
});

describe('odradek topics reassign', () => {
  it('plans, executes and verifies a move, and takes it back by the plan it prints', async () => {
    await create('moved', '--partitions', '2', '--replication-factor', '1');
    const [before] = await replicasOf('moved');
    const file = join(folder, 'plan.json');
    const planned = await json(
      'topics',
      'reassign',
      'plan',
      'moved',
      '--replication-factor',
      '3',
      '--out',
      file,
    );
    expect(planned).toMatchObject([{ topic: 'moved', partition: 0, before }, { partition: 1 }]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: 1, partitions: [{}, {}] });
    expect(await replicasOf('moved')).toContainEqual(before);
    const executed = await run('topics', 'reassign', 'execute', '--plan', file);
    expect(executed.code).toBe(0);
    const states = async () =>
      (await json('topics', 'reassign', 'verify', '--plan', file)).map(({ state }) => state);
    await expect.poll(states, patiently).toEqual(['done', 'done']);
    await expect.poll(() => replicasOf('moved'), patiently).toEqual(planned.map(({ after }) => after));
    const back = /\{.*\}/.exec(executed.stderr)?.[0] ?? '';
    writeFileSync(file, back);
    await json('topics', 'reassign', 'execute', '--plan', file);
    await expect.poll(async () => (await replicasOf('moved'))[0], patiently).toEqual(before);
  });

  it('throttles a move, and cancels it where it was', async () => {
    await create('slow', '--partitions', '1', '--replication-factor', '1');
    const [before] = await replicasOf('slow');
    // What one fetch of a follower brings comes before any throttle: 1 MiB.
    for (let round = 0; round < 30; round++)
      await json('produce', 'slow', 'x'.repeat(100_000), '--acks', '1');
    const to = [1, 2, 3].filter((id) => !(before as number[]).includes(id)).slice(0, 1);
    const execute = ['reassign', 'execute', 'slow', '--brokers', to.join()];
    await json('topics', ...execute, '--throttle', '1000');
    const ongoing = await json('topics', 'reassign', 'verify');
    expect(ongoing).toMatchObject([{ topic: 'slow', state: 'moving', adding: to, removing: before }]);
    expect(await json('topics', 'reassign', 'throttle', '--rate', '2000')).toMatchObject([
      { bytesPerSecond: 2000 },
    ]);
    expect(await json('topics', 'reassign', 'cancel', 'slow')).toEqual([
      { topic: 'slow', partition: 0, cancelled: true },
    ]);
    await expect.poll(() => replicasOf('slow'), patiently).toEqual([before]);
    const describe = ['configs', 'describe', '--entity-type', 'topics', '--entity-name', 'slow'];
    const throttles = async () =>
      (await json(...describe)).filter(({ name }) => String(name).includes('throttled'));
    await expect.poll(throttles, patiently).toEqual([]);
  });

  it('refuses brokers and plans that are not there', async () => {
    const nowhere = await run('topics', 'reassign', 'plan', 'led', '--brokers', '1,9');
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no broker 9') });
    const tooMany = await run('topics', 'reassign', 'plan', 'led', '--replication-factor', '4');
    expect(tooMany).toMatchObject({ code: 2, stderr: expect.stringContaining('needs 4 brokers') });
    const missing = await run('topics', 'reassign', 'execute', '--plan', join(folder, 'none.json'));
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('ENOENT') });
  });
});
