import { defineConfig } from 'vitest/config'

// What runs against each mutant: the unit tests and laws of floors 2 and 3, quick and without the swarm (that one is `npm run power`).
// One thread that is not thrown away between files: a mutant costs a second instead of five.
export default defineConfig({
  test: {
    include: ['test/{protocol,migration,metrics}/**/*.test.ts'],
    setupFiles: ['test/power/seeded.ts'],
    testTimeout: 20_000,
    pool: 'threads',
    isolate: false
  }
})
