// Fetches what the tests need and a machine may lack (Debian packages, a Python environment, jars), into a cache
// that outlives the checkout. What cannot be had is reported by name; the caller decides whether that is a skip.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Where fetched things are kept: `$XDG_CACHE_HOME/odradek-test`, else `~/.cache/odradek-test`. */
export const cacheFolder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'odradek-test');

/** Programs that come from Debian packages, and what a test of the package's presence is. */
export const debianPrograms = [
  { package: 'kcat', isThere: () => onPath('kcat') },
  { package: 'chromium', isThere: () => onPath('chromium') },
  { package: 'xvfb', isThere: () => onPath('Xvfb') },
  { package: 'unzip', isThere: () => onPath('unzip') },
  {
    package: 'python3-confluent-kafka',
    isThere: () => run('/usr/bin/python3', ['-c', 'import confluent_kafka']).ok,
  },
];

const pythonPackages = ['confluent-kafka==2.16.1', 'kafka-python[snappy,lz4,zstd,crc32c]==3.0.12'];

/** The interpreter with the Python clients of the interop table, made on first use. */
export function pythonWithClients() {
  const folder = join(cacheFolder, `python-${fingerprint(pythonPackages.join(' '))}`);
  const python = join(folder, 'bin/python');
  if (existsSync(join(folder, 'complete'))) return python;
  rmSync(folder, { recursive: true, force: true });
  must('python3', ['-m', 'venv', folder]);
  must(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...pythonPackages]);
  writeFileSync(join(folder, 'complete'), '');
  return python;
}

/** The programs of ours that each class path is for; Connect is only other people's. */
const javaSources = {
  kafka: ['KafkaTools.java', 'KafkaCleaner.java', 'GroupMembers.java'],
  clients: ['ClientDriver.java', 'ChaosClient.java', 'TransactionDriver.java'],
  streams: ['StreamsApp.java'],
  connect: [],
};

/**
 * The class path of Java programs: `kafka` (Apache Kafka 4.3.1, its tools, KafkaTools and KafkaCleaner), `clients`
 * (the newest Java clients, ClientDriver and ChaosClient), `streams` (Kafka Streams 4.3.1 and StreamsApp) or `connect`
 * (Kafka Connect 4.3.1). Jars come from Maven; our source is compiled beside them.
 */
export function javaClassPath(name) {
  const pom = join(here, 'java', `${name}-pom.xml`);
  const sources = javaSources[name].map((file) => join(here, 'java/src', file));
  const folder = join(
    cacheFolder,
    `java-${name}-${fingerprint([pom, ...sources].map((file) => readFileSync(file, 'utf8')).join(''))}`,
  );
  const classPath = `${join(folder, 'classes')}:${join(folder, 'jars')}/*`;
  if (existsSync(folder)) return classPath;
  const making = `${folder}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  must('mvn', [
    ...['-q', '-B', '-f', pom, 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'],
    `-DoutputDirectory=${join(making, 'jars')}`,
  ]);
  if (sources.length > 0)
    must('javac', ['-cp', `${join(making, 'jars')}/*`, '-d', join(making, 'classes'), ...sources]);
  if (existsSync(folder)) rmSync(making, { recursive: true });
  else renameSync(making, folder);
  return classPath;
}

/** The folder of a real Electron for tests (see electron-runtime). */
export function electronFolder() {
  return must('bash', [resolve(here, 'electron-runtime')])
    .stdout.trim()
    .split('\n')
    .at(-1);
}

/** Installs the Debian packages that are missing, where that is allowed; returns the names that still are. */
export function installDebianPackages(log) {
  const missing = debianPrograms.filter((program) => !program.isThere()).map((program) => program.package);
  if (missing.length === 0) return [];
  const asRoot = process.getuid?.() === 0;
  const mayAsk = process.env.CI !== undefined || process.env.ODRADEK_TEST_INSTALL === '1';
  const prefix = asRoot ? [] : mayAsk && run('sudo', ['-n', 'true']).ok ? ['sudo', '-n'] : null;
  if (prefix === null) return missing;
  log(`Installing Debian packages: ${missing.join(', ')}`);
  run(...command([...prefix, 'apt-get', 'update', '-qq']));
  run(...command([...prefix, 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...missing]));
  return debianPrograms.filter((program) => !program.isThere()).map((program) => program.package);
}

const command = ([program, ...args]) => [program, args];

function onPath(program) {
  return (process.env.PATH ?? '')
    .split(':')
    .some((folder) => folder !== '' && existsSync(folder) && readdirSync(folder).includes(program));
}

function run(program, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const done = spawnSync(program, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] });
  return { ok: done.status === 0, stdout: done.stdout ?? '', stderr: done.stderr ?? String(done.error) };
}

function must(program, args) {
  const done = run(program, args);
  if (!done.ok) throw new Error(`${program} ${args.join(' ')} failed:\n${done.stdout}${done.stderr}`);
  return done;
}

function fingerprint(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
