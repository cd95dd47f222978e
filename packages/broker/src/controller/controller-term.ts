import { brokerConfigValues } from '../metadata/configs/broker-config-layers.ts';
import type { ConfigValues } from '../metadata/configs/config-values.ts';
import type { BrokerImage, MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataQuorum } from '../raft/metadata-quorum.ts';
import type { Clock } from '../runtime/clock.ts';
import { ActiveController, type ActiveControllerNeeds } from './active-controller.ts';
import { BrokerSessions } from './broker-sessions.ts';
import { ControllerDuties } from './controller-duties.ts';

/** What belongs to one leadership of this node. */
export interface ControllerTerm {
  readonly active: ActiveController;
  readonly sessions: BrokerSessions;
  readonly duties: ControllerDuties;
}

export interface TermNeeds extends ActiveControllerNeeds {
  readonly clock: Clock;
  /** Of this start of the node. */
  readonly incarnationId: string;
}

/** What a leadership begins with. */
export interface TermBeginning {
  /** Null: any, for the only voter of a quorum. */
  readonly epoch: number | null;
  readonly image: MetadataImage;
  /** Who led before, as far as this node knows. */
  readonly predecessorId: number | null;
}

export function beginTerm(
  quorum: MetadataQuorum,
  needs: TermNeeds,
  { epoch, image, predecessorId }: TermBeginning,
): ControllerTerm {
  const { nodeId, incarnationId, staticValues, clock } = needs;
  const configs = brokerConfigValues({ image, nodeId, staticValues });
  const sessions = new BrokerSessions(configs.number('broker.session.timeout.ms'), nodeId);
  for (const broker of image.brokers.values()) {
    // An earlier incarnation of this node's own broker is gone for certain.
    const isGone = broker.id === nodeId && broker.incarnationId !== incarnationId;
    const circumstances = { predecessorId, configs, nowMs: clock.monotonicMs() };
    if (!isGone) sessions.begin(broker, lastHeardMs(broker, circumstances));
  }
  const active = new ActiveController(quorum, needs, { epoch, image });
  const duties = new ControllerDuties({
    clock,
    sessions,
    imbalanceCheckMs: configs.number('leader.imbalance.check.interval.seconds') * 1000,
    uncleanElectionMs: configs.number('unclean.leader.election.interval.ms'),
    decide: (decide) => (active.leads ? active.decide(decide) : null),
  });
  return { active, sessions, duties };
}

/**
 * When a broker was heard of, as far as a node knows that takes over: just now. What is fenced need not be heard of,
 * and the leader before this one has been silent for the time it took to give it up.
 */
function lastHeardMs(
  { id, isFenced }: BrokerImage,
  {
    predecessorId,
    configs,
    nowMs,
  }: { readonly predecessorId: number | null; readonly configs: ConfigValues; readonly nowMs: number },
): number {
  if (isFenced) return -Infinity;
  return id === predecessorId ? nowMs - configs.number('controller.quorum.fetch.timeout.ms') : nowMs;
}
