import type { KafkaRequests, RequestBody, ResponseBody } from '@odradek/monitor/requests';
import { Failure, usageFailure } from '../failure.ts';
import type { BootstrapOption } from './client.ts';
import { kafkaFailure } from './kafka-failure.ts';

export type { KafkaRequests, RequestBody, ResponseBody };

/**
 * Runs `work` with the requests that the client library has no call for, and closes what was opened. Every fault
 * becomes a {@link Failure}.
 */
export async function withRequests<Result>(
  { bootstrapServer }: BootstrapOption,
  work: (requests: KafkaRequests) => Promise<Result>,
): Promise<Result> {
  const bootstrap = bootstrapServer.split(',').map((address) => address.trim());
  for (const address of bootstrap) {
    if (!/^.+:\d+$/.test(address)) {
      throw usageFailure(`--bootstrap-server ${address}: it has to be host:port, or several with commas`);
    }
  }
  const [library, monitor] = await Promise.all([
    import('@platformatic/kafka'),
    import('@odradek/monitor/requests'),
  ]);
  const requests = new monitor.KafkaRequests(library, { name: 'cluster', bootstrap });
  try {
    return await work(requests);
  } catch (error) {
    throw kafkaFailure(error, bootstrapServer);
  } finally {
    await requests.close();
  }
}

/** Ends the command with Kafka's name of an error, unless there is none. */
export async function failOn(errorCode: number, message: string | null, what?: string): Promise<void> {
  if (errorCode === 0) return;
  throw new Failure(`${what === undefined ? '' : `${what}: `}${await errorText(errorCode, message)}`);
}

/** Kafka's name of an error with the broker's own text, or else with what the error means. */
export async function errorText(errorCode: number, message: string | null): Promise<string> {
  const { errorOf } = await import('@odradek/broker/protocol');
  const { name, message: meaning } = errorOf(errorCode);
  return `${name}: ${message ?? meaning}`;
}
