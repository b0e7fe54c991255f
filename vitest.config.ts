import { defineConfig } from 'vitest/config';

/** A process that lives through a crash needs a real one: these suites take turns, so that two cores suffice. */
const real = { fileParallelism: true, testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'property', include: ['test/property/**/*.test.ts'], testTimeout: 30_000 },
      },
      { extends: true, test: { name: 'contract', include: ['test/contract/**/*.test.ts'], ...real } },
      { extends: true, test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...real } },
      { extends: true, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...real } },
      {
        extends: true,
        test: { name: 'crash', include: ['test/crash/**/*.test.ts'], ...real, testTimeout: 180_000 },
      },
    ],
  },
});
