import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseClusterOption, readClusterFile } from './cluster-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'odradek-clusters-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(text: string): string {
  const path = join(folder, 'clusters.yaml');
  writeFileSync(path, text);
  return path;
}

it('reads certificates beside the file and passwords from the environment', () => {
  writeFileSync(join(folder, 'ca.pem'), 'PEM');
  const path = fileOf(`
clusters:
  - name: staging
    bootstrap: [a.example:9093, b.example:9093]
    tls: { ca: ca.pem }
    sasl: { mechanism: SCRAM-SHA-512, username: odradek, password: { env: SECRET } }
    readOnly: false
`);
  expect(readClusterFile(path, { SECRET: 'hidden' })).toEqual([
    {
      name: 'staging',
      bootstrap: ['a.example:9093', 'b.example:9093'],
      tls: { ca: 'PEM' },
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'odradek', password: 'hidden' },
      readOnly: false,
    },
  ]);
});

it('is read-only unless the file says otherwise', () => {
  const path = fileOf('clusters:\n  - name: prod\n    bootstrap: [k:9092]\n');
  expect(readClusterFile(path)[0]?.readOnly).toBe(true);
});

it.each([
  [
    'an unknown key',
    'clusters:\n  - name: a\n    bootstrap: [k:9092]\n    tsl: {}\n',
    /:2: clusters\.0: .*tsl/,
  ],
  [
    'a bad address',
    'clusters:\n  - name: a\n    bootstrap:\n      - nowhere\n',
    /:4: clusters\.0\.bootstrap\.0: it has to be host:port/,
  ],
  [
    'a bad mechanism',
    'clusters:\n  - name: a\n    bootstrap: [k:9092]\n    sasl:\n      mechanism: GUESS\n      username: u\n      password: { env: P }\n',
    /:5: clusters\.0\.sasl\.mechanism/,
  ],
  ['a syntax error', 'clusters:\n  - name: [\n', /:\d+: /],
  ['an empty file', '', /:1: /],
])('tells key and line of %s', (_, text, expected) => {
  expect(() => readClusterFile(fileOf(text))).toThrow(expected);
});

it('names the line whose environment variable is not set', () => {
  const path = fileOf(
    'clusters:\n  - name: a\n    bootstrap: [k:9092]\n    sasl:\n      mechanism: PLAIN\n      username: u\n      password: { env: NOT_SET }\n',
  );
  expect(() => readClusterFile(path, {})).toThrow(
    /:7: sasl\.password: the environment variable NOT_SET is not set/,
  );
});

it('takes several addresses of one cluster on the command line', () => {
  expect(parseClusterOption('prod=a:9092,b:9092')).toEqual({
    name: 'prod',
    bootstrap: ['a:9092', 'b:9092'],
    readOnly: true,
  });
  expect(() => parseClusterOption('a:9092')).toThrow('name=host:port');
});
