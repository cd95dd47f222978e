import { expect, it } from 'vitest';
import { aGroup } from '../../../test/cluster-answers.ts';
import { clientLines, worstGroups } from './model.ts';

it('client lines name every bootstrap server', () => {
  const lines = clientLines(['127.0.0.1:9192', '127.0.0.1:9193']);
  expect(lines.bootstrap).toBe('127.0.0.1:9192,127.0.0.1:9193');
  expect(lines.kcatConsume).toContain('-b 127.0.0.1:9192,127.0.0.1:9193 ');
  expect(lines.java).toContain('"127.0.0.1:9192,127.0.0.1:9193"');
});

it('the groups that need a look first come by verdict, then by lag', () => {
  const groups = [
    aGroup({ group: 'calm', verdict: 'OK', totalLag: 900 }),
    aGroup({ group: 'never', verdict: null, totalLag: null }),
    aGroup({ group: 'slow', verdict: 'WARN', totalLag: 5 }),
    aGroup({ group: 'dead', verdict: 'ERR', totalLag: 1 }),
    aGroup({ group: 'slower', verdict: 'WARN', totalLag: 6 }),
  ];
  expect(worstGroups(groups, 4).map(({ group }) => group)).toEqual(['dead', 'slower', 'slow', 'calm']);
});
