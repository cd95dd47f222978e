import { usageFailure } from './failure.ts';

const MAJOR_WANTED = 24;

/** Why this Node cannot run Odradek; null when it can. */
export function nodeProblem(version = process.versions.node): string | null {
  return Number(version.split('.')[0]) >= MAJOR_WANTED
    ? null
    : `Odradek needs Node ${MAJOR_WANTED} or newer, and this is Node ${version}`;
}

/** Ends with a sentence under a Node that is too old, before anything fails in a less telling way. */
export function requireNode(): void {
  const problem = nodeProblem();
  if (problem !== null) throw usageFailure(problem);
}
