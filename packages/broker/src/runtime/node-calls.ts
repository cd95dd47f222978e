/*
 * Calls of `node:fs` as promises. `node:fs/promises` would do the same, but a process that has it has line editing, a
 * history and watchers of files with it: 2 MB.
 */

/** What a call gives to its callback. */
export function givenBy<Given>(
  call: (answer: (error: Error | null, given: Given) => void) => void,
): Promise<Given> {
  return new Promise((resolve, reject) => {
    call((error, given) => (error === null ? resolve(given) : reject(error)));
  });
}

/** The end of a call that gives nothing. */
export function endOf(call: (answer: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error === null ? resolve() : reject(error)));
  });
}
