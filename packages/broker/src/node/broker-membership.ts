import { SUPPORTED_FEATURES } from '../controller/bootstrap.ts';
import { BrokerLifecycle } from '../controller/broker-lifecycle.ts';
import type { BrokerRegistration } from '../controller/broker-registration.ts';
import { liveBrokers } from '../metadata/metadata-image.ts';
import { isMajorityGone } from '../raft/raft-state.ts';
import type { NodeController } from './broker-controller.ts';
import type { BrokerData } from './broker-data.ts';
import { type BoundListener, endpointOf } from './broker-listeners.ts';
import { BrokerStartError } from './broker-start-error.ts';
import type { ControllerLinks } from './controller-links.ts';
import type { BrokerStart } from './open-rooms.ts';

/** How long a broker that is closed waits to be let go. Its leaders move at once where a controller can be reached. */
const LEAVE_MS = 5000;
const LEAVE_PAUSE_MS = 5;

/** This broker's part in the cluster. */
export class BrokerMembership {
  readonly #start: BrokerStart;
  readonly #data: BrokerData;
  readonly #node: NodeController;
  readonly #registration: BrokerRegistration;
  readonly #lifecycle: BrokerLifecycle;

  constructor(
    start: BrokerStart,
    data: BrokerData,
    {
      node,
      links,
      listeners,
    }: {
      readonly node: NodeController;
      readonly links: ControllerLinks;
      readonly listeners: readonly BoundListener[];
    },
  ) {
    const { config, runtime, rooms } = start;
    const { storage, served } = data;
    this.#start = start;
    this.#data = data;
    this.#node = node;
    this.#registration = {
      clusterId: storage.clusterId,
      brokerId: config.nodeId,
      incarnationId: node.incarnationId,
      endpoints: listeners.map(endpointOf),
      features: SUPPORTED_FEATURES,
      rack: config.rack,
      directories: storage.directories.map(({ meta }) => meta.directoryId),
      previousBrokerEpoch: storage.previousBrokerEpoch,
    };
    const { endpoints, directories: logDirs, ...registration } = this.#registration;
    this.#lifecycle = new BrokerLifecycle({
      ...runtime,
      controller: links.heartbeats,
      registration: {
        ...registration,
        logDirs,
        listeners: endpoints.map(({ listenerName: name, ...endpoint }) => ({ name, ...endpoint })),
      },
      heartbeatMs: config.values.number('broker.heartbeat.interval.ms'),
      sessionMs: config.values.number('broker.session.timeout.ms'),
      metadataOffset: () => served.image.offset,
      offlineDirectories: () =>
        storage.directories.filter(({ isOffline }) => isOffline).map(({ meta }) => meta.directoryId),
      onRegistered: (brokerEpoch) => {
        data.brokerEpoch = brokerEpoch;
      },
    });
    rooms.add(async () => this.#lifecycle.close());
  }

  /**
   * Registers the broker. Resolves when every part of it has seen the metadata with its registration; the only voter
   * of a cluster lets its own broker in with the same step. Rejects with a {@link BrokerStartError} when no controller
   * has registered it within `initial.broker.registration.timeout.ms`.
   */
  async register(): Promise<void> {
    const { controller, isAlone } = this.#node;
    if (isAlone) {
      const { brokerEpoch } = await controller.start(this.#registration);
      this.#data.brokerEpoch = brokerEpoch;
      this.#lifecycle.resume(brokerEpoch);
      return;
    }
    await controller.open();
    const { config, runtime } = this.#start;
    const timeoutMs = config.values.number('initial.broker.registration.timeout.ms');
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const timer = runtime.clock.after(timeoutMs, () => reject(this.#notTakenIn(timeoutMs)));
    void this.#lifecycle.start();
    await Promise.race([this.#lifecycle.registered, tooLate]).finally(() => timer.cancel());
    await this.#data.published;
  }

  #notTakenIn(timeoutMs: number): BrokerStartError {
    const { nodeId } = this.#start.config;
    const within = `within ${timeoutMs} ms (initial.broker.registration.timeout.ms)`;
    return new BrokerStartError(
      `No controller has taken broker ${nodeId} into the cluster ${within}: ${this.#lifecycle.obstacle}. ` +
        'Check that a majority of the voters runs and can be reached, and that no other broker has this node.id.',
    );
  }

  /** The broker can serve. Resolves when the controller has let it in. */
  async enter(): Promise<void> {
    this.#start.rooms.add(() => this.#leave());
    this.#lifecycle.ready();
    await this.#lifecycle.running;
  }

  /**
   * Hands over what the broker leads, as long as there is somebody to take it, and a majority that could let it go: of
   * brokers that stop together the last one may find neither.
   */
  async #leave(): Promise<void> {
    if (!this.#hasOthers) return;
    const { runtime, config } = this.#start;
    const { clock, logger } = runtime;
    // After so long a silence it is given up all the same.
    const mostMs = Math.min(LEAVE_MS, config.values.number('broker.session.timeout.ms'));
    const deadlineMs = clock.monotonicMs() + mostMs;
    let isLetGo = false;
    void this.#lifecycle.stop().then(() => {
      isLetGo = true;
    });
    while (!isLetGo && this.#hasOthers && !isMajorityGone(this.#node.controller.quorum.state)) {
      if (clock.monotonicMs() >= deadlineMs) {
        logger.warn({ waitedMs: mostMs }, 'No controller has let this broker go; it stops all the same');
        return;
      }
      await new Promise<void>((resolve) => clock.after(LEAVE_PAUSE_MS, resolve));
    }
  }

  get #hasOthers(): boolean {
    return liveBrokers(this.#data.served.image).some(({ id }) => id !== this.#start.config.nodeId);
  }
}
