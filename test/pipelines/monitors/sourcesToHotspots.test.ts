import { writeFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { lastValueFrom, type Observable, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { observed } from '../../../lib/hotspot/seriesOf'
import { type WatchedSlot, watchedHotspots } from '../../../lib/hotspot/watchedHotspots'
import type { Observation } from '../../../lib/protocol/observation'
import { key, shuffle } from '../../../lib/random/random'
import { bitbrainsObservations } from '../../../pipelines/monitors/bitbrainsObservations'
import { csvObservations } from '../../../pipelines/monitors/csvObservations'
import { writeBitbrains } from './bitbrainsFiles'
import { inFolder } from './inFolder'

const midnight = 1376265600
const options = { threshold: 0.5, k: 2, n: 3, window: 6 }
const watch = { resource: 'cpu', figure: observed.cpu, options }

const hotIn = async (observations: Observable<Observation>, patience = 1): Promise<readonly WatchedSlot[]> =>
  lastValueFrom(observations.pipe(watchedHotspots(['1', '2'], watch, { everyNs: 300e9, patience }), toArray()))
const told = (slots: readonly WatchedSlot[]): readonly string[] =>
  slots.flatMap(({ at, hotspots }) => hotspots.map(({ name }) => `${name} ${at}`))

type Row = { readonly vm: number; readonly slot: number; readonly percent: number }
const days = fc
  .array(fc.tuple(fc.nat({ max: 100 }), fc.nat({ max: 100 })), { minLength: 1, maxLength: 16 })
  .map((drawn) => drawn.flatMap((percents, slot) => percents.map((percent, vm): Row => ({ vm: vm + 1, slot, percent }))))

/** A CSV file of observations, and the folder of Bitbrains' files: each row as it is given, in that order. */
const sources: Readonly<Record<string, (path: string, rows: readonly Row[]) => Observable<Observation>>> = {
  'a CSV file': (path, rows) => {
    writeFileSync(
      `${path}.csv`,
      ['time,name,cpu', ...rows.map(({ vm, slot, percent }) => `${midnight + 300 * slot + vm},${vm},${percent / 100}`)].join('\n')
    )
    return csvObservations(`${path}.csv`, { fromSeconds: midnight })
  },
  'the traces of Bitbrains': (path, rows) => {
    for (const vm of [1, 2]) {
      const own = rows.filter((row) => row.vm === vm)
      writeBitbrains(
        `${path}/${vm}.csv`,
        own.map(({ slot, percent }) => [midnight + 300 * slot + vm, percent * 51.99998608, 1, 0, 0])
      )
    }
    return bitbrainsObservations(path, { fromSeconds: midnight })
  }
}

describe.each(Object.entries(sources))('hotspots of %s', (_name, observations) => {
  it('are never made by rows that are missing', () =>
    inFolder((path) =>
      fc.assert(
        fc.asyncProperty(days, fc.array(fc.boolean(), { maxLength: 32 }), async (rows, isMissing) => {
          const whole = new Set(told(await hotIn(observations(path('day'), rows))))
          const lossy = told(
            await hotIn(
              observations(
                path('day'),
                rows.filter((_, i) => isMissing[i] !== true)
              )
            )
          )
          expect(lossy.filter((one) => !whole.has(one))).toEqual([])
        }),
        { numRuns: 25 }
      )
    ))

  it('are the same in whatever order rows stand, and however often, within patience', () =>
    inFolder((path) =>
      fc.assert(
        fc.asyncProperty(days, fc.nat(), fc.array(fc.boolean(), { maxLength: 32 }), async (rows, seed, isTwice) => {
          const mixed = shuffle(key(seed), [...rows, ...rows.filter((_, i) => isTwice[i] === true)])
          expect(await hotIn(observations(path('day'), mixed), 16)).toEqual(await hotIn(observations(path('day'), rows), 16))
        }),
        { numRuns: 25 }
      )
    ))
})
