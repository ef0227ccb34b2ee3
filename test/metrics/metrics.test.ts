import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { empty, fromPages } from '../../lib/memory/pageSet'
import { applicationDegradation } from '../../lib/metrics/applicationDegradation'
import { downtime } from '../../lib/metrics/downtime'
import { guestProgress } from '../../lib/metrics/guestProgress'
import { linkDegradation } from '../../lib/metrics/linkDegradation'
import { measure, metrics } from '../../lib/metrics/metrics'
import { pageDirtyRate } from '../../lib/metrics/pageDirtyRate'
import { perMigration } from '../../lib/metrics/perMigration'
import { preparationTime } from '../../lib/metrics/preparationTime'
import { resumeTime } from '../../lib/metrics/resumeTime'
import { serviceDowntime } from '../../lib/metrics/serviceDowntime'
import { totalTime } from '../../lib/metrics/totalTime'
import type { Entry } from '../../lib/protocol/journal'
import { runFold } from '../../lib/stream/fold'
import { cycles } from '../../lib/time/time'
import { migrations, postCopy, preCopy, said } from './journals'

const ms = 1_000_000
const { began, asked, heard, ended } = said('m')

describe('measure', () => {
  it('measures a pre-copy', () => {
    expect(runFold(measure(), preCopy())).toEqual({
      m: {
        outcome: { type: 'completed', needs: [] },
        totalTime: 800 * ms,
        preparationTime: 710 * ms,
        downtime: 40 * ms,
        serviceDowntime: 50 * ms,
        resumeTime: 50 * ms,
        pagesTransferred: 1600,
        bytesTransferred: 1600 * 4104,
        applicationDegradation: 1 - 650 / 800,
        pageDirtyRate: { mean: 6000 / 7, max: 1000 },
        linkDegradation: 0.25,
        rounds: 2,
        faults: 0
      }
    })
  })

  it('measures a post-copy', () => {
    expect(runFold(measure(), postCopy())).toEqual({
      p: {
        outcome: { type: 'completed', needs: [] },
        totalTime: 810 * ms,
        preparationTime: 10 * ms,
        downtime: 20 * ms,
        serviceDowntime: 20 * ms,
        resumeTime: 780 * ms,
        pagesTransferred: 1000,
        bytesTransferred: 1000 * 4104,
        applicationDegradation: 1 - 610 / 810,
        pageDirtyRate: undefined,
        linkDegradation: undefined,
        rounds: 0,
        faults: 2
      }
    })
  })

  it('measures two migrations that overlap as it measures each alone', () => {
    const [one, other] = [preCopy('a'), postCopy('b')]
    const both = [...one, ...other.slice(1)].sort((a, b) => a.at - b.at)
    expect(runFold(measure(), both)).toEqual({ ...runFold(measure(), one), ...runFold(measure(), other) })
  })
})

describe('laws', () => {
  const measured = (law: (m: ReturnType<typeof run>) => boolean) => fc.assert(fc.property(migrations('m'), (entries) => law(run(entries))))
  const run = (entries: readonly Entry[]) => ({ ...runFold(metrics(), entries), entries })

  it('downtime <= total time', () => {
    measured((m) => m.totalTime === undefined || m.downtime <= m.totalTime)
  })

  it('downtime <= service downtime', () => {
    measured((m) => m.downtime <= m.serviceDowntime)
  })

  it('preparation + downtime + resume = total for a migration that completes with one pause', () => {
    const pauses = (entries: readonly Entry[]) => entries.filter((e) => e.type === 'signalled' && e.signal.type === 'suspended').length
    let sometimes = 0
    measured((m) => {
      if (m.resumeTime === undefined || pauses(m.entries) !== 1) return true
      sometimes++
      return m.preparationTime! + m.downtime + m.resumeTime === m.totalTime
    })
    expect(sometimes).toBeGreaterThan(0)
  })

  it('runFold(perMigration(f), journal)[m] = runFold(f, the entries of journal that are began or of m)', () => {
    fc.assert(
      fc.property(migrations('a'), migrations('b'), fc.infiniteStream(fc.boolean()), (a, b, coins) => {
        const [x, y] = [[...a], b.slice(1)]
        const journal = [x.shift()!]
        while (x.length + y.length > 0) journal.push((y.length === 0 || (x.length > 0 && coins.next().value) ? x : y).shift()!)
        const alone = { a: runFold(metrics(), a), b: runFold(metrics(), [a[0], ...b.slice(1)]) }
        expect(runFold(perMigration(metrics()), journal)).toEqual(alone)
      })
    )
  })
})

describe('times of the stages', () => {
  const suspended = (at: number) => heard(at, { type: 'suspended', guestNs: 0, clockNs: 0 })
  const activated = (at: number, where: 'source' | 'target') => heard(at, { type: 'activated', where, guestNs: 0, clockNs: 0 })

  it('sum every pause, and count an open one to the end', () => {
    const twice = [began(0), asked(5, { type: 'pause' }), suspended(10), activated(13, 'source'), suspended(20), activated(30, 'target')]
    expect(runFold(downtime, twice)).toBe(13)
    expect(runFold(downtime, [...twice.slice(0, 5), ended(50)])).toBe(33)
    expect(runFold(downtime, twice.slice(0, 5))).toBe(3)
    expect(runFold(preparationTime, twice)).toBe(15)
  })

  it('are undefined for what did not happen', () => {
    const refused = [began(0), asked(5, { type: 'reserve' }), heard(6, { type: 'refused', reason: 'full' })]
    expect([totalTime, preparationTime, resumeTime, serviceDowntime, downtime].map((f) => runFold<Entry, unknown>(f, refused))).toEqual([
      undefined,
      undefined,
      undefined,
      0,
      0
    ])
    expect(runFold(totalTime, [...refused, ended(9, { type: 'aborted', reason: 'full', running: 'source' })])).toBe(4)
  })

  it('a pause that ends at the source does not wait for the network', () => {
    const entries = [
      began(0),
      asked(0, { type: 'pause' }),
      suspended(10),
      heard(11, { type: 'redirected' }),
      activated(13, 'source'),
      heard(15, { type: 'redirected' }),
      ended(20)
    ]
    expect(runFold(serviceDowntime, entries)).toBe(3)
  })

  it('take the time of the signal, not that of its delivery', () => {
    const late = (entry: Entry): Entry => ({ ...entry, at: entry.at + 100 })
    const entries = [began(0), asked(0, { type: 'pause' }), late(suspended(10)), late(activated(13, 'target'))]
    expect(runFold(downtime, entries)).toBe(3)
  })
})

describe('guestProgress', () => {
  it('is how long a migration had its guest, and how far that came', () => {
    const entries = [began(50), asked(150, { type: 'reserve' }), heard(1150, { type: 'released', needs: [], guestNs: 600 })]
    expect(runFold(guestProgress(), entries)).toEqual({ elapsedNs: 1000, progressNs: 500 })
    expect(runFold(guestProgress(cycles({ hertz: 1_000_000 })), entries.slice(1))).toMatchObject({ elapsedNs: 1e6 })
    expect(runFold(guestProgress(), entries.slice(0, 2))).toBeUndefined()
  })
})

describe('applicationDegradation', () => {
  it('is nothing for a guest that ran all the time, and all for one that did not', () => {
    const released = (at: number, guestNs: number) => heard(at, { type: 'released', needs: [], guestNs })
    const from = [began(50), asked(150, { type: 'reserve' })]
    expect(runFold(applicationDegradation(), [...from, released(1150, 1100)])).toBe(0)
    expect(runFold(applicationDegradation(), [...from, released(1150, 100)])).toBe(1)
    expect(runFold(applicationDegradation(), [...from, released(1150, 600)])).toBe(0.5)
    expect(runFold(applicationDegradation(), [...from, heard(650, { type: 'exited' }), released(1150, 600)])).toBe(0)
    expect(runFold(applicationDegradation(), from)).toBeUndefined()
    expect(runFold(applicationDegradation(), [...from, released(150, 100)])).toBeUndefined()
  })

  it('starts from the progress that the preselection tells, where a guest was slow before its migration', () => {
    const { began, asked, heard } = said('m')
    // Half speed from the beginning: 500 of 1,000 ns by then, 10 of 20 ns of the round trip, and 250 of the next 500 ns.
    const from = [began(0), asked(1000, { type: 'preselect' }), heard(1020, { type: 'preselected', host: 'b', guestNs: 510 })]
    const released = heard(1520, { type: 'released', needs: [], guestNs: 760 })
    expect(runFold(applicationDegradation(), [...from, released])).toBe(1 - (760 - 490) / 520)
    expect(runFold(applicationDegradation(), from)).toBeUndefined()
  })

  it('knows the unit of the ticks', () => {
    const entries = [began(0), asked(400, { type: 'reserve' }), heard(1200, { type: 'released', needs: [], guestNs: 2000 })]
    expect(runFold(applicationDegradation(cycles({ hertz: 400_000_000 })), entries)).toBe(0.5)
  })
})

describe('pageDirtyRate', () => {
  const synced = (at: number, pages: number) => heard(at, { type: 'synced', dirty: fromPages(100, [...Array(pages).keys()]) })
  const rate = (...entries: readonly Entry[]) => runFold(pageDirtyRate(), entries)
  const on = [
    asked(0, { type: 'track', on: true }, 4),
    heard(10, { type: 'done' }, 3),
    heard(20, { type: 'done' }, 4),
    heard(25, { type: 'done' }, 5)
  ]

  it('counts from the answer to track on, and from sync to sync', () => {
    expect(rate(...on, synced(30, 5), synced(40, 10))).toEqual({ mean: 15 / 20e-9, max: 10 / 10e-9 })
    expect(rate(...on, synced(30, 0))).toEqual({ mean: 0, max: 0 })
  })

  it('does not count a sync whose period has no beginning', () => {
    expect(rate(synced(30, 5))).toBeUndefined()
    expect(rate(synced(30, 5), synced(40, 2))).toEqual({ mean: 2 / 10e-9, max: 2 / 10e-9 })
    expect(rate(...on, synced(30, 5), asked(30, { type: 'track', on: false }), synced(50, 7))).toEqual({ mean: 5 / 10e-9, max: 5 / 10e-9 })
  })

  it('leaves a period without time out of the maximum', () => {
    expect(rate(...on, synced(30, 5), synced(30, 1))).toEqual({ mean: 6 / 10e-9, max: 5 / 10e-9 })
    expect(rate(...on, synced(20, 5))).toBeUndefined()
  })
})

describe('linkDegradation', () => {
  it('is that of the last word on the link, when anybody wanted it', () => {
    const used = (applicationBytes: number, applicationDemandBytes: number) =>
      heard(1, { type: 'linkUsed', applicationBytes, applicationDemandBytes })
    expect(runFold(linkDegradation, [used(10, 10), used(15, 20)])).toBe(0.25)
    expect(runFold(linkDegradation, [used(0, 0)])).toBeUndefined()
    expect(runFold(linkDegradation, [heard(1, { type: 'sent', pages: empty(1), skipped: empty(1), bytes: 3 })])).toBeUndefined()
  })
})
