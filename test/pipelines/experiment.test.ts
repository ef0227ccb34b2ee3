import * as fc from 'fast-check'
import { isLeft, isRight } from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../lib/codec/config'
import { encodeEntry } from '../../lib/codec/journal'
import { batchIterable } from '../../lib/guest/batches'
import { phased } from '../../lib/guest/phased'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import { run } from '../../lib/loop/run'
import { toArray } from '../../lib/memory/pageSequence'
import { key } from '../../lib/random/random'
import { milliseconds } from '../../lib/time/time'
import { experiment, type Trial } from '../../pipelines/experiment/experiment'
import { recentlyUsed } from '../../pipelines/experiment/recentlyUsed'
import { simulate } from '../../pipelines/experiment/simulate'
import { techniques } from '../../pipelines/experiment/techniques'

const config: Config = {
  guest: { memory: 2 ** 20, workload: { type: 'hotCold', writesPerSecond: 20_000, readsPerSecond: 20_000 } },
  link: { bandwidth: 125e6 },
  techniques: techniques({ downtimeLimit: milliseconds(1) }).map((one) => ({ ...one.config, name: one.name })),
  startAt: milliseconds(5),
  progressEvery: milliseconds(1)
}

const trials = (of: Config): readonly Trial[] => {
  const made = experiment(of)
  if (isLeft(made)) throw new Error(JSON.stringify(made.left))
  return made.right.trials
}

describe('experiment', () => {
  it('simulate gives the journal of run, in slices or not', async () => {
    for (const trial of trials(config)) {
      const whole: string[] = []
      run(trial.pipeline, trial.world, trial).subscribe((entry) => whole.push(encodeEntry(entry)))
      const sliced: string[] = []
      expect(await simulate(trial, { entry: (entry) => sliced.push(encodeEntry(entry)) })).toBe(true)
      expect(sliced).toEqual(whole)
      expect(whole.at(-1)).toContain('"completed"')
    }
  })

  it('a signal that is aborted ends a simulation before it begins', async () => {
    expect(await simulate(trials(config)[0], { entry: () => undefined, signal: { aborted: true } })).toBe(false)
  })

  it('the experiment stands in the description of each world, with its one technique', () => {
    for (const { world, name } of trials(config))
      expect(world.description).toMatchObject({
        world: 'datacentre',
        experiment: { link: { bandwidth: '1 Gbit/s' }, techniques: [{ name }] }
      })
  })

  it('a dependency that refuses the move aborts, and a fault of the link is told', async () => {
    const refused = { kind: 'file', name: 'lock', policy: { type: 'refused', reason: 'it is locked' } } as const
    const [aborts] = trials({ ...config, guest: { ...config.guest, dependencies: [refused] } })
    const [breaks] = trials({ ...config, faults: [{ at: milliseconds(6), what: 'link' }] })
    for (const [trial, reason] of [
      [aborts, 'it is locked'],
      [breaks, 'the link failed']
    ] as const) {
      const journal: string[] = []
      await simulate(trial, { entry: (entry) => journal.push(encodeEntry(entry)) })
      expect(journal.at(-1)).toContain('"aborted"')
      expect(journal.at(-1)).toContain(reason)
    }
  })

  it('every brick that a configuration names is built, and one that refuses its figures is an error at its place', () => {
    const good = experiment({
      ...config,
      guest: {
        kind: 'vm',
        memory: 2 ** 20,
        workload: {
          type: 'phased',
          phases: [
            { for: 1e6, workload: { type: 'sweep', writesPerSecond: 10 } },
            { for: 1e6, workload: { type: 'zipf', writesPerSecond: 10, exponent: 1 } },
            { for: 1e6, workload: { type: 'asFastAsPossible' } },
            { for: 1e6, workload: { type: 'idle' } }
          ]
        }
      }
    })
    expect(isRight(good)).toBe(true)
    expect(experiment({ ...config, link: { bandwidth: 0 } })).toMatchObject({
      left: [{ path: 'link', expected: 'link: bytesPerSecond must be positive and finite', got: '0' }]
    })
    expect(experiment({ ...config, guest: { workload: { type: 'uniform', writesPerSecond: 1 } } })).toMatchObject({
      left: [{ path: 'guest.workload', expected: 'pages here or memory in guest', got: 'neither' }]
    })
  })
})

describe('recentlyUsed', () => {
  it('gives the touched pages by their last use, the latest first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer(), fc.boolean(), (ms, seed, inPhases) => {
        const one = uniform({ pages: 32, writesPerSecond: 700, readsPerSecond: 300 })
        const workload = inPhases
          ? phased([
              { forNs: 3e6, workload: one },
              { forNs: 2e6, workload: sweep({ pages: 8, writesPerSecond: 3_000 }) }
            ])
          : one
        const last = new Map<number, number>()
        let order = 0
        for (const { accesses, length } of batchIterable(workload, { key: key(seed), quantumNs: 1e6, untilNs: ms * 1e6 + 1 }))
          for (const access of accesses.subarray(0, length)) last.set(access >> 1, order++)
        const expected = [...last].sort(([, a], [, b]) => b - a).map(([page]) => page)
        void expect(toArray(recentlyUsed(workload, key(seed), ms * 1e6))).toEqual(expected)
      })
    )
  })
})
