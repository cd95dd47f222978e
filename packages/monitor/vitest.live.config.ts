import { defineConfig } from 'vitest/config';

/**
 * The monitor against a real cluster: `vitest run --config vitest.live.config.ts`. It starts a broker of its own;
 * with ODRADEK_TEST_BOOTSTRAP=host:port it takes that cluster instead, for instance an Apache Kafka.
 */
export default defineConfig({
  test: {
    include: ['test/live/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
