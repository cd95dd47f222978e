/** One `key=value` of a properties text, and the line it begins on, counted from 1. */
export interface PropertiesEntry {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/**
 * Reads a text in the format of `java.util.Properties`: `=`, `:` or blanks between key and value, `#` and `!`
 * comments, a backslash at the end joins lines, `\t \n \r \f \uXXXX` escapes. Entries come in the order of the
 * text, repeated keys included.
 */
export function parseProperties(text: string): PropertiesEntry[] {
  return logicalLines(text).map(({ content, line }) => ({ ...splitEntry(content), line }));
}

interface LogicalLine {
  readonly content: string;
  readonly line: number;
}

function logicalLines(text: string): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let open: LogicalLine | null = null;
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const natural = raw.replace(/^[ \t\f]+/, '');
    if (open === null && (natural === '' || /^[#!]/.test(natural))) continue;
    const continues = /(^|[^\\])(\\\\)*\\$/.test(natural);
    const piece = continues ? natural.slice(0, -1) : natural;
    const joined: LogicalLine = {
      content: (open?.content ?? '') + piece,
      line: open?.line ?? index + 1,
    };
    if (continues) {
      open = joined;
    } else {
      lines.push(joined);
      open = null;
    }
  }
  if (open !== null) lines.push(open);
  return lines;
}

function splitEntry(content: string): { key: string; value: string } {
  const key = /^(?:\\.|[^\\=: \t\f])*/.exec(content)?.[0] ?? '';
  const value = content.slice(key.length).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '');
  return { key: withoutEscapes(key), value: withoutEscapes(value) };
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function withoutEscapes(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code: string | undefined, plain: string) =>
    code === undefined ? (ESCAPES[plain] ?? plain) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
