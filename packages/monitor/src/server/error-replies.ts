import type { ErrorBody } from '@odradek/contract';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { addressText } from '../cluster-client/cluster-definition.ts';
import { KafkaError } from '../cluster-client/kafka-error.ts';
import { ApiNotSupported } from '../cluster-client/kafka-requests.ts';
import { BrokerUnreachable } from '../cluster-client/unreachable.ts';
import type { Logger } from '../logger.ts';
import type { AccessToken } from './access-token.ts';
import { ConsoleError, errorBodyOf } from './console-error.ts';

/** The input a Kafka error blames, where it is always the same. */
const fields: Readonly<Record<string, string>> = {
  INVALID_TOPIC_EXCEPTION: 'name',
  TOPIC_ALREADY_EXISTS: 'name',
  INVALID_PARTITIONS: 'partitions',
  INVALID_REPLICATION_FACTOR: 'replicationFactor',
  INVALID_CONFIG: 'configs',
};

interface ErrorAnswer {
  readonly status: number;
  readonly body: ErrorBody;
}

/** The one place where an error becomes an answer. */
export function answerErrors(server: FastifyInstance, token: AccessToken, logger: Logger): void {
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const { status, body } = answerTo(error, token);
    if (status === 500) {
      logger.error({ err: error, method: request.method, path: request.routeOptions.url }, 'request failed');
    }
    return send(reply, status, body);
  });
}

/** Sends a body that is no route's own, so it is no route's schema either. */
export function send(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(body);
}

function answerTo(error: FastifyError, token: AccessToken): ErrorAnswer {
  if (error instanceof ConsoleError) {
    const { status, code, message, field } = error;
    const tokenFile = status === 401 ? token.file : null;
    return { status, body: errorBodyOf({ code, message, field, tokenFile }) };
  }
  if (error instanceof KafkaError) {
    return kafkaAnswer(error);
  }
  if (error instanceof ApiNotSupported) {
    const message = `${error.message}: the broker is too old for this, or does not offer it.`;
    return { status: 501, body: errorBodyOf({ code: 'API_NOT_SUPPORTED', message }) };
  }
  if (error instanceof BrokerUnreachable) {
    const message = `${addressText(error.address)}: ${error.message}`;
    return { status: 503, body: errorBodyOf({ code: 'CLUSTER_UNREACHABLE', message, retriable: true }) };
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const first = error.validation[0];
    const field = first?.instancePath.split('/').filter(Boolean).join('.') ?? '';
    const message = first?.message ?? 'The request is not valid.';
    return {
      status: 400,
      body: errorBodyOf({ code: 'INVALID_REQUEST', message, field: field === '' ? null : field }),
    };
  }
  return frameworkAnswer(error);
}

function kafkaAnswer({ kafkaName, message, retriable }: KafkaError): ErrorAnswer {
  const field = fields[kafkaName] ?? null;
  return {
    status: kafkaStatus(kafkaName, retriable),
    body: errorBodyOf({ code: kafkaName, message, field, retriable }),
  };
}

function kafkaStatus(name: string, retriable: boolean): number {
  if (name.endsWith('_AUTHORIZATION_FAILED')) {
    return 403;
  }
  if (name === 'TOPIC_ALREADY_EXISTS') {
    return 409;
  }
  if (name === 'UNKNOWN_TOPIC_OR_PARTITION') {
    return 404;
  }
  return retriable ? 503 : 422;
}

/** Errors of the web framework say what the client did wrong; anything else is ours and tells no more than that. */
function frameworkAnswer(error: FastifyError): ErrorAnswer {
  const status = error.statusCode ?? 500;
  if (status >= 500) {
    const message = 'The console failed; its log says why.';
    return { status: 500, body: errorBodyOf({ code: 'INTERNAL', message }) };
  }
  const codes: Readonly<Record<number, string>> = {
    404: 'NOT_FOUND',
    415: 'UNSUPPORTED_CONTENT_TYPE',
    429: 'TOO_MANY_REQUESTS',
  };
  const code = codes[status] ?? 'INVALID_REQUEST';
  return { status, body: errorBodyOf({ code, message: error.message, retriable: status === 429 }) };
}
