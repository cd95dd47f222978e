/** Fields whose values differ between any two clusters; their presence is compared, their content is not. */
const volatile = new Set([
  ...['clusterId', 'host', 'port', 'throttleTimeMs', 'logDir', 'totalBytes', 'usableBytes', 'documentation'],
  ...['errorMessage', 'batchIndexErrorMessage', 'errorString', 'controllerId', 'leaderId', 'memberEpoch'],
  ...['finalizedFeaturesEpoch', 'sessionId', 'clientHost', 'partitionSize'],
]);

const uuidFields = new Set(['topicId']);

/**
 * Makes the answers of two clusters comparable: topic ids become the order of their first appearance, generated
 * member ids and clusters' own addresses become placeholders, bytes become text, lists that have no order are sorted, configs of our own are left out.
 */
export function normalize(answer: unknown): unknown {
  const topicIds = new Map<string, string>();
  const walk = (value: unknown, field: string): unknown => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    if (Array.isArray(value)) {
      return sorted(value.filter((item) => !isOurOwn(item)).map((item) => walk(item, field)));
    }
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(inner, name)]));
    }
    if (volatile.has(field)) return value === null ? null : `any ${field}`;
    if (uuidFields.has(field) && value !== 'AAAAAAAAAAAAAAAAAAAAAA') return ordinal(topicIds, String(value));
    if (typeof value === 'string')
      return value.replace(/-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, '-<uuid>');
    return value;
  };
  return walk(answer, '');
}

/** Whether it is a config that Kafka does not have. */
export function isOurOwn(item: unknown): boolean {
  if (item === null || typeof item !== 'object' || !('name' in item)) return false;
  return typeof item.name === 'string' && item.name.startsWith('odradek.');
}

function ordinal(seen: Map<string, string>, id: string): string {
  const known = seen.get(id) ?? `topic id ${seen.size + 1}`;
  seen.set(id, known);
  return known;
}

const names = ['name', 'groupId', 'key'] as const;

/** Kafka answers many lists in hash order: what has a name is compared by name. */
function sorted(items: unknown[]): unknown[] {
  const name = names.find((candidate) =>
    items.every((item) => item !== null && typeof item === 'object' && candidate in item),
  );
  if (name === undefined) return items;
  const nameOf = (item: unknown) => String((item as Record<string, unknown>)[name]);
  return items.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
}
