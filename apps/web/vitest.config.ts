import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}'],
    environment: 'jsdom',
    testTimeout: 30_000,
    setupFiles: ['./test/jsdom-gaps.ts'],
    css: { modules: { classNameStrategy: 'non-scoped' } },
  },
});
