import { describe, expect, it } from 'vitest';
import {
  neverStarted,
  type Supervision,
  type SupervisionEffect,
  type SupervisionEvent,
  superviseStep,
} from './supervision.ts';

/** Feeds events, each at its time, and returns the last state with all effects in order. */
function storyOf(events: readonly (SupervisionEvent & { atMs?: number })[]): {
  supervision: Supervision;
  effects: SupervisionEffect[];
} {
  let supervision = neverStarted;
  const effects: SupervisionEffect[] = [];
  for (const event of events) {
    const step = superviseStep(supervision, event, event.atMs ?? 0);
    supervision = step.next;
    effects.push(...step.effects);
  }
  return { supervision, effects };
}

const died = (atMs: number) => ({ kind: 'exited', reason: 'exit code 1', hopeless: false, atMs }) as const;
const running = [{ kind: 'start' }, { kind: 'listening' }, { kind: 'answered' }] as const;

describe('superviseStep', () => {
  it('says running only after a round trip', () => {
    expect(storyOf([{ kind: 'start' }, { kind: 'listening' }]).supervision.state).toBe('starting');
    expect(storyOf(running).supervision.state).toBe('running');
  });

  it('starts a broker that died again, with growing delays', () => {
    const story = storyOf([...running, died(0), { kind: 'timer' }, died(10), { kind: 'timer' }, died(20)]);
    expect(story.effects.filter((effect) => effect.kind === 'set-timer')).toEqual([
      { kind: 'set-timer', delayMs: 100 },
      { kind: 'set-timer', delayMs: 200 },
      { kind: 'set-timer', delayMs: 400 },
    ]);
    expect(story.effects.filter((effect) => effect.kind === 'spawn')).toHaveLength(3);
    expect(story.supervision).toMatchObject({ state: 'stopped', wanted: true, reason: 'exit code 1' });
  });

  it('leaves a broker that dies five times within a minute failed, with the reason', () => {
    const deaths = [0, 10, 20, 30, 40].flatMap((atMs) => [died(atMs * 1000), { kind: 'timer' } as const]);
    const story = storyOf([...running, ...deaths]);
    expect(story.supervision).toMatchObject({
      state: 'failed',
      wanted: false,
      reason: 'died 5 times in a row: exit code 1',
    });
    expect(story.effects.filter((effect) => effect.kind === 'spawn')).toHaveLength(5);
  });

  it('forgets deaths that lie more than a minute back', () => {
    const deaths = [0, 61, 122, 183, 244, 305].flatMap((atMs) => [
      died(atMs * 1000),
      { kind: 'timer' } as const,
    ]);
    expect(storyOf([...running, ...deaths]).supervision.state).toBe('starting');
  });

  it('does not try again what cannot help', () => {
    const story = storyOf([{ kind: 'start' }, { kind: 'exited', reason: 'unknown key', hopeless: true }]);
    expect(story.supervision).toMatchObject({ state: 'failed', reason: 'unknown key' });
  });

  it('starts a failed broker anew when asked', () => {
    const story = storyOf([
      { kind: 'start' },
      { kind: 'exited', reason: 'x', hopeless: true },
      { kind: 'start' },
    ]);
    expect(story.supervision).toMatchObject({ state: 'starting', crashes: [], reason: null });
  });

  it('stops by a request, and kills only after the grace period', () => {
    const story = storyOf([...running, { kind: 'stop' }, { kind: 'timer' }, died(1)]);
    expect(story.effects.slice(-4)).toEqual([
      { kind: 'signal', signal: 'terminate' },
      { kind: 'set-timer', delayMs: 10_000 },
      { kind: 'signal', signal: 'kill' },
      { kind: 'cancel-timer' },
    ]);
    expect(story.supervision).toMatchObject({ state: 'stopped', wanted: false });
  });

  it('wakes a paused broker so that it can stop', () => {
    const story = storyOf([...running, { kind: 'pause' }, { kind: 'stop' }]);
    expect(story.effects).toContainEqual({ kind: 'signal', signal: 'resume' });
  });

  it('says paused until a resumed broker has answered', () => {
    const resumed = storyOf([...running, { kind: 'pause' }, { kind: 'resume' }]);
    expect(resumed.supervision.state).toBe('paused');
    expect(resumed.effects.slice(-2)).toEqual([{ kind: 'signal', signal: 'resume' }, { kind: 'probe' }]);
    expect(superviseStep(resumed.supervision, { kind: 'answered' }, 0).next.state).toBe('running');
  });

  it('gives up the next attempt when it is stopped between two', () => {
    const story = storyOf([...running, died(0), { kind: 'stop' }, { kind: 'timer' }]);
    expect(story.supervision).toMatchObject({ state: 'stopped', wanted: false });
    expect(story.effects.filter((effect) => effect.kind === 'spawn')).toHaveLength(1);
  });
});
