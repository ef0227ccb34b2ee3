import * as fc from 'fast-check'
import { isLeft, isRight } from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../lib/codec/config'
import type { GuestConfig } from '../../lib/codec/guestConfig'
import { encodeEntry } from '../../lib/codec/journal'
import { batchIterable } from '../../lib/guest/batches'
import type { Guest } from '../../lib/guest/guest'
import { phased } from '../../lib/guest/phased'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import { run } from '../../lib/loop/run'
import { toArray } from '../../lib/memory/pageSequence'
import { complement, empty, full, range, toRuns, union } from '../../lib/memory/pageSet'
import { measure } from '../../lib/metrics/metrics'
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

describe('classes', () => {
  const MiB = 2 ** 20
  const uniformly = { type: 'uniform', pages: 8, writesPerSecond: 1 } as const
  const zstd = { type: 'recorded', trace: 'zstd' } as const
  const made = (guest: GuestConfig): Guest => {
    const experimentMade = experiment({ ...config, guest })
    if (isLeft(experimentMade)) throw new Error(JSON.stringify(experimentMade.left))
    return experimentMade.right.guest
  }
  const classes = (guest: GuestConfig) => {
    const { size, hypervisor, guestOs, application, zero, free, cache, nonPageable } = made(guest).classes
    return {
      size,
      ...Object.fromEntries(
        Object.entries({ hypervisor, guestOs, application, zero, free, cache, nonPageable }).map(([k, v]) => [k, toRuns(v)])
      )
    }
  }

  it('what a recorded program never touches is zero, free, and still the hypervisor’s', () => {
    expect(classes({ memory: 64 * MiB, workload: { ...zstd, from: 10 } })).toEqual({
      size: 16_384,
      hypervisor: toRuns(full(16_384)),
      guestOs: toRuns(range(16_384, 10, 3_049)),
      application: toRuns(range(16_384, 10, 3_049)),
      zero: toRuns(complement(range(16_384, 10, 3_049))),
      free: toRuns(complement(range(16_384, 10, 3_049))),
      cache: toRuns(empty(16_384)),
      nonPageable: toRuns(empty(16_384))
    })
    const phases = [
      { for: 1e6, workload: zstd },
      { for: 1e6, workload: { type: 'idle' } },
      { for: 1e6, workload: { ...zstd, from: 3_050 } }
    ] as const
    expect(made({ memory: 32 * MiB, workload: { type: 'phased', phases } }).classes.free.count).toBe(8_192 - 2 * 3_039)
    expect(made({ workload: zstd }).classes.application.count).toBe(3_039)
    expect(made({ memory: 32 * MiB, workload: { ...uniformly, pages: 4_096 } }).classes.application.count).toBe(8_192)
  })

  it('stated amounts lie from the top of memory downwards, the non-pageable at the bottom', () => {
    const [a, b, c] = [4 * 4096, 2 * 4096, 3 * 4096]
    expect(classes({ memory: 32 * 4096, workload: uniformly, free: a, cache: b, zero: 6 * 4096, nonPageable: c })).toEqual({
      size: 32,
      hypervisor: toRuns(full(32)),
      guestOs: toRuns(range(32, 0, 28)),
      application: toRuns(range(32, 0, 26)),
      zero: toRuns(union(range(32, 28, 32), range(32, 24, 26))),
      free: toRuns(range(32, 28, 32)),
      cache: toRuns(range(32, 26, 28)),
      nonPageable: toRuns(range(32, 0, 3))
    })
    expect(made({ memory: 64 * MiB, workload: zstd, cache: 8 * MiB }).classes).toMatchObject({
      cache: { count: 2_048 },
      free: { count: 11_297 }
    })
  })

  it('amounts that do not fit are refused at their place', () => {
    const wrong = (guest: GuestConfig) => {
      const result = experiment({ ...config, guest })
      return isLeft(result) ? result.left.map(({ path, expected, got }) => `${path}: ${expected}: ${got}`) : []
    }
    expect(wrong({ memory: MiB, workload: uniformly, free: 5_000 })).toEqual(['guest.free: a multiple of the page size 4096 B: 5000 B'])
    expect(wrong({ memory: MiB, workload: uniformly, zero: MiB, cache: 4096 })).toEqual([
      "guest.zero: at most the guest's 1048576 B together with cache and nonPageable: 1052672 B"
    ])
    expect(wrong({ kind: 'thread', workload: { type: 'idle' }, free: 4096 })).toEqual([
      'guest.memory: a size, where what its pages are used for is stated: none'
    ])
    expect(wrong({ memory: 2 ** 44, workload: zstd })).not.toEqual([])
  })

  it('a program in much memory sends what it never touched in short, and each level what it counts', async () => {
    const sent = async (level: 'hypervisor' | 'guestOs' | 'application', guest: GuestConfig) => {
      const [trial] = trials({ ...config, guest, techniques: [{ type: 'stop-and-copy', level }] })
      let state = measure().init()
      await simulate(trial, {
        entry: (entry) => {
          state = measure().step(state, entry)
        }
      })
      const { guest: found } = measure().done(state)
      return [found.outcome?.type, found.pagesTransferred, found.bytesTransferred]
    }
    const full = 4_096 + 8
    expect(await sent('hypervisor', { memory: 64 * MiB, workload: zstd })).toEqual(['completed', 16_384, 3_039 * full + 13_345 * 9])
    expect(await sent('guestOs', { memory: 64 * MiB, workload: zstd })).toEqual(['completed', 3_039, 3_039 * full])
    const idle = { kind: 'vm', memory: 4 * MiB, workload: { type: 'idle' }, free: MiB, cache: MiB, zero: MiB } as const
    expect(await sent('hypervisor', idle)).toEqual(['completed', 1_024, 768 * full + 256 * 9])
    expect(await sent('guestOs', idle)).toEqual(['completed', 768, 768 * full])
    expect(await sent('application', idle)).toEqual(['completed', 512, 512 * full])
  })

  it('a balloon takes free pages before the migration, by its defaults or as stated', async () => {
    const { balloon } = made({ memory: MiB, workload: uniformly, balloon: { interval: 1e6, fraction: 0.5 } })
    expect(balloon).toEqual({ intervalNs: 1e6, fraction: 0.5 })
    expect(made({ memory: MiB, workload: uniformly, balloon: true }).balloon).toEqual({})
    expect(made({ memory: MiB, workload: uniformly })).not.toHaveProperty('balloon')
    const idle = { kind: 'vm', memory: 4 * MiB, workload: { type: 'idle' }, free: 2 * MiB, balloon: { fraction: 0.75 } } as const
    const [trial] = trials({ ...config, guest: idle, techniques: [{ type: 'stop-and-copy' }] })
    let state = measure().init()
    await simulate(trial, {
      entry: (entry) => {
        state = measure().step(state, entry)
      }
    })
    expect(measure().done(state).guest.pagesTransferred).toBe(1_024 - 384)
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
