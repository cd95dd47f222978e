import { type Disk, DiskError } from '../runtime/disk.ts';
import type { Random } from '../runtime/random.ts';
import { directoryOf } from '../runtime/whole-file.ts';
import { DamagedFileError } from './checkpoint-files.ts';
import { DirectoryError } from './directory-error.ts';
import { type MetaProperties, readMetaProperties, writeMetaProperties } from './directory-files.ts';

/** Which directory is to be taken, and for whom. */
export interface DirectoryClaim {
  readonly disk: Disk;
  readonly random: Random;
  /** Absolute; made when it is not there. */
  readonly path: string;
  readonly nodeId: number;
  /** Without one a new directory founds a cluster of its own, and an old one keeps its own. */
  readonly clusterId?: string;
  /** What is particular about it where it is new. */
  readonly founding?: Founding;
}

/** How a new directory begins. It counts as new until all of this is on disk. */
export interface Founding {
  /** The id that it is to have; drawn unless given. */
  readonly directoryId?: string;
  /** What it holds from the start. To be done again where it was not completed. */
  readonly prepare?: () => Promise<void>;
}

/** A directory that is this process's until it is released. */
export interface ClaimedDirectory {
  readonly meta: MetaProperties;
  release(): Promise<void>;
}

/** Takes a directory's lock and checks, or writes, whose it is. Rejects with a {@link DirectoryError}. */
export async function claimDirectory(claim: DirectoryClaim): Promise<ClaimedDirectory> {
  try {
    await makeDurableDirectory(claim.disk, claim.path);
    const release = await takeLock(claim.disk, claim.path);
    try {
      return { meta: await identify(claim), release };
    } catch (error) {
      await release();
      throw error;
    }
  } catch (error) {
    // Everything that can go wrong here is said to a person who must put it right.
    throw unusable(claim.path, error);
  }
}

/** Makes the directory and its missing parents, so that a power loss takes none of the names back. */
async function makeDurableDirectory(disk: Disk, path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path; at !== '' && !(await isThere(disk, at)); at = directoryOf(at)) missing.push(at);
  if (missing.length === 0) return;
  await disk.makeDirectory(path);
  for (const made of missing) await disk.syncDirectory(directoryOf(made) || '/');
}

async function isThere(disk: Disk, path: string): Promise<boolean> {
  try {
    await disk.stat(path);
    return true;
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return false;
    throw error;
  }
}

async function takeLock(disk: Disk, path: string): Promise<() => Promise<void>> {
  const outcome = await disk.lock(`${path}/.lock`);
  if (outcome.kind === 'locked') return () => outcome.release();
  throw new DirectoryError(
    'locked',
    `${path} is in use by ${outcome.holder}: stop that one first, or give this one another directory`,
  );
}

/** Reads whose directory it is, and marks a new one. */
async function identify(claim: DirectoryClaim): Promise<MetaProperties> {
  const { disk, path, random, nodeId, clusterId, founding } = claim;
  const known = await readMetaProperties(disk, path);
  if (known === null) {
    await founding?.prepare?.();
    const directoryId = founding?.directoryId ?? random.uuid();
    const meta = { clusterId: clusterId ?? random.uuid(), nodeId, directoryId };
    await writeMetaProperties(disk, path, meta);
    return meta;
  }
  if (known.nodeId !== nodeId) {
    const text = `${path} belongs to node ${known.nodeId}, not to node ${nodeId}`;
    throw new DirectoryError('foreign', `${text}: give this node its own directory, or its node.id back`);
  }
  if (clusterId !== undefined && known.clusterId !== clusterId) {
    const text = `${path} belongs to cluster ${known.clusterId}, not to cluster ${clusterId}`;
    throw new DirectoryError('foreign', `${text}: give this cluster a directory of its own`);
  }
  return known;
}

/** What a person is told of a disk, or a file, that this directory cannot be opened with. */
export function unusable(path: string, error: unknown): unknown {
  if (error instanceof DiskError) {
    const remedy = 'check that it can be written to and has space, or name another directory';
    return new DirectoryError(
      'unusable',
      `${path} cannot be used (${error.code} at ${error.path}): ${remedy}`,
      {
        cause: error,
      },
    );
  }
  if (error instanceof DamagedFileError)
    return new DirectoryError('unusable', error.message, { cause: error });
  return error;
}
