import { defineConfig } from 'vitest/config'

// Vitest leaves one core free by default, which on two cores doubles the time of the suite. Importing a file of ours does nothing and keeps
// nothing (tidy.test.ts), so the test files of a core share one process, in which what they import is loaded and compiled once: importing
// takes 13 s of CPU instead of 81 s.
export default defineConfig({ test: { include: ['test/**/*.test.ts'], testTimeout: 60_000, maxWorkers: '100%', isolate: false } })
