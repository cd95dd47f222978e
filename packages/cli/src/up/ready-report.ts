import type { BrokerStatus } from '@odradek/broker/cluster';
import type { BrokerEvent, RunningCluster, UpReady } from '@odradek/contract';

/** What `up` says once everything has answered. */
export interface ReadyCluster extends RunningCluster {
  /** Since this process was started. */
  readonly readyMs: number;
  readonly brokers: readonly BrokerStatus[];
}

/** The line of `up --json`; its fields are a contract (design §4). */
export function readyLine(ready: ReadyCluster): UpReady {
  return {
    ready: true,
    ms: ready.readyMs,
    bootstrap: ready.bootstrap,
    console: ready.console,
    open: ready.open,
    brokers: ready.brokers.map(({ id, pid, port, controllerPort, directory }) => ({
      id,
      pid,
      port,
      controllerPort,
      dir: directory,
    })),
  };
}

/** The line of `up --json` for each change after that. */
export function brokerEventLine({ id, state, pid, reason }: BrokerStatus): BrokerEvent {
  return { event: 'broker', id, state, pid, ...(reason === null ? {} : { reason }) };
}

export function readyText(ready: ReadyCluster, isTerminal: boolean): string {
  const count = ready.brokers.length === 1 ? '1 broker' : `${ready.brokers.length} brokers`;
  return [
    `Odradek is ready: ${count}, ${ready.readyMs} ms`,
    '',
    ...connectionLines(ready),
    `  try        kcat -b ${ready.bootstrap} -L`,
    `  stop       ${isTerminal ? 'Ctrl-C' : `kill ${ready.pid}`}`,
    '',
  ].join('\n');
}

export function alreadyRunningText(running: RunningCluster): string {
  return [
    `Odradek runs already on this data directory (process ${running.pid}).`,
    '',
    ...connectionLines(running),
    `  stop       kill ${running.pid}`,
    '',
  ].join('\n');
}

function connectionLines({ bootstrap, open, data }: RunningCluster): string[] {
  return [
    `  bootstrap  ${bootstrap}`,
    ...(open === null ? [] : [`  console    ${open}`]),
    `  data       ${data}`,
  ];
}
