/**
 * A module of a package that this one depends on, or of Node, at its first use: what most brokers never need costs no
 * memory before. So does the means of loading it.
 */
export function loadWhenUsed(name: string): unknown {
  load ??= process.getBuiltinModule('node:module').createRequire(import.meta.url);
  return load(name);
}

let load: NodeJS.Require | null = null;
