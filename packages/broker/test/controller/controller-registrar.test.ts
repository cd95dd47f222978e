import { afterEach, beforeEach, expect, test } from 'vitest';
import { SUPPORTED_FEATURES } from '../../src/controller/bootstrap.ts';
import { ControllerRegistrar } from '../../src/controller/controller-registrar.ts';
import { type ControllerNode, ThreeControllers } from './three-controllers.ts';

let cluster: ThreeControllers;
let registrars: ControllerRegistrar[];

beforeEach(async () => {
  cluster = new ThreeControllers();
  registrars = [];
  await cluster.open();
});

afterEach(async () => {
  for (const registrar of registrars) registrar.close();
  await cluster.close();
});

function registrarOf({ id, channel }: ControllerNode, incarnation = 'A'): ControllerRegistrar {
  const registrar = new ControllerRegistrar({
    clock: cluster.clock,
    controller: channel,
    registration: {
      controllerId: id,
      incarnationId: `INCARNATION${id}`.padEnd(21, incarnation).concat('Q'),
      zkMigrationReady: false,
      listeners: [{ name: 'CONTROLLER', host: 'host', port: 9090 + id, securityProtocol: 0 }],
      features: SUPPORTED_FEATURES,
    },
    timeoutMs: 2000,
  });
  registrars.push(registrar);
  return registrar;
}

const registeredAt = ({ controller }: ControllerNode) => [...controller.image.controllers.keys()].sort();

test('each controller is registered, whichever leads, and every node learns of it', async () => {
  await cluster.answered(Promise.all(cluster.nodes.map((node) => registrarOf(node).register())));
  await cluster.until(() => cluster.nodes.every((node) => registeredAt(node).length === 3));
  const [node] = cluster.nodes;
  expect(node && registeredAt(node)).toEqual([1, 2, 3]);
  expect(node?.controller.image.controllers.get(2)?.endpoints).toEqual([
    { listenerName: 'CONTROLLER', host: 'host', port: 9092, securityProtocol: 0 },
  ]);
});

test('one that nobody hears asks until it is heard', async () => {
  const leader = await cluster.active();
  const cutOff = cluster.nodes.find(({ id }) => id !== leader.id) ?? leader;
  cutOff.isReachable = false;
  const registered = registrarOf(cutOff).register();
  const untilMs = cluster.clock.nowMs + 6000;
  await cluster.until(() => cluster.clock.nowMs >= untilMs);
  expect(registeredAt(leader)).toEqual([]);
  cutOff.isReachable = true;
  await cluster.answered(registered);
  const found = await cluster.active();
  await cluster.until(() => registeredAt(found).includes(cutOff.id));
});

test('the same incarnation is written once, the next one again', async () => {
  const leader = await cluster.active();
  await cluster.answered(registrarOf(leader).register());
  const { offset } = leader.controller.image;
  await cluster.answered(registrarOf(leader).register());
  expect(leader.controller.image.offset).toBe(offset);
  await cluster.answered(registrarOf(leader, 'B').register());
  expect(leader.controller.image.controllers.get(leader.id)?.incarnationId).toMatch(/B+Q$/);
});

test('nobody waits for one that is closed', async () => {
  const leader = await cluster.active();
  const cutOff = cluster.nodes.find(({ id }) => id !== leader.id) ?? leader;
  cutOff.isReachable = false;
  const registrar = registrarOf(cutOff);
  const registered = registrar.register();
  registrar.close();
  await cluster.answered(registered);
  expect(registeredAt(leader)).toEqual([]);
});
