// `npm run chaos [-- --seconds 600 --seed N --cluster odradek|kafka --timing local|kafka --network …]`: three real
// broker processes under load while they are killed, paused, restarted and cut off. Prints a report; ends with 1 when
// anything acknowledged is lost or out of order, when a healthy broker was fenced, or when the cluster is stuck.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { KafkaTools } from '../interop/kafka-tools.ts';
import { javaClassPath, pythonWithClients } from '../tools/workshop.mjs';
import { BROKERS, ChaosCluster, type ClusterName } from './chaos-cluster.ts';
import { reportOf } from './chaos-report.ts';
import { PARTITIONS, runChaos, TOPIC } from './chaos-run.ts';
import { judge } from './checks.ts';
import { CHAOS_SETTINGS, KAFKA_DEFAULT_TIMING, LOCAL_CLUSTER_TIMING } from './cluster-settings.ts';
import { FAULT_KINDS } from './fault-schedule.ts';
import { FULL_LOAD_SETTINGS, fullLoadReport, runFullLoad } from './full-load.ts';
import { metadataHistory } from './metadata-history.ts';
import { Namespaces, namespacePrefix } from './namespaces.ts';
import { Proxies } from './proxies.ts';
import { differingReplicas, producerEpochs } from './replica-files.ts';
import type { TestNetwork } from './test-network.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    cluster: { type: 'string', default: 'odradek' },
    timing: { type: 'string', default: 'local' },
    /** `inside` is said by this program to itself, in the namespace that it has entered. */
    network: { type: 'string', default: 'auto' },
    rate: { type: 'string', default: '1600' },
    /** `shown`: gaps and false fencings fail nothing, for they are those of a machine that may be busy. */
    budgets: { type: 'string', default: 'held' },
    /** Only faults whose kind begins with this. */
    kind: { type: 'string', default: '' },
    /** No faults, but as much load as goes; a broker that is fenced all the same is a failure. */
    'full-load': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    /** Has clients say what they do, beside the brokers' logs. */
    'client-logs': { type: 'boolean', default: false },
  },
});

const timing = values.timing === 'kafka' ? KAFKA_DEFAULT_TIMING : LOCAL_CLUSTER_TIMING;
if (values.network === 'auto') process.exitCode = await enterNamespace();
else await run(values.network === 'inside' ? await Namespaces.open(BROKERS) : await Proxies.open(BROKERS));

/** Runs this program again where it can make hosts of its own, if there is such a place. */
async function enterNamespace(): Promise<number> {
  // What is fetched is fetched here: in there is no way out.
  javaClassPath('clients');
  javaClassPath('kafka');
  pythonWithClients();
  const prefix = namespacePrefix();
  const again = [process.execPath, import.meta.filename, ...process.argv.slice(2)];
  const [program = '', ...args] =
    prefix === null ? [...again, '--network', 'proxies'] : [...prefix, ...again, '--network', 'inside'];
  const child = spawn(program, [...args, '--seed', values.seed], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // `unshare` hands no signal on; with it all that it has started ends.
    process.on(signal, () => child.kill(prefix === null ? signal : 'SIGKILL'));
  }
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

async function run(network: TestNetwork): Promise<void> {
  const name: ClusterName = values.cluster === 'kafka' ? 'Apache Kafka' : 'Odradek';
  const folder = mkdtempSync(join(tmpdir(), 'odradek-chaos-'));
  const tools = new KafkaTools();
  const settings = {
    ...CHAOS_SETTINGS,
    ...timing.settings,
    ...(values['full-load'] ? FULL_LOAD_SETTINGS : {}),
  };
  const cluster = await ChaosCluster.prepare(name, { folder, network, settings, tools });
  await tools.close();
  process.once('exit', () => void cluster.killAll());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(130));
  const who = `${name === 'Odradek' ? name : `${name} 4.3.1`}, three brokers, session time-out ${timing.sessionTimeoutMs} ms`;
  console.log(who);
  try {
    cluster.startAll();
    const outcome = values['full-load']
      ? await fullLoad(cluster, who)
      : await chaos(cluster, { who, logFolder: values['client-logs'] ? folder : null });
    console.log(`\n${outcome.lines.join('\n')}`);
    for (const failure of outcome.failures) console.log(`FAILED: ${failure}`);
    if (outcome.failures.length > 0) process.exitCode = 1;
  } catch (error) {
    console.log(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
  await cluster.killAll();
  await network.close();
  if (process.exitCode === 1 || values.keep) console.log(`The brokers' files are kept in ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}

interface Outcome {
  readonly lines: readonly string[];
  readonly failures: readonly string[];
}

async function fullLoad(cluster: ChaosCluster, who: string): Promise<Outcome> {
  const seconds = Number(values.seconds);
  return fullLoadReport(`${who}, ${seconds} s of full load`, await runFullLoad(cluster, seconds));
}

async function chaos(
  cluster: ChaosCluster,
  { who, logFolder }: { readonly who: string; readonly logFolder: string | null },
): Promise<Outcome> {
  await cluster.createTopic(TOPIC, PARTITIONS);
  const begun = Date.now();
  const record = await runChaos(cluster, {
    seconds: Number(values.seconds),
    seed: Number(values.seed),
    sessionTimeoutMs: timing.sessionTimeoutMs,
    recordsPerSecond: Number(values.rate),
    logFolder,
    kinds: FAULT_KINDS.filter((kind) => kind.startsWith(values.kind)),
    say: (line) => console.log(`${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${line}`),
  });
  await cluster.stopAll();
  const directories = cluster.brokers.map(({ dataDirectory }) => dataDirectory);
  return reportOf({
    title: `${who}, ${values.seconds} s of faults from seed ${values.seed}`,
    network: cluster.network.meaning,
    run: record,
    verdict: judge(
      record.acknowledged,
      record.read,
      record.others,
      await producerEpochs(directories[0] ?? '', TOPIC, PARTITIONS),
    ),
    history: await metadataHistory(directories[0] ?? ''),
    differingReplicas: await differingReplicas(directories, TOPIC, PARTITIONS),
    sessionTimeoutMs: timing.sessionTimeoutMs,
    holdsBudgets: cluster.name === 'Odradek' && values.budgets === 'held',
  });
}
