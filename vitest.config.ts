/** Tests run on the sources; the ones that start processes use the build that `npm test` makes first. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['dist/**', 'node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores: tests that start servers and measure would disturb each other in more workers.
    maxWorkers: 2,
  },
});
