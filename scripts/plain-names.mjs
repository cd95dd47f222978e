// For the bundle of a broker process: private names of classes become plain ones. V8's quick compiler, by which a small
// broker runs most of its code, writes private fields and calls private methods by look-ups (ADR 44); and what checks the
// sources has seen that nobody else uses them. Runs on Node 20.
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** A plugin of esbuild for our own sources. */
export const plainNames = {
  name: 'plain-names',
  setup(build) {
    build.onLoad({ filter: /[\\/]packages[\\/]broker[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      contents: withPlainNames(readFileSync(path, 'utf8'), path),
      loader: 'ts',
    }));
  },
};

/**
 * The source with `_name` in place of `#name`; in a class that extends another the name of the class is part of it, for
 * that other one may have the same. Throws where it cannot be the same program.
 */
export function withPlainNames(source, path) {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest);
  const changes = [];
  const visit = (node, classes) => {
    if (ts.isPrivateIdentifier(node)) {
      changes.push({ from: node.getStart(file), to: node.end, name: plainName(node.text, classes, path) });
      return;
    }
    if (ts.isBinaryExpression(node) && ts.isPrivateIdentifier(node.left))
      throw new Error(`${path} asks whether an object has ${node.left.text}, which others may have as well`);
    const around = ts.isClassLike(node) ? [...classes, classOf(node, path)] : classes;
    ts.forEachChild(node, (child) => visit(child, around));
  };
  visit(file, []);
  let plain = '';
  let end = 0;
  for (const { from, to, name } of changes) {
    plain += source.slice(end, from) + name;
    end = to;
  }
  return plain + source.slice(end);
}

/** The names that a class has by itself, and what is put behind the private ones. */
function classOf({ name, members, heritageClauses = [] }, path) {
  const names = new Set(members.flatMap((member) => member.name?.text ?? []));
  const isDerived = heritageClauses.some(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  if (isDerived && name === undefined) throw new Error(`${path} derives a class without a name`);
  return { names, suffix: isDerived ? `$${name.text}` : '' };
}

function plainName(privateName, classes, path) {
  const owner = classes.findLast(({ names }) => names.has(privateName));
  const plain = `_${privateName.slice(1)}${owner?.suffix ?? ''}`;
  if (owner === undefined || owner.names.has(plain)) throw new Error(`${path}: ${plain} is taken`);
  return plain;
}
