import { describe, expect, it } from 'vitest';
import css from './tokens.css?raw';

const pageGrounds = ['ground', 'surface', 'surface-sunken', 'surface-raised', 'surface-hover'];
const light = tokensOf(/:root \{([^}]*)\}/);
const themes = [
  { theme: 'light', tokens: light, grounds: pageGrounds },
  {
    theme: 'dark',
    grounds: [...pageGrounds, 'side'],
    tokens: { ...light, ...tokensOf(/^\[data-theme="dark"\] \{([^}]*)\}/m) },
  },
];

const texts = ['ink', 'ink-soft', 'ink-faint', 'accent', 'accent-hover', 'ok', 'warn', 'critical', 'unknown'];
const threads = [
  'thread-1',
  'thread-2',
  'thread-3',
  'thread-4',
  'thread-5',
  'thread-6',
  'thread-7',
  'thread-8',
];
const washes = ['ok', 'warn', 'critical', 'unknown', 'accent'];

describe.each(themes)('the $theme theme', ({ tokens, grounds }) => {
  it.each(texts)('shows %s text at 4.5:1 or more on every ground', (text) => {
    for (const ground of grounds) expect(contrast(tokens, text, ground), ground).toBeGreaterThanOrEqual(4.5);
  });

  it.each(washes)('shows %s and ink at 4.5:1 or more on the wash of its own colour', (colour) => {
    expect(contrast(tokens, colour, `${colour}-wash`)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(tokens, 'ink', `${colour}-wash`)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(tokens, 'ink-soft', `${colour}-wash`)).toBeGreaterThanOrEqual(4.5);
  });

  it('shows the text of a primary button at 4.5:1 or more, at rest and under the pointer', () => {
    expect(contrast(tokens, 'on-accent', 'accent')).toBeGreaterThanOrEqual(4.5);
    expect(contrast(tokens, 'on-accent', 'accent-hover')).toBeGreaterThanOrEqual(4.5);
  });

  it.each(threads)('draws the line %s at 3:1 or more against the chart', (thread) => {
    expect(contrast(tokens, thread, 'surface')).toBeGreaterThanOrEqual(3);
  });

  it('draws the border of a control at 3:1 or more against its ground', () => {
    for (const ground of ['surface', 'surface-raised']) {
      expect(contrast(tokens, 'line-strong', ground), ground).toBeGreaterThanOrEqual(3);
    }
  });
});

function tokensOf(block: RegExp): Record<string, string> {
  const body = block.exec(css)?.[1] ?? '';
  return Object.fromEntries(
    [...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
  );
}

/** WCAG 2.2 contrast ratio of two tokens, 1 to 21. */
function contrast(tokens: Record<string, string>, foreground: string, background: string): number {
  const [darker, lighter] = [luminance(tokens[foreground]), luminance(tokens[background])].sort(
    (a, b) => a - b,
  );
  return ((lighter ?? 0) + 0.05) / ((darker ?? 0) + 0.05);
}

function luminance(hex: string | undefined): number {
  if (hex === undefined) throw new Error('the token is missing or is no six-digit colour');
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}
