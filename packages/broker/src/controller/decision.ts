import type { ConfigValues } from '../metadata/configs/config-values.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Random } from '../runtime/random.ts';

/** What an operation of the controller decides from; nothing else may influence it. */
export interface ControllerView {
  /** Everything appended so far, committed or not: operations build on one another without waiting. */
  readonly image: MetadataImage;
  /** The controller's own broker configs: defaults of new topics, and what topics inherit. */
  readonly configs: ConfigValues;
  readonly staticValues: ReadonlyMap<string, string>;
  readonly nodeId: number;
  readonly random: Random;
  /** The offset that the first record of this decision will get. */
  readonly nextOffset: number;
}

/** Records to be appended as one batch, and the answer to give once they are committed. */
export interface Decision<Response> {
  readonly records: readonly MetadataRecord[];
  readonly response: Response;
}

/** An error as it is answered for one topic or resource. */
export interface ApiError {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export const NO_ERROR: ApiError = { errorCode: ErrorCode.NONE, errorMessage: null };

/** An error of which its code says everything. */
export function plainError(errorCode: number): ApiError {
  return { errorCode, errorMessage: errorOf(errorCode).message };
}

/** Most partitions that one request may make. */
export const MAX_PARTITIONS_PER_REQUEST = 10_000;
