/** What the records of a batch have in common, found in one walk over their framing. */
export interface RecordSurvey {
  readonly smallestTimestampDelta: number;
  readonly largestTimestampDelta: number;
  /** Whether a record has no key. */
  readonly lacksKey: boolean;
}

/** Bytes of a varint that the quick walk reads: numbers below 2^27 in either direction. */
const QUICK_VARINT_BYTES = 4;

/**
 * Walks over the framing of `recordCount` records, which must fill the body exactly: lengths, varints, offset deltas
 * that count up from 0, headers. Makes no object for a record, and reads each only where its lengths lie. Null where
 * something is not well-formed or merely unusual (a number of more than 27 bits): `RecordCursor` says what it is.
 */
export function surveyRecords(body: Uint8Array, recordCount: number): RecordSurvey | null {
  const walk = new QuickWalk(body);
  let smallestTimestampDelta = Number.POSITIVE_INFINITY;
  let largestTimestampDelta = Number.NEGATIVE_INFINITY;
  let lacksKey = false;
  for (let index = 0; index < recordCount; index++) {
    const length = walk.varint();
    const end = walk.at + length;
    if (length < 0 || end > body.length) return null;
    walk.at++;
    const timestampDelta = walk.varint();
    if (timestampDelta < smallestTimestampDelta) smallestTimestampDelta = timestampDelta;
    if (timestampDelta > largestTimestampDelta) largestTimestampDelta = timestampDelta;
    if (walk.varint() !== index) return null;
    const keyLength = walk.varint();
    if (keyLength < 0) lacksKey = true;
    else walk.at += keyLength;
    const valueLength = walk.varint();
    if (valueLength > 0) walk.at += valueLength;
    if (!walk.skipHeaders(end) || walk.at !== end || walk.isUnusual) return null;
  }
  return walk.at === body.length ? { smallestTimestampDelta, largestTimestampDelta, lacksKey } : null;
}

class QuickWalk {
  at = 0;
  /** Set for good by a varint that is too long, or not wholly there. */
  isUnusual = false;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A zigzag varint. */
  varint(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.at++] ?? 0;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let count = 1; count < QUICK_VARINT_BYTES; count++) {
      byte = bytes[this.at++] ?? 0;
      value |= (byte & 0x7f) << (7 * count);
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    this.isUnusual = true;
    return 0;
  }

  /** False where the headers do not end before `end`. */
  skipHeaders(end: number): boolean {
    const count = this.varint();
    if (count === 0) return true;
    if (count < 0) return false;
    for (let left = count; left > 0; left--) {
      const keyLength = this.varint();
      if (keyLength < 0) return false;
      this.at += keyLength;
      const valueLength = this.varint();
      if (valueLength > 0) this.at += valueLength;
      if (this.at > end) return false;
    }
    return true;
  }
}
