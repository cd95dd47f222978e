/**
 * Why a broker process ended, in one sentence: how it ended, and what it logged last. Log lines are JSON with a
 * `level` (50 is an error) and a `msg`; other lines come from Node itself.
 */
export function endOf(end: string, lastLines: readonly string[]): string {
  const messages = lastLines.map(readLine);
  const said =
    messages.findLast(({ isError }) => isError) ?? messages.findLast(({ isStackFrame }) => !isStackFrame);
  return said === undefined ? end : `${end}: ${said.text}`;
}

interface LogLine {
  readonly text: string;
  readonly isError: boolean;
  readonly isStackFrame: boolean;
}

function readLine(line: string): LogLine {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && 'msg' in value && typeof value.msg === 'string') {
      return {
        text: value.msg,
        isError: 'level' in value && typeof value.level === 'number' && value.level >= 50,
        isStackFrame: false,
      };
    }
  } catch {
    // Not one of the broker's own lines.
  }
  return {
    text: line.trim(),
    isError: /^\w*Error\b/.test(line.trim()),
    isStackFrame: /^\s+at |^Node\.js v/.test(line),
  };
}
