/** Groups what is said of partitions by topic, in the order in which topics come up. */
export function byTopic<Item extends { readonly topic: string }>(
  items: readonly Item[],
): ReadonlyMap<string, readonly Item[]> {
  const topics = new Map<string, Item[]>();
  for (const item of items) {
    const known = topics.get(item.topic);
    if (known === undefined) topics.set(item.topic, [item]);
    else known.push(item);
  }
  return topics;
}
