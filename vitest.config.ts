import { defineConfig } from 'vitest/config';

/** A process that lives through a crash needs a real one: these suites take turns, so that two cores suffice. */
const real = { fileParallelism: true, testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        extends: true,
        test: { name: 'property', include: ['test/property/**/*.test.ts'], testTimeout: 30_000 },
      },
      { extends: true, test: { name: 'contract', include: ['test/contract/**/*.test.ts'], ...real } },
      { extends: true, test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...real } },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: ['test/e2e/agents/**'],
          ...real,
        },
      },
      // Agents mostly wait: some of each can do so at the same time, as far as 4 GB go.
      {
        extends: true,
        test: { name: 'agents', include: ['test/e2e/agents/**/*.test.ts'], ...real, maxConcurrency: 4 },
      },
      {
        extends: true,
        test: { name: 'crash', include: ['test/crash/**/*.test.ts'], ...real, testTimeout: 180_000 },
      },
    ],
  },
});
