import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { removeTree } from './node-tree-removal.ts';

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'odradek-removal-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

function makeTree(): string {
  const tree = path.join(directory, 'tree');
  fs.mkdirSync(path.join(tree, 'inner', 'innermost'), { recursive: true });
  fs.writeFileSync(path.join(tree, 'file'), 'x');
  fs.writeFileSync(path.join(tree, 'inner', 'file'), 'x');
  return tree;
}

describe('the removal of a directory', () => {
  test('takes all it holds, and nothing that it only points to', async () => {
    const tree = makeTree();
    const kept = path.join(directory, 'kept');
    fs.mkdirSync(kept);
    fs.writeFileSync(path.join(kept, 'file'), 'x');
    fs.symlinkSync(kept, path.join(tree, 'link'));
    await removeTree(tree);
    expect(fs.existsSync(tree)).toBe(false);
    expect(fs.readdirSync(kept)).toEqual(['file']);
  });

  test('takes a file and a link as well, and is done where there is nothing', async () => {
    const kept = makeTree();
    const link = path.join(directory, 'link');
    const file = path.join(directory, 'file');
    fs.symlinkSync(kept, link);
    fs.writeFileSync(file, 'x');
    for (const each of [link, file, path.join(directory, 'none')]) await removeTree(each);
    expect(fs.readdirSync(directory)).toEqual(['tree']);
    expect(fs.readdirSync(kept)).toEqual(['file', 'inner']);
  });

  test('leaves what V8 is certain of as it is', async () => {
    const tree = makeTree();
    const program = [
      `const { removeTree } = await import(${JSON.stringify(new URL('node-tree-removal.ts', import.meta.url).href)});`,
      `await removeTree(${JSON.stringify(tree)});`,
    ].join('\n');
    const flags = ['--trace-protector-invalidation', '--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, flags);
    expect(fs.existsSync(tree)).toBe(false);
    expect(stdout).not.toContain('TypedArrayLengthLookupChain');
  });
});
