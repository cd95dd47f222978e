/** Where two answers differ, one line each: the path, then what Apache Kafka said and what Odradek said. */
export function differences(theirs: unknown, ours: unknown, path = ''): string[] {
  if (Object.is(theirs, ours)) return [];
  if (isObject(theirs) && isObject(ours)) {
    const names = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
    return [...names].flatMap((name) =>
      differences(theirs[name], ours[name], path === '' ? name : `${path}.${name}`),
    );
  }
  return [`${path}: Kafka ${shown(theirs)}, Odradek ${shown(ours)}`];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object';
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
