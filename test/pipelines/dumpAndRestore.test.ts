import { describe, expect, it } from 'vitest'
import { disk } from '../../lib/guest/disk'
import { container } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { measure } from '../../lib/metrics/metrics'
import { restartSteps } from '../../lib/metrics/restartSteps'
import { pHaul } from '../../lib/migration/engines/pHaul'
import { link } from '../../lib/network/link'
import type { Journal } from '../../lib/protocol/journal'
import { runFold } from '../../lib/stream/fold'
import { type DatacentreOptions, datacentre } from '../../lib/world/datacentre'
import { type DumpAndRestoreOptions, dumpAndRestore } from '../../pipelines/dumpAndRestore'
import { invariants } from '../../properties/invariants/invariants'
import { breaches } from '../../properties/invariants/watcher'
import { journalOf } from '../../properties/journalOf'

const PAGES = 2048
const BLOCKS = 64
const LATENCY = 10_000
const wire = link({ bytesPerSecond: 1e9, latencyNs: LATENCY })

const moved = (options: DumpAndRestoreOptions = {}, world: Partial<DatacentreOptions> = {}, writesPerSecond = 20_000): Journal =>
  journalOf(
    dumpAndRestore(options),
    datacentre({
      guests: {
        c: container({
          pages: PAGES,
          contextBytes: 100_000,
          workload: uniform({ pages: PAGES, writesPerSecond }),
          disk: disk({ blocks: BLOCKS, blockBytes: 65_536, workload: uniform({ pages: BLOCKS, writesPerSecond: 500 }) })
        })
      },
      link: wire,
      source: { dumpBytesPerSecond: 500e6 },
      target: { rebuildBytesPerSecond: 2e9 },
      ...world
    })
  )

const steps = (journal: Journal) => runFold(restartSteps, journal)
const sound = (journal: Journal): void => {
  expect(journal.at(-1)).toMatchObject({ outcome: { type: 'completed' } })
  expect(runFold(breaches(invariants), journal)).toEqual([])
}

describe('dumpAndRestore', () => {
  it('moves a container in four steps, each as long as its bytes take at its rate', () => {
    const journal = moved()
    sound(journal)
    const { fileSystem, preDumps, drain, dump, transfer, restart } = steps(journal)
    expect(dump).toBe((PAGES * 4096 * 1e9) / 500e6)
    expect(transfer).toBe(PAGES * 4104)
    expect(fileSystem).toBeGreaterThanOrEqual(BLOCKS * (65_536 + 8))
    expect([preDumps, drain]).toEqual([0, expect.any(Number)])
    // Made anew at its rate, then the context on the wire, its barrier, the commit and the order to resume.
    expect(restart).toBe((PAGES * 4096 * 1e9) / 2e9 + 2 * LATENCY + 100_000 + 2 * LATENCY + 2 * LATENCY + LATENCY)
    const { downtime } = runFold(measure(), journal).c
    expect(downtime).toBe(drain + dump + transfer + 2 * LATENCY + restart)
  })

  it('goes through its steps in this order', () => {
    const said = moved().flatMap((entry) => {
      if (entry.type !== 'commanded') return []
      const { order } = entry.command
      return order.type === 'send'
        ? [order.of === 'disk' ? 'files' : 'file']
        : ['pause', 'dump', 'rebuild', 'commit', 'resume'].includes(order.type)
          ? [order.type]
          : []
    })
    expect(said.filter((one, i) => one !== said[i - 1])).toEqual(['files', 'pause', 'files', 'dump', 'file', 'rebuild', 'commit', 'resume'])
  })

  it('is down for less where it is dumped ahead of the last time, as p.haul does, and stops where that does', () => {
    const plain = moved()
    const ahead = moved({ preDump: pHaul().until })
    sound(ahead)
    const { dump, transfer, restart, preDumps } = steps(ahead)
    expect(dump).toBeLessThan(steps(plain).dump / 4)
    expect(transfer).toBeLessThan(steps(plain).transfer / 4)
    // What is made anew is all of it, whenever it was dumped.
    expect(restart).toBe(steps(plain).restart)
    expect(preDumps).toBeGreaterThan(PAGES * 4104 + (PAGES * 4096 * 1e9) / 500e6 - 1)
    expect(runFold(measure(), ahead).c.downtime).toBeLessThan(runFold(measure(), plain).c.downtime)
  })

  it('writes no zero page, takes no time at hosts that cost nothing, and compresses its files', () => {
    const free = steps(moved({}, { source: {}, target: {} }))
    expect(free.dump).toBe(0)
    const small = steps(moved({ compression: { ratio: 0.25, bytesPerSecond: 1e12 } }))
    expect(small.transfer).toBe(PAGES * (1024 + 8))
  })

  it('goes on at the source when anything fails before the commit, and is refused rates that are none', () => {
    const whole = moved()
    const at = (type: string): number => whole.find((e) => e.type === 'commanded' && e.command.order.type === type)!.at
    for (const type of ['dump', 'rebuild'])
      for (const what of ['link', 'target'] as const) {
        const journal = moved({}, { faults: [{ at: at(type) + 1000, what }] })
        expect(journal.at(-1)).toMatchObject({ outcome: { type: 'aborted', running: 'source' } })
        expect(runFold(breaches(invariants), journal)).toEqual([])
      }
    expect(() => moved({}, { source: { dumpBytesPerSecond: 0 } })).toThrow(
      'hostCosts: dumpBytesPerSecond must be positive and finite (got 0)'
    )
  })
})
