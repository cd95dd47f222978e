import { errorBody } from '@odradek/contract';
import type { z } from 'zod';
import { ApiError, type ClientErrorCode } from './api-error.ts';
import type { TokenStore } from './token.ts';

export interface ApiClient {
  /** Answers of the schema's type; everything else is thrown as `ApiError`. Undefined query values are left out. */
  get<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    options?: GetOptions,
  ): Promise<z.output<Schema>>;
  post<Schema extends z.ZodType>(schema: Schema, path: string, body: unknown): Promise<z.output<Schema>>;
  /** The raw answer of a stream that is under way. */
  open(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

export interface GetOptions {
  query?: Readonly<Record<string, string | number | undefined>>;
  signal?: AbortSignal;
}

/** Calls the console's server with the token, and tells the store when the token is refused. */
export function createApiClient(tokens: TokenStore, fetchFrom: typeof fetch): ApiClient {
  const call = async (method: 'GET' | 'POST', path: string, init: RequestInit): Promise<Response> => {
    const request = `${method} ${path}`;
    const headers = new Headers(init.headers);
    const token = tokens.read();
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    const response = await fetchFrom(path, { ...init, method, headers, cache: 'no-store' }).catch(
      (cause: unknown) => {
        if (init.signal?.aborted) throw cause;
        throw clientError('CONSOLE_UNREACHABLE', 'The console’s server does not answer.', request);
      },
    );
    if (response.ok) return response;
    throw await refusedBy(response, request, tokens);
  };
  return {
    async get(schema, path, { query = {}, signal } = {}) {
      const address = withQuery(path, query);
      const response = await call('GET', address, signal ? { signal } : {});
      return parsed(schema, response, `GET ${address}`);
    },
    async post(schema, path, body) {
      const headers = { 'content-type': 'application/json' };
      const response = await call('POST', path, { headers, body: JSON.stringify(body) });
      return parsed(schema, response, `POST ${path}`);
    },
    async open(path, signal) {
      const response = await call('GET', path, { signal, headers: { accept: 'text/event-stream' } });
      if (response.body) return response.body;
      throw clientError('UNEXPECTED_ANSWER', 'The server opened no stream.', `GET ${path}`);
    },
  };
}

async function parsed<Schema extends z.ZodType>(
  schema: Schema,
  response: Response,
  request: string,
): Promise<z.output<Schema>> {
  const body: unknown = await response.json().catch(() => undefined);
  const answer = schema.safeParse(body);
  if (answer.success) return answer.data;
  const issue = answer.error.issues[0];
  const where = issue ? ` (${issue.path.join('.')}: ${issue.message})` : '';
  throw clientError('UNEXPECTED_ANSWER', `The server’s answer has not the agreed form${where}.`, request);
}

async function refusedBy(response: Response, request: string, tokens: TokenStore): Promise<ApiError> {
  const body = errorBody.safeParse(await response.json().catch(() => undefined));
  if (!body.success) {
    return clientError(
      'UNEXPECTED_ANSWER',
      `The server answered with status ${response.status}.`,
      request,
      response.status,
    );
  }
  const { code, message, field, tokenFile } = body.data.error;
  if (response.status === 401) tokens.refuse({ code, tokenFile });
  return new ApiError({ status: response.status, code, message, field, request });
}

function clientError(code: ClientErrorCode, message: string, request: string, status = 0): ApiError {
  return new ApiError({ status, code, message, field: null, request });
}

function withQuery(path: string, query: NonNullable<GetOptions['query']>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}
