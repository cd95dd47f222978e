import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TransactionStory } from '../../test/transactions/transaction-story.ts';

/*
 * Each file of testdata/ is a story: blocks of commands, a line of four dashes, and what happened: records that came
 * to be committed (`log:`), markers that went out, then answers by the label of their request. The transactional id is
 * `a` and the producer 1000/0 (id/epoch) unless a command says otherwise; `topic=0,1` names partitions, which broker 1
 * leads unless `leader` says otherwise. With REWRITE_STORIES=1 the files are written anew, to be read before they are
 * believed.
 */
const STORIES = join(import.meta.dirname, 'testdata');

for (const file of readdirSync(STORIES).filter((name) => name.endsWith('.txt'))) {
  test(`story: ${file.replace('.txt', '').replaceAll('-', ' ')}`, async () => {
    const story = new TransactionStory();
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
