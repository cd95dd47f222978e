// THINK HARD ABOUT THE LAYERING before you change this file: these rules are the architecture (docs/architecture.md).
// If a change does not fit, move the wall in a commit of its own. scripts/arrows.test.mjs shows each rule can fail.

const broker = 'packages/broker/src';

/** The broker's rooms by level; a room may import only rooms of a lower level (design-broker, "Levels"). */
const levels = [
  ['runtime'],
  ['protocol'],
  ['log', 'raft', 'metadata', 'security', 'quotas'],
  ['controller', 'replication', 'coordination', 'dump'],
  ['groups', 'transactions'],
  ['handlers'],
  ['net'],
  ['config'],
  ['node'],
  ['local-cluster'],
];

const roomsFrom = (level) => levels.slice(level).flat();

const roomRules = levels.flatMap((rooms, level) =>
  rooms.map((room) => ({
    name: `broker-level-${room}`,
    comment: `${room} is level ${level}: it may import only rooms of a lower level, never a program`,
    severity: 'error',
    from: { path: `^${broker}/${room}/`, pathNot: '\\.test\\.ts$' },
    to: {
      path: [
        `^${broker}/(${roomsFrom(level)
          .filter((other) => other !== room)
          .join('|')})/`,
        `^${broker}/[^/]+\\.ts$`,
      ],
    },
  })),
);

const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^(apps|packages)/', pathNot: [from, ...allowed] },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle means that two files are one idea, or that an arrow points the wrong way',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...roomRules,
    {
      name: 'broker-ports-only',
      comment:
        'Time, chance, files and sockets come through the ports of runtime/, so that the simulator can hold them',
      severity: 'error',
      from: {
        path: `^${broker}/(protocol|log|raft|metadata|security|quotas|controller|replication|coordination|dump|groups|transactions|handlers|net)/`,
        pathNot: ['\\.test\\.ts$', '^packages/broker/src/protocol/(compression|crc32c)\\.ts$'],
      },
      to: { dependencyTypes: ['core'] },
    },
    only('broker-knows-nobody', '^packages/broker/', [], 'broker is the bottom: it imports no other package'),
    only('ui-knows-nobody', '^packages/ui/', [], 'ui is presentational: props in, events out'),
    only('contract-knows-nobody', '^packages/contract/', [], 'contract imports only zod'),
    only(
      'monitor-arrows',
      '^packages/monitor/src/',
      [
        '^packages/monitor/test/',
        '^packages/contract/',
        `^${broker}/protocol/codec\\.ts$`,
        `^${broker}/local-cluster/local-cluster\\.ts$`,
      ],
      'monitor sees contract and exactly two subpaths of broker: protocol and cluster',
    ),
    only(
      'cli-arrows',
      '^packages/cli/',
      ['^packages/broker/', '^packages/monitor/', '^packages/contract/'],
      'cli imports broker and monitor',
    ),
    only('web-arrows', '^apps/web/', ['^packages/contract/', '^packages/ui/'], 'web imports contract and ui'),
    only(
      'desktop-arrows',
      '^apps/desktop/',
      ['^packages/contract/'],
      'desktop spawns the CLI, it does not import it',
    ),
    {
      name: 'web-features-apart',
      comment: 'Features meet in app/ or in contract, never in each other',
      severity: 'error',
      from: { path: '^apps/web/src/features/([^/]+)/' },
      to: { path: '^apps/web/src/features/', pathNot: '^apps/web/src/features/$1/' },
    },
    {
      name: 'web-shared-is-low',
      comment: 'shared/ and features/ know nothing of app/',
      severity: 'error',
      from: { path: '^apps/web/src/(shared|features)/' },
      to: { path: '^apps/web/src/app/' },
    },
    {
      name: 'kafka-client-in-monitor-and-cli-only',
      comment: 'A broker process never loads the Kafka client (decision 10)',
      severity: 'error',
      from: { path: '^(packages/(broker|contract|ui)|apps)/', pathNot: '\\.test\\.ts$' },
      to: { path: '@platformatic/kafka' },
    },
    {
      name: 'electron-in-desktop-main-only',
      comment: 'Electron is seen by the main process and the preload only',
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: '^apps/desktop/src/(main|preload)/' },
      to: { path: '(^|/)electron(/|$)' },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(electron|virtual:)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^(apps|packages)/[^/]+/dist/|\\.css$)' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json'],
    },
  },
};
