import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take ten seconds or more, which would leave a core without work if they came last. */
const long = [
  'readme',
  'tidy',
  'properties/shipped',
  'properties/process/checkProcesses',
  'migration/forecastWatched',
  'migration/forecast'
]

/** The usual order, with the long files first: a new checkout knows no times, and goes by sizes. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification): boolean => long.some((name) => moduleId.endsWith(`/test/${name}.test.ts`))
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

// Builds, packs, installs and judges the package with five tools of others: a minute of CPU, and nothing that a change of the sources alone is
// likely to break. `npx vitest run --mode package` runs it, and so does .ci/run.
const ofPackage = 'test/package.test.ts'

// Vitest leaves one core free by default, which on two cores doubles the time of the suite. Importing a file of ours does nothing and keeps
// nothing (tidy.test.ts), so the test files of a core share one process, in which what they import is loaded and compiled once: importing
// takes 13 s of CPU instead of 81 s.
export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'package' ? [ofPackage] : ['test/**/*.test.ts'],
    exclude: mode === 'package' ? configDefaults.exclude : [...configDefaults.exclude, ofPackage],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: '100%',
    isolate: false,
    sequence: { sequencer: LongFirst }
  }
}))
