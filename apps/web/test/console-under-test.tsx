import { paths } from '@odradek/contract';
import { QueryClient } from '@tanstack/react-query';
import { createMemoryHistory } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { Console } from '../src/app/console.tsx';
import { createConsoleRouter } from '../src/app/router.tsx';
import { createApiClient } from '../src/shared/api-client.ts';
import { createTokenStore } from '../src/shared/token.ts';
import { aCluster } from './cluster-answers.ts';

/** What the server answers: a body, or a status with a body. By `METHOD path`, without the query. */
export type Answers = Record<string, unknown | (() => unknown)>;

export interface Refused {
  status: number;
  body: unknown;
}

export function refused(status: number, code: string, message: string, field: string | null = null): Refused {
  const tokenFile = status === 401 ? '/data/console-token' : null;
  return { status, body: { error: { code, message, field, retriable: false, tokenFile } } };
}

export const unanswered = Symbol('the server is not there');

/**
 * The whole console at an address, with the HTTP edge answered from `answers`. The list of clusters and an event
 * stream that never speaks are there unless said otherwise. What was sent is in `sent`.
 */
export function openConsole(address: string, answers: Answers) {
  const all: Answers = { [`GET ${paths.clusters()}`]: { clusters: [aCluster()] }, ...answers };
  const sent: { request: string; query: string; body: unknown; authorization: string | null }[] = [];
  const tokens = createTokenStore({
    storage: localStorage,
    location: window.location,
    history: window.history,
  });
  const api = createApiClient(tokens, async (input, init = {}) => {
    const url = new URL(String(input), 'http://127.0.0.1:8080');
    const request = `${init.method ?? 'GET'} ${url.pathname}`;
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : null;
    sent.push({
      request,
      query: url.search,
      body,
      authorization: new Headers(init.headers).get('authorization'),
    });
    if (url.pathname === paths.events() && !(request in all)) return new Response(new ReadableStream());
    const answer = all[request];
    return responseOf(typeof answer === 'function' ? (answer as () => unknown)() : answer, request);
  });
  const router = createConsoleRouter();
  router.update({ history: createMemoryHistory({ initialEntries: [address] }) });
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 500 } } });
  render(<Console api={api} tokens={tokens} router={router} queryClient={queryClient} />);
  return { router, tokens, queryClient, api, sent, answers: all };
}

function responseOf(answer: unknown, request: string): Response {
  if (answer === unanswered) throw new TypeError('Failed to fetch');
  if (answer === undefined) return responseOf(refused(404, 'NOT_FOUND', `There is no ${request}.`), request);
  const { status, body } = isRefused(answer) ? answer : { status: 200, body: answer };
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

function isRefused(answer: unknown): answer is Refused {
  return typeof answer === 'object' && answer !== null && 'status' in answer && 'body' in answer;
}
