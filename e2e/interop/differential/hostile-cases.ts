import { codec, type MessageName, ProtocolError } from '@odradek/broker/protocol';
import { type CoordinatorRequest, coordinatorRequests } from './coordinator-requests.ts';
import { createTopic, type DifferentialCase } from './differential-case.ts';
import { drawer } from './drawer.ts';
import type { WireClient } from './wire-client.ts';

const TOPIC = 'hostile';
const MUTATIONS_PER_VERSION = 12;

/** What ours refuses and Kafka makes something of. */
const STRICTER = [
  {
    where:
      /: Kafka [^,]+, Odradek 42$|\.(errorCode: Kafka 0, Odradek 42|(unknownStateFilters|resultsByTransaction)\.0: Kafka .*, Odradek nothing)$/,
    why: 'an id beyond ±2^53 is INVALID_REQUEST for the whole (design decision 14); Kafka looks for it in vain',
  },
];

/** Requests to coordinators as no client sends them: cut, overlong, in versions that there are not, with bytes changed. */
export const hostileCases: readonly DifferentialCase[] = [
  {
    name: 'the topic that they name',
    run: async (client) => void (await createTopic(client, TOPIC)),
  },
  ...coordinatorRequests(TOPIC).flatMap((request) => [
    {
      name: `${request.api} ${request.versions.join('–')} cut short, with bytes behind it, and in no version`,
      run: (client: WireClient) => outOfShape(client, request),
    },
    {
      name: `${request.api} ${request.versions.join('–')} with bytes that are not what they were`,
      run: (client: WireClient) => mutated(client, request),
      deviations: STRICTER,
    },
  ]),
];

async function outOfShape(client: WireClient, request: CoordinatorRequest): Promise<unknown> {
  const answers: Record<string, unknown> = {};
  for (const version of versionsOf(request)) {
    const body = encoded(request, version);
    const shapes = {
      whole: body,
      'without its last byte': body.subarray(0, -1),
      'cut in half': body.subarray(0, body.length >> 1),
      'without a body': body.subarray(0, 0),
      'with a byte behind it': Buffer.concat([body, Buffer.from([7])]),
    };
    for (const [shape, bytes] of Object.entries(shapes)) {
      answers[`v${version} ${shape}`] = await answerTo(client, request, { version, bytes });
    }
  }
  const [from, to] = request.versions;
  const bytes = encoded(request, to);
  const highest = codec(`${request.api}Request` as MessageName).validVersions.max;
  for (const version of [-1, highest + 1, 32_767]) {
    answers[`in version ${version}`] = await answerTo(client, request, { version, bytes });
  }
  return { from, answers };
}

/** Some bytes of the body take any value, or one of those that lengths and flags have. */
async function mutated(client: WireClient, request: CoordinatorRequest): Promise<unknown> {
  const answers: Record<string, unknown> = {};
  for (const version of versionsOf(request)) {
    const whole = encoded(request, version);
    const draw = drawer(version * 1000 + whole.length);
    for (let round = 0; round < MUTATIONS_PER_VERSION; round += 1) {
      const bytes = Buffer.from(whole);
      for (let change = 0; change <= draw(2); change += 1) {
        bytes[draw(bytes.length)] = [0, 1, 0x7f, 0x80, 0xff, draw(256)][draw(6)] ?? 0;
      }
      if (hasNegativeLength(request, version, bytes)) continue;
      answers[`v${version} ${bytes.toString('hex')}`] = await answerTo(client, request, { version, bytes });
    }
  }
  return answers;
}

/** Without what each cluster gives out or has from other cases. */
async function answerTo(
  client: WireClient,
  { api }: CoordinatorRequest,
  { version, bytes }: { readonly version: number; readonly bytes: Uint8Array },
): Promise<unknown> {
  const lists = api === 'ListGroups' ? 'groups' : api === 'ListTransactions' ? 'transactionStates' : null;
  const answer = await client.sendBody(api, version, bytes);
  return JSON.parse(
    JSON.stringify(answer, (key, value: unknown) => {
      if (key === lists) return 'a list';
      if (typeof value === 'bigint') return String(value);
      return key === 'producerId' && Number(value) >= 0 ? 'an id' : value;
    }),
  );
}

/** Ours takes -1 alone for null and closes the connection; Kafka takes any negative length for it. */
function hasNegativeLength({ api }: CoordinatorRequest, version: number, bytes: Uint8Array): boolean {
  try {
    codec(`${api}Request` as MessageName).decode(bytes, version);
    return false;
  } catch (error) {
    return error instanceof ProtocolError && /length(?: of)? -(?!1\b)\d+/.test(error.message);
  }
}

function encoded({ api, body }: CoordinatorRequest, version: number): Buffer {
  return Buffer.from(codec(`${api}Request` as MessageName).encode(body(version) as never, version));
}

function versionsOf({ versions: [from, to] }: CoordinatorRequest): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
