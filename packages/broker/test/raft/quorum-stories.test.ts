import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { QuorumStory } from './quorum-story.ts';

/*
 * Each file of stories/ is a story: blocks of commands, a line of four dashes, and what happened: who became what,
 * what was sent (`1>2 …`) and what the disks of it hold. Nothing arrives unless it is delivered. With
 * ODRADEK_UPDATE=1 the files are written anew, to be read before they are believed.
 */
const STORIES = join(import.meta.dirname, 'stories');

for (const file of readdirSync(STORIES)) {
  test(`story: ${file.replace('.txt', '').replaceAll('-', ' ')}`, () => {
    const story = new QuorumStory();
    const told: string[] = [];
    const text = readFileSync(join(STORIES, file), 'utf8');
    for (const block of text.trimEnd().split(/\n\n+/)) {
      const [commands = ''] = block.split(/^----$/m);
      for (const command of commands.trimEnd().split('\n')) {
        if (!command.startsWith('#')) story.tell(command);
      }
      const lines = story.takeLines();
      const isSilent = lines.length === 0 && !block.includes('\n----');
      told.push([commands.trimEnd(), ...(isSilent ? [] : ['----', ...lines])].join('\n'));
    }
    const actual = `${told.join('\n\n')}\n`;
    if (process.env.ODRADEK_UPDATE === '1') writeFileSync(join(STORIES, file), actual);
    else expect(actual).toBe(text);
  });
}
