import { describe, expect, it } from 'vitest'
import { type KubevirtRampOptions, kubevirtRamp } from '../../../lib/migration/engines/kubevirtRamp'

const guest = { name: 'a', pages: 1000, pageBytes: 4096 }

/** What the rule says at looks every 400 ms until some time, QEMU being in an iteration from a second on and so many bytes being left. */
const looked = (
  until: number,
  options: KubevirtRampOptions = {},
  iterations: readonly number[] = [0, 1, 2],
  left: (s: number) => number = (s) => 1e9 - s
) => {
  const rule = kubevirtRamp(options)
  expect(rule.everyNs).toBe(400e6)
  let state = rule.start
  const verdicts = []
  for (let ms = 400; ms <= until * 1000; ms += 400) {
    const syncs = iterations.filter((s) => s <= ms / 1000).length
    const [verdict, after] = rule.look(state, {
      at: ms * 1e6,
      elapsedNs: ms * 1e6,
      syncs,
      remainingBytes: left(ms / 1000),
      bytesPerSecond: 1e6,
      synced: false,
      guest
    })
    state = after
    verdicts.push({ ms, ...verdict })
  }
  return verdicts
}

/** When the limit changes, in ms, and to what, in ms. */
const changes = (...of: Parameters<typeof looked>) => {
  let limit: number | undefined
  return looked(...of).flatMap(({ ms, downtimeLimitNs }) => {
    if (downtimeLimitNs === limit) return []
    limit = downtimeLimitNs
    return [[ms, downtimeLimitNs! / 1e6]]
  })
}

describe('kubevirtRamp', () => {
  it('begins at 150 ms at its first look, and rises by 128 ms every 10 s from the third iteration on, to 1,050 ms', () => {
    expect(changes(120)).toEqual([
      ...[
        [400, 150],
        [10_400, 278],
        [20_400, 406],
        [30_400, 534],
        [40_400, 662],
        [50_400, 790],
        [60_400, 918],
        [70_400, 1046]
      ],
      [80_400, 1050]
    ])
  })

  it('waits for the third iteration, however long the first two take, and then for its next look', () => {
    expect(changes(80, {}, [0, 60, 60.5])).toEqual([
      [400, 150],
      [60_800, 278],
      [70_800, 406]
    ])
  })

  it('ramps in one step where it is told so, and not at all where beginning and end are one', () => {
    expect(changes(5, { steps: 1, cooldownNs: 0 })).toEqual([
      [400, 150],
      [2000, 1050]
    ])
    expect(changes(50, { initialNs: 1050e6 })).toEqual([[400, 1050]])
  })

  it('is given up when more whole seconds than 150 a GiB have passed', () => {
    const given = looked(160).find(({ giveUp }) => giveUp !== undefined)
    expect(given).toMatchObject({ ms: 151_200, giveUp: '151 s have passed, more than 150 s' })
  })

  it('stops a guest that may be disrupted then, or switches to post-copy, and gives up after as long again', () => {
    const disrupted = looked(310, { allowWorkloadDisruption: true })
    expect(disrupted.find(({ downtimeLimitNs = 0 }) => downtimeLimitNs > 2e9)).toMatchObject({ ms: 151_200, downtimeLimitNs: 2000e9 })
    expect(disrupted.find(({ giveUp }) => giveUp !== undefined)?.ms).toBe(301_200)
    expect(looked(160, { allowWorkloadDisruption: true, allowPostcopy: true }).find(({ postcopy }) => postcopy)?.ms).toBe(151_200)
  })

  it('is given up when no look finds less left than the one before for 150 s', () => {
    const stuck = looked(200, { completionPerGibNs: 1e15 }, [0, 1, 2], (s) => Math.max(5, 20 - s))
    expect(stuck.find(({ giveUp }) => giveUp !== undefined)).toMatchObject({ ms: 166_400, giveUp: 'stuck for 151 s' })
  })

  it('refuses what cannot be a ramp', () => {
    expect(() => kubevirtRamp({ steps: 0 })).toThrow('kubevirtRamp: steps must be an integer above 0 (got 0)')
    expect(() => kubevirtRamp({ maxDowntimeNs: 1 })).toThrow('kubevirtRamp: maxDowntimeNs must be at least 150000000 (got 1)')
    expect(() => kubevirtRamp({ initialNs: -1 })).toThrow('kubevirtRamp: initialNs must be at least 0 (got -1)')
    expect(() => kubevirtRamp({ cooldownNs: -1 })).toThrow('kubevirtRamp: cooldownNs must be at least 0 (got -1)')
  })
})
