/** The one entry of this package: everything the console's server and pages agree on. Routes: `routes.ts`. */
export * from './brokers.ts';
export * from './clusters.ts';
export * from './demo.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './groups.ts';
export * from './lag.ts';
export * from './records.ts';
export * from './routes.ts';
export * from './scalars.ts';
export * from './server-info.ts';
export * from './topics.ts';
export * from './up-report.ts';
export * from './verdicts.ts';
