/**
 * Why a broker process ended, in one sentence: how it ended, and what it logged last. Log lines are JSON with a
 * `level` (50 is an error) and a `msg`; other lines come from Node itself.
 */
export function endOf(end: string, lastLines: readonly string[]): string {
  const lines = lastLines.map(readLine);
  const said =
    lines.findLast(({ kind }) => kind === 'error') ?? lines.findLast(({ kind }) => kind === 'other');
  return said === undefined ? end : `${end}: ${said.text}`;
}

interface LogLine {
  readonly text: string;
  /** `chatter` explains nothing: what was logged below the level of an error, and stack frames. */
  readonly kind: 'error' | 'other' | 'chatter';
}

function readLine(line: string): LogLine {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && 'msg' in value && typeof value.msg === 'string') {
      const isError = 'level' in value && typeof value.level === 'number' && value.level >= 50;
      return { text: value.msg, kind: isError ? 'error' : 'chatter' };
    }
  } catch {
    // Not one of the broker's own lines.
  }
  const text = line.trim();
  if (/^\s+at |^Node\.js v/.test(line)) return { text, kind: 'chatter' };
  return { text, kind: /^\w*Error\b/.test(text) ? 'error' : 'other' };
}
