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

  it('wakes a paused broker so that it can stop, however often it is halted', () => {
    const story = storyOf([...running, { kind: 'halted' }, { kind: 'stop' }, { kind: 'halted' }]);
    expect(story.effects.filter((effect) => effect.kind === 'signal')).toEqual([
      { kind: 'signal', signal: 'terminate' },
      { kind: 'signal', signal: 'resume' },
      { kind: 'signal', signal: 'resume' },
    ]);
    expect(story.supervision.state).toBe('stopping');
  });

  it('says paused once the process stands still, whoever halted it', () => {
    const asked = storyOf([...running, { kind: 'pause' }]);
    expect(asked.effects.at(-1)).toEqual({ kind: 'signal', signal: 'pause' });
    expect(asked.supervision.state).toBe('running');
    expect(storyOf([...running, { kind: 'pause' }, { kind: 'halted' }]).supervision.state).toBe('paused');
    expect(storyOf([...running, { kind: 'halted' }]).supervision.state).toBe('paused');
  });

  it('says running again only after a round trip, whoever let it go on', () => {
    const resumed = storyOf([...running, { kind: 'halted' }, { kind: 'resume' }]);
    expect(resumed.supervision.state).toBe('paused');
    expect(resumed.effects.at(-1)).toEqual({ kind: 'signal', signal: 'resume' });
    const goesOn = superviseStep(resumed.supervision, { kind: 'continued' }, 0);
    expect(goesOn).toMatchObject({ next: { state: 'starting' }, effects: [{ kind: 'probe' }] });
    expect(superviseStep(goesOn.next, { kind: 'answered' }, 0).next.state).toBe('running');
  });

  it('takes no answer from before a pause for one after it', () => {
    const story = storyOf([
      { kind: 'start' },
      { kind: 'listening' },
      { kind: 'halted' },
      { kind: 'answered' },
    ]);
    expect(story.supervision.state).toBe('paused');
  });

  it('does not ask a broker that was halted before it listened, until it does', () => {
    const story = storyOf([{ kind: 'start' }, { kind: 'halted' }, { kind: 'continued' }]);
    expect(story.supervision.state).toBe('starting');
    expect(story.effects).not.toContainEqual({ kind: 'probe' });
    expect(superviseStep(story.supervision, { kind: 'listening' }, 0).effects).toEqual([{ kind: 'probe' }]);
  });

  it('leaves a broker stopped that was killed by request', () => {
    const story = storyOf([...running, { kind: 'kill' }, died(1)]);
    expect(story.supervision).toMatchObject({ state: 'stopped', wanted: false, crashes: [] });
    expect(story.supervision.reason).toContain('by request');
    expect(story.effects.filter((effect) => effect.kind === 'spawn')).toHaveLength(1);
  });

  it('starts a broker that somebody else killed, also while it was paused', () => {
    const story = storyOf([...running, { kind: 'halted' }, died(1), { kind: 'timer' }]);
    expect(story.supervision).toMatchObject({ state: 'starting', listens: false });
  });

  it('starts a stopping broker when it has stopped, and not when that is taken back', () => {
    const restarting = storyOf([...running, { kind: 'stop' }, { kind: 'start' }]);
    expect(restarting.supervision).toMatchObject({ state: 'stopping', wanted: true });
    const restarted = superviseStep(restarting.supervision, died(1), 1);
    expect(restarted.next.state).toBe('starting');
    expect(restarted.effects).toEqual([{ kind: 'cancel-timer' }, { kind: 'spawn' }]);
    const taken = superviseStep(restarting.supervision, { kind: 'stop' }, 0).next;
    expect(superviseStep(taken, died(1), 1).next).toMatchObject({ state: 'stopped', wanted: false });
  });

  it('does not count the death of a broker that ran well to a crash loop', () => {
    const lives = [0, 11, 22, 33, 44, 55].flatMap((atMs) => [
      { kind: 'listening' } as const,
      { kind: 'answered', atMs: atMs * 1000 } as const,
      died((atMs + 10) * 1000),
      { kind: 'timer' } as const,
    ]);
    expect(storyOf([{ kind: 'start' }, ...lives]).supervision.state).toBe('starting');
  });

  it('gives up the next attempt when it is stopped between two', () => {
    const story = storyOf([...running, died(0), { kind: 'stop' }, { kind: 'timer' }]);
    expect(story.supervision).toMatchObject({ state: 'stopped', wanted: false });
    expect(story.effects.filter((effect) => effect.kind === 'spawn')).toHaveLength(1);
  });
});
