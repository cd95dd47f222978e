import type { FetchedTopic, OffsetFetchGroup, OffsetFetchTopic } from '../groups/offset-fetch.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { offsetFetchRequest } from '../protocol/messages/offset-fetch-request.ts';
import { offsetFetchResponse } from '../protocol/messages/offset-fetch-response.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import { AclOperation } from '../security/authorizer.ts';
import type { GroupNeeds } from './group-access.ts';
import type { Handler, RequestContext } from './handler.ts';

export interface OffsetFetchNeeds extends GroupNeeds {
  readonly image: () => MetadataImage;
}

type OffsetFetchRequest = Decoded<typeof offsetFetchRequest>;
type OffsetFetchResponse = Encodable<typeof offsetFetchResponse>;
type GroupAnswer = NonNullable<OffsetFetchResponse['groups']>[number];

/** From here on an error may concern a whole group; before, every partition carries it. */
const GROUP_ERROR_FROM = 2;
/** From here on several groups are asked for at once. */
const BATCHED_FROM = 8;
const TOPIC_IDS_FROM = 10;

/**
 * OffsetFetch (key 9), versions 1–10. Null topics (2) ask for all, RequireStable (7) waits for what is being
 * committed, 8 takes several groups, 10 names topics by id. A topic that may not be described is left out of "all".
 */
export function offsetFetchHandler(
  needs: OffsetFetchNeeds,
): Handler<typeof offsetFetchRequest, typeof offsetFetchResponse> {
  return {
    request: offsetFetchRequest,
    response: offsetFetchResponse,
    async handle(request, context) {
      const groups = groupsOf(request, context.apiVersion);
      const answers = groups.map((group) => fetchGroup(needs, { group, request, context }));
      return shape(await Promise.all(answers), context.apiVersion);
    },
    refuse(errorCode, request, { apiVersion }) {
      const groups = groupsOf(request, apiVersion);
      return shape(
        groups.map((group) => refuseGroup(group, errorCode, apiVersion)),
        apiVersion,
      );
    },
  };
}

interface GroupFetch {
  readonly group: OffsetFetchGroup;
  readonly request: OffsetFetchRequest;
  readonly context: RequestContext;
}

async function fetchGroup(needs: OffsetFetchNeeds, fetch: GroupFetch): Promise<GroupAnswer> {
  const { context, group } = fetch;
  const { authorizer, coordinator } = needs;
  if (!authorizer.isAllowed(context.principal, AclOperation.DESCRIBE, 'group', group.groupId)) {
    return refuseGroup(group, ErrorCode.GROUP_AUTHORIZATION_FAILED, context.apiVersion);
  }
  const checked = group.topics?.map((topic) => checkTopic(needs, topic, context)) ?? null;
  const asked = checked?.flatMap(({ accepted }) => (accepted === null ? [] : [accepted])) ?? null;
  const { groupId } = group;
  const result = await coordinator.fetchOffsets(
    { groupId, topics: asked, member: group },
    fetch.request.requireStable,
  );
  if (result.kind === 'refused') return refuseGroup(group, result.errorCode, context.apiVersion);
  if (checked === null) {
    return { groupId: group.groupId, topics: visibleTopics(needs, result.value, context) };
  }
  const refused = checked.flatMap(({ refused: answer }) => (answer === null ? [] : [answer]));
  return { groupId: group.groupId, topics: [...result.value, ...refused] };
}

function checkTopic(
  needs: OffsetFetchNeeds,
  topic: OffsetFetchTopic,
  context: RequestContext,
): { accepted: OffsetFetchTopic | null; refused: FetchedTopic | null } {
  const usesIds = context.apiVersion >= TOPIC_IDS_FROM;
  const name = usesIds ? needs.image().topicsById.get(topic.topicId)?.name : topic.name;
  if (name === undefined) {
    return { accepted: null, refused: refuseTopic(topic, ErrorCode.UNKNOWN_TOPIC_ID) };
  }
  if (!mayDescribe(needs, context, name)) {
    return { accepted: null, refused: refuseTopic(topic, ErrorCode.TOPIC_AUTHORIZATION_FAILED) };
  }
  return { accepted: { ...topic, name }, refused: null };
}

/** Of "all topics", those the client may know of; where it wants ids, those that have one. */
function visibleTopics(
  needs: OffsetFetchNeeds,
  topics: readonly FetchedTopic[],
  context: RequestContext,
): FetchedTopic[] {
  const { topicsByName } = needs.image();
  return topics.flatMap((topic) => {
    const name = topic.name ?? '';
    if (!mayDescribe(needs, context, name)) return [];
    if (context.apiVersion < TOPIC_IDS_FROM) return [topic];
    const topicId = topicsByName.get(name)?.id ?? ZERO_UUID;
    return topicId === ZERO_UUID ? [] : [{ ...topic, topicId }];
  });
}

function mayDescribe({ authorizer }: OffsetFetchNeeds, context: RequestContext, topic: string): boolean {
  return authorizer.isAllowed(context.principal, AclOperation.DESCRIBE, 'topic', topic);
}

function groupsOf(request: OffsetFetchRequest, apiVersion: number): readonly OffsetFetchGroup[] {
  if (apiVersion >= BATCHED_FROM) return request.groups;
  const topics = request.topics?.map((topic) => ({ ...topic, topicId: ZERO_UUID })) ?? null;
  return [{ groupId: request.groupId, memberId: null, memberEpoch: -1, topics }];
}

function refuseGroup(group: OffsetFetchGroup, errorCode: number, apiVersion: number): GroupAnswer {
  const { groupId } = group;
  if (apiVersion >= GROUP_ERROR_FROM) return { groupId, errorCode };
  return { groupId, topics: (group.topics ?? []).map((topic) => refuseTopic(topic, errorCode)) };
}

function refuseTopic({ name, partitionIndexes, topicId }: OffsetFetchTopic, errorCode: number): FetchedTopic {
  return {
    name,
    topicId,
    partitions: partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: -1,
      metadata: '',
      errorCode,
    })),
  };
}

function shape(groups: readonly GroupAnswer[], apiVersion: number): OffsetFetchResponse {
  if (apiVersion >= BATCHED_FROM) return { groups };
  const { errorCode, topics } = groups[0] ?? {};
  return {
    errorCode: errorCode ?? ErrorCode.NONE,
    topics: (topics ?? []).map(({ name, partitions }) => ({
      name: name ?? '',
      partitions: partitions ?? [],
    })),
  };
}
