import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** A coordinator with its surroundings, as a story tells of it. */
export interface ToldCoordinator {
  /** Carries out one command, and what comes of it without time going by. */
  tell(command: string): Promise<void>;
  /** What has happened since the last call. */
  takeLines(): readonly string[];
}

/**
 * A test for each `.txt` file of a folder. Each is a story: blocks of commands, a line of four dashes, and what happened.
 * With REWRITE_STORIES=1 the files are written anew, to be read before they are believed.
 */
export function testStories(folder: string, begin: () => ToldCoordinator): void {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
    test(`story: ${file.replace('.txt', '').replaceAll('-', ' ')}`, async () => {
      const text = readFileSync(join(folder, file), 'utf8');
      const actual = await toldAnew(text, begin());
      if (process.env.REWRITE_STORIES === '1') writeFileSync(join(folder, file), actual);
      else expect(actual).toBe(text);
    });
  }
}

async function toldAnew(text: string, story: ToldCoordinator): Promise<string> {
  const told: string[] = [];
  for (const block of text.trimEnd().split(/\n\n+/)) {
    const [commands = ''] = block.split(/^----$/m);
    for (const command of commands.trimEnd().split('\n')) {
      if (!command.startsWith('#')) await story.tell(command);
    }
    const lines = story.takeLines();
    const silent = lines.length === 0 && !block.includes('\n----');
    told.push([commands.trimEnd(), ...(silent ? [] : ['----', ...lines])].join('\n'));
  }
  return `${told.join('\n\n')}\n`;
}
