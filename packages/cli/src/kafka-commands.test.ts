import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { odradek, odradekHere, RunningUp } from '../test/odradek-process.ts';

let up: RunningUp;

beforeAll(async () => {
  up = await RunningUp.start('--ephemeral', '--no-console');
});
afterAll(async () => {
  await up.stop();
});

/** Runs a command on the cluster that must end well; the lines of JSON it wrote. */
async function json(args: readonly string[], input?: string): Promise<unknown[]> {
  const { code, stdout, stderr } = await run(args, input);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function run(args: readonly string[], input?: string) {
  const on = ['--bootstrap-server', up.ready.bootstrap, '--json'];
  return input === undefined ? odradekHere([...args, ...on]) : odradek([...args, ...on], { input });
}

describe('odradek topics', () => {
  it('creates, describes, widens and deletes a topic', async () => {
    const [created] = await json([
      'topics',
      'create',
      'orders',
      '--partitions',
      '2',
      '--config',
      'retention.ms=1000',
    ]);
    expect(created).toMatchObject({ topic: 'orders', partitions: 2, replicationFactor: 1, created: true });
    expect(await json(['topics', 'add-partitions', 'orders', '--partitions', '3'])).toEqual([
      { topic: 'orders', partitions: 3 },
    ]);
    const described = await json(['topics', 'describe', 'orders']);
    expect(described).toHaveLength(3);
    expect(described[0]).toMatchObject({
      topic: 'orders',
      topicId: expect.stringMatching(/^[\w-]{22}$/),
      partition: 0,
      leader: 1,
      replicas: [1],
      isr: [1],
      startOffset: 0,
      endOffset: 0,
    });
    expect(await json(['topics', 'list'])).toEqual([{ topic: 'orders' }]);
    expect(await json(['topics', 'delete', 'orders'])).toEqual([{ topic: 'orders', deleted: true }]);
    expect(await json(['topics', 'list'])).toEqual([]);
  });

  it('ends with the name of the error and code 1', async () => {
    await json(['topics', 'create', 'twice']);
    const again = await run(['topics', 'create', 'twice']);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toBe("odradek: TOPIC_ALREADY_EXISTS: Topic 'twice' already exists.\n");
    expect(await json(['topics', 'create', 'twice', '--if-not-exists'])).toEqual([
      { topic: 'twice', created: false },
    ]);
    expect((await run(['topics', 'describe', 'none'])).stderr).toBe('odradek: there is no topic none\n');
    expect((await run(['topics', 'create', 'a/b'])).stderr).toMatch(/^odradek: INVALID_TOPIC_EXCEPTION: /);
  });
});

describe('odradek configs', () => {
  it('sets a config of a topic, shows it, and takes it back', async () => {
    await json(['topics', 'create', 'tuned']);
    const on = ['--entity-type', 'topics', '--entity-name', 'tuned'];
    await json(['configs', 'alter', ...on, '--set', 'retention.ms=5000']);
    expect(await json(['configs', 'describe', ...on])).toContainEqual(
      expect.objectContaining({ name: 'retention.ms', value: '5000', source: 'topic' }),
    );
    await json(['configs', 'alter', ...on, '--delete', 'retention.ms']);
    expect(await json(['configs', 'describe', ...on])).not.toContainEqual(
      expect.objectContaining({ name: 'retention.ms' }),
    );
    expect((await json(['configs', 'describe', ...on, '--all'])).length).toBeGreaterThan(20);
  });

  it('refuses a value that is none', async () => {
    await json(['topics', 'create', 'mistuned']);
    const on = ['--entity-type', 'topics', '--entity-name', 'mistuned'];
    const refused = await run(['configs', 'alter', ...on, '--set', 'retention.ms=soon']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^odradek: INVALID_CONFIG: .*retention\.ms/);
  });
});

describe('odradek produce and consume', () => {
  it('carries keys, headers and empty values', async () => {
    await json(['topics', 'create', 'mixed']);
    const written = await json(
      ['produce', 'mixed', '--key-separator', ':', '--header', 'source=test', '--compression', 'gzip'],
      'k1:v1\nk2:\n',
    );
    expect(written).toEqual([{ topic: 'mixed', partition: 0, offset: 0 }]);
    const read = await json(['consume', 'mixed', '--from-beginning', '--max-messages', '2']);
    expect(read).toMatchObject([
      { offset: 0, key: 'k1', value: 'v1', headers: [{ name: 'source', value: 'test' }] },
      { offset: 1, key: 'k2', value: '' },
    ]);
  });

  it('leaves neither group nor commit behind without --group', async () => {
    await json(['produce', 'peeked', 'one']);
    await json(['consume', 'peeked', '--from-beginning', '--max-messages', '1']);
    expect(await json(['groups', 'list'])).toEqual([]);
  });

  it('stops when nothing comes for so long', async () => {
    await json(['topics', 'create', 'quiet']);
    expect(await json(['consume', 'quiet', '--from-beginning', '--timeout', '100ms'])).toEqual([]);
  });
});

describe('odradek groups and lag', () => {
  it('shows a lag of 2 for five records and a commit after the third', async () => {
    await json(['topics', 'create', 'five']);
    await json(['produce', 'five', '1', '2', '3', '4', '5']);
    const read = await json([
      'consume',
      'five',
      '--group',
      'readers',
      '--from-beginning',
      '--max-messages',
      '3',
    ]);
    expect(read).toHaveLength(3);
    expect(await json(['lag', 'readers'])).toEqual([
      { group: 'readers', topic: 'five', partition: 0, committedOffset: 3, endOffset: 5, lag: 2 },
    ]);
    expect(await json(['groups', 'describe', 'readers'])).toMatchObject([
      { state: 'Empty', members: [], lag: 2 },
    ]);
  });

  it('moves the offsets of a group only when told to execute', async () => {
    await json(['topics', 'create', 'moved']);
    await json(['produce', 'moved', '1', '2', '3']);
    await json(['consume', 'moved', '--group', 'movers', '--from-beginning', '--max-messages', '3']);
    const reset = ['groups', 'reset', 'movers', '--topic', 'moved', '--shift-by', '-2'];
    const plan = [{ group: 'movers', topic: 'moved', partition: 0, before: 3, after: 1 }];
    expect(await json(reset)).toMatchObject(plan);
    expect(await json(['lag', 'movers'])).toMatchObject([{ committedOffset: 3 }]);
    expect(await json([...reset, '--execute'])).toMatchObject(plan);
    expect(await json(['lag', 'movers'])).toMatchObject([{ committedOffset: 1, lag: 2 }]);
    const toOther = ['groups', 'reset-offsets', 'followers', '--topic', 'moved', '--to-group', 'movers'];
    expect(await json([...toOther, '--execute'])).toMatchObject([{ before: null, after: 1, executed: true }]);
    expect(await json(['lag', 'followers'])).toMatchObject([{ committedOffset: 1 }]);
    expect(await json(['groups', 'reset', 'followers', '--to-offset', '99'])).toMatchObject([
      { before: 1, after: 3, note: 'lowered-to-end', executed: false },
    ]);
    const twoTargets = await run(['groups', 'reset', 'movers', '--to-earliest', '--to-latest']);
    expect(twoTargets).toMatchObject({ code: 2, stdout: '' });
    expect((await run(['groups', 'reset', 'movers', '--topic', 'none', '--to-earliest'])).stderr).toBe(
      'odradek: UNKNOWN_TOPIC_OR_PARTITION: There is no topic none.\n',
    );
    expect(await json(['groups', 'delete', 'movers', 'followers'])).toHaveLength(2);
    expect((await run(['groups', 'describe', 'movers'])).stderr).toBe('odradek: there is no group movers\n');
  });
});
