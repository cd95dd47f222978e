import { BROKERS, type ChaosCluster } from './chaos-cluster.ts';
import type { FaultKind, PlannedFault } from './fault-schedule.ts';

/** A fault as it was carried out; times are of the wall clock. */
export interface Fault {
  readonly kind: FaultKind;
  /** What was killed, paused or cut off. */
  readonly victims: readonly number[];
  readonly fromMs: number;
  /** When it was put right; a process that was started may not serve yet. */
  readonly untilMs: number;
  /** The partitions that a victim led, and whether the cluster was whole when it began. */
  readonly led: readonly number[];
  readonly wasWhole: boolean;
  readonly wasController: boolean;
}

/** Draws the victims of a fault, carries it out, and puts it right after its time. */
export async function carryOut(
  cluster: ChaosCluster,
  planned: PlannedFault,
  wasWhole: boolean,
): Promise<Fault> {
  const leaders = await cluster.leaders();
  const controller = await cluster.controller();
  const victim = victimOf(planned, leaders, controller);
  const victims = planned.kind === 'kill all' ? BROKERS : [victim];
  const other = BROKERS.filter((id) => id !== victim)[planned.draw() < 0.5 ? 0 : 1] ?? victim;
  const [begin, end] = actsOf(cluster, planned.kind, victim, other);
  const fromMs = Date.now();
  await begin();
  await new Promise((resolve) => setTimeout(resolve, planned.forMs));
  await end();
  return {
    kind: planned.kind,
    victims:
      planned.kind === 'cut off from one broker' || planned.kind === 'cut off one way'
        ? [victim, other]
        : victims,
    fromMs,
    untilMs: Date.now(),
    led: leaders.flatMap((leader, partition) => (victims.includes(leader as never) ? [partition] : [])),
    wasWhole,
    wasController: controller !== null && victims.includes(controller as never),
  };
}

/** Leaders are hit as often as they lead. */
function victimOf(
  { kind, draw }: PlannedFault,
  leaders: readonly number[],
  controller: number | null,
): number {
  const drawn =
    leaders[Math.floor(draw() * leaders.length)] ?? BROKERS[Math.floor(draw() * BROKERS.length)] ?? 1;
  return kind === 'kill the controller' ? (controller ?? drawn) : drawn;
}

type Act = () => Promise<void>;

function actsOf(
  cluster: ChaosCluster,
  kind: FaultKind,
  victim: number,
  other: number,
): [begin: Act, end: Act] {
  const broker = cluster.broker(victim);
  const peers = BROKERS.filter((id) => id !== victim);
  const cutFrom = (hosts: readonly (number | 'clients')[]): [Act, Act] => [
    () => forEach(hosts, (host) => cluster.cutBothWays(victim, host)),
    () => forEach(hosts, (host) => cluster.healBothWays(victim, host)),
  ];
  switch (kind) {
    case 'kill':
    case 'kill the controller':
      return [() => broker.kill(), async () => broker.start()];
    case 'kill all':
      return [() => cluster.killAll(), async () => cluster.startAll()];
    case 'restart':
      return [() => broker.stop(), async () => broker.start()];
    case 'pause, short':
    case 'pause, long':
      return [async () => broker.pause(), async () => broker.resume()];
    case 'cut off, short':
    case 'cut off, long':
      return cutFrom([...peers, 'clients']);
    case 'cut off from the brokers':
      return cutFrom(peers);
    case 'cut off from one broker':
      return cutFrom([other]);
    case 'cut off one way':
      return [() => cluster.network.cut(victim, other), () => cluster.network.heal(victim, other)];
  }
}

async function forEach<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  await Promise.all(items.map(act));
}
