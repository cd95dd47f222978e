import { expect, it } from 'vitest';
import { defaultDataDirectory } from './data-directory.ts';

it.each([
  ['linux', {}, '/home/f/.local/share/odradek/default'],
  ['linux', { XDG_DATA_HOME: '/data' }, '/data/odradek/default'],
  ['linux', { XDG_DATA_HOME: 'relative' }, '/home/f/.local/share/odradek/default'],
  ['darwin', {}, '/home/f/Library/Application Support/odradek/default'],
])('on %s with %j data lies in %s', (platform, environment, expected) => {
  expect(defaultDataDirectory('default', { platform, environment, home: '/home/f' })).toBe(expected);
});
