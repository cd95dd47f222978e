import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { changesWhenDirectoryFails, changesWhenLeaving, changesWhenReturning } from './broker-changes.ts';
import type { BrokerPhase, BrokerSessions, Heartbeat } from './broker-sessions.ts';
import type { ControllerView, Decision } from './decision.ts';

/** Most leaders that are elected in one step, so that requests come in between. */
export const ELECTIONS_PER_STEP = 1000;

export interface BrokerHeartbeat extends Heartbeat {
  readonly brokerEpoch: number;
  /** Ids of its log directories whose disks have refused. */
  readonly offlineDirectories: readonly string[];
}

export type HeartbeatReply =
  | { readonly kind: 'refused'; readonly errorCode: number }
  | {
      readonly kind: 'heard';
      /** Whether it has applied its own registration. */
      readonly isCaughtUp: boolean;
      readonly isFenced: boolean;
      readonly shouldShutDown: boolean;
    };

/** Fences, lets in or lets go the broker that was heard of, and takes note of its failed directories. */
export function heartbeat(
  view: ControllerView,
  { heard, sessions, nowMs }: { heard: BrokerHeartbeat; sessions: BrokerSessions; nowMs: number },
): Decision<HeartbeatReply> {
  const broker = view.image.brokers.get(heard.brokerId);
  if (broker === undefined || broker.epoch !== heard.brokerEpoch) {
    return { records: [], response: { kind: 'refused', errorCode: ErrorCode.STALE_BROKER_EPOCH } };
  }
  // A broker's epoch is where the batch of its registration begins, and batches are applied whole.
  const registrationOffset = broker.epoch;
  const present = sessions.phaseOf(broker.id);
  const next = sessions.nextPhase(heard, {
    registrationOffset,
    leadsAny: () => leadsAny(view.image, broker.id),
  });
  const records = [
    ...(present === next ? [] : phaseRecords(view, heard, next)),
    ...directoryRecords(view, heard),
  ];
  sessions.heard(heard, next, nowMs);
  if (next === 'stopping') sessions.stopAt(broker.id, view.nextOffset + records.length - 1);
  const response: HeartbeatReply = {
    kind: 'heard',
    isCaughtUp: heard.metadataOffset >= registrationOffset,
    isFenced: next === 'fenced' || next === 'stopped',
    shouldShutDown: next === 'stopped',
  };
  return { records, response };
}

/** Fences the broker that was not heard of for longest, if any session is over. One at a time: each sees the last. */
export function fenceStaleBroker(
  view: ControllerView,
  sessions: BrokerSessions,
  nowMs: number,
): Decision<{ readonly fencedId: number | null }> {
  const stale = sessions.fenceNextStale(nowMs);
  if (stale === null) return { records: [], response: { fencedId: null } };
  const broker = view.image.brokers.get(stale.id);
  if (broker === undefined || broker.epoch !== stale.epoch || broker.isFenced) {
    return { records: [], response: { fencedId: stale.id } };
  }
  const { id: brokerId, epoch: brokerEpoch } = stale;
  return {
    records: phaseRecords(view, { brokerId, brokerEpoch }, 'fenced'),
    response: { fencedId: brokerId },
  };
}

/** Leaders move before the broker is fenced, and it is let in before it leads: each record holds for the next. */
function phaseRecords(
  view: ControllerView,
  broker: { readonly brokerId: number; readonly brokerEpoch: number },
  phase: BrokerPhase,
): readonly MetadataRecord[] {
  switch (phase) {
    case 'fenced':
    case 'stopped':
      return [...changesWhenLeaving(view, broker.brokerId), registrationChange(broker, { fenced: FENCE })];
    case 'active':
      return [
        registrationChange(broker, { fenced: UNFENCE }),
        ...changesWhenReturning(view, broker.brokerId, ELECTIONS_PER_STEP),
      ];
    case 'stopping':
      return [
        registrationChange(broker, { inControlledShutdown: STOPPING }),
        ...changesWhenLeaving(view, broker.brokerId),
      ];
  }
}

/** Values of BrokerRegistrationChangeRecord; 0 changes nothing. */
const FENCE = 1;
const UNFENCE = -1;
const STOPPING = 1;

function directoryRecords(view: ControllerView, heard: BrokerHeartbeat): readonly MetadataRecord[] {
  const known = view.image.brokers.get(heard.brokerId)?.directories ?? [];
  const failed = known.filter((directory) => heard.offlineDirectories.includes(directory));
  if (failed.length === 0) return [];
  const logDirs = known.filter((directory) => !failed.includes(directory));
  return [
    ...failed.flatMap((directory) => changesWhenDirectoryFails(view, heard.brokerId, directory)),
    registrationChange(heard, { logDirs }),
  ];
}

function registrationChange(
  { brokerId, brokerEpoch }: { readonly brokerId: number; readonly brokerEpoch: number },
  change: { fenced?: number; inControlledShutdown?: number; logDirs?: readonly string[] },
): MetadataRecord {
  return {
    kind: 'brokerRegistrationChange',
    value: {
      brokerId,
      brokerEpoch,
      fenced: 0,
      inControlledShutdown: 0,
      logDirs: [],
      cordonedLogDirs: null,
      ...change,
    },
  };
}

function leadsAny(image: MetadataImage, brokerId: number): boolean {
  for (const { partitions } of image.topicsById.values()) {
    if (partitions.some(({ leader }) => leader === brokerId)) return true;
  }
  return false;
}
