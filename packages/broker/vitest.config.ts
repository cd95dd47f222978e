import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // For a machine that is slow and busy.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
});
