import * as fc from 'fast-check'
import { from, lastValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { hotspotSpells, type SpellEvent } from '../../lib/hotspot/hotspotSpells'
import { observed } from '../../lib/hotspot/seriesOf'
import { type WatchedSlot, watchedHotspots } from '../../lib/hotspot/watchedHotspots'
import type { Observation } from '../../lib/protocol/observation'
import { key } from '../../lib/random/random'
import { unreliable } from '../../lib/world/unreliable'

const names = ['a', 'b']
const everyNs = 10
const options = { threshold: 0.5, k: 2, n: 3, window: 5 }
const cpu = { resource: 'cpu', figure: observed.cpu, options }

const watched = (observations: readonly Observation[], bad: object = {}, patience = 1): Promise<readonly WatchedSlot[]> =>
  lastValueFrom(from(observations).pipe(unreliable({ key: key(1), ...bad }), watchedHotspots(names, cpu, { everyNs, patience }), toArray()))

const reports = (values: readonly (readonly number[])[]): readonly Observation[] =>
  values.flatMap((row, slot) =>
    row.map((percent, i): Observation => ({ name: names[i], of: 'vm', at: slot * everyNs + i, cpu: percent / 100 }))
  )

/** One report of each VM and slot. */
const drawn = fc.array(fc.tuple(fc.nat({ max: 100 }), fc.nat({ max: 100 })), { minLength: 1, maxLength: 30 }).map(reports)

const hotIn = (slots: readonly WatchedSlot[]): readonly string[] =>
  slots.flatMap(({ at, hotspots }) => hotspots.map(({ name }) => `${name} ${at}`))

describe('hotspots of what monitors report', () => {
  it('are those of the slots, with the figures that made them', async () => {
    const seen = await watched(
      reports([
        [60, 10],
        [90, 60],
        [10, 10],
        [10, 10]
      ])
    )
    const hot = { name: 'a', value: 0.9, above: 2, n: 3, predicted: expect.closeTo(0.675, 9) }
    expect(seen).toEqual([
      { at: 0, resource: 'cpu', hotspots: [], lost: 0, late: 0 },
      { at: 10, resource: 'cpu', hotspots: [hot], lost: 0, late: 0 },
      { at: 20, resource: 'cpu', hotspots: [{ ...hot, value: 0.1, predicted: expect.closeTo(0.7117, 3) }], lost: 0, late: 0 },
      { at: 30, resource: 'cpu', hotspots: [], lost: 0, late: 0 }
    ])
  })

  it('are never made by a report that is lost: hot(lossy) is a part of hot(whole)', () =>
    fc.assert(
      fc.asyncProperty(drawn, fc.nat(), fc.constantFrom(0.1, 0.5, 1), async (observations, seed, lost) => {
        const whole = new Set(hotIn(await watched(observations)))
        const lossy = hotIn(await watched(observations, { key: key(seed), lost }))
        expect(lossy.filter((one) => !whole.has(one))).toEqual([])
      })
    ))

  it('are the same when reports come twice, and late and out of order within patience', () =>
    fc.assert(
      fc.asyncProperty(drawn, fc.nat(), async (observations, seed) => {
        const bad = { key: key(seed), repeated: 0.3, lateNs: 3 * everyNs }
        expect(await watched(observations, bad, 3)).toEqual(await watched(observations, {}, 3))
      })
    ))

  it('are never made by reports that come too late, which are counted', () =>
    fc.assert(
      fc.asyncProperty(drawn, fc.nat(), async (observations, seed) => {
        const whole = new Set(hotIn(await watched(observations)))
        const slots = await watched(observations, { key: key(seed), lateNs: 4 * everyNs }, 0)
        expect(hotIn(slots).filter((one) => !whole.has(one))).toEqual([])
        const came = await lastValueFrom(from(observations).pipe(unreliable({ key: key(seed), lateNs: 4 * everyNs }), toArray()))
        const slotOf = ({ at }: Observation): number => Math.floor(at / everyNs)
        const late = came.filter((one, i) => came.slice(0, i).some((before) => slotOf(before) > slotOf(one)))
        expect(slots[slots.length - 1].late).toBe(late.length)
      })
    ))

  it('come and go as spells', async () => {
    const events = await lastValueFrom(
      from(
        reports([
          [90, 10],
          [80, 10],
          [70, 10],
          [10, 90],
          [10, 90]
        ])
      ).pipe(watchedHotspots(names, cpu, { everyNs }), hotspotSpells(), toArray())
    )
    const told = ({ type, spell: { name, since, until, slots, above, value } }: SpellEvent): unknown => [
      type,
      name,
      since,
      until,
      slots,
      above,
      value
    ]
    expect(events.map(told)).toEqual([
      ['begins', 'a', 10, undefined, 1, 2, 0.8],
      ['ends', 'a', 10, 40, 3, 3, 0.8],
      ['begins', 'b', 40, undefined, 1, 2, 0.9],
      ['lasts', 'b', 40, undefined, 1, 2, 0.9]
    ])
  })

  it('are the same for names that come as for names that are known, as long as there is room', async () => {
    const observations = reports([
      [90, 60],
      [80, 90],
      [70, 90]
    ])
    const options = { everyNs, room: 2 }
    const asTheyCome = (room: number) => lastValueFrom(from(observations).pipe(watchedHotspots([], cpu, { ...options, room }), toArray()))
    expect(await asTheyCome(2)).toEqual(await watched(observations))
    expect(hotIn(await asTheyCome(5))).toEqual(hotIn(await watched(observations)))
    await expect(asTheyCome(1)).rejects.toThrow('watchedHotspots: there must be room for all names (got b beyond 1)')
  })

  it('count as lost what had come before, and does not', async () => {
    const at = (slot: number, name: string): Observation => ({ name, of: 'vm', at: slot * everyNs, cpu: 0.1 })
    const slots = await watched([at(0, 'a'), at(1, 'a'), at(2, 'b'), at(4, 'a'), at(4, 'b')])
    expect(slots.map(({ lost }) => lost)).toEqual([0, 0, 1, 2, 0])
  })

  it('refuse senseless options when built', () => {
    expect(() => watchedHotspots(names, { ...cpu, options: { k: 4, n: 3 } }, { everyNs })).toThrow('hotspots: k must be')
    expect(() => watchedHotspots(names, cpu, { everyNs: 0 })).toThrow('inSlots: everyNs must be')
    expect(() => watchedHotspots(['a', 'a'], cpu, { everyNs })).toThrow('seriesOf: names must differ')
  })
})
