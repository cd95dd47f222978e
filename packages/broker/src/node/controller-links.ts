import type { Controller } from '../controller/controller.ts';
import { ControllerChannel, type KnownController } from '../controller/controller-channel.ts';
import type { Dispatch } from '../handlers/dispatch.ts';
import { ANONYMOUS } from '../security/principal.ts';
import type { BrokerStart } from './open-rooms.ts';
import { OwnChannel } from './own-channel.ts';
import { peerClients } from './peer-clients.ts';

/** Connections are counted from 1; this is none. */
export const NO_CONNECTION = 0;

/**
 * What clients ask for may not be done twice, and a controller that has lost its office tells a moment later what became
 * of it. What brokers ask for may: they lose no time.
 */
const FORMER_PATIENCE_MS = 1000;

/**
 * The ways of a broker to whichever node is the controller. Requests of one connection are answered in their order, so
 * each purpose has a connection of its own: no heartbeat waits until a thousand topics are made.
 */
export class ControllerLinks {
  readonly heartbeats: ControllerChannel;
  readonly isrChanges: ControllerChannel;
  readonly directories: ControllerChannel;
  readonly requests: ControllerChannel;
  readonly #start: BrokerStart;
  #node: { readonly controller: Controller; readonly dispatch: Dispatch } | null = null;

  constructor(start: BrokerStart) {
    this.#start = start;
    this.heartbeats = this.#channel('heartbeats');
    this.isrChanges = this.#channel('isr-changes');
    this.directories = this.#channel('directories');
    this.requests = this.#channel('requests', FORMER_PATIENCE_MS);
  }

  /** Nobody can be asked before this node's own controller, which knows who leads, is there. */
  connect(controller: Controller, dispatch: Dispatch): void {
    this.#node = { controller, dispatch };
  }

  controllerChanged(): void {
    for (const channel of this.#channels) channel.controllerChanged();
  }

  close(): void {
    for (const channel of this.#channels) channel.close();
  }

  get #channels(): readonly ControllerChannel[] {
    return [this.heartbeats, this.isrChanges, this.directories, this.requests];
  }

  #channel(purpose: string, patienceMs = 0): ControllerChannel {
    const { config, runtime } = this.#start;
    const { name: listenerName, host: clientHost } = config.controllerListener;
    const origin = { connectionId: NO_CONNECTION, listenerName, clientHost, principal: ANONYMOUS };
    return new ControllerChannel({
      clock: runtime.clock,
      controller: () => this.#controller(),
      own: new OwnChannel(runtime.clock, origin, this.#dispatch),
      open: peerClients(this.#start, purpose),
      patienceMs,
    });
  }

  readonly #dispatch = (): Dispatch => {
    if (this.#node === null) throw new Error('the controller of this node was not opened');
    return this.#node.dispatch;
  };

  #controller(): KnownController | null {
    if (this.#node === null) return null;
    const { role, leaderId, leaderEndpoints } = this.#node.controller.quorum.state;
    const { config } = this.#start;
    if (role.name === 'leader') return { kind: 'self' };
    // One that has resigned, or another node by the same id.
    if (leaderId === config.nodeId) return null;
    const named = leaderEndpoints.find(({ name }) => name === config.controllerListener.name);
    const endpoint = named ?? leaderEndpoints[0];
    return endpoint === undefined ? null : { kind: 'other', host: endpoint.host, port: endpoint.port };
  }
}
