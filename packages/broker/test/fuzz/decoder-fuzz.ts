import { isDeepStrictEqual } from 'node:util';
import { decodeMessage, encodeMessage, type MessageDeclaration } from '../../src/protocol/message.ts';
import { messages } from '../../src/protocol/message-registry.ts';
import { ProtocolError, type ProtocolErrorCode } from '../../src/protocol/protocol-error.ts';
import { Reader } from '../../src/protocol/reader.ts';
import { batchesIn } from '../../src/protocol/record-batch.ts';
import { recordsBody, recordsIn } from '../../src/protocol/records.ts';
import { bytesOfHex, readCapturedLines } from '../captured-lines.ts';
import { type GoldenVector, readGoldenVectors } from '../golden-vectors.ts';
import { SeededRandom } from '../seeded-random.ts';
import { mutate } from './mutation.ts';

/** What came of one input. */
export type FuzzOutcome = 'decoded' | ProtocolErrorCode;

/** One input that a decoder did not take as it must, with what is needed to see it again. */
export class FuzzFailure extends Error {
  constructor(target: string, bytes: Uint8Array, cause: unknown) {
    super(`${target} on ${Buffer.from(bytes).toString('hex')}`, { cause });
    this.name = 'FuzzFailure';
  }
}

/** No input is longer than a few kilobytes; so much is plenty, and little enough to notice a bomb. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Feeds the decoders with inputs that follow from a seed and an index alone: mutated golden vectors, vectors of other
 * versions and messages, mutated record batches, and random bytes.
 */
export class DecoderFuzz {
  readonly #vectors: readonly GoldenVector[] = readGoldenVectors().filter(({ bytes }) => bytes.length < 4096);
  readonly #declarations: readonly MessageDeclaration[] = Object.values(messages);
  readonly #batches: readonly Uint8Array[] = readCapturedLines<{ hex: string }>('record-batches.ndjson')
    .map(({ hex }) => bytesOfHex(hex))
    .filter((batch) => batch.length < 4096);

  /** Throws a FuzzFailure for anything but a decoded value or a ProtocolError. */
  run(seed: number, index: number): FuzzOutcome {
    const random = new SeededRandom(seed, index);
    const kind = random.below(20);
    if (kind === 0) return this.#tryRandomBytes(random);
    if (kind === 1) return this.#tryForeignMessage(random);
    if (kind < 5) return tryBatch(mutate(random.pick(this.#batches), random));
    const { declaration, version, bytes } = random.pick(this.#vectors);
    return tryMessage(declaration, version, mutate(bytes, random));
  }

  #tryRandomBytes(random: SeededRandom): FuzzOutcome {
    const declaration = random.pick(this.#declarations);
    return tryMessage(declaration, anyVersion(declaration, random), random.bytes(random.below(200)));
  }

  #tryForeignMessage(random: SeededRandom): FuzzOutcome {
    const { declaration, bytes } = random.pick(this.#vectors);
    const other = random.below(2) === 0 ? declaration : random.pick(this.#declarations);
    return tryMessage(other, anyVersion(other, random), bytes);
  }
}

function anyVersion({ validVersions }: MessageDeclaration, random: SeededRandom): number {
  return validVersions.min + random.below(validVersions.max - validVersions.min + 1);
}

/**
 * Decodes the bytes twice, with different bytes around them: an outcome that depends on those has read outside. What
 * decodes must encode again to bytes that decode to the same.
 */
export function tryMessage(declaration: MessageDeclaration, version: number, bytes: Uint8Array): FuzzOutcome {
  const target = `${declaration.name} version ${version}`;
  const decode = (input: Uint8Array) => {
    const reader = new Reader(input);
    const value = decodeMessage(declaration, reader, version);
    reader.expectEnd();
    return value;
  };
  const outcome = outcomeOf(target, bytes, () => decode(surrounded(bytes, 0x00)));
  const again = outcomeOf(target, bytes, () => decode(surrounded(bytes, 0xff)));
  if (!isDeepStrictEqual(outcome, again)) throw new FuzzFailure(target, bytes, 'read outside');
  if ('error' in outcome) return outcome.error;
  const { value } = outcome;
  const reencoded = outcomeOf(target, bytes, () => decode(encodeMessage(declaration, value, version)));
  if (!isDeepStrictEqual(reencoded, outcome))
    throw new FuzzFailure(target, bytes, 'another value once encoded');
  return 'decoded';
}

/** Reads the batch's records, decompressing them, whatever its checksum says. */
export function tryBatch(bytes: Uint8Array): FuzzOutcome {
  const read = (input: Uint8Array) =>
    [...batchesIn(input)].map((batch) => [...recordsIn(batch, recordsBody(batch, MAX_BODY_BYTES))]);
  const outcome = outcomeOf('a record batch', bytes, () => read(surrounded(bytes, 0x00)));
  const again = outcomeOf('a record batch', bytes, () => read(surrounded(bytes, 0xff)));
  if (!isDeepStrictEqual(outcome, again)) throw new FuzzFailure('a record batch', bytes, 'read outside');
  return 'error' in outcome ? outcome.error : 'decoded';
}

type Attempt<Value> = { readonly value: Value } | { readonly error: ProtocolErrorCode };

function outcomeOf<Value>(target: string, bytes: Uint8Array, action: () => Value): Attempt<Value> {
  try {
    return { value: action() };
  } catch (error) {
    if (error instanceof ProtocolError) return { error: error.code };
    throw new FuzzFailure(target, bytes, error);
  }
}

function surrounded(bytes: Uint8Array, filler: number): Uint8Array {
  const margin = 32;
  const whole = new Uint8Array(bytes.length + 2 * margin).fill(filler);
  whole.set(bytes, margin);
  return whole.subarray(margin, margin + bytes.length);
}
