import { readdirSync } from 'node:fs';
import type { Metrics, Sample } from './metrics.ts';

/** How often the event loop is asked whether it is late. */
const RESOLUTION_MS = 20;

const QUANTILES = [0.5, 0.99, 1];

/** What this process takes, by the names that Prometheus' own client libraries use. Ends with the function returned. */
export function observeProcess(metrics: Metrics): () => void {
  metrics.observe('process_cpu_seconds_total', 'User and system time of all threads', {
    type: 'counter',
    read: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  });
  metrics.observe('process_resident_memory_bytes', 'Resident memory', {
    type: 'gauge',
    read: () => process.memoryUsage.rss(),
  });
  metrics.observe('nodejs_heap_size_used_bytes', 'Memory of the JavaScript heap in use', {
    type: 'gauge',
    read: () => process.memoryUsage().heapUsed,
  });
  metrics.observe('process_open_fds', 'Open files and sockets', { type: 'gauge', read: openFiles });
  return observeEventLoop(metrics);
}

/** What each scrape tells is of the time since the one before. */
function observeEventLoop(metrics: Metrics): () => void {
  const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks');
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  metrics.observe('nodejs_eventloop_delay_seconds', 'How late the event loop was since the last scrape', {
    type: 'gauge',
    read: () => {
      const samples = QUANTILES.map((quantile): Sample => {
        const nanoseconds = quantile === 1 ? delay.max : delay.percentile(quantile * 100);
        // A timer that is on time comes after its resolution.
        const late = delay.count === 0 ? 0 : Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000);
        return { labels: { quantile: String(quantile) }, value: late };
      });
      delay.reset();
      return samples;
    },
  });
  return () => delay.disable();
}

/** Where the system does not tell there is no sample. */
function openFiles(): Iterable<Sample> {
  try {
    return [{ labels: {}, value: readdirSync('/proc/self/fd').length }];
  } catch {
    return [];
  }
}
