import { registerHooks } from 'node:module';

/** Text of a file of the broker, and what stands there instead in a variant that is known to be bad. */
export interface RulePatch {
  /** Below src, as `replication/leadership.ts`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const SOURCES = new URL('../../src/', import.meta.url).href;

/**
 * From now on the broker's files are loaded with these rules in place of their own. To be called before any of them is.
 * Returns what tells, once they are all loaded, whether each patch has found its text.
 */
export function patchRules(patches: readonly RulePatch[]): () => void {
  const waiting = new Set(patches);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const own = patches.filter(({ file }) => url === SOURCES + file);
      if (own.length === 0 || loaded.source === undefined) return loaded;
      let source = Buffer.from(loaded.source as Uint8Array).toString();
      for (const patch of own) {
        if (!source.includes(patch.from)) continue;
        source = source.replace(patch.from, () => patch.to);
        waiting.delete(patch);
      }
      return { ...loaded, source };
    },
  });
  return () => {
    for (const { file, from } of waiting)
      throw new Error(`src/${file} has no text any more that a known-bad variant replaces: ${from}`);
  };
}
