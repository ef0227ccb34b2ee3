import { describe, expect, it } from 'vitest'
import { faultTolerance, youngIntervalNs } from '../../lib/motive/faultTolerance'
import { clusterWith, seen, viewOf } from './views'

const saveNs = () => 50e6
const rule = faultTolerance({ keeper: 'io1', meanToFailureNs: 1e9, saveNs })
const kept = { process: 'p', keeper: 'io1', at: 9.9e9, from: 'cc0', threads: 2, pages: 4 }

describe('youngIntervalNs', () => {
  it('is the square root of twice what a save takes times the mean time to failure', () => {
    expect(youngIntervalNs({ saveNs: 50e6, meanToFailureNs: 1e9 })).toBeCloseTo(316_227_766, 0)
    expect(youngIntervalNs({ saveNs: 1, meanToFailureNs: Infinity })).toBe(Infinity)
  })
  it('loses least, to first order: saveNs / t + t / (2 meanToFailureNs)', () => {
    const lost = (t: number): number => 50e6 / t + t / 2e9
    const best = youngIntervalNs({ saveNs: 50e6, meanToFailureNs: 1e9 })
    for (const factor of [0.5, 0.9, 1.1, 2]) expect(lost(best * factor)).toBeGreaterThan(lost(best))
  })
})

describe('faultTolerance', () => {
  it('saves what is older than the interval and not kept', () => {
    const [decision] = rule(viewOf([clusterWith('cc0', [seen('p', { ageNs: 317e6 })])]))
    expect(decision).toMatchObject({
      type: 'save',
      process: 'p',
      from: 'cc0',
      to: 'io1',
      figures: { sinceNs: 317e6, intervalNs: 316227766, costNs: 50e6 }
    })
    expect(rule(viewOf([clusterWith('cc0', [seen('p', { ageNs: 316e6 })])]))).toEqual([])
  })
  it('saves again an interval after the last', () => {
    const chip = [clusterWith('cc0', [seen('p')])]
    expect(rule(viewOf(chip, { saved: [kept] }))).toEqual([])
    expect(rule(viewOf(chip, { saved: [{ ...kept, at: 9.6e9 }] })).map(({ type }) => type)).toEqual(['save'])
  })
  it('saves nothing where nothing fails', () => {
    expect(faultTolerance({ keeper: 'io1', meanToFailureNs: Infinity, saveNs })(viewOf([clusterWith('cc0', [seen('p')])]))).toEqual([])
  })
  it('restores what ran on a failed cluster to the emptiest one, and nothing else', () => {
    const chip = [clusterWith('cc1', [seen('q', { threads: 3, ageNs: 1 })]), clusterWith('cc2', []), clusterWith('io1', [])]
    const view = viewOf(chip, { failed: ['cc0'], saved: [kept, { ...kept, process: 'q' }, { ...kept, process: 'r', from: 'cc1' }] })
    expect(rule(view)).toEqual([
      { type: 'restore', process: 'p', from: 'io1', to: 'cc2', figures: { savedAt: 9.9e9, lostNs: 1e8 }, reason: 'cc0 has failed' }
    ])
  })
  it('restores two to two clusters, and says where there is no room', () => {
    const two = viewOf([clusterWith('cc1', []), clusterWith('cc2', [])], { failed: ['cc0'], saved: [kept, { ...kept, process: 'r' }] })
    expect(rule(two).map((one) => 'to' in one && one.to)).toEqual(['cc1', 'cc2'])
    const none = viewOf([clusterWith('cc1', [], { freeFrames: 6 })], { failed: ['cc0'], saved: [kept] })
    expect(rule(none)).toMatchObject([{ type: 'stay', reason: 'cc0 has failed, and no cluster has room' }])
  })
  it('refuses a mean time of nothing', () => {
    expect(() => faultTolerance({ keeper: 'io1', meanToFailureNs: 0 })).toThrow('faultTolerance: meanToFailureNs must be above 0 (got 0)')
  })
})
