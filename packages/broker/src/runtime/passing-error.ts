import type { DiskError } from './disk.ts';

/** No space, or no more of the quota. */
export function lacksSpace({ code }: DiskError): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** No more open files, for this process or for the machine. */
export function lacksHandles({ code }: DiskError): boolean {
  return code === 'EMFILE' || code === 'ENFILE';
}

/** Whether the disk is as good as before and only something has run out, which may be there again later. */
export function isPassing(error: DiskError): boolean {
  return lacksSpace(error) || lacksHandles(error);
}
