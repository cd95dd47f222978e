// What no linter holds: sizes that may only shrink, names that hide what a thing is, leftovers, and KIPs that are
// cited in code but not accounted for in docs/kips.md.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './toolchain.mjs';

const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);
const source = files.filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !/\.d\.mts$/.test(file));
const product = source.filter((file) => !/(\.test\.|\/test\/|^e2e\/|^scripts\/)/.test(file));
const read = (file) => readFileSync(join(root, file), 'utf8');
const lines = (file) => read(file).split('\n').length;

/** Files that are one table or one inseparable machine; the number is what they may not grow beyond. */
const largeOnPurpose = { 'packages/broker/src/protocol/message-registry.ts': 600 };

test('no file is over 400 lines unless it is a table or one machine', () => {
  const large = product.filter((file) => lines(file) > (largeOnPurpose[file] ?? 400));
  assert.deepEqual(
    large.map((file) => `${file} ${lines(file)}`),
    [],
  );
});

test('no name hides what a thing is', () => {
  const hiding =
    /(^|\/)(utils?|helpers?|common|misc|shared-types|index)(\/|\.tsx?$)|(manager|helper|util)s?\.tsx?$/i;
  assert.deepEqual(
    product.filter((file) => hiding.test(file)),
    [],
  );
});

test('nothing is left behind', () => {
  const leftovers =
    /\b(TODO|FIXME|XXX)\b|\b(test|it|describe)(\.each)?\.(only|skip|todo)\(|@ts-ignore|@ts-nocheck/;
  const self = 'scripts/tidy.test.mjs';
  const found = source.filter((file) => file !== self && leftovers.test(read(file)));
  assert.deepEqual(found, []);
});

test('no registry host is named', () => {
  const hosts = /registry\.npmjs|pypi\.org|files\.pythonhosted|repo1?\.maven|deb\.debian|proxy\.golang/;
  const found = files.filter(
    (file) =>
      file !== 'scripts/tidy.test.mjs' &&
      /\.(ts|tsx|mjs|cjs|json|yaml|xml|md|sh|py)$/.test(file) &&
      hosts.test(read(file)),
  );
  assert.deepEqual(found, []);
});

test('every KIP cited in code is accounted for in docs/kips.md', () => {
  const known = new Set(read('docs/kips.md').match(/KIP-\d+/g));
  const cited = new Set(product.flatMap((file) => read(file).match(/KIP-\d+/g) ?? []));
  assert.deepEqual(
    [...cited].filter((kip) => !known.has(kip)),
    [],
  );
});

test('every file that the documents name is there', () => {
  const documents = files.filter((file) => /^(README|CONTRIBUTING|docs\/.*)\.md$/.test(file));
  const missing = documents.flatMap((document) => {
    const named = read(document).match(/`(?:packages|apps|e2e|scripts)\/[\w./-]+`/g) ?? [];
    return named.map((name) => name.slice(1, -1)).filter((name) => !existsSync(join(root, name)));
  });
  assert.deepEqual(missing, []);
});

test('README and CONTRIBUTING stay short', () => {
  assert.ok(lines('README.md') <= 121, `README.md has ${lines('README.md')} lines`);
  assert.ok(lines('CONTRIBUTING.md') <= 151, `CONTRIBUTING.md has ${lines('CONTRIBUTING.md')} lines`);
});
