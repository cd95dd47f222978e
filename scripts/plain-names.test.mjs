// What the bundle of a broker process makes of classes: the same program, with names that V8 finds quickly.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { transformSync } from 'esbuild';
import { withPlainNames } from './plain-names.mjs';

/** What the source gives, which ends with an expression; with private names, and with plain ones. */
function given(source) {
  return [source, withPlainNames(source, 'test.ts')].map((program) =>
    runInNewContext(transformSync(program, { loader: 'ts' }).code),
  );
}

test('fields, methods, accessors and statics are what they were', () => {
  const [before, after] = given(`
    class Count {
      static #made = 0;
      readonly #first: number;
      #now = 0;
      constructor(first: number) { this.#first = first; Count.#made += 1; }
      get #sum() { return this.#first + this.#now; }
      async #later() { return this.#sum; }
      #add(by: number) { this.#now += by; return this; }
      read(other: Count) { other?.#add(2); return [this.#add(3).#sum, other.#sum, Count.#made, '#now']; }
    }
    JSON.stringify(new Count(1).read(new Count(10)));
  `);
  assert.equal(before, '[4,12,2,"#now"]');
  assert.equal(after, before);
});

test('a class and the one it is derived from, and one within another, have each their own', () => {
  const [before, after] = given(`
    class Base { #name = 'base'; base() { return this.#name; } }
    class Derived extends Base {
      #name = 'derived';
      own() { return this.#name; }
      within() { const outer = this; return new (class { #name = 'inner'; both() { return [this.#name, outer.own()]; } })().both(); }
    }
    const one = new Derived();
    JSON.stringify([one.base(), one.own(), one.within()]);
  `);
  assert.equal(before, '["base","derived",["inner","derived"]]');
  assert.equal(after, before);
});

test('what would become another program is refused', () => {
  const refused = [
    'class Asking { #x = 1; has(other: object) { return #x in other; } }',
    'class Taken { #x = 1; _x = 2; both() { return this.#x + this._x; } }',
    'const make = () => class extends Map { #x = 1; get x() { return this.#x; } };',
  ];
  for (const source of refused) assert.throws(() => withPlainNames(source, 'test.ts'), /test\.ts/);
});
