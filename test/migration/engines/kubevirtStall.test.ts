import { describe, expect, it } from 'vitest'
import { type KubevirtStallOptions, kubevirtStall } from '../../../lib/migration/engines/kubevirtStall'

const guest = { name: 'a', pages: 1000, pageBytes: 4096 }
type Made = { readonly end: number; readonly left: number; readonly rate?: number }

/**
 * What the rule says as iterations begin so many seconds after the push, with so many pages left, at so many pages a second (100 unless told); it has looked just before each, as it does
 * every 400 ms. `stop`: QEMU would, by the limit in force.
 */
const verdicts = (rounds: readonly Made[], options: KubevirtStallOptions = {}): readonly string[] => {
  const rule = kubevirtStall(options)
  let state = rule.start
  return rounds.map(({ end, left, rate = 100 }, i) => {
    const seen = { at: end * 1e9, elapsedNs: end * 1e9, syncs: i + 2, remainingBytes: left * 4096, bytesPerSecond: rate * 4096, guest }
    const [polled, between] = rule.look(state, { ...seen, synced: false })
    if (polled.giveUp !== undefined) return polled.giveUp
    const [verdict, after] = rule.look(between, { ...seen, synced: true })
    state = after
    if (verdict.giveUp !== undefined) return verdict.giveUp
    if (verdict.postcopy) return 'post-copy'
    return left < (rate * verdict.downtimeLimitNs!) / 1e9 ? 'stop' : 'on'
  })
}

describe('kubevirtStall', () => {
  it("goes by QEMU's 300 ms until it stalls, or by less where less is allowed", () => {
    expect(
      verdicts([
        { end: 1, left: 30 },
        { end: 2, left: 29 }
      ])
    ).toEqual(['on', 'stop'])
    expect(
      verdicts(
        [
          { end: 1, left: 10 },
          { end: 2, left: 9 }
        ],
        { maxDowntimeNs: 100e6 }
      )
    ).toEqual(['on', 'stop'])
  })

  it('allows 900 ms where the estimate is within them, at once', () => {
    expect(
      verdicts([
        { end: 1, left: 89 },
        { end: 41, left: 89 }
      ])
    ).toEqual(['on', 'stop'])
  })

  it('allows them a minute where the estimate is within 1.5 times as much, and gives up when it is over', () => {
    const left = [
      { end: 1, left: 135 },
      { end: 41, left: 135 }
    ]
    expect(verdicts([...left, { end: 101, left: 90 }, { end: 102, left: 90 }])).toEqual([
      'on',
      'on',
      'on',
      '102 s have passed, more than 101 s'
    ])
    expect(verdicts([...left, { end: 60, left: 89 }])).toEqual(['on', 'on', 'stop'])
  })

  it('aborts beyond that', () => {
    expect(
      verdicts([
        { end: 1, left: 136 },
        { end: 41, left: 136 }
      ])
    ).toEqual(['on', 'stalled, with an estimated downtime of 1360 ms'])
  })

  it('waits for a minimum once it has stalled', () => {
    expect(
      verdicts([
        { end: 1, left: 80 },
        { end: 41, left: 500 },
        { end: 42, left: 84 },
        { end: 43, left: 83 }
      ])
    ).toEqual(['on', 'on', 'on', 'stop'])
  })

  it('stops a guest that may be disrupted, at a minimum or when its time is over', () => {
    expect(
      verdicts(
        [
          { end: 1, left: 900 },
          { end: 41, left: 900 }
        ],
        { allowWorkloadDisruption: true }
      )
    ).toEqual(['on', 'stop'])
    const late = [
      { end: 1, left: 80 },
      { end: 41, left: 900 },
      { end: 151, left: 990 }
    ]
    expect(verdicts(late, { allowWorkloadDisruption: true, windowNs: 140e9 })).toEqual(['on', 'on', 'stop'])
    expect(verdicts(late, { windowNs: 140e9 })).toEqual(['on', 'on', '151 s have passed, more than 150 s'])
  })

  it('switches to post-copy where it may, at a minimum or when its time is over', () => {
    const stalled = [
      { end: 1, left: 900 },
      { end: 41, left: 900 }
    ]
    expect(verdicts(stalled, { allowPostcopy: true })).toEqual(['on', 'post-copy'])
  })

  it('does nothing where the rest would not arrive before the last deadline, in whole seconds', () => {
    const slow = (left: number, options: KubevirtStallOptions = {}) =>
      verdicts(
        [
          { end: 1, left, rate: 1 },
          { end: 41.5, left, rate: 1 }
        ],
        { allowWorkloadDisruption: true, ...options }
      ).at(-1)
    expect([slow(259), slow(260)]).toEqual(['stop', 'on'])
    expect(slow(260, { completionFactor: 2.005 })).toBe('on')
  })

  it('is in time until more than the time-out has passed', () => {
    const late = (end: number) =>
      verdicts(
        [
          { end: 1, left: 80 },
          { end, left: 900 }
        ],
        { allowWorkloadDisruption: true, windowNs: 140e9 }
      ).at(-1)
    expect([late(150.9), late(151)]).toEqual(['on', 'stop'])
  })

  it('smooths the bandwidth: two fifths of the newest', () => {
    // 100, then 50 pages a second: 80. 108 pages are 1.35 s of that.
    const rounds = (left: number) => [
      { end: 1, left },
      { end: 41, left, rate: 50 }
    ]
    expect(verdicts(rounds(108))).toEqual(['on', 'on'])
    expect(verdicts(rounds(109))).toEqual(['on', 'stalled, with an estimated downtime of 1362 ms'])
  })

  it('learns nothing of the bandwidth from a round that sent nothing', () => {
    const idle = [
      { end: 1, left: 135 },
      { end: 30, left: 135, rate: 0 },
      { end: 41, left: 135 }
    ]
    expect(verdicts(idle)).toEqual(['on', 'on', 'on'])
  })

  it('counts whole milliseconds', () => {
    expect(
      verdicts([
        { end: 1, left: 89 },
        { end: 40.9999995, left: 89 }
      ])
    ).toEqual(['on', 'on'])
  })

  it('refuses tunables out of range', () => {
    for (const options of [{ ewma: 1 }, { margin: 0 }, { margin: 1 }, { windowNs: 0 }]) expect(() => kubevirtStall(options)).not.toThrow()
    expect(() => kubevirtStall({ ewma: 0 })).toThrow('kubevirtStall: ewma must be above 0 and at most 1 (got 0)')
    expect(() => kubevirtStall({ margin: 2 })).toThrow('kubevirtStall: margin must be from 0 to 1 (got 2)')
    expect(() => kubevirtStall({ windowNs: -1 })).toThrow('kubevirtStall: windowNs must be at least 0 (got -1)')
  })
})
