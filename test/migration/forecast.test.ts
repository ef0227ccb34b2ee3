import * as fc from 'fast-check'
import { from } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { run } from '../../lib/loop/run'
import { type Forecast, type ForecastOptions, forecast, forecasting } from '../../lib/migration/forecast'
import { interval } from '../../lib/migration/remaining'
import { downtimeWithin, never, or, roundsAtMost, type StopRule } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { runFold } from '../../lib/stream/fold'
import { milliseconds, seconds } from '../../lib/time/time'
import { type DatacentreOptions, datacentre } from '../../lib/world/datacentre'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { qemu72, qemu72Windows } from '../../pipelines/qemu'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { held } from '../bench/forecast'
import { alone, followedMigrations, techniques } from './forecastSwarm'
import { forecastsOf } from './forecastsOf'

const pages = 4_096

const journalOf = (
  pipeline: Pipeline,
  writesPerSecond: number,
  more: Partial<DatacentreOptions> = {},
  until = seconds(20)
): readonly Entry[] => {
  const entries: Entry[] = []
  const workload = uniform({ pages, writesPerSecond, readsPerSecond: writesPerSecond })
  const world = datacentre({ guests: { m: vm({ workload }) }, link: link({ gigabitsPerSecond: 1 }), progressNs: milliseconds(5), ...more })
  run(pipeline, world, { until }).subscribe((entry) => entries.push(entry))
  return entries
}

const rules = (until: StopRule): ForecastOptions => ({ rules: { until } })
const timeOf = (entries: readonly Entry[], type: string): number =>
  entries.find((entry) => entry.type === 'signalled' && entry.signal.type === type)!.at

describe('forecast', () => {
  it('four of five intervals hold on worlds that they were not fitted to, for every technique, and are not wide', () => {
    const migrations = followedMigrations(3, Number(process.env.RUNS ?? 100))
    expect(migrations.length).toBeGreaterThan(90)
    for (const technique of techniques) {
      const of = migrations.filter((one) => one.technique === technique)
      expect(of.length).toBeGreaterThan(15)
      expect(held(of), technique).toBeGreaterThan(0.8)
    }
    // Those of a time-bounded migration are no factors of a likely time: see forecastTimeBounded.test.ts.
    const widths = migrations
      .filter(({ technique }) => technique !== 'tlm')
      .flatMap(({ forecasts }) => forecasts)
      .flatMap(({ remaining }) => (remaining && remaining.likelyNs > 0 ? [(remaining.highNs - remaining.lowNs) / remaining.likelyNs] : []))
      .sort((a, b) => a - b)
    expect(widths[Math.floor(widths.length / 2)]).toBeLessThan(0.65)
    expect(widths.at(-1)).toBeLessThan(1.65)
  })

  it('so they do for windows as of QEMU, with what slows the guest at syncs or asks for post-copy, and for batches of pages never dirtied', () => {
    for (const technique of alone) {
      const of = followedMigrations(3, Number(process.env.RUNS ?? 20), [technique])
      expect(of.length).toBeGreaterThan(15)
      expect(held(of), technique).toBeGreaterThan(0.8)
      const whilePushed = of.map((one) => ({ ...one, forecasts: one.forecasts.filter(({ stage }) => stage === 'pushing') }))
      expect(held(whilePushed), technique).toBeGreaterThan(0.75)
      expect(whilePushed.filter(({ forecasts }) => forecasts.some(({ remaining }) => remaining !== undefined)).length).toBeGreaterThan(15)
    }
  })

  it('follows a pre-copy: rounds, rates, the downtime that its own rule will leave, and why it stops', () => {
    const until = or(downtimeWithin(milliseconds(10)), roundsAtMost(30))
    const entries = journalOf(precopy({ until }), 6_000)
    const said = forecastsOf(entries, rules(until))
    const inRound2 = said.find(({ round, stage }) => round === 2 && stage === 'pushing')!
    expect(inRound2).toMatchObject({ converges: true, measured: true, restsOn: 'oneReading' })
    expect(inRound2.bytesPerSecond! / 125e6).toBeCloseTo(1, 2)
    expect(inRound2.reason).toMatch(/^the expected downtime, [\d.]+ ms, is within 10 ms$/)
    const [stopped, activated] = [timeOf(entries, 'suspended'), timeOf(entries, 'activated')]
    const last = said.filter(({ stage }) => stage === 'pushing').at(-1)!
    expect(last.expectedDowntimeNs! / (activated - stopped)).toBeCloseTo(1, 1)
    const whileStopped = said.filter(({ stage }) => stage === 'stopped')
    for (const { expectedDowntimeNs } of whileStopped) expect(expectedDowntimeNs! / (activated - stopped)).toBeCloseTo(1, 1)
    expect(said.at(-1)).toMatchObject({ stage: 'over', fraction: 1, remaining: { lowNs: 0, likelyNs: 0, highNs: 0 } })
  })

  it('says where a push does not converge at present, and by which rule it ends all the same', () => {
    const until = or(downtimeWithin(milliseconds(1)), roundsAtMost(5))
    const said = forecastsOf(journalOf(precopy({ until }), 200_000), rules(until)).filter(
      ({ round, stage }) => round === 2 && stage === 'pushing'
    )
    expect(said.at(-1)).toMatchObject({ converges: false, reason: '5 rounds have been made, at most 5', restsOn: 'notShrinking' })
    expect(Number.isFinite(said.at(-1)!.remaining!.highNs)).toBe(true)
  })

  it('names no end where no rule will stop the push at present', () => {
    const said = forecastsOf(journalOf(precopy({ until: never }), 200_000, {}, milliseconds(500)), rules(never))
    const last = said.filter(({ stage }) => stage === 'pushing').at(-1)!
    expect(last).toMatchObject({ converges: false, reason: null, remaining: { likelyNs: Infinity, highNs: Infinity } })
    expect(last.remaining!.lowNs).toBeGreaterThan(0)
    expect(last.expectedDowntimeNs).toBeUndefined()
    expect(last.downtimeNowNs).toBeGreaterThan(0)
  })

  it('a post-copy is down for its context only, and then what is missing goes over the link', () => {
    const entries = journalOf(postcopy(), 6_000)
    const said = forecastsOf(entries, { follows: 'pull', bytesPerSecond: 125e6 })
    const down = timeOf(entries, 'activated') - timeOf(entries, 'suspended')
    const stopped = said.find(({ stage, expectedDowntimeNs }) => stage === 'stopped' && expectedDowntimeNs !== undefined)!
    expect(stopped.expectedDowntimeNs! / down).toBeCloseTo(1, 1)
    const pulling = said.filter(({ stage }) => stage === 'pulling')
    const middle = pulling[Math.floor(pulling.length / 2)]
    expect(middle.remaining!.likelyNs / (timeOf(entries, 'released') - middle.at)).toBeCloseTo(1, 1)
    expect(pulling.every(({ fraction }, i) => i === 0 || fraction! >= pulling[i - 1].fraction! - 1e-3)).toBe(true)
  })

  const sender = { windowNs: milliseconds(100), sliceNs: milliseconds(51) }
  const perSecond = 2 ** 23

  it("looks through QEMU's switch to post-copy: when it is asked for, what will be missing, and a downtime that is the switch's", () => {
    const options = { maxBandwidth: perSecond, downtimeLimitNs: milliseconds(1), postcopy: { afterNs: seconds(3) } }
    const entries = journalOf(qemu72(options), 3_000, { sender })
    const said = forecastsOf(entries, { windows: qemu72Windows(options), bytesPerSecond: 125e6 })
    const [stopped, activated] = [timeOf(entries, 'suspended'), timeOf(entries, 'activated')]
    const pushing = said.filter(({ at, stage, remaining }) => stage === 'pushing' && remaining !== undefined && at > seconds(2.5))
    for (const { reason, restsOn } of pushing)
      expect({ reason, restsOn }).toEqual({ reason: 'post-copy will be asked for', restsOn: 'untilAsked' })
    const middle = pushing[Math.floor(pushing.length / 2)]
    expect(middle.at).toBeLessThan(stopped)
    expect(middle.expectedDowntimeNs! / (activated - stopped)).toBeCloseTo(1, 0)
    expect(middle.remaining!.likelyNs / (timeOf(entries, 'released') - middle.at)).toBeCloseTo(1, 0)
    expect(said.filter(({ stage }) => stage === 'stopped').map(({ restsOn }) => restsOn)).toContain('switchingAsked')
  })

  it('looks through the steps that a throttle takes at syncs: without them it names no end, with them the one that comes', () => {
    const options = { maxBandwidth: perSecond, downtimeLimitNs: milliseconds(100), autoConverge: true } as const
    const entries = journalOf(qemu72(options), 3_000, { sender }, seconds(120))
    const at = (said: readonly Forecast[]) => said.filter(({ stage, at: of }) => stage === 'pushing' && of > seconds(3))[0]
    const unbraked = at(
      forecastsOf(entries, { windows: { downtimeLimitNs: milliseconds(100), bytesPerSecond: perSecond }, bytesPerSecond: 125e6 })
    )
    expect(unbraked).toMatchObject({ reason: null, remaining: { highNs: Infinity } })
    const braked = at(forecastsOf(entries, { windows: qemu72Windows(options), bytesPerSecond: 125e6 }))
    expect(braked.reason).toBe('what is left will be sent within 100 ms by the bandwidth measured')
    const came = timeOf(entries, 'released') - braked.at
    expect(braked.remaining!.lowNs).toBeLessThan(came)
    expect(braked.remaining!.highNs).toBeGreaterThan(came)
    expect(braked.remaining!.highNs).toBeLessThan(seconds(120))
  })

  it('on demand only it names a least time and no end', () => {
    const said = forecastsOf(journalOf(postcopy({ prepaging: undefined }), 6_000, {}, milliseconds(300)), {
      follows: 'pull',
      pull: 'demandOnly'
    })
    const pulling = said.filter(({ stage, remaining }) => stage === 'pulling' && remaining !== undefined)
    expect(pulling.length).toBeGreaterThan(0)
    for (const { remaining } of pulling) expect(remaining!.highNs).toBe(Infinity)
  })

  it('never names a time beyond a bound that is known', () => {
    const until = roundsAtMost(30)
    const boundNs = milliseconds(200)
    const said = forecastsOf(journalOf(precopy({ until }), 200_000), { ...rules(until), boundNs })
    const began = said[0].at
    for (const { at, remaining } of said)
      if (remaining !== undefined) expect(remaining.highNs).toBeLessThanOrEqual(Math.max(0, began + boundNs - at))
  })

  it('says nothing of the time while a link is broken, and goes on when the target has said what is missing', () => {
    const faults = [{ at: milliseconds(50), what: 'link' as const, until: milliseconds(80) }]
    const said = forecastsOf(journalOf(postcopy(), 6_000, { faults }), { follows: 'pull' })
    const broken = said.filter(({ stage }) => stage === 'broken')
    expect(broken.length).toBeGreaterThan(0)
    for (const { remaining, unforeseen } of broken)
      expect([remaining, unforeseen]).toEqual([undefined, 'the link is broken, and nobody knows when it will be mended'])
    const after = said[said.findLastIndex(({ stage }) => stage === 'broken') + 1]
    expect(after).toMatchObject({ stage: 'pulling', restsOn: 'pulling' })
    expect(said.at(-1)!.stage).toBe('over')
  })

  it('needs no journal: signals do, where the guests are told', () => {
    const entries = journalOf(stopAndCopy(), 1_000)
    const [began] = entries
    const guests = began.type === 'began' ? began.guests : {}
    const alone: Forecast[] = []
    from(entries.flatMap((entry) => (entry.type === 'signalled' ? [entry.signal] : [])))
      .pipe(forecast({ guests, contextBytes: 2 ** 20, bytesPerSecond: 125e6 }))
      .subscribe((one) => alone.push(one))
    const whole = forecastsOf(entries)
    expect(alone).toEqual(whole.slice(0, alone.length))
    expect(alone.length).toBe(whole.length - 1)
    expect(alone.filter(({ remaining }) => remaining !== undefined).length).toBeGreaterThan(5)
  })

  it('forecasts of a prefix = the prefix of the forecasts, and the fold ends with the last', () => {
    const until = or(downtimeWithin(milliseconds(5)), roundsAtMost(30))
    const entries = journalOf(precopy({ until }), 9_000)
    const said = forecastsOf(entries, rules(until))
    fc.assert(
      fc.property(fc.nat({ max: entries.length }), (n) => {
        const some = forecastsOf(entries.slice(0, n), rules(until))
        expect(some).toEqual(said.slice(0, some.length))
        const last = runFold(forecasting(rules(until)), entries.slice(0, n))
        expect(last.m).toEqual(some.at(-1))
      }),
      { numRuns: 20 }
    )
  })

  it('looks at most 64 rounds ahead at each signal', () => {
    let asked = 0
    const until: StopRule = (pushed) => {
      asked++
      return never(pushed)
    }
    const entries = journalOf(precopy({ until: roundsAtMost(8) }), 200_000)
    asked = 0
    const said = forecastsOf(entries, rules(until))
    expect(asked).toBeGreaterThan(64)
    expect(asked).toBeLessThanOrEqual(64 * said.length)
  })

  it('an interval is around its likely time, and four fifths are a stated coverage', () => {
    for (const knowledge of [
      'firstRound',
      'oneReading',
      'shrinking',
      'notShrinking',
      'stopped',
      'switching',
      'pulling',
      'demandOnly'
    ] as const) {
      const { lowNs, likelyNs, highNs } = interval(knowledge, 1e9)
      expect(lowNs).toBeLessThanOrEqual(likelyNs)
      expect(highNs).toBeGreaterThanOrEqual(likelyNs)
    }
  })
})
