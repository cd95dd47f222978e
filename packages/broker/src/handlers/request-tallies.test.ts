import { expect, test } from 'vitest';
import { ManualClock } from '../../test/coordination/manual-clock.ts';
import { PrometheusMetrics } from '../runtime/prometheus-metrics.ts';
import { RequestTallies } from './request-tallies.ts';

test('a request is in flight, and in its purgatory, until it is answered; then its time counts', async () => {
  const metrics = new PrometheusMetrics();
  const clock = new ManualClock();
  const tallies = new RequestTallies({ clock, metrics });
  const fetch = tallies.of('Fetch');
  const first = tallies.begin(fetch);
  tallies.begin(tallies.of('Fetch'));
  await clock.advance(30);
  tallies.end(fetch, first);
  const text = metrics.exposition();
  expect(text).toContain('kafka_network_requestmetrics_inflight{request="Fetch"} 1\n');
  expect(text).toContain(
    'kafka_server_delayedoperationpurgatory_purgatorysize{delayedOperation="Fetch"} 1\n',
  );
  expect(text).toContain(
    'kafka_network_requestmetrics_totaltime_seconds_bucket{le="0.02",request="Fetch"} 0\n',
  );
  expect(text).toContain(
    'kafka_network_requestmetrics_totaltime_seconds_bucket{le="0.05",request="Fetch"} 1\n',
  );
});
