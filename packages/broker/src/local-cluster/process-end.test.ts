import { expect, it } from 'vitest';
import { endOf } from './process-end.ts';

it('names the last error that was logged, not the chatter after it', () => {
  const lines = ['{"level":50,"msg":"the log directory is locked"}', '{"level":30,"msg":"stopped"}'];
  expect(endOf('exit code 1', lines)).toBe('exit code 1: the log directory is locked');
});

it('names the error of an uncaught exception, not its stack', () => {
  const lines = [
    'file:///x.ts:1',
    'TypeError: x is not a function',
    '    at x (file:///x.ts:1)',
    'Node.js v24.0.0',
  ];
  expect(endOf('exit code 1', lines)).toBe('exit code 1: TypeError: x is not a function');
});

it('is the bare end when nothing was logged', () => {
  expect(endOf('ended by SIGKILL', [])).toBe('ended by SIGKILL');
});

it('does not take chatter for a reason', () => {
  expect(endOf('ended by SIGKILL', ['{"level":30,"msg":"the broker serves"}'])).toBe('ended by SIGKILL');
});
