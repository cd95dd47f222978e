import { render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Clock } from './clock.tsx';
import { Freshness, StaleMarker } from './freshness.tsx';

const now = Date.UTC(2026, 10, 21, 9);

function draw(checkedAt: number | null) {
  const age = { checkedAt, staleAfterMs: 4000 };
  render(
    <Clock read={() => now}>
      <StaleMarker {...age} />
      <Freshness {...age}>
        <p>7 records</p>
      </Freshness>
    </Clock>,
  );
  return screen.getByText('7 records').parentElement?.dataset.stale;
}

describe('values', () => {
  it('within two samples are fresh and say when they were checked', () => {
    expect(draw(now - 3000)).toBe('false');
    expect(screen.getByText('checked 3 s ago')).toBeDefined();
  });

  it('older than that are stale and say how old they are', () => {
    expect(draw(now - 42_000)).toBe('true');
    expect(screen.getByText('stale: 42 s old')).toBeDefined();
  });

  it('that were never checked say so', () => {
    expect(draw(null)).toBe('false');
    expect(screen.getByText('not checked yet')).toBeDefined();
  });
});
