import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { disk } from '../../lib/guest/disk'
import { vm } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import { zipf } from '../../lib/guest/zipf'
import { pageClasses } from '../../lib/memory/pageClasses'
import { range } from '../../lib/memory/pageSet'
import { metrics } from '../../lib/metrics/metrics'
import type { DiskRules } from '../../lib/migration/diskRules'
import { mirrored } from '../../lib/migration/mirrored'
import { roundsAtMost } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import type { Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { runFold } from '../../lib/stream/fold'
import { milliseconds, seconds } from '../../lib/time/time'
import { datacentre, type Fault } from '../../lib/world/datacentre'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { tlm } from '../../pipelines/tlm'
import { diskPipelines } from '../../properties/arbitraries/diskRuleArbitraries'
import { untilOf, worldOf } from '../../properties/arbitraries/worldPlan'
import { diskWorldPlans } from '../../properties/diskWorldPlans'
import { invariants } from '../../properties/invariants/invariants'
import { breaches } from '../../properties/invariants/watcher'
import { journalOf } from '../../properties/journalOf'

const GiB = 2 ** 30
const BLOCK = 2 ** 20

const small = (faults: readonly Fault[] = []) =>
  datacentre({
    guests: {
      g: vm({
        pages: 256,
        workload: uniform({ pages: 256, writesPerSecond: 2000 }),
        disk: disk({ blocks: 100, blockBytes: 65_536, workload: sweep({ pages: 100, writesPerSecond: 500 }) })
      })
    },
    link: link({ gigabitsPerSecond: 1 }),
    faults
  })

const told = (journal: Journal): readonly string[] =>
  journal.flatMap((e) =>
    e.type === 'commanded'
      ? [`${e.command.to.lane} ${e.command.order.type}${'of' in e.command.order && e.command.order.of === 'disk' ? ' of the disk' : ''}`]
      : []
  )

const kept = (journal: Journal): readonly unknown[] => runFold(breaches(invariants), journal)

const moved = (pipeline: Pipeline, faults?: readonly Fault[]): Journal => {
  const journal = journalOf(pipeline, small(faults), { seed: 1, until: seconds(60) })
  expect(kept(journal)).toEqual([])
  return journal
}

describe('mirrored', () => {
  it('ahead of the memory: its first round is over when the memory begins, and whatever is written is sent until the guest stops', () => {
    const orders = told(moved(precopy()))
    const memory = orders.indexOf('memory track')
    expect(orders.slice(0, memory)).toEqual([
      ' preselect',
      ' reserve',
      'disk track of the disk',
      'disk select of the disk',
      'disk send of the disk',
      'disk sync of the disk'
    ])
    const pause = orders.indexOf(' pause')
    expect(orders.slice(memory, pause).filter((order) => order === 'disk sync of the disk').length).toBeGreaterThan(0)
    expect(orders.slice(pause, pause + 3)).toEqual([' pause', 'disk sync of the disk', 'disk send of the disk'])
  })

  it('beside the memory: both begin at once', () => {
    const orders = told(moved(precopy({ disk: { start: 'beside' } })))
    expect(orders.slice(2, 4).sort()).toEqual(['disk track of the disk', 'memory track'])
  })

  it('beside the memory continuously: what the guest writes while the disk is waited for is sent before it stops', () => {
    const at = (mirror: 'rounds' | 'continuously') => runFold(metrics(), moved(precopy({ disk: { start: 'beside', mirror } })))
    const [waiting, going] = [at('rounds'), at('continuously')]
    expect(going.downtime).toBeLessThan(waiting.downtime)
    expect(going.rounds).toBeGreaterThan(waiting.rounds)
  })

  it('by rounds only: what is written after the last waits for the drain', () => {
    const orders = told(moved(precopy({ disk: { mirror: 'rounds', until: roundsAtMost(1) } })))
    expect(orders.filter((order) => order === 'disk sync of the disk')).toHaveLength(2)
  })

  it('paused: nothing ahead', () => {
    const orders = told(moved(precopy({ disk: { mirror: 'paused' } })))
    expect(orders.findIndex((order) => order.endsWith('of the disk'))).toBeGreaterThan(orders.indexOf(' pause'))
  })

  it('under every technique the disk is there when the guest is', () => {
    for (const pipeline of [precopy(), postcopy(), hybrid(), tlm()]) {
      const { outcome, disk: found } = runFold(metrics(), moved(pipeline))
      expect(outcome?.type).toBe('completed')
      expect(found?.blocks).toBeGreaterThanOrEqual(100)
    }
  })

  it('a link that dies in the middle of the mirror leaves the guest at the source with its disk, and nobody logs its writes', () => {
    for (const rules of [{}, { start: 'beside' }, { mirror: 'rounds' }] as const satisfies readonly DiskRules[])
      for (const at of [10, 30, 50].map(milliseconds)) {
        const journal = moved(precopy({ disk: rules }), [{ at, what: 'link' }])
        expect(runFold(metrics(), journal).outcome).toMatchObject({ type: 'aborted', running: 'source' })
        expect(told(journal)).toContain(' track of the disk')
      }
  })

  it('a guest without a disk is moved by the orders that there were before', () => {
    const orders = told(
      journalOf(precopy({ disk: { start: 'beside' } }), datacentre({ guests: { g: vm({ pages: 8 }) } }), { until: seconds(1) })
    )
    expect(orders.every((order) => order.startsWith(' ') && !order.includes('disk'))).toBe(true)
  })

  it('throws for an interval that is none', () => {
    expect(() => mirrored({ intervalNs: 0 })).toThrow(new RangeError('mirrored: intervalNs must be an integer above 0 (got 0)'))
  })

  it('a disk of 100 GiB takes the bytes of the blocks that are asked for, beside a memory of 4 GiB', () => {
    const blocks = (100 * GiB) / BLOCK
    const bytesOf = (rules: DiskRules): number => {
      const guest = vm({
        memoryBytes: 4 * GiB,
        workload: hotCold({ pages: 2 ** 20, writesPerSecond: 20_000 }),
        disk: disk({
          blocks,
          needed: 'application',
          workload: zipf({ pages: blocks / 4, writesPerSecond: 100 }),
          classes: pageClasses({
            size: blocks,
            guestOs: range(blocks, 0, 0.6 * blocks),
            application: range(blocks, 0.2 * blocks, 0.6 * blocks)
          })
        })
      })
      const world = datacentre({ guests: { g: guest }, link: link({ gigabitsPerSecond: 10 }), fidelity: 'marks' })
      const {
        outcome,
        disk: found,
        pagesTransferred
      } = runFold(metrics(), journalOf(precopy({ disk: rules }), world, { until: seconds(1000) }))
      expect(outcome?.type).toBe('completed')
      expect(pagesTransferred).toBeGreaterThanOrEqual(2 ** 20)
      return found!.bytes / (BLOCK + 8)
    }
    // Besides each block once, at most what is written while the mirror runs: 100 blocks a second.
    for (const [rules, share] of [
      [{ blocks: 'all' }, 1],
      [{ blocks: 'used' }, 0.6],
      [{ blocks: 'application' }, 0.4]
    ] as const satisfies readonly (readonly [DiskRules, number])[]) {
      const sent = bytesOf(rules)
      expect(sent).toBeGreaterThanOrEqual(share * blocks)
      expect(sent).toBeLessThanOrEqual(share * blocks + 100 * 120)
    }
  })

  it('the batches in which a world works do not matter to a disk either', () => {
    const sizes = fc.record({ batchAccesses: fc.integer({ min: 1, max: 64 }) })
    fc.assert(
      fc.property(diskPipelines, diskWorldPlans, sizes, sizes, ({ pipeline }, { second: _, ...plan }, one, other) => {
        const run = (size: typeof one) => journalOf(pipeline, worldOf({ ...plan, ...size }), { until: untilOf(plan), seed: plan.seed })
        expect(run(one)).toEqual(run(other))
      }),
      { numRuns: 40 }
    )
  })
})
