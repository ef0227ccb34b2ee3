import { describe, expect, it } from 'vitest'
import { held } from '../bench/forecast'
import { followedOverZeros, overZeros } from './zeroPagesSwarm'

const migrations = followedOverZeros(3, Number(process.env.RUNS ?? 100))

describe('forecast of guests with pages without content', () => {
  it('four of five intervals hold for every technique, wherever those pages lie together', () => {
    expect(migrations.length).toBeGreaterThan(90)
    for (const technique of overZeros) expect(held(migrations.filter((one) => one.technique === technique)), technique).toBeGreaterThan(0.8)
  })

  it('no likely time of a guest that stands still or of a first round is wrong by more than ten times, but for its last twentieth', () => {
    for (const { forecasts, overAt, technique } of migrations) {
      const whole = overAt - forecasts[0].at
      for (const { at, stage, restsOn, remaining } of forecasts)
        if ((stage === 'stopped' || restsOn === 'firstRound') && remaining !== undefined && overAt - at > whole / 20) {
          const ratio = (overAt - at) / remaining.likelyNs
          expect(Math.max(ratio, 1 / ratio), technique).toBeLessThan(10)
        }
    }
  })
})
