import type { DecodedFields, EncodableFields, Fields } from './fields.ts';
import { compileDecoder, type StructDecoder } from './message-decoder.ts';
import { compileEncoder, type StructEncoder } from './message-encoder.ts';
import { ProtocolError } from './protocol-error.ts';
import type { Reader } from './reader.ts';
import { parseVersions, type VersionRange, type VersionText } from './version-range.ts';
import { Writer } from './writer.ts';

export type MessageType =
  | 'request'
  | 'response'
  | 'header'
  | 'data'
  | 'metadata'
  | 'coordinator-key'
  | 'coordinator-value';

export type ListenerType = 'broker' | 'controller';

/**
 * One message of Kafka's protocol, as its schema of 4.3.1 declares it. Types (`Decoded`, `Encodable`) and codecs
 * follow from it.
 */
export interface MessageDeclaration<F extends Fields = Fields> {
  readonly name: string;
  readonly type: MessageType;
  /** The API's key, or the type number of a metadata or coordinator record; -1 where a message has neither. */
  readonly apiKey: number;
  /** Which listeners answer a request. */
  readonly listeners: readonly ListenerType[];
  readonly validVersions: VersionRange;
  /** Versions with compact lengths and tagged fields. */
  readonly flexibleVersions: VersionRange;
  /** Whether the last valid version is not yet to be advertised. */
  readonly latestVersionUnstable: boolean;
  readonly fields: F;
  /** The codec of one version, compiled when first asked for. */
  codecAt(version: number): MessageCodec;
}

interface MessageCodec {
  readonly decode: StructDecoder;
  readonly encode: StructEncoder;
}

/** A message as decoding gives it: every field is present, those that the version lacks at their defaults. */
export type Decoded<D extends MessageDeclaration> = DecodedFields<D['fields']>;

/** A message as encoding takes it: a field left out has its default. */
export type Encodable<D extends MessageDeclaration> = EncodableFields<D['fields']>;

interface DeclaredMessage<F extends Fields> {
  readonly name: string;
  readonly type: MessageType;
  readonly apiKey?: number;
  readonly listeners?: readonly ListenerType[];
  readonly validVersions: VersionText;
  readonly flexibleVersions: VersionText;
  readonly latestVersionUnstable?: boolean;
  readonly fields: F;
}

/** Declares a message. */
export function message<F extends Fields>(declared: DeclaredMessage<F>): MessageDeclaration<F> {
  const { name, fields } = declared;
  const validVersions = parseVersions(declared.validVersions);
  const flexibleVersions = parseVersions(declared.flexibleVersions);
  const codecs: MessageCodec[] = [];
  return {
    apiKey: -1,
    listeners: [],
    latestVersionUnstable: false,
    ...declared,
    validVersions,
    flexibleVersions,
    codecAt(version) {
      const compiled = codecs[version];
      if (compiled !== undefined) return compiled;
      if (!Number.isInteger(version) || version < validVersions.min || version > validVersions.max) {
        throw new ProtocolError('unsupported-version', `${name} has no version ${version}`);
      }
      const target = {
        version,
        flexible: version >= flexibleVersions.min && version <= flexibleVersions.max,
      };
      const codec = {
        decode: compileDecoder(name, fields, target),
        encode: compileEncoder(name, fields, target),
      };
      codecs[version] = codec;
      return codec;
    },
  };
}

/** Hand-written codecs for the messages where speed matters most; each is made for one version when first used. */
interface HandwrittenPaths<D extends MessageDeclaration> {
  readonly decoderAt?: (version: number) => (reader: Reader) => Decoded<D>;
  readonly encoderAt?: (version: number) => (writer: Writer, value: Encodable<D>) => void;
}

/** The same message with some of its codecs written by hand; they must give exactly what the compiled ones give. */
export function withHandwritten<D extends MessageDeclaration>(declaration: D, paths: HandwrittenPaths<D>): D {
  const codecs: MessageCodec[] = [];
  return {
    ...declaration,
    codecAt(version: number) {
      const made = codecs[version];
      if (made !== undefined) return made;
      const compiled = declaration.codecAt(version);
      const codec: MessageCodec = {
        decode: paths.decoderAt?.(version) ?? compiled.decode,
        encode: (paths.encoderAt?.(version) as StructEncoder | undefined) ?? compiled.encode,
      };
      codecs[version] = codec;
      return codec;
    },
  };
}

export function isFlexible(declaration: MessageDeclaration, version: number): boolean {
  return version >= declaration.flexibleVersions.min && version <= declaration.flexibleVersions.max;
}

/**
 * Reads one message at the reader's offset and stops behind it. Bytes and records are sub-arrays of the reader's
 * bytes. Throws a ProtocolError; a version that the message does not have is one too.
 */
export function decodeMessage<D extends MessageDeclaration>(
  declaration: D,
  reader: Reader,
  version: number,
): Decoded<D> {
  // The decoder was compiled from the very declaration that the type is inferred from.
  return declaration.codecAt(version).decode(reader) as Decoded<D>;
}

/** The message's bytes. Throws a ProtocolError (`unencodable`) where a value has no place in the version. */
export function encodeMessage<D extends MessageDeclaration>(
  declaration: D,
  value: Encodable<D>,
  version: number,
): Uint8Array {
  const writer = new Writer();
  writeMessage(declaration, writer, value, version);
  return writer.bytes();
}

/** From this length on a byte value is cheaper to hand to the socket by itself than to copy. */
const GATHER_FROM = 4096;

/** The message's bytes in several arrays: large bytes and records are the very arrays that were given. */
export function encodeMessageParts<D extends MessageDeclaration>(
  declaration: D,
  value: Encodable<D>,
  version: number,
): Uint8Array[] {
  const writer = new Writer({ gatherFrom: GATHER_FROM });
  writeMessage(declaration, writer, value, version);
  return writer.parts();
}

/** Writes the message behind what the writer already holds. */
export function writeMessage<D extends MessageDeclaration>(
  declaration: D,
  writer: Writer,
  value: Encodable<D>,
  version: number,
): void {
  declaration.codecAt(version).encode(writer, value);
}
