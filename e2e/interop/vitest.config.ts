import { defineConfig } from 'vitest/config';

// One file at a time: the suites share two cores, and some hold a JVM.
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    // What a test or a hook waits for has a limit of its own (PATIENCE_MS in patience.ts), and says what it was.
    testTimeout: 300_000,
    hookTimeout: 600_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
