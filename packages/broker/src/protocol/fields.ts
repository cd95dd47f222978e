import type { VersionText } from './version-range.ts';

/** The values of Kafka's primitive types as this code base holds them. */
export interface ScalarValues {
  bool: boolean;
  int8: number;
  int16: number;
  uint16: number;
  int32: number;
  uint32: number;
  int64: number;
  float64: number;
  uuid: string;
  string: string;
  bytes: Uint8Array;
  /** Record batches, back to back and undecoded. */
  records: Uint8Array;
}

export type ScalarType = keyof ScalarValues;

declare const decoded: unique symbol;
declare const encodable: unique symbol;

interface FieldShape {
  /** The message versions that have the field; in others it reads as its default. */
  readonly versions: VersionText;
  /** The versions in which it may be null. */
  readonly nullable: VersionText;
  readonly default: unknown;
  /** The tag number, in the versions `tagged`, where the field is written only if it is not at its default. */
  readonly tag: number;
  readonly tagged: VersionText;
  /** Whether a value may be dropped silently in versions without the field; elsewhere that is an error. */
  readonly ignorable: boolean;
  /** The versions in which the field itself has the compact form; `none` only in the request header's client id. */
  readonly flexibleVersions: VersionText;
  /** Whether an int64 beyond ±2^53 is fine here, being no different from any other very large one. */
  readonly saturates: boolean;
}

export type FieldSchema = FieldShape &
  (
    | { readonly kind: 'scalar'; readonly type: ScalarType }
    | { readonly kind: 'struct'; readonly fields: Fields }
    | { readonly kind: 'array'; readonly element: ScalarType | Fields }
  );

/**
 * One declared field. The two type parameters exist for inference only: what decoding gives, and what encoding
 * takes.
 */
export type Field<Value = unknown, Input = unknown> = FieldSchema & {
  readonly [decoded]: Value;
  readonly [encodable]: Input;
};

/** The fields of a message or struct, by their camelCase names, in the order of the wire. */
export interface Fields {
  readonly [name: string]: Field;
}

/** What decoding a struct gives: every field, those that a version lacks at their defaults. */
export type DecodedFields<F extends Fields> = { readonly [Name in keyof F]: F[Name][typeof decoded] };

/** What encoding a struct takes: any field may be left out and then has its default. */
export type EncodableFields<F extends Fields> = { readonly [Name in keyof F]?: F[Name][typeof encodable] };

export interface FieldOptions<Value> {
  readonly default?: Value;
  readonly tag?: number;
  readonly tagged?: VersionText;
  readonly ignorable?: boolean;
  readonly flexibleVersions?: VersionText;
}

interface NullableOptions<Value> extends FieldOptions<Value | null> {
  readonly nullable: VersionText;
}

interface Int64Options extends FieldOptions<number> {
  readonly saturates?: boolean;
}

export const bool = scalar('bool', false);
export const int8 = scalar('int8', 0);
export const int16 = scalar('int16', 0);
export const uint16 = scalar('uint16', 0);
export const int32 = scalar('int32', 0);
export const uint32 = scalar('uint32', 0);
export const float64 = scalar('float64', 0);
export const uuid = scalar('uuid', 'AAAAAAAAAAAAAAAAAAAAAA');
export const string = nullableScalar<string, string>('string', '');
export const bytes = nullableScalar<Uint8Array, Uint8Array>('bytes', new Uint8Array(0));
/** Record batches. Several arrays may be given to the encoder; on the wire they are one. */
export const records = nullableScalar<Uint8Array, Uint8Array | readonly Uint8Array[]>(
  'records',
  new Uint8Array(0),
);

export function int64(versions: VersionText, options: Int64Options = {}): Field<number, number> {
  return field({ kind: 'scalar', type: 'int64' }, versions, { default: 0, ...options });
}

/** A struct inside a message. Its default is the struct with every field at its default, or null. */
export function struct<F extends Fields>(
  versions: VersionText,
  fields: F,
  options: NullableOptions<never>,
): Field<DecodedFields<F> | null, EncodableFields<F> | null>;
export function struct<F extends Fields>(
  versions: VersionText,
  fields: F,
  options?: FieldOptions<never>,
): Field<DecodedFields<F>, EncodableFields<F>>;
export function struct(
  versions: VersionText,
  fields: Fields,
  options: FieldOptions<unknown> | NullableOptions<unknown> = {},
): Field<unknown, unknown> {
  return field({ kind: 'struct', fields }, versions, { default: defaultsOf(fields), ...options });
}

type Element = ScalarType | Fields;
type DecodedElement<E> = E extends ScalarType ? ScalarValues[E] : E extends Fields ? DecodedFields<E> : never;
type EncodableElement<E> = E extends ScalarType
  ? ScalarValues[E]
  : E extends Fields
    ? EncodableFields<E>
    : never;

/** An array of scalars or of structs. Its default is the empty array, or null. */
export function array<E extends Element>(
  versions: VersionText,
  element: E,
  options: NullableOptions<never>,
): Field<readonly DecodedElement<E>[] | null, readonly EncodableElement<E>[] | null>;
export function array<E extends Element>(
  versions: VersionText,
  element: E,
  options?: FieldOptions<never>,
): Field<readonly DecodedElement<E>[], readonly EncodableElement<E>[]>;
export function array(
  versions: VersionText,
  element: Element,
  options: FieldOptions<unknown> | NullableOptions<unknown> = {},
): Field<unknown, unknown> {
  return field({ kind: 'array', element }, versions, { default: EMPTY_ARRAY, ...options });
}

/** The struct with every field at its default. */
export function defaultsOf(fields: Fields): Readonly<Record<string, unknown>> {
  const value: Record<string, unknown> = {};
  for (const [name, declared] of Object.entries(fields)) value[name] = declared.default;
  return Object.freeze(value);
}

const EMPTY_ARRAY: readonly unknown[] = Object.freeze([]);

function scalar<Type extends ScalarType>(type: Type, zero: ScalarValues[Type]) {
  return (
    versions: VersionText,
    options: FieldOptions<ScalarValues[Type]> = {},
  ): Field<ScalarValues[Type], ScalarValues[Type]> =>
    field({ kind: 'scalar', type }, versions, { default: zero, ...options });
}

interface NullableScalar<Value, Input> {
  (versions: VersionText, options: NullableOptions<Value>): Field<Value | null, Input | null>;
  (versions: VersionText, options?: FieldOptions<Value>): Field<Value, Input>;
}

function nullableScalar<Value, Input>(type: ScalarType, empty: Value): NullableScalar<Value, Input> {
  return (versions: VersionText, options: FieldOptions<Value | null> = {}) =>
    field({ kind: 'scalar', type }, versions, { default: empty, ...options });
}

type Shape =
  | { readonly kind: 'scalar'; readonly type: ScalarType }
  | { readonly kind: 'struct'; readonly fields: Fields }
  | { readonly kind: 'array'; readonly element: Element };

function field<Value, Input>(
  shape: Shape,
  versions: VersionText,
  options: FieldOptions<unknown> & { readonly nullable?: VersionText; readonly saturates?: boolean },
): Field<Value, Input> {
  const schema: FieldSchema = {
    nullable: 'none',
    default: undefined,
    tag: -1,
    tagged: options.tag === undefined ? 'none' : versions,
    ignorable: false,
    flexibleVersions: '0+',
    saturates: false,
    ...options,
    ...shape,
    versions,
  };
  // The type parameters are carried by symbols that have no value at run time.
  return schema as Field<Value, Input>;
}
