import * as E from 'fp-ts/lib/Either'
import { roundsAtMost } from '../../lib/migration/stopRule'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { explore } from '../../properties/explore/explore'
import { cpuNs } from './cpu'
import { hashOfText, median } from './figures'
import type { BenchResult } from './timeline'

/**
 * Distinct states explored per second of processor time, of pre-copy, post-copy and hybrid with 3 pages and 4 writes, without a fault and with one. The ratio compares
 * with the plainest exploration there is, of a toy of a few numbers (see `plainSearch`), taken before and after each measurement, because times of a busy machine do
 * not. Target: at least 50,000 states a second, and each exploration in under a minute.
 */
export const benchExploring = ({ smoke }: { readonly smoke: boolean }): BenchResult => {
  const scope = smoke ? { pages: 1, writes: 1 } : { pages: 3, writes: 4 }
  const pipelines: Readonly<Record<string, Pipeline>> = {
    precopy: precopy({ until: roundsAtMost(2) }),
    postcopy: postcopy(),
    hybrid: hybrid()
  }
  const figures: Record<string, number> = {}
  const results: string[] = []
  if (!smoke) for (const pipeline of Object.values(pipelines)) explore(pipeline, { pages: 2, writes: 2, faults: 1 })
  for (const [name, pipeline] of Object.entries(pipelines))
    for (const faults of [0, 1]) {
      const label = `${name}, ${faults} ${faults === 1 ? 'fault' : 'faults'}`
      const times: number[] = []
      const ratios: number[] = []
      for (let i = 0; i < (smoke ? 1 : 3); i++) {
        const before = plainStateNs(smoke)
        const [ns, states, seen] = exploration(pipeline, { ...scope, faults })
        const after = plainStateNs(smoke)
        figures[`${label}: states`] = states
        times.push(ns / states)
        ratios.push(ns / states / ((before + after) / 2))
        if (i === 0) results.push(`${label} ${seen}`)
      }
      figures[`${label}: states per second and core`] = Math.round(1e9 / median(times))
      figures[`${label}: a state, in states of a plain search`] = Math.round(median(ratios) * 100) / 100
    }
  return { name: 'exploring', figures, hash: hashOfText(results.join('\n')) }
}

/** An exploration's processor time, its states, and what it came to. */
const exploration = (pipeline: Pipeline, scope: Parameters<typeof explore>[1]): readonly [number, number, string] => {
  let result: ReturnType<typeof explore> | undefined
  const ns = cpuNs(() => {
    result = explore(pipeline, scope)
  })
  if (result === undefined || E.isLeft(result) || !result.right.complete)
    throw new Error('benchExploring: the exploration must hold and be complete')
  const { states, transitions, depth } = result.right
  return [ns, states, `${states} ${transitions} ${depth}`]
}

const plainStateNs = (smoke: boolean): number => {
  let states = 0
  const ns = cpuNs(() => {
    states = plainSearch(smoke ? 6 : 32)
  })
  return ns / states
}

/** Breadth first through all that three counters below `size` can be, as a record, a text for a key and a map of what was seen; answers the number of states. */
const plainSearch = (size: number): number => {
  type Toy = { readonly a: number; readonly b: number; readonly c: number }
  const seen = new Set<string>(['0 0 0'])
  let frontier: readonly Toy[] = [{ a: 0, b: 0, c: 0 }]
  while (frontier.length > 0) {
    const next: Toy[] = []
    for (const { a, b, c } of frontier)
      for (const to of [
        { a: (a + 1) % size, b, c },
        { a, b: (b + 1) % size, c },
        { a, b, c: (c + 1) % size }
      ]) {
        const key = `${to.a} ${to.b} ${to.c}`
        if (seen.has(key)) continue
        seen.add(key)
        next.push(to)
      }
    frontier = next
  }
  return seen.size
}
