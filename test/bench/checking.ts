import * as E from 'fp-ts/lib/Either'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { check } from '../../properties/check'
import { cpuNs } from './cpu'
import { hashOfText, median } from './figures'
import type { BenchResult } from './timeline'

/**
 * Small worlds checked per second of processor time: the shipped pipelines in the standard swarm, drawing, running and judging included, once a world and, with
 * `repeat`, twice. The ratio compares with a plain loop of as many small objects, closures and look-ups as some run makes, taken before and after each
 * measurement, because times of a busy machine do not. Target: at least 5,000 runs per second without `repeat`.
 */
export const benchChecking = ({ smoke }: { readonly smoke: boolean }): BenchResult => {
  const runs = smoke ? 20 : 1000
  const repeats = smoke ? 0 : 3
  const pipelines = { precopy: precopy(), postcopy: postcopy(), hybrid: hybrid(), stopAndCopy: stopAndCopy() }
  const figures: Record<string, number> = {}
  const results: string[] = []
  for (const [name, pipeline] of Object.entries(pipelines))
    for (const repeat of [false, true]) {
      const times: number[] = []
      const ratios: number[] = []
      // One more, to warm up.
      for (let i = 0; i <= repeats; i++) {
        let result = ''
        const before = cpuNs(plainLoop)
        const ns = cpuNs(() => {
          result = E.match(
            ({ invariant, runs: after }: { readonly invariant: string; readonly runs: number }) => `breaks ${invariant} after ${after}`,
            (passed: unknown) => JSON.stringify(passed)
          )(check(pipeline, { runs, seed: 1, repeat }))
        })
        const after = cpuNs(plainLoop)
        if (i === 0) results.push(`${name} ${repeat} ${result}`)
        if (i === 0 && !smoke) continue
        times.push(ns)
        ratios.push(ns / runs / ((before + after) / 2))
      }
      const label = repeat ? `${name}, each run twice` : name
      figures[`${label}: runs per second and core`] = Math.round((runs * 1e9) / median(times))
      figures[`${label}: a run, in plain loops`] = Math.round(median(ratios) * 1e4) / 1e4
    }
  return { name: 'checking', figures, hash: hashOfText(results.join('\n')) }
}

/** Some milliseconds of what a small run is made of: objects, closures called once, a map. */
const plainLoop = (): number => {
  const kept = new Map<number, { readonly at: number; readonly work: () => number }>()
  let sum = 0
  for (let i = 0; i < 40_000; i++) {
    kept.set((i * 7919) & 1023, { at: i, work: () => i + 1 })
    const one = kept.get((i * 31) & 1023)
    if (one !== undefined) sum += one.work() + one.at
  }
  return sum
}
