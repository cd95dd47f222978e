/**
 * What this node had on its disk, and may have promised others, is not there. It must not vote as the voter that it was:
 * it may only begin anew, as another one.
 */
export class LostMetadataError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'LostMetadataError';
  }
}
