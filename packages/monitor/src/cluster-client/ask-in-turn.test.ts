import { describe, expect, it } from 'vitest';
import { askInTurn } from './ask-in-turn.ts';

const never = () => new Promise<string>(() => {});

describe('askInTurn', () => {
  it('asks nobody else when the first answers', async () => {
    const asked: string[] = [];
    const answer = await askInTurn(['a', 'b'], async (whom) => {
      asked.push(whom);
      return whom;
    });
    expect([answer, asked]).toEqual(['a', ['a']]);
  });

  it('goes on at once to the next when one fails', async () => {
    const answer = await askInTurn(['a', 'b'], (whom) =>
      whom === 'a' ? Promise.reject(new Error('down')) : Promise.resolve(whom),
    );
    expect(answer).toBe('b');
  });

  it('does not wait for one that hangs', async () => {
    expect(await askInTurn(['a', 'b'], (whom) => (whom === 'a' ? never() : Promise.resolve(whom)), 1)).toBe(
      'b',
    );
  });

  it('rejects with the first failure once all have failed', async () => {
    const asking = askInTurn(['a', 'b'], (whom) => Promise.reject(new Error(whom)));
    await expect(asking).rejects.toThrow('a');
  });
});
