import { defineConfig } from 'vitest/config'

// What runs against each mutant: the unit tests and laws of floors 2 and 3, quick and without the swarm (that one is `npm run power`); of some rooms only with
// ROOMS=metrics or ROOMS=protocol,migration. One thread that is not thrown away between files: a mutant costs half a second instead of five.
export default defineConfig({
  test: {
    include: (process.env.ROOMS ?? 'protocol,migration,metrics').split(',').map((room) => `test/${room}/**/*.test.ts`),
    setupFiles: ['test/power/seeded.ts'],
    testTimeout: 10_000,
    pool: 'threads',
    isolate: false
  }
})
