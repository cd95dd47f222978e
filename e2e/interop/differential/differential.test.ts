import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApacheKafka, startApacheKafka } from '../apache-kafka.ts';
import { type BrokerUnderTest, startOdradek } from '../broker-under-test.ts';
import { KafkaTools } from '../kafka-tools.ts';
import { until } from '../patience.ts';
import { adminCases } from './admin-cases.ts';
import { appendCases } from './append-cases.ts';
import { coldCases, prepareCold } from './cold-cases.ts';
import { consumerGroupCases } from './consumer-group-cases.ts';
import { differences } from './differences.ts';
import type { DifferentialCase } from './differential-case.ts';
import { framingCases } from './framing-cases.ts';
import { groupCases } from './group-cases.ts';
import { hostileCases } from './hostile-cases.ts';
import { lookUpCases } from './look-up-cases.ts';
import { normalize } from './normalize.ts';
import { numberCases } from './number-cases.ts';
import { producerCases } from './producer-cases.ts';
import { quorumCases } from './quorum-cases.ts';
import { recordCases } from './record-cases.ts';
import { replicationAdminCases } from './replication-admin-cases.ts';
import { transactionCases } from './transaction-cases.ts';
import { transactionCoordinatorCases, warmTransactions } from './transaction-coordinator-cases.ts';
import { WireClient } from './wire-client.ts';

const tools = new KafkaTools();
let oracle: ApacheKafka;
let odradek: BrokerUnderTest;
/** What both said to {@link coldCases}, by the case's name. */
const saidCold = new Map<string, readonly [theirs: unknown, ours: unknown]>();

beforeAll(async () => {
  [oracle, odradek] = await Promise.all([startApacheKafka(tools), startOdradek()]);
  const both = [oracle.bootstrap, odradek.bootstrap] as const;
  await Promise.all(both.map(withClient(prepareCold)));
  for (const one of coldCases) {
    const [theirs, ours] = await Promise.all(both.map((bootstrap) => answers(bootstrap, one)));
    saidCold.set(one.name, [theirs, ours]);
  }
  await Promise.all(both.map(withClient(warm)));
});

afterAll(async () => {
  await odradek?.close();
  await tools.close();
  await oracle?.close();
});

const suites: Readonly<Record<string, readonly DifferentialCase[]>> = {
  framing: framingCases,
  admin: adminCases,
  records: recordCases,
  appends: appendCases,
  producers: producerCases,
  'look-up': lookUpCases,
  groups: groupCases,
  'consumer group': consumerGroupCases,
  'transaction coordinator': transactionCoordinatorCases,
  transactions: transactionCases,
  quorum: quorumCases,
  'replication admin': replicationAdminCases,
  'out-of-range': numberCases,
  hostile: hostileCases,
};

describe.each(Object.entries(suites))(
  'the same %s requests to Apache Kafka 4.3.1 and to Odradek',
  (_, cases) => {
    test.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
      const [theirs, ours] = await Promise.all([
        answers(oracle.bootstrap, one),
        answers(odradek.bootstrap, one),
      ]);
      expect(unmeant(one, theirs, ours)).toEqual([]);
    });
  },
);

describe('the same requests before there was a coordinator of anything', () => {
  test.each(coldCases.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const [theirs, ours] = saidCold.get(one.name) ?? [];
    expect(theirs).toBeDefined();
    expect(unmeant(one, theirs, ours)).toEqual([]);
  });
});

function unmeant({ deviations = [] }: DifferentialCase, theirs: unknown, ours: unknown): string[] {
  return differences(theirs, ours).filter(
    (difference) => !deviations.some(({ where }) => where.test(difference)),
  );
}

/** A cluster answers some requests with retriable errors until its internal topics and producer ids are there. */
async function warm(client: WireClient): Promise<void> {
  const group = { keyType: 0, coordinatorKeys: ['warm'] };
  await answered(client, '"errorCode":0,"errorMessage":', 'FindCoordinator', 4, group);
  await answered(client, '"errorCode":25', 'Heartbeat', 4, {
    groupId: 'warm',
    memberId: 'nobody',
    generationId: 1,
  });
  await answered(client, '"errorCode":0', 'InitProducerId', 4, {
    transactionalId: null,
    transactionTimeoutMs: 1_000,
  });
  await warmTransactions(client);
}

/** Resolves when the answer has this in it. */
async function answered(
  client: WireClient,
  text: string,
  ...request: Parameters<WireClient['send']>
): Promise<void> {
  let last = '';
  const isSo = async () => {
    last = JSON.stringify(await client.send(...request));
    return last.includes(text);
  };
  await until(`${request[0]} is answered with ${text}`, isSo, { everyMs: 100, saw: () => last });
}

function answers(bootstrap: string, one: DifferentialCase): Promise<unknown> {
  return withClient(async (client) => normalize(await one.run(client)))(bootstrap);
}

function withClient<Result>(
  ask: (client: WireClient) => Promise<Result>,
): (bootstrap: string) => Promise<Result> {
  return async (bootstrap) => {
    const client = new WireClient(bootstrap);
    try {
      return await ask(client);
    } finally {
      client.close();
    }
  };
}
