import { expect, it } from 'vitest';
import * as z from 'zod';
import { createApiClient } from './api-client.ts';
import { ApiError } from './api-error.ts';
import { createTokenStore } from './token.ts';

function clientFor(answer: () => Response) {
  const tokens = createTokenStore({
    storage: localStorage,
    location: window.location,
    history: window.history,
  });
  const asked: { url: string; init: RequestInit | undefined }[] = [];
  const api = createApiClient(tokens, async (input, init) => {
    asked.push({ url: String(input), init });
    return answer();
  });
  return { api, tokens, asked };
}

const schema = z.object({ lag: z.number() });

async function errorOf(answer: Promise<unknown>): Promise<ApiError> {
  const error = await answer.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ApiError) return error;
  throw new Error('no ApiError was thrown');
}

it('a call carries the token, and leaves undefined parameters out', async () => {
  const { api, tokens, asked } = clientFor(() => Response.json({ lag: 2 }));
  tokens.save('secret');
  expect(await api.get(schema, '/api/x', { query: { from: 0, topic: undefined } })).toEqual({ lag: 2 });
  expect(asked[0]?.url).toBe('/api/x?from=0');
  expect(new Headers(asked[0]?.init?.headers).get('authorization')).toBe('Bearer secret');
});

it('a change is sent as JSON', async () => {
  const { api, asked } = clientFor(() => Response.json({ lag: 2 }));
  await api.post(schema, '/api/x', { name: 'orders' });
  expect(asked[0]?.init).toMatchObject({ method: 'POST', body: '{"name":"orders"}' });
  expect(new Headers(asked[0]?.init?.headers).get('content-type')).toBe('application/json');
});

it('an error of Kafka comes through with its name and field', async () => {
  const body = {
    code: 'INVALID_CONFIG',
    message: 'no',
    field: 'configs.x',
    retriable: false,
    tokenFile: null,
  };
  const { api } = clientFor(() => Response.json({ error: body }, { status: 400 }));
  expect(await errorOf(api.get(schema, '/api/x'))).toMatchObject({
    code: 'INVALID_CONFIG',
    field: 'configs.x',
    status: 400,
    request: 'GET /api/x',
  });
});

it('a refused token is told to the store, with the file it lies in', async () => {
  const body = {
    code: 'TOKEN_INVALID',
    message: 'no',
    field: null,
    retriable: false,
    tokenFile: '/data/token',
  };
  const { api, tokens } = clientFor(() => Response.json({ error: body }, { status: 401 }));
  await errorOf(api.get(schema, '/api/x'));
  expect(tokens.refusal()).toEqual({ code: 'TOKEN_INVALID', tokenFile: '/data/token' });
});

it('a server that is not there is its own error', async () => {
  const { api } = clientFor(() => {
    throw new TypeError('Failed to fetch');
  });
  expect((await errorOf(api.get(schema, '/api/x'))).code).toBe('CONSOLE_UNREACHABLE');
});

it.each([
  ['another form', () => Response.json({ lag: 'two' })],
  ['no JSON', () => new Response('<html>')],
  ['an error without its form', () => new Response('Bad gateway', { status: 502 })],
])('an answer of %s is unexpected', async (_form, answer) => {
  const { api } = clientFor(answer);
  expect((await errorOf(api.get(schema, '/api/x'))).code).toBe('UNEXPECTED_ANSWER');
});
