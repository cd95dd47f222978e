import { beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../test/silent-logger.ts';
import { watchedCluster } from '../../test/watched-cluster.ts';
import { AuditLog } from '../store/audit-log.ts';
import { IN_MEMORY, openDatabase } from '../store/database.ts';
import { MutationGate } from './mutation-gate.ts';

let audit: AuditLog;
let gate: MutationGate;

beforeEach(() => {
  audit = new AuditLog(openDatabase(IN_MEMORY));
  gate = new MutationGate(audit, { now: () => 1_000 }, silentLogger);
});

const act = { action: 'topic.create', target: 't', detail: '{}' };

describe('MutationGate', () => {
  it('lets nothing through to a cluster that is read-only, as a cluster not our own is unless it says otherwise', async () => {
    let done = false;
    const mutation = { ...act, sampler: watchedCluster([]) };
    const passing = gate.pass(mutation, async () => {
      done = true;
    });
    await expect(passing).rejects.toMatchObject({ status: 403, code: 'CLUSTER_READ_ONLY' });
    expect(done).toBe(false);
    expect(audit.newest(10)).toMatchObject([
      { at: 1_000, cluster: 'local', outcome: 'refused', target: 't' },
    ]);
  });

  it.each([{ managed: true }, { readOnly: false }])(
    'lets an act through to %o and writes it down',
    async (definition) => {
      const mutation = { ...act, sampler: watchedCluster([], definition) };
      expect(await gate.pass(mutation, async () => 'done')).toBe('done');
      expect(audit.newest(10)).toMatchObject([{ action: 'topic.create', outcome: 'allowed', detail: '{}' }]);
    },
  );

  it('refuses a managed cluster that is read-only', async () => {
    const mutation = { ...act, sampler: watchedCluster([], { managed: true, readOnly: true }) };
    await expect(gate.pass(mutation, async () => {})).rejects.toMatchObject({ code: 'CLUSTER_READ_ONLY' });
  });

  it('writes down what failed, and why', async () => {
    const mutation = { ...act, sampler: watchedCluster([], { managed: true }) };
    const failing = gate.pass(mutation, () => Promise.reject(new Error('no room')));
    await expect(failing).rejects.toThrow('no room');
    expect(audit.newest(10)).toMatchObject([{ outcome: 'failed', detail: 'no room' }]);
  });
});
