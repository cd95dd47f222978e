/** Bytes as JSON: text where they are UTF-8, else `{"base64": …}`, so that nothing is lost; null stays null. */
export function bytesJson(bytes: Uint8Array | null): string | null | { readonly base64: string } {
  return bytes === null ? null : (utf8Text(bytes) ?? { base64: base64Text(bytes) });
}

/** The text in the bytes, or null where they are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Not text.
    return null;
  }
}

export function base64Text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
