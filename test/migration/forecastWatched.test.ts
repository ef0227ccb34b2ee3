import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { run } from '../../lib/loop/run'
import { kubevirtRamp } from '../../lib/migration/engines/kubevirtRamp'
import { kubevirtStall } from '../../lib/migration/engines/kubevirtStall'
import { type Forecast, forecasting } from '../../lib/migration/forecast'
import { type Look, type LookRule, looking } from '../../lib/migration/looks'
import { retried } from '../../lib/migration/retried'
import { type SyncSeen, type SyncThrottle, syncAutoConverge } from '../../lib/migration/syncThrottle'
import { link } from '../../lib/network/link'
import type { Data } from '../../lib/protocol/data'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { runFold } from '../../lib/stream/fold'
import { milliseconds, seconds } from '../../lib/time/time'
import { type DatacentreOptions, datacentre } from '../../lib/world/datacentre'
import { type Qemu102Options, qemu102, qemu102Windows } from '../../pipelines/qemu'
import { held } from '../bench/forecast'
import { followedMigrations, watched } from './forecastSwarm'
import { forecastsOf } from './forecastsOf'

const sender = { windowNs: milliseconds(100), sliceNs: milliseconds(51) }

const journalOf = (pipeline: Pipeline, writesPerSecond: number, more: Partial<DatacentreOptions> = {}): readonly Entry[] => {
  const entries: Entry[] = []
  const guest = vm({ workload: uniform({ pages: 4_096, writesPerSecond }) })
  const world = datacentre({ guests: { m: guest }, link: link({ bytesPerSecond: 4e6 }), sender, ...more })
  run(pipeline, world, { until: seconds(200) }).subscribe((entry) => entries.push(entry))
  return entries
}

const ofOptions = (options: Qemu102Options, writesPerSecond: number) => {
  const entries = journalOf(qemu102(options), writesPerSecond)
  return { entries, said: forecastsOf(entries, { windows: qemu102Windows(options), bytesPerSecond: 4e6 }) }
}

const timeOf = (entries: readonly Entry[], type: string): number =>
  entries.find((entry) => entry.type === 'signalled' && entry.signal.type === type)!.at

/** The last forecast before a time while the guest runs at the source. */
const lastBefore = (said: readonly Forecast[], at: number): Forecast => said.filter((one) => one.stage === 'pushing' && one.at < at).at(-1)!

const inInterval = ({ at, remaining }: Forecast, end: number): boolean => remaining!.lowNs <= end - at && end - at <= remaining!.highNs

describe('forecast of a push that somebody watches', () => {
  it("four of five intervals hold for KubeVirt's ways on worlds that they were not fitted to, whether it completes or is given up", () => {
    for (const technique of watched) {
      const of = followedMigrations(3, Number(process.env.RUNS ?? 10), [technique])
      expect(of.length).toBeGreaterThan(8)
      expect(held(of), technique).toBeGreaterThan(0.8)
      for (const { forecasts } of of) expect(forecasts.some(({ remaining }) => remaining !== undefined)).toBe(true)
    }
  })

  it('says beforehand when it will be given up, and why', () => {
    const looks = looking(milliseconds(400), ({ elapsedNs }) => (elapsedNs > seconds(30) ? { giveUp: 'half a minute has passed' } : {}))
    const { entries, said } = ofOptions({ looks, maxBandwidth: Number.POSITIVE_INFINITY }, 20_000)
    const end = entries.at(-1)!
    expect(end).toMatchObject({ type: 'ended', outcome: { type: 'aborted' } })
    for (const at of [8, 15, 25]) {
      const one = lastBefore(said, seconds(at))
      expect(one).toMatchObject({ reason: 'given up: half a minute has passed', restsOn: 'untilDecided', expectedDowntimeNs: 0 })
      expect(Math.abs(one.remaining!.likelyNs - (end.at - one.at))).toBeLessThan(seconds(1))
      expect(inInterval(one, end.at)).toBe(true)
    }
    expect(said.at(-1)!.stage).toBe('over')
  })

  it('says when another limit will let it end, and the downtime within that limit', () => {
    const looks = looking(milliseconds(400), ({ elapsedNs }) => ({
      downtimeLimitNs: elapsedNs < seconds(20) ? milliseconds(10) : seconds(5)
    }))
    const { entries, said } = ofOptions({ looks, maxBandwidth: Number.POSITIVE_INFINITY, downtimeLimitNs: milliseconds(10) }, 20_000)
    const [stopped, released] = [timeOf(entries, 'suspended'), timeOf(entries, 'released')]
    expect(stopped).toBeGreaterThan(seconds(19))
    const one = lastBefore(said, seconds(12))
    expect(one).toMatchObject({ reason: 'what is left will be sent within 5000 ms by the bandwidth measured', restsOn: 'untilRaised' })
    expect(inInterval(one, released)).toBe(true)
    expect(one.remaining!.likelyNs).toBeGreaterThan(seconds(7))
  })

  it('says when he will ask for post-copy, and that the guest stands still to have the rest pulled', () => {
    const looks = looking(milliseconds(400), ({ elapsedNs }) => ({ postcopy: elapsedNs > seconds(12) }))
    const { entries, said } = ofOptions({ looks, maxBandwidth: Number.POSITIVE_INFINITY, downtimeLimitNs: milliseconds(10) }, 20_000)
    const one = lastBefore(said, seconds(9))
    expect(one).toMatchObject({ reason: 'post-copy will be asked for', restsOn: 'untilDecided' })
    expect(inInterval(one, timeOf(entries, 'released'))).toBe(true)
    expect(one.expectedDowntimeNs).toBeLessThan(seconds(1))
    expect(said.filter(({ stage }) => stage === 'stopped').map(({ restsOn }) => restsOn)).toContain('switchingAsked')
  })

  it("what it hears is what the push asks: each look of KubeVirt's rules once, with the same figures, and so in an attempt that follows an abort", () => {
    const faults = [{ at: seconds(9), what: 'link' as const, until: seconds(10) }]
    for (const rule of [kubevirtRamp(), kubevirtStall()] as readonly LookRule[])
      for (const more of [{}, { faults }]) {
        const seen: Look[] = []
        const options = { looks: noted(rule, seen), maxBandwidth: 2e6 }
        const syncs: SyncSeen[] = []
        const windows = { ...qemu102Windows(options), throttle: notedThrottle(syncs) }
        const entries = journalOf(retried({ times: 'faults' in more ? 1 : 0 })(qemu102(options)), 1_500, more)
        const ofPush = seen.splice(0)
        runFold(forecasting({ windows }), entries)
        expect(ofPush.length).toBeGreaterThan(20)
        expect(seen).toEqual(ofPush)
        const attempts = 'faults' in more ? 2 : 1
        expect(entries.filter((entry) => entry.type === 'commanded' && entry.command.order.type === 'preselect').length).toBe(attempts)
        const firsts = syncs.filter((one) => one.syncs === 1)
        expect(firsts.map(({ bytes, throttle }) => [bytes, throttle])).toEqual(Array.from({ length: attempts }, () => [0, 0]))
        expect(syncs.every((one, i) => one.syncs === 1 || one.syncs === syncs[i - 1].syncs + 1)).toBe(true)
      }
  })

  it('an attempt that follows an abort is forecast as a first one: four of five intervals hold, and all of the guest is left to send', () => {
    const options = { maxBandwidth: 2e6, downtimeLimitNs: milliseconds(100), autoConverge: true } as const
    const faults = [{ at: seconds(9), what: 'link' as const, until: seconds(10) }]
    const windows = qemu102Windows(options)
    const entries = journalOf(retried({ times: 1 })(qemu102(options)), 600, { faults })
    const again = forecastsOf(entries, { windows, bytesPerSecond: 4e6 }).filter(({ at, stage }) => at > seconds(10) && stage === 'pushing')
    const released = timeOf(entries, 'released')
    expect(again.length).toBeGreaterThan(50)
    expect(again.filter((one) => inInterval(one, released)).length).toBeGreaterThan(0.8 * again.length)
    expect(again[0].pagesLeft).toBeGreaterThan(4_000)
  })
})

const noted = (rule: LookRule, seen: Look[]): LookRule => ({
  ...rule,
  look: (state, look) => {
    seen.push(look)
    return rule.look(state, look)
  }
})

const notedThrottle = (seen: SyncSeen[]): SyncThrottle => {
  const rule: SyncThrottle<Data> = syncAutoConverge() as SyncThrottle<Data>
  return {
    ...rule,
    next: (state, sync) => {
      seen.push(sync)
      return rule.next(state, sync)
    }
  }
}
