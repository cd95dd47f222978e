import { WireClient } from '../interop/differential/wire-client.ts';
import type { KafkaTools } from '../interop/kafka-tools.ts';
import { type ContenderName, startContender } from './contender.ts';
import { largestResidentMegabytes } from './process-usage.ts';
import { each, type Measurement, type Row, seconds } from './row.ts';

const CONNECTIONS = 1_000;

/** Connections that come and go before, so that what a first one costs once is not counted for those that stay. */
const WARMING = 200;

/** A thousand connections that have each asked for versions and metadata, as a client does, and are silent since. */
export const connections: Row = {
  name: 'connections',
  pairs: 3,
  keepsRunning: false,
  budgets: [{ quantity: '1,000 idle connections, MB', kind: 'at most', bound: 30 }],
  measure: ({ tools, order }) => each(order, (name) => measureConnections(name, tools)),
};

/** What the memory of a contender grows by when a thousand connections come and stay. */
export async function measureConnections(
  name: ContenderName,
  tools: KafkaTools,
): Promise<readonly Measurement[]> {
  const contender = await startContender(name, tools);
  const warming = await connect(contender.bootstrap, WARMING);
  for (const client of warming) client.close();
  await seconds(5);
  const before = await largestResidentMegabytes(contender.pids);
  const idle = await connect(contender.bootstrap, CONNECTIONS);
  await seconds(5);
  const value = (await largestResidentMegabytes(contender.pids)) - before;
  for (const client of idle) client.close();
  await contender.stop();
  return [{ quantity: '1,000 idle connections, MB', value }];
}

async function connect(bootstrap: string, count: number): Promise<WireClient[]> {
  const clients: WireClient[] = [];
  for (let index = 0; index < count; index++) {
    const client = new WireClient(bootstrap);
    await client.send('ApiVersions', 3, { clientSoftwareName: 'bench', clientSoftwareVersion: '1' });
    await client.send('Metadata', 12, { topics: [] });
    clients.push(client);
  }
  return clients;
}
