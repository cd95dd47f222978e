import { startOdradek } from '../interop/broker-under-test.ts';
import { consume, latency, produce, small } from './client-rows.ts';
import { latency3, memory3, partitions3, produce3, start3 } from './cluster-rows.ts';
import { connections } from './connections-row.ts';
import { startContender } from './contender.ts';
import { groups, groupsMemory } from './group-rows.ts';
import { partitions, recovery } from './log-rows.ts';
import { largestResidentMegabytes, residentMegabytes } from './process-usage.ts';
import { each, type Measurement, type Row, seconds } from './row.ts';

const start: Row = {
  name: 'start',
  pairs: 5,
  keepsRunning: false,
  budgets: [{ quantity: 'start to serving, ms', kind: 'at most', bound: 500 }],
  measure: ({ tools, order }) =>
    each(order, async (name) => {
      const contender = await startContender(name, tools);
      await contender.stop();
      return [{ quantity: 'start to serving, ms', value: contender.startedInMs }];
    }),
};

const memory: Row = {
  name: 'memory',
  pairs: 1,
  keepsRunning: false,
  budgets: [
    { quantity: 'broker RSS 30 s after ready, MB', kind: 'at most', bound: 90 },
    { quantity: 'supervisor and console RSS, MB', kind: 'at most', bound: 180 },
  ],
  measure: ({ tools, order }) =>
    each(order, async (name) => {
      const contender = await startContender(name, tools);
      await seconds(30);
      const broker = await largestResidentMegabytes(contender.pids);
      await contender.stop();
      const measured = [{ quantity: 'broker RSS 30 s after ready, MB', value: broker }];
      return name === 'Odradek' ? [...measured, await supervisorMemory()] : measured;
    }),
};

export const rows: readonly Row[] = [
  start,
  memory,
  produce,
  consume,
  latency,
  small,
  partitions,
  connections,
  recovery,
  start3,
  memory3,
  produce3,
  latency3,
  partitions3,
  groups,
  groupsMemory,
];

async function supervisorMemory(): Promise<Measurement> {
  const odradek = await startOdradek({ console: true });
  await seconds(30);
  const value = await residentMegabytes(odradek.supervisorPid);
  await odradek.close();
  return { quantity: 'supervisor and console RSS, MB', value };
}
