const SHARDS = 128;

/**
 * An immutable map. Changing it gives a new one that shares everything but the shards that were touched, so that
 * an image of many thousands of topics costs little to succeed. Iteration order depends on the keys and the
 * order of insertion only, so it is the same on every node and in every run.
 */
export class PersistentMap<Key extends string | number, Value> {
  readonly size: number;
  readonly #shards: readonly (ReadonlyMap<Key, Value> | undefined)[];

  private constructor(shards: readonly (ReadonlyMap<Key, Value> | undefined)[], size: number) {
    this.#shards = shards;
    this.size = size;
  }

  static empty<Key extends string | number, Value>(): PersistentMap<Key, Value> {
    return new PersistentMap<Key, Value>([], 0);
  }

  get(key: Key): Value | undefined {
    return this.#shards[shardOf(key)]?.get(key);
  }

  has(key: Key): boolean {
    return this.#shards[shardOf(key)]?.has(key) ?? false;
  }

  /** This map with every change made; null removes the key. */
  with(changes: Iterable<readonly [Key, Value | null]>): PersistentMap<Key, Value> {
    const shards = [...this.#shards];
    const copied = new Map<number, Map<Key, Value>>();
    let size = this.size;
    for (const [key, value] of changes) {
      const index = shardOf(key);
      let shard = copied.get(index);
      if (shard === undefined) {
        shard = new Map(shards[index]);
        copied.set(index, shard);
        shards[index] = shard;
      }
      size -= shard.size;
      if (value === null) shard.delete(key);
      else shard.set(key, value);
      size += shard.size;
    }
    return copied.size === 0 ? this : new PersistentMap(shards, size);
  }

  *entries(): Generator<[Key, Value]> {
    for (const shard of this.#shards) {
      if (shard !== undefined) yield* shard.entries();
    }
  }

  *keys(): Generator<Key> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): Generator<Value> {
    for (const [, value] of this.entries()) yield value;
  }
}

/** FNV-1a over UTF-16 code units; numbers are their own hash. */
function shardOf(key: string | number): number {
  if (typeof key === 'number') {
    return Math.abs(key) % SHARDS;
  }
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % SHARDS;
}
