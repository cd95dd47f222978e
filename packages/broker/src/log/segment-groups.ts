import type { LogConfig } from './log-config.ts';

/** What decides whether segments go together into one. */
export interface GroupedSegment {
  readonly baseOffset: number;
  readonly sizeInBytes: number;
  /** The size of the larger of its indexes. */
  readonly indexBytes: number;
}

/** Indexes store offsets relative to the base offset as int32. */
const RELATIVE_OFFSET_MAX = 2 ** 31 - 1;

/**
 * Neighbours that are cleaned into one segment each, in their order: as many as fit into `segment.bytes` and
 * `segment.index.bytes` by their sizes before the cleaning. `endOffset` is behind the last of them.
 */
export function groupSegments<Segment extends GroupedSegment>(
  segments: readonly Segment[],
  config: LogConfig,
  endOffset: number,
): Segment[][] {
  const groups: Segment[][] = [];
  let group: Segment[] = [];
  let sizeInBytes = 0;
  let indexBytes = 0;
  for (const [index, segment] of segments.entries()) {
    const lastOffset = (segments[index + 1]?.baseOffset ?? endOffset) - 1;
    const isTooFar =
      segment.sizeInBytes > 0 && lastOffset - (group[0]?.baseOffset ?? lastOffset) > RELATIVE_OFFSET_MAX;
    if (
      isTooFar ||
      sizeInBytes + segment.sizeInBytes > config.segmentBytes ||
      indexBytes + segment.indexBytes > config.segmentIndexBytes
    ) {
      if (group.length > 0) groups.push(group);
      group = [];
      sizeInBytes = 0;
      indexBytes = 0;
    }
    group.push(segment);
    sizeInBytes += segment.sizeInBytes;
    indexBytes += segment.indexBytes;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}
