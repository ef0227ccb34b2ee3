import { expect, it } from 'vitest'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { check } from '../../properties/check'

it.each([0, -1, 1.5, Number.NaN])('a check of %s runs, or of runs of so many entries, would say nothing', (n) => {
  expect(() => check(stopAndCopy(), { runs: n, seed: 1 })).toThrow(`check: runs must be an integer from 1 on (got ${n})`)
  expect(() => check(stopAndCopy(), { runs: 1, seed: 1, maxEntries: n })).toThrow(
    `check: maxEntries must be an integer from 1 on (got ${n})`
  )
})
