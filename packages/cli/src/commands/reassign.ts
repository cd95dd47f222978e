import { writeFile } from 'node:fs/promises';
import { ExitCode, usageFailure } from '../failure.ts';
import type { BootstrapOption } from '../kafka/client.ts';
import { type KafkaRequests, withRequests } from '../kafka/requests.ts';
import {
  alterAssignments,
  type ClusterPartitions,
  type OngoingMove,
  readOngoing,
  readPartitions,
} from '../reassign/cluster-partitions.ts';
import { type PlannedMove, planAssignment } from '../reassign/plan-assignment.ts';
import { planText, readPlan } from '../reassign/plan-file.ts';
import { markReplicas, removeThrottles, setRates } from '../reassign/throttles.ts';
import { print, printJson, tell } from '../standard-output.ts';
import { textTable } from '../text-table.ts';

interface Common extends BootstrapOption {
  readonly json?: boolean;
}

/** What is to move: the partitions in a plan, or topics and where to. */
export interface Wanted extends Common {
  readonly plan?: string;
  readonly all?: boolean;
  readonly brokers?: readonly number[];
  readonly replicationFactor?: number;
}

/** Shows where replicas would move, and changes nothing; with `out` the plan is written for `execute`. */
export async function planReassignment(
  topics: readonly string[],
  options: Wanted & { readonly out?: string },
): Promise<void> {
  await withRequests(options, async (requests) => {
    const { moves } = await wantedMoves(requests, topics, options);
    if (options.out !== undefined) await writeFile(options.out, `${planText(moves)}\n`);
    showMoves(moves, options);
  });
}

/** Begins the moves, and says how to undo them. With a throttle copying is held to so many bytes a second. */
export async function executeReassignment(
  topics: readonly string[],
  options: Wanted & { readonly throttle?: number },
): Promise<void> {
  await withRequests(options, async (requests) => {
    const { moves, cluster } = await wantedMoves(requests, topics, options);
    if (moves.length === 0) return showMoves(moves, options);
    // Once the moves have begun it would be too late.
    if (options.throttle !== undefined) {
      await markReplicas(requests, moves);
      await setRates(requests, cluster.brokers, options.throttle);
    }
    await alterAssignments(requests, moves);
    showMoves(moves, options);
    const before = moves.map((move) => ({ ...move, replicas: move.before }));
    tell(`To go back, save this plan and execute it: ${planText(before)}`);
  });
}

/**
 * Says of each partition of the plan, or without one of each that moves, how far it is. Once nothing moves any more
 * the throttles are taken away. The exit code is 1 where a partition is not as planned and does not move.
 */
export async function verifyReassignment(topics: readonly string[], options: Wanted): Promise<number> {
  return withRequests(options, async (requests) => {
    const plan = options.plan === undefined ? null : await readPlan(options.plan);
    const names = plan?.map(({ topic }) => topic) ?? topics;
    const cluster = await readPartitions(requests, names.length === 0 ? null : [...new Set(names)]);
    const ongoing = await readOngoing(requests);
    const meant = ongoing.filter(({ topic }) => names.length === 0 || names.includes(topic));
    const rows = (plan ?? meant).map(({ topic, partition, replicas }) => {
      const moving = ongoing.find((move) => move.topic === topic && move.partition === partition);
      const found = cluster.partitions.find((each) => each.topic === topic && each.partition === partition);
      const isThere = found !== undefined && found.replicas.join() === replicas.join();
      const state = moving !== undefined ? 'moving' : isThere ? 'done' : 'not as planned';
      const { adding = [], removing = [] } = moving ?? {};
      return { topic, partition, state, replicas: found?.replicas ?? [], adding, removing };
    });
    if (ongoing.length === 0) await removeThrottlesOf(requests, cluster);
    if (options.json === true) for (const row of rows) printJson(row);
    else if (rows.length === 0) print('nothing moves');
    else showProgress(rows);
    return rows.some(({ state }) => state === 'not as planned') ? ExitCode.FAILED : ExitCode.OK;
  });
}

/** Ends the moves of the plan, of topics, or all: what was not copied to its end goes, what was there stays. */
export async function cancelReassignment(topics: readonly string[], options: Wanted): Promise<void> {
  await withRequests(options, async (requests) => {
    if (options.plan === undefined && topics.length === 0 && options.all !== true) {
      throw usageFailure('name topics, a --plan, or say --all');
    }
    const plan = options.plan === undefined ? null : await readPlan(options.plan);
    const ongoing = await readOngoing(requests);
    const isMeant = ({ topic, partition }: OngoingMove) =>
      (topics.length === 0 || topics.includes(topic)) &&
      (plan === null || plan.some((each) => each.topic === topic && each.partition === partition));
    const cancelled = ongoing.filter(isMeant);
    if (cancelled.length > 0) {
      await alterAssignments(
        requests,
        cancelled.map((move) => ({ ...move, replicas: null })),
      );
    }
    if (cancelled.length === ongoing.length) {
      await removeThrottlesOf(requests, await readPartitions(requests, null));
    }
    for (const { topic, partition } of cancelled) {
      if (options.json === true) printJson({ topic, partition, cancelled: true });
      else print(`${topic}-${partition}: cancelled`);
    }
    if (cancelled.length === 0 && options.json !== true) print('nothing moves');
  });
}

/** Changes how fast replicas that move are copied; null lets them copy as fast as they can. */
export async function throttleReassignment(bytesPerSecond: number | null, options: Common): Promise<void> {
  await withRequests(options, async (requests) => {
    const cluster = await readPartitions(requests, null);
    const brokers = cluster.brokers.map(({ id }) => id);
    if (bytesPerSecond === null) {
      await removeThrottlesOf(requests, cluster);
    } else {
      const ongoing = await readOngoing(requests);
      const moves = ongoing.map((move) => ({
        ...move,
        before: move.replicas.filter((id) => !move.adding.includes(id)),
      }));
      await markReplicas(requests, moves);
      await setRates(requests, cluster.brokers, bytesPerSecond);
    }
    if (options.json === true) printJson({ bytesPerSecond, brokers });
    else print(bytesPerSecond === null ? 'no throttle' : `${bytesPerSecond} bytes a second on each broker`);
  });
}

async function wantedMoves(
  requests: KafkaRequests,
  topics: readonly string[],
  options: Wanted,
): Promise<{ moves: PlannedMove[]; cluster: ClusterPartitions }> {
  if (options.plan !== undefined) {
    const plan = await readPlan(options.plan);
    const cluster = await readPartitions(requests, [...new Set(plan.map(({ topic }) => topic))]);
    const moves = plan.flatMap((wanted) => {
      const found = cluster.partitions.find(
        ({ topic, partition }) => topic === wanted.topic && partition === wanted.partition,
      );
      if (found === undefined)
        throw usageFailure(`there is no partition ${wanted.topic}-${wanted.partition}`);
      const isSame = found.replicas.join() === wanted.replicas.join();
      return isSame ? [] : [{ ...wanted, before: found.replicas }];
    });
    return { moves, cluster };
  }
  if ((options.all === true) === topics.length > 0) throw usageFailure('name topics, a --plan, or say --all');
  const cluster = await readPartitions(requests, options.all === true ? null : topics);
  const ids = options.brokers ?? cluster.brokers.map(({ id }) => id);
  const targets = ids.map((id) => {
    const broker = cluster.brokers.find((candidate) => candidate.id === id);
    if (broker === undefined) throw usageFailure(`--brokers: there is no broker ${id}, or it does not run`);
    return broker;
  });
  const factor = options.replicationFactor ?? null;
  if (factor !== null && factor > targets.length) {
    throw usageFailure(
      `--replication-factor ${factor} needs ${factor} brokers, and there are ${targets.length}`,
    );
  }
  return { moves: planAssignment(cluster.partitions, targets, factor), cluster };
}

function removeThrottlesOf(
  requests: KafkaRequests,
  { brokers, partitions }: ClusterPartitions,
): Promise<void> {
  return removeThrottles(requests, {
    brokers,
    topics: new Set(partitions.map(({ topic }) => topic)),
  });
}

function showMoves(moves: readonly PlannedMove[], options: Common): void {
  if (options.json === true) {
    for (const { topic, partition, before, replicas } of moves) {
      printJson({ topic, partition, before, after: replicas });
    }
    return;
  }
  if (moves.length === 0) {
    print('every replica is where it should be');
    return;
  }
  const cells = moves.map(({ topic, partition, before, replicas }) => {
    return [topic, partition, before.join(','), replicas.join(',')];
  });
  print(textTable(['TOPIC', 'PARTITION', 'BEFORE', 'AFTER'], cells));
}

function showProgress(rows: readonly (OngoingMove & { readonly state: string })[]): void {
  const list = (ids: readonly number[]) => (ids.length === 0 ? null : ids.join(','));
  const cells = rows.map(({ topic, partition, state, replicas, adding, removing }) => {
    return [topic, partition, state, list(replicas), list(adding), list(removing)];
  });
  print(textTable(['TOPIC', 'PARTITION', 'STATE', 'REPLICAS', 'ADDING', 'REMOVING'], cells));
}
