import type { MemberEvent } from './group-members.ts';

/** Whoever reads a partition begins where it was committed to, or behind that by what nobody was told is committed. */
export function wronglyBegun(events: readonly MemberEvent[]): string[] {
  const wrong: string[] = [];
  const committed = new Map<string, number>();
  const readTo = new Map<string, number>();
  for (const { kind, name, words } of events) {
    const [partition = '', first = ''] = words;
    if (kind === 'committed') {
      const before = committed.get(partition) ?? 0;
      if (Number(first) < before) wrong.push(`${name} committed ${first} of ${partition} after ${before}`);
      committed.set(partition, Number(first));
    }
    if (kind !== 'read') continue;
    const from = Number(first);
    const [least, most] = [committed.get(partition) ?? 0, (readTo.get(partition) ?? -1) + 1];
    if (from < least) wrong.push(`${name} read ${partition} from ${from}, committed was ${least}`);
    if (from > most) wrong.push(`${name} read ${partition} from ${from}, nobody has read ${most}`);
    readTo.set(partition, Math.max(most - 1, Number(words[2])));
  }
  return wrong;
}

/** Partitions that somebody was given before somebody else had given them up, by the times at which they said so. */
export function ownedAtOnce(events: readonly MemberEvent[]): string[] {
  const owners = new Map<string, string>();
  const twice: string[] = [];
  for (const { name, owned } of changes(events)) {
    for (const [partition, owner] of owners) {
      if (owner === name && !owned.has(partition)) owners.delete(partition);
    }
    for (const partition of owned) {
      const owner = owners.get(partition) ?? name;
      if (owner !== name) twice.push(`${name} is given ${partition}, which ${owner} has`);
      owners.set(partition, name);
    }
  }
  return twice;
}

/** What each owned from when on. Of two changes in one millisecond, those come first that only give something up. */
function changes(events: readonly MemberEvent[]): { name: string; owned: ReadonlySet<string> }[] {
  const last = new Map<string, ReadonlySet<string>>();
  const all = events.flatMap(({ atMs, kind, name, words }) => {
    const [, list = '-'] = kind === 'closed' ? [] : words;
    if (kind !== 'owns' && kind !== 'closed') return [];
    const owned = new Set(list === '-' ? [] : list.split(','));
    const grows = [...owned].some((partition) => last.get(name)?.has(partition) !== true);
    last.set(name, owned);
    return [{ atMs, grows, name, owned }];
  });
  return all.sort((a, b) => a.atMs - b.atMs || Number(a.grows) - Number(b.grows));
}

/** Partitions that two members owned in one generation. */
export function ownedTwice(events: readonly MemberEvent[]): string[] {
  const owners = new Map<string, string>();
  const twice: string[] = [];
  const last = new Map<string, readonly string[]>();
  for (const { kind, name, words } of events) {
    const [generation = '-1', list = '-'] = words;
    if (kind === 'owns' && generation !== '-1') {
      last.set(`${generation} ${name}`, list === '-' ? [] : list.split(','));
    }
  }
  for (const [member, partitions] of last) {
    const [generation = '', name = ''] = member.split(' ');
    for (const partition of partitions) {
      const owner = owners.get(`${generation}:${partition}`);
      if (owner !== undefined) twice.push(`generation ${generation}: ${owner} and ${name} own ${partition}`);
      owners.set(`${generation}:${partition}`, name);
    }
  }
  return twice;
}
