// `npm test [SUITE …]`: fetches what the tests need, runs every suite, prints the minutes of each, and ends with one
// line of counts. What could not be had is skipped by name; with CI set a skip is a failure.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  electronFolder,
  installDebianPackages,
  javaClassPath,
  pythonWithClients,
} from '../e2e/tools/workshop.mjs';
import { root, toolEnvironment } from './toolchain.mjs';
import { ensureBuilt } from './workspace-build.mjs';

const vitestReport = join(root, 'scripts/vitest-report.mjs');
const vitest = (folder, ...args) => ({ runner: 'vitest', folder, args });

/** In the order they run; `needs` names what the suite cannot do without. */
const suites = [
  {
    name: 'scripts',
    runs: [
      {
        runner: 'node',
        folder: '.',
        args: [
          'scripts/arrows.test.mjs',
          'scripts/tidy.test.mjs',
          'scripts/vitest-report.test.mjs',
          'scripts/plain-names.test.mjs',
        ],
      },
    ],
  },
  {
    name: 'unit',
    runs: [
      vitest('packages/broker', '--exclude', 'test/sim/**'),
      vitest('packages/monitor'),
      vitest('packages/monitor', '--config', 'vitest.live.config.ts'),
      vitest('packages/ui'),
      vitest('apps/web'),
      vitest('apps/desktop'),
      vitest('packages/cli'),
    ],
  },
  { name: 'simulation', runs: [vitest('packages/broker', 'test/sim')] },
  {
    name: 'interop',
    needs: ['kcat', 'python3-confluent-kafka', 'python', 'java'],
    runs: [vitest('e2e', '--dir', 'interop', '--config', 'interop/vitest.config.ts')],
  },
  {
    name: 'chaos',
    needs: ['python', 'java'],
    runs: [vitest('e2e', '--dir', 'chaos', '--config', 'interop/vitest.config.ts')],
  },
  {
    name: 'signals',
    needs: ['python3'],
    runs: [{ runner: 'node', folder: '.', args: ['scripts/signals.test.mjs'] }],
  },
  { name: 'packed', runs: [{ runner: 'node', folder: '.', args: ['scripts/packed.test.mjs'] }] },
  {
    name: 'browser',
    needs: ['chromium'],
    runs: [{ runner: 'playwright', folder: 'e2e', args: ['--project', 'browser'] }],
  },
  {
    name: 'desktop',
    needs: ['xvfb', 'electron'],
    runs: [{ runner: 'playwright', folder: 'e2e', args: ['--project', 'desktop'] }],
  },
];

await ensureBuilt();
const lacking = await fetchNeeds();
const electron = lacking.has('electron') ? undefined : electronFolder();
const asked = process.argv.slice(2);
const counts = { passed: 0, failed: 0, skipped: [], failures: [] };
const minutes = [];

for (const suite of suites.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const missing = (suite.needs ?? []).filter((need) => lacking.has(need));
  if (missing.length > 0) {
    counts.skipped.push(`${suite.name} (no ${missing.join(', ')})`);
    continue;
  }
  console.log(`\n── ${suite.name} ${'─'.repeat(100 - suite.name.length)}`);
  const started = performance.now();
  for (const run of suite.runs) await runOne(suite.name, run);
  minutes.push(`${suite.name} ${((performance.now() - started) / 60_000).toFixed(1)}`);
}

const failed = counts.failed + (process.env.CI === undefined ? 0 : counts.skipped.length);
console.log(`\nMinutes: ${minutes.join(', ')}`);
if (counts.skipped.length > 0) console.log(`Skipped: ${counts.skipped.join('; ')}`);
// Named once more here, the first of them with more of their reasons: of a long run often only the end is kept.
for (const [index, failure] of counts.failures.entries()) {
  const [line, ...more] = failure.split('\n');
  console.log([`Failed: ${line}`, ...(index < 5 ? more.slice(0, 15) : [])].join('\n    '));
}
console.log(
  `${counts.passed} passed, ${failed} failed${counts.skipped.length > 0 ? `, ${counts.skipped.length} skipped` : ''}`,
);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs one test runner with its output shown, and adds what it counted; a runner that dies counts as a failure. */
async function runOne(suiteName, { runner, folder, args }) {
  const scratch = mkdtempSync(join(tmpdir(), 'odradek-test-'));
  const report = join(scratch, 'report.json');
  const code = await show(folder, commandOf(runner, args, report), {
    ...{ PLAYWRIGHT_JSON_OUTPUT_NAME: report, ODRADEK_TEST_REPORT: report },
  });
  const counted = existsSync(report)
    ? countsOf(runner, report)
    : { passed: 0, failed: 0, skipped: 0, failures: [] };
  rmSync(scratch, { recursive: true, force: true });
  counts.passed += counted.passed;
  const died = counted.failed === 0 && code !== 0;
  counts.failed += died ? 1 : counted.failed;
  counts.failures.push(
    ...(died ? [`${runner} ended with ${code} and no failed test`] : counted.failures).map(
      (failure) => `${suiteName} › ${failure}`,
    ),
  );
  if (counted.skipped > 0) counts.skipped.push(`${counted.skipped} in ${suiteName} ${folder}`);
}

function commandOf(runner, args, report) {
  if (runner === 'vitest')
    return ['vitest', 'run', ...args, '--reporter=default', `--reporter=${vitestReport}`];
  if (runner === 'playwright') return ['playwright', 'test', ...args, '--reporter=list,json'];
  return [
    ...['node', '--test', '--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=tap', `--test-reporter-destination=${report}`, ...args],
  ];
}

function show(folder, [program, ...args], extra) {
  const base = toolEnvironment(extra);
  const env = {
    ...base,
    // A workspace's own programs (playwright) come before the root's.
    PATH: `${join(root, folder, 'node_modules/.bin')}:${base.PATH}`,
    ...(electron === undefined ? {} : { ELECTRON_OVERRIDE_DIST_PATH: electron }),
  };
  const child = spawn(program, args, {
    cwd: join(root, folder),
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function countsOf(runner, report) {
  const text = readFileSync(report, 'utf8');
  if (runner === 'node') {
    const count = (label) => Number(new RegExp(`^# ${label} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
    return {
      passed: count('pass'),
      failed: count('fail') + count('cancelled'),
      skipped: count('skipped') + count('todo'),
      failures: [...text.matchAll(/^\s*not ok \d+ - (.*)$/gm)].map(([, name]) => name),
    };
  }
  const counted = JSON.parse(text);
  if (runner === 'vitest') return counted;
  const { expected, unexpected, flaky, skipped } = counted.stats;
  const failures = [...counted.errors.map(({ message }) => message), ...failuresOfPlaywright(counted)];
  return { passed: expected, failed: unexpected + flaky + counted.errors.length, skipped, failures };
}

/** What Playwright counts as unexpected or flaky, through all levels of its suites. */
function failuresOfPlaywright({ specs = [], suites: inner = [] }) {
  const failed = specs.filter(({ tests }) =>
    tests.some(({ status }) => status === 'unexpected' || status === 'flaky'),
  );
  return [
    ...failed.map(({ file, line, title }) => `${file}:${line} › ${title}`),
    ...inner.flatMap((suite) => failuresOfPlaywright(suite)),
  ];
}

/** Fetches into the cache what is missing; resolves with the names of what could not be had. */
async function fetchNeeds() {
  const lacking = new Set(installDebianPackages((line) => console.error(line)));
  const attempts = {
    python: pythonWithClients,
    java: () => ['kafka', 'clients', 'streams', 'connect'].map((name) => javaClassPath(name)),
    electron: electronFolder,
  };
  for (const [name, fetch] of Object.entries(attempts)) {
    try {
      console.error(`Fetching ${name} where it is missing …`);
      fetch();
    } catch (error) {
      console.error(`${name} cannot be had: ${error.message}`);
      lacking.add(name);
    }
  }
  return lacking;
}
