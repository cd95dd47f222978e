import type { Decision, ReplyTo } from '../coordination/coordinator-machine.ts';
import type { TimelineMap } from '../coordination/timeline.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { type Group, groupTombstones, isEmpty } from './group.ts';
import { offsetTombstone } from './group-records.ts';
import type { OffsetStore } from './offset-store.ts';
import { TombstonePortion } from './tombstone-portion.ts';

/** Groups that an administrator deletes. A group may have more offsets than fit one batch: they go in portions. */
export class GroupDeletion {
  /** What became of each group that is dealt with. */
  readonly errorCodes = new Map<string, number>();
  readonly #waiting: string[];

  constructor(groupIds: readonly string[]) {
    this.#waiting = [...groupIds].reverse();
  }

  /** Whether nothing is left for another portion. */
  get isComplete(): boolean {
    return this.#waiting.length === 0;
  }

  /** Deletes of each group that is empty the offsets, then the group itself, as far as one decision goes. */
  decide(groups: TimelineMap<string, Group>, offsets: OffsetStore, replyTo: ReplyTo<number>): Decision {
    const portion = new TombstonePortion();
    while (!portion.isFull) {
      const groupId = this.#waiting.pop();
      if (groupId === undefined) break;
      const group = groups.get(groupId);
      if (group === undefined || !isEmpty(group)) {
        const errorCode = group === undefined ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.NON_EMPTY_GROUP;
        this.errorCodes.set(groupId, errorCode);
      } else if (forgetOffsets(groupId, offsets, portion)) {
        groups.delete(groupId);
        for (const tombstone of groupTombstones(group)) portion.add(tombstone);
        this.errorCodes.set(groupId, ErrorCode.NONE);
      } else this.#waiting.push(groupId);
    }
    portion.decision.answers.push(replyTo.answer(ErrorCode.NONE));
    return portion.decision;
  }
}

/** False when there are more than the portion takes. */
function forgetOffsets(groupId: string, offsets: OffsetStore, portion: TombstonePortion): boolean {
  for (const key of [...offsets.keysOf(groupId)]) {
    if (portion.isFull) return false;
    offsets.delete(key);
    portion.add(offsetTombstone(key));
  }
  return true;
}
