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
    // Some tests play with real clocks, disks and signals. Where a busy machine must not stop a landing, one
    // that fails is tried once more, and the report says so; a test that is wrong fails twice.
    retry: process.env['CI'] === undefined ? 0 : 1,
  },
});
