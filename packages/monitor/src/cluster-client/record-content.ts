import type { ProducedContent, RecordContent } from '@odradek/contract';

/** Bytes as the console shows them: text where they are text, base64 where they are not, null where there are none. */
export function recordContent(bytes: Uint8Array | null, bytesMax: number): RecordContent {
  if (bytes === null) {
    return { encoding: 'null' };
  }
  const truncated = bytes.length > bytesMax;
  const shown = truncated ? bytes.subarray(0, bytesMax) : bytes;
  const text = utf8Text(shown, truncated);
  if (text === null) {
    const base64 = Buffer.from(shown.buffer, shown.byteOffset, shown.length).toString('base64');
    return { encoding: 'base64', text: base64, sizeBytes: bytes.length, truncated };
  }
  return {
    encoding: !truncated && isJsonDocument(text) ? 'json' : 'utf8',
    text,
    sizeBytes: bytes.length,
    truncated,
  };
}

/** The bytes of what a form sent. */
export function producedBytes(content: ProducedContent): Buffer | null {
  switch (content.encoding) {
    case 'null':
      return null;
    case 'utf8':
      return Buffer.from(content.text, 'utf8');
    case 'base64':
      return Buffer.from(content.text, 'base64');
  }
}

/** Null when the bytes are not UTF-8. A character cut by truncation is left out, not taken for damage. */
function utf8Text(bytes: Uint8Array, truncated: boolean): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: truncated });
  } catch (error) {
    // The decoder's way of saying no.
    if (error instanceof TypeError) {
      return null;
    }
    throw error;
  }
}

/** Objects and arrays only: a lone number or word is better shown as the text it is. */
function isJsonDocument(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) {
    return false;
  }
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return false;
    }
    throw error;
  }
}
