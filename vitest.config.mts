import { defineConfig } from 'vitest/config'

// Vitest leaves one core free by default, which on two cores doubles the time of the suite.
export default defineConfig({ test: { include: ['test/**/*.test.ts'], testTimeout: 60_000, maxWorkers: '100%' } })
