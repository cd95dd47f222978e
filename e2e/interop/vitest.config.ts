import { defineConfig } from 'vitest/config';

// One file at a time: the suites share two cores, and some hold a JVM.
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    testTimeout: 40_000,
    hookTimeout: 90_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
