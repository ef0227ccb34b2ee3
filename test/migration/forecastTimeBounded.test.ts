import { describe, expect, it } from 'vitest'
import type { Forecast, ForecastOptions } from '../../lib/migration/forecast'
import type { Entry } from '../../lib/protocol/journal'
import type { GuestView } from '../../lib/protocol/pipeline'
import { held } from '../bench/forecast'
import type { Followed } from './forecastSwarm'
import { forecastsOf } from './forecastsOf'
import { boundedGuests, boundedModes, followedWalks } from './timeBoundedSwarm'

const walks = followedWalks(3, Number(process.env.RUNS ?? 108))

const restingOn = (of: readonly Followed[], knowledge: Forecast['restsOn']): readonly Followed[] =>
  of.map((one) => ({ ...one, forecasts: one.forecasts.filter(({ restsOn }) => restsOn === knowledge) }))

/** The time between two dirty updates, by the first alarm that was set; `null` without one. */
const intervalOf = (entries: readonly Entry[]): number | null => {
  const wake = entries.find((entry) => entry.type === 'commanded' && entry.command.order.type === 'wake')
  return wake?.type === 'commanded' && wake.command.order.type === 'wake' ? wake.command.order.afterNs : null
}

describe('forecast of time-bounded migration', () => {
  it('four of five intervals hold for every guest and every variant, made from the journal without options', () => {
    expect(walks.length).toBeGreaterThan(100)
    for (const guest of boundedGuests) expect(held(walks.filter((one) => one.guest === guest)), guest).toBeGreaterThan(0.8)
    for (const mode of boundedModes) expect(held(walks.filter((one) => one.technique === mode)), mode).toBeGreaterThan(0.8)
    for (const knowledge of ['firstInterval', 'timeBounded', 'stopped'] as const)
      expect(held(restingOn(walks, knowledge)), knowledge).toBeGreaterThan(0.8)
  })

  it('its intervals are as narrow as what is known: half of them within the likely time or less once the log was read, and a third of it where the guest stands still', () => {
    const widths = (knowledge: Forecast['restsOn']): readonly number[] =>
      restingOn(walks, knowledge)
        .flatMap(({ forecasts }) => forecasts)
        .flatMap(({ remaining }) =>
          remaining && remaining.likelyNs > 0 ? [(remaining.highNs - remaining.lowNs) / remaining.likelyNs] : []
        )
        .sort((a, b) => a - b)
    const middle = (of: readonly number[]): number => of[Math.floor(of.length / 2)]
    expect(middle(widths('firstInterval'))).toBeLessThan(1.5)
    expect(middle(widths('timeBounded'))).toBeLessThan(0.6)
    expect(middle(widths('stopped'))).toBeLessThan(0.3)
  })

  it('the downtime that it expects from the last update on is the one that comes', () => {
    const errors = walks.map(({ entries, forecasts }) => {
      const at = (type: string): number => entries.find((entry) => entry.type === 'signalled' && entry.signal.type === type)!.at
      const last = forecasts.filter(({ stage }) => stage === 'pushing').at(-1)!
      return Math.abs(Math.log(last.expectedDowntimeNs! / (at('activated') - at('suspended'))))
    })
    errors.sort((a, b) => a - b)
    expect(errors[Math.floor(errors.length * 0.8)]).toBeLessThan(0.3)
  })

  it('a journal tells that it is one: the same is said as where that was known beforehand', () => {
    for (const { entries, forecasts } of walks.slice(0, 18)) {
      expect(forecasts.some(({ restsOn }) => restsOn === 'firstInterval')).toBe(true)
      expect(forecastsOf(entries, { timeBounded: { intervalNs: intervalOf(entries) } })).toEqual(forecasts)
    }
  })

  it('signals alone tell it at the first dirty update, and all of it where it is known beforehand', () => {
    for (const { entries, forecasts } of walks.slice(0, 18)) {
      const [began] = entries
      if (began.type !== 'began') throw new Error('a journal begins')
      const world = began.world as { readonly link: Rates; readonly guests: Readonly<Record<string, Contents>> }
      const guest = world.guests.guest
      const known: ForecastOptions = {
        guests: began.guests as Readonly<Record<string, GuestView>>,
        contextBytes: guest.contextBytes,
        zeroPages: guest.zeroPages ?? 0,
        bytesPerSecond: Math.max(world.link.bytesPerSecond / 2, world.link.bytesPerSecond - world.link.applicationBytesPerSecond)
      }
      const signals = entries.flatMap((entry) => (entry.type === 'signalled' ? [entry.signal] : []))
      const told = (options: ForecastOptions): readonly Forecast[] => forecastsOf(signals, options)
      expect(told({ ...known, timeBounded: { intervalNs: intervalOf(entries) } })).toEqual(forecasts.slice(0, -1))
      const alone = told(known)
      const from1 = alone.findIndex(({ restsOn }) => restsOn === 'timeBounded')
      expect(from1).toBeGreaterThan(0)
      for (const { stage, restsOn } of alone.slice(from1).filter(({ stage }) => stage === 'pushing'))
        expect({ stage, restsOn }).toEqual({ stage: 'pushing', restsOn: 'timeBounded' })
    }
  })
})

type Rates = { readonly bytesPerSecond: number; readonly applicationBytesPerSecond: number }
type Contents = { readonly contextBytes: number; readonly zeroPages?: number }
