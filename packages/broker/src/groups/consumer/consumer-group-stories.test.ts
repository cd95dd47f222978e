import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Story } from '../../../test/groups/group-story.ts';

/*
 * Each file of testdata/ is a story: blocks of commands, a line of four dashes, and what happened: records that came
 * to be committed (`log:`), then answers by the label of their request. `name#n` is the n-th member id given out.
 * A word without a value is the request's label; the group is `g` unless `group=` says otherwise. With
 * REWRITE_STORIES=1 the files are written anew, to be read before they are believed.
 */
const STORIES = join(import.meta.dirname, 'testdata');

for (const file of readdirSync(STORIES).filter((name) => name.endsWith('.txt'))) {
  test(`story: ${file.replace('.txt', '').replaceAll('-', ' ')}`, async () => {
    const story = new Story();
    const told: string[] = [];
    const text = readFileSync(join(STORIES, file), 'utf8');
    for (const block of text.trimEnd().split(/\n\n+/)) {
      const [commands = ''] = block.split(/^----$/m);
      for (const command of commands.trimEnd().split('\n')) {
        if (!command.startsWith('#')) await story.tell(command);
      }
      const lines = story.takeLines();
      const silent = lines.length === 0 && !block.includes('\n----');
      told.push([commands.trimEnd(), ...(silent ? [] : ['----', ...lines])].join('\n'));
    }
    const actual = `${told.join('\n\n')}\n`;
    if (process.env.REWRITE_STORIES === '1') writeFileSync(join(STORIES, file), actual);
    else expect(actual).toBe(text);
  });
}
