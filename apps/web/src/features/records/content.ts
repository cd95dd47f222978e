import type { RecordContent } from '@odradek/contract';
import { parse, stringify } from 'lossless-json';

/** What stands in a table cell for a key or value: one line of text, or the name of what is not text. */
export type ContentPreview =
  | { kind: 'null' }
  | { kind: 'empty' }
  | { kind: 'text'; text: string }
  | { kind: 'binary'; text: string };

const previewLength = 200;

export function previewOf(content: RecordContent): ContentPreview {
  if (content.encoding === 'null') return { kind: 'null' };
  if (content.sizeBytes === 0) return { kind: 'empty' };
  if (content.encoding === 'base64') return { kind: 'binary', text: hexOf(content.text, 24) };
  return { kind: 'text', text: content.text.slice(0, previewLength).replaceAll(/\s+/g, ' ') };
}

/** JSON laid out over lines, with every digit of its numbers kept; anything else as it came. */
export function prettyText(content: Exclude<RecordContent, { encoding: 'null' }>): string {
  if (content.encoding === 'base64') return hexOf(content.text, Number.POSITIVE_INFINITY);
  if (content.encoding === 'utf8' || content.truncated) return content.text;
  return stringify(parse(content.text), null, 2) ?? content.text;
}

/** The bytes of a key or value as they lie in the log; null for a null. */
export function bytesOf(content: RecordContent): Uint8Array<ArrayBuffer> | null {
  if (content.encoding === 'null') return null;
  if (content.encoding !== 'base64') return new TextEncoder().encode(content.text);
  return Uint8Array.from(atob(content.text), (char) => char.charCodeAt(0));
}

/** Hexadecimal bytes, sixteen to a line, at most `most` of them. */
function hexOf(base64: string, most: number): string {
  const binary = atob(base64);
  const count = Math.min(binary.length, most);
  const lines: string[] = [];
  for (let start = 0; start < count; start += 16) {
    const line = [...binary.slice(start, Math.min(start + 16, count))];
    lines.push(line.map((char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join(' '));
  }
  return lines.join('\n') + (count < binary.length ? ' …' : '');
}
