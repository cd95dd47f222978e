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

  test('is done where there is none, and refused where something is in its way', async () => {
    await removeTree(path.join(directory, 'none'));
    const file = path.join(directory, 'file');
    fs.writeFileSync(file, 'x');
    await expect(removeTree(file)).rejects.toMatchObject({ code: 'ENOTDIR' });
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
