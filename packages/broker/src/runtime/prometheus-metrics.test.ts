import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { parsePrometheusText } from '../../test/runtime/prometheus-text.ts';
import type { Listener } from './network.ts';
import { PrometheusMetrics } from './prometheus-metrics.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const open: Listener[] = [];

afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

async function served(metrics: PrometheusMetrics): Promise<string> {
  const listener = await metrics.serve(LOOPBACK);
  open.push(listener);
  return `http://127.0.0.1:${listener.address.port}`;
}

test('durations are told in seconds, each bucket with those below it', () => {
  const metrics = new PrometheusMetrics();
  const durations = metrics.durations('time_seconds', 'Time', { request: 'Fetch' });
  for (const milliseconds of [0, 0.1, 0.11, 3, 10_000, 99_999]) durations.note(milliseconds);
  const { samples } = parsePrometheusText(metrics.exposition()).get('time_seconds') ?? {};
  const bucket = (le: string) => samples?.get(`time_seconds_bucket{le="${le}",request="Fetch"}`);
  expect([bucket('0.0001'), bucket('0.0002'), bucket('0.002'), bucket('0.005')]).toEqual([2, 3, 3, 4]);
  expect([bucket('10'), bucket('+Inf')]).toEqual([5, 6]);
  expect(samples?.get('time_seconds_count{request="Fetch"}')).toBe(6);
  expect(samples?.get('time_seconds_sum{request="Fetch"}')).toBeCloseTo(110.00221, 6);
});

test('the same labels have the same durations, whoever asks', () => {
  const metrics = new PrometheusMetrics();
  metrics.durations('time_seconds', 'Time', { a: '1', b: '2' }).note(1);
  metrics.durations('time_seconds', 'Time', { b: '2', a: '1' }).note(1);
  expect(metrics.exposition()).toContain('time_seconds_count{a="1",b="2"} 2\n');
});

test('what is observed is looked at once for each scrape, and not before', async () => {
  const metrics = new PrometheusMetrics();
  let looks = 0;
  metrics.observe('looks', 'Looks', {
    type: 'gauge',
    read: () => {
      looks += 1;
      return [{ labels: { eye: 'left' }, value: looks }];
    },
  });
  const origin = await served(metrics);
  expect(looks).toBe(0);
  await fetch(`${origin}/metrics`);
  const response = await fetch(`${origin}/metrics?name[]=looks`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await response.text()).toContain('looks{eye="left"} 2\n');
});

test('a scrape tells what the process takes', async () => {
  const origin = await served(new PrometheusMetrics());
  const families = parsePrometheusText(await (await fetch(`${origin}/metrics`)).text());
  const value = (name: string) => families.get(name)?.samples.get(name) ?? 0;
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(10e6);
  expect(value('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect([...(families.get('nodejs_eventloop_delay_seconds')?.samples.keys() ?? [])]).toEqual([
    'nodejs_eventloop_delay_seconds{quantile="0.5"}',
    'nodejs_eventloop_delay_seconds{quantile="0.99"}',
    'nodejs_eventloop_delay_seconds{quantile="1"}',
  ]);
});

test('a loop that was held up says for how long', async () => {
  const metrics = new PrometheusMetrics();
  const origin = await served(metrics);
  const scrape = async () =>
    parsePrometheusText(await (await fetch(`${origin}/metrics`)).text())
      .get('nodejs_eventloop_delay_seconds')
      ?.samples.get('nodejs_eventloop_delay_seconds{quantile="1"}') ?? 0;
  await scrape();
  // After a scrape the monitor measures from its next tick on.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const until = performance.now() + 200;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await scrape()).toBeGreaterThan(0.1);
});

test('other paths and other methods are refused, and nonsense ends the connection', async () => {
  const origin = await served(new PrometheusMetrics());
  expect((await fetch(`${origin}/`)).status).toBe(404);
  expect((await fetch(`${origin}/metrics`, { method: 'POST' })).status).toBe(405);
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('data', () => {}).write('\0\0\0\x12 not HTTP\r\n\r\n');
  await closed;
  expect((await fetch(`${origin}/metrics`)).status).toBe(200);
});

test('an address in use is refused by its code', async () => {
  const origin = await served(new PrometheusMetrics());
  const taken = { host: '127.0.0.1', port: Number(new URL(origin).port) };
  await expect(new PrometheusMetrics().serve(taken)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test.each([
  ['a sample twice', '# HELP a A\n# TYPE a gauge\na 1\na 2\n'],
  ['a sample without its TYPE', 'a 1\n'],
  ['a label that does not end', '# HELP a A\n# TYPE a gauge\na{b="c} 1\n'],
  ['a counter by another name', '# HELP a A\n# TYPE a counter\na 1\n'],
  [
    'buckets that fall',
    '# HELP a A\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n',
  ],
  ['a text that is cut off', '# HELP a A\n# TYPE a gauge\na 1'],
])('the parser of these tests refuses %s', (_what, text) => {
  expect(() => parsePrometheusText(text)).toThrow();
});

test('a process that is scraped does not hold a client for the web, which takes 11 MB', () => {
  const url = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  const program = `import { PrometheusMetrics } from ${url('prometheus-metrics.ts')};
    await (await new PrometheusMetrics().serve({ host: '127.0.0.1', port: 0 })).close();
    console.log(process.moduleLoadList.filter((name) => / http$|undici/.test(name)).join());`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('NativeModule http\n');
});
