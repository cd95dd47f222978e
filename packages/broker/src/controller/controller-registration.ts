import type { ControllerImage } from '../metadata/metadata-image.ts';
import type { ControllerView, Decision } from './decision.ts';

/** A node of the quorum says where it is reached and at which levels it can work (KIP-919). */
export function registerController(view: ControllerView, controller: ControllerImage): Decision<null> {
  const { id, incarnationId, endpoints, features } = controller;
  if (view.image.controllers.get(id)?.incarnationId === incarnationId) return { records: [], response: null };
  return {
    records: [
      {
        kind: 'registerController',
        value: {
          ...{ controllerId: id, incarnationId, features },
          zkMigrationReady: false,
          endPoints: endpoints.map(({ listenerName: name, host, port, securityProtocol }) => ({
            ...{ name, host, port, securityProtocol },
          })),
        },
      },
    ],
    response: null,
  };
}
