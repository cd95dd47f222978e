/** Memory of its own, outside of node's pool, with whatever was there before: for bytes that are all written to. */
export function uninitializedBytes(length: number): Uint8Array<ArrayBuffer> {
  return Buffer.allocUnsafeSlow(length);
}
