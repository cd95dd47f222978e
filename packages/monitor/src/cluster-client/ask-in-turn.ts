/** A broker that has not answered by now may be held up: the next one is asked beside it. */
const PATIENCE_MS = 700;

/**
 * Asks one after another and resolves with the first answer. The next is asked when one fails, and also when it is
 * silent for long, for a process that hangs keeps its connections. Rejects with the first failure when all fail.
 * Only for questions: more than one may be answered.
 */
export function askInTurn<Whom, Answer>(
  all: readonly Whom[],
  ask: (whom: Whom) => Promise<Answer>,
  patienceMs = PATIENCE_MS,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const failures: unknown[] = [];
  let asked = 0;
  let isAnswered = false;
  const askNext = () => {
    const whom = all[asked];
    if (isAnswered || whom === undefined) return;
    asked += 1;
    const impatience = setTimeout(askNext, patienceMs);
    ask(whom)
      .then(
        (answer) => {
          isAnswered = true;
          resolve(answer);
        },
        (error: unknown) => {
          failures.push(error);
          if (failures.length === all.length) reject(failures[0]);
          askNext();
        },
      )
      .finally(() => clearTimeout(impatience));
  };
  if (all.length === 0) reject(new RangeError('there is nobody to ask'));
  askNext();
  return promise;
}
