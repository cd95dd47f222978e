import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import { type ApiError, type ControllerView, type Decision, NO_ERROR } from './decision.ts';

export type DeletionResult = { readonly topicId: string } & ApiError;

/** Removes topics with their configs. Ids must be distinct. */
export function deleteTopics(
  view: ControllerView,
  topicIds: readonly string[],
): Decision<readonly DeletionResult[]> {
  const records: MetadataRecord[] = [];
  const response = topicIds.map((topicId) => {
    if (!view.image.topicsById.has(topicId)) {
      const errorCode = ErrorCode.UNKNOWN_TOPIC_ID;
      return { topicId, errorCode, errorMessage: errorOf(errorCode).message };
    }
    records.push({ kind: 'removeTopic', value: { topicId } });
    return { topicId, ...NO_ERROR };
  });
  return { records, response };
}
