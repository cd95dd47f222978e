// node scripts/flame-graph.mjs PROFILE.cpuprofile OUT.svg "Title" [SECONDS]: draws what `node --cpu-prof` recorded, after
// so many seconds. Each box is a
// function, as wide as the time spent in it and in what it called; below it is its caller. Time in which nothing ran is
// left out. Hover for names and shares.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const [from, to, title = 'CPU', skippedSeconds = '0'] = process.argv.slice(2);
if (from === undefined || to === undefined) {
  console.error('node scripts/flame-graph.mjs PROFILE.cpuprofile OUT.svg [TITLE [SECONDS]]');
  process.exit(2);
}

const WIDTH = 1200;
const ROW = 15;
/** Narrower boxes are not drawn. */
const LEAST_SHARE = 0.002;
const CHARACTER_WIDTH = 6.2;
const IDLE = new Set(['(idle)', '(program)']);

const root = tree(JSON.parse(readFileSync(from, 'utf8')));
const boxes = [];
const depth = lay(root, 0, 0);
writeFileSync(to, svg());
console.log(`${to} is written: ${boxes.length} boxes, ${(root.microseconds / 1e6).toFixed(1)} s of work`);

/** The calls by name, with the time spent in and below each. */
function tree({ nodes, samples, timeDeltas }) {
  const own = new Map();
  let atMicroseconds = 0;
  for (const [index, id] of samples.entries()) {
    atMicroseconds += timeDeltas[index];
    if (atMicroseconds >= Number(skippedSeconds) * 1e6) own.set(id, (own.get(id) ?? 0) + timeDeltas[index]);
  }
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const merged = (name) => ({ name, microseconds: 0, below: new Map() });
  const add = (node, into) => {
    const name = nameOf(node.callFrame);
    if (IDLE.has(name)) return 0;
    const child = into.below.get(name) ?? merged(name);
    into.below.set(name, child);
    let total = own.get(node.id) ?? 0;
    for (const id of node.children ?? []) total += add(byId.get(id), child);
    child.microseconds += total;
    return total;
  };
  const all = merged('all');
  for (const id of nodes[0].children ?? []) all.microseconds += add(byId.get(id), all);
  return all;
}

function nameOf({ functionName, url, lineNumber }) {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (name.startsWith('(') && url === '') return name;
  return url.startsWith('node:') || url === ''
    ? `${name} ${url}`
    : `${name} ${basename(url)}:${lineNumber + 1}`;
}

/** Fills `boxes`; returns how many rows there are. */
function lay(node, x, row) {
  const width = node.microseconds / root.microseconds;
  if (width < LEAST_SHARE) return row;
  boxes.push({ name: node.name, x, row, width });
  let at = x;
  let rows = row + 1;
  for (const child of [...node.below.values()].sort((a, b) => b.microseconds - a.microseconds)) {
    rows = Math.max(rows, lay(child, at, row + 1));
    at += child.microseconds / root.microseconds;
  }
  return rows;
}

function svg() {
  const height = (depth + 3) * ROW;
  const drawn = boxes.map(({ name, x, row, width }) => {
    const [left, wide] = [x * WIDTH, width * WIDTH];
    const top = height - (row + 2) * ROW;
    const label = escaped(name.split(' ')[0].slice(0, Math.floor((wide - 4) / CHARACTER_WIDTH)));
    const text = label.length < 3 ? '' : `<text x="${(left + 2).toFixed(1)}" y="${top + 11}">${label}</text>`;
    const hint = `<title>${escaped(name)}: ${(width * 100).toFixed(1)} %</title>`;
    const box = `<rect x="${left.toFixed(1)}" y="${top}" width="${Math.max(wide - 0.5, 0.5).toFixed(1)}" height="${ROW - 1}" fill="${colorOf(name)}"/>`;
    return `<g>${hint}${box}${text}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="10">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="#fffdf8"/><text x="4" y="12" font-size="12">${escaped(title)}</text>
${drawn.join('\n')}
</svg>
`;
}

/** Ours in warm colours, node's own and the engine's in cold ones. */
function colorOf(name) {
  const hash = [...name].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) >>> 0, 7);
  if (name.startsWith('(')) return `hsl(${200 + (hash % 30)},25%,80%)`;
  return name.includes('node:') || name.endsWith(' ')
    ? `hsl(${180 + (hash % 40)},45%,72%)`
    : `hsl(${15 + (hash % 35)},80%,${65 + (hash % 12)}%)`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
