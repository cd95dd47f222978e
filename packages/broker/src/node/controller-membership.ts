import { SUPPORTED_FEATURES } from '../controller/bootstrap.ts';
import { ControllerRegistrar } from '../controller/controller-registrar.ts';
import type { NodeController } from './broker-controller.ts';
import { type BoundListener, endpointOf } from './broker-listeners.ts';
import type { ControllerLinks } from './controller-links.ts';
import type { BrokerStart } from './open-rooms.ts';

/**
 * Makes this node's controller known to the cluster, beside everything else. Where it is alone there is nobody whom
 * that would tell anything.
 */
export function registerNodeController(
  { config, runtime, rooms }: BrokerStart,
  {
    node,
    links,
    listener,
  }: { readonly node: NodeController; readonly links: ControllerLinks; readonly listener: BoundListener },
): void {
  if (node.isAlone) return;
  const { listenerName: name, ...address } = endpointOf(listener);
  const registrar = new ControllerRegistrar({
    clock: runtime.clock,
    controller: links.requests,
    registration: {
      controllerId: config.nodeId,
      incarnationId: node.incarnationId,
      zkMigrationReady: false,
      listeners: [{ name, ...address }],
      features: SUPPORTED_FEATURES,
    },
    timeoutMs: config.values.number('broker.session.timeout.ms'),
  });
  rooms.add(async () => registrar.close());
  void registrar.register();
}
