import { expect, it } from 'vitest';
import { commandWithPort } from './up.ts';

it('repeats the command with another port, quoted for a shell', () => {
  expect(commandWithPort(['up', '--port', '9092', '--data', "/my data's"], 9093)).toMatch(
    /up --data '\/my data'\\''s' --port 9093$/,
  );
  expect(commandWithPort(['up', '--port=9092', '--stop-with-parent'], 9093)).toMatch(/up --port 9093$/);
});
