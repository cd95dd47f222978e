import type { Field, Fields } from '../protocol/fields.ts';
import type { MessageDeclaration } from '../protocol/message.ts';
import { includesVersion } from '../protocol/version-range.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * A decoded message as Kafka's own JSON converters show it: the fields that the version has, tagged ones only where
 * they are not at their default, bytes as base64 text.
 */
export function messageJson(declaration: MessageDeclaration, value: Values, version: number): Values {
  return structJson(declaration.fields, value, version);
}

function structJson(fields: Fields, value: Values, version: number): Values {
  const json: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (!includesVersion(field.versions, version)) continue;
    if (includesVersion(field.tagged, version) && isDefault(value[name], field)) continue;
    json[name] = fieldJson(field, value[name], version);
  }
  return json;
}

function fieldJson(field: Field, value: unknown, version: number): unknown {
  if (value === null || value === undefined) return null;
  if (field.kind === 'struct') return structJson(field.fields, value as Values, version);
  if (field.kind === 'scalar') return scalarJson(value);
  const { element } = field;
  return (value as readonly unknown[]).map((item) =>
    typeof element === 'string' ? scalarJson(item) : structJson(element, item as Values, version),
  );
}

function scalarJson(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}

function isDefault(value: unknown, field: Field): boolean {
  return value === field.default || JSON.stringify(value) === JSON.stringify(field.default);
}
