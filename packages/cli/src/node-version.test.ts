import { expect, it } from 'vitest';
import { nodeProblem } from './node-version.ts';

it('refuses a Node before 24', () => {
  expect(nodeProblem('24.0.0')).toBeNull();
  expect(nodeProblem('26.1.0')).toBeNull();
  expect(nodeProblem('20.20.2')).toBe('Odradek needs Node 24 or newer, and this is Node 20.20.2');
});
