import { type Decoded, decodeMessage, type Encodable, encodeMessage } from './message.ts';
import { type MessageName, messages } from './message-registry.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import type { VersionRange } from './version-range.ts';

export { errorOf } from './errors.ts';
export type { MessageName } from './message-registry.ts';
export { ProtocolError, type ProtocolErrorCode } from './protocol-error.ts';

type Declaration<Name extends MessageName> = (typeof messages)[Name];

/**
 * Encodes and decodes one message of Kafka's protocol: plain objects with Kafka's field names in camelCase, int64 as
 * number, bytes as Uint8Array, uuid as Kafka's 22-character text, null where nullable.
 */
export interface Codec<Name extends MessageName> {
  /** The API's key, or the type number of a metadata or coordinator record; -1 where a message has neither. */
  readonly apiKey: number;
  readonly validVersions: VersionRange;
  /** Versions with compact lengths and tagged fields, and with the header that goes with them. */
  readonly flexibleVersions: VersionRange;
  /**
   * The bytes of a message. A field left out has its default, tagged ones too. Throws a ProtocolError with the code
   * `unsupported-version`, or `unencodable` where a value does not fit its field or the version has no place for it.
   */
  encode(value: Encodable<Declaration<Name>>, version: number): Uint8Array;
  /**
   * The message in exactly these bytes, every field present; byte values are sub-arrays of `bytes`. Throws a
   * ProtocolError with the code `unsupported-version`, `truncated`, `malformed` or `trailing-bytes`.
   */
  decode(bytes: Uint8Array, version: number): Decoded<Declaration<Name>>;
}

/** The codec of a message by Kafka's name, such as `MetadataRequest`. Throws `unknown-message` for any other name. */
export function codec<Name extends MessageName>(name: Name): Codec<Name> {
  if (!Object.hasOwn(messages, name))
    throw new ProtocolError('unknown-message', `no message is called ${name}`);
  const declaration = messages[name];
  return {
    apiKey: declaration.apiKey,
    validVersions: declaration.validVersions,
    flexibleVersions: declaration.flexibleVersions,
    encode: (value, version) => encodeMessage<Declaration<Name>>(declaration, value, version),
    decode(bytes, version) {
      const reader = new Reader(bytes);
      const value = decodeMessage<Declaration<Name>>(declaration, reader, version);
      reader.expectEnd();
      return value;
    },
  };
}
