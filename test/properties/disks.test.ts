import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import type { Entry } from '../../lib/protocol/journal'
import { fold } from '../../lib/stream/fold'
import { diskPipelines } from '../../properties/arbitraries/diskRuleArbitraries'
import { shippedPipelines, tlms } from '../../properties/arbitraries/pipelineArbitraries'
import { qemuPipelines, qemuWorldPlans } from '../../properties/arbitraries/qemuArbitraries'
import { standingStill } from '../../properties/arbitraries/standingStill'
import { check } from '../../properties/check'
import { diskWorldPlans } from '../../properties/diskWorldPlans'
import { explain } from '../../properties/explain'
import type { Sometimes } from '../../properties/sometimes'

const RUNS = Number(process.env.RUNS ?? 150)
const SEED = Number(process.env.SEED ?? 1)

const happens = (name: string, sentence: string, of: (entry: Entry) => boolean): Sometimes => ({
  name,
  sentence,
  fold: fold<Entry, boolean, boolean>({ init: () => false, step: (seen, entry) => seen || of(entry), done: (seen) => seen })
})

const passing = (of: Parameters<typeof check>[0], worlds = diskWorldPlans): Readonly<Record<string, number>> => {
  const sometimes = [
    happens(
      'copied',
      'blocks are sent',
      ({ type, ...e }) => type === 'signalled' && 'signal' in e && e.signal.type === 'sent' && e.signal.of === 'disk'
    ),
    happens(
      'written',
      'blocks are written while they are mirrored',
      (e) => e.type === 'signalled' && e.signal.type === 'synced' && e.signal.of === 'disk' && e.signal.dirty.count > 0
    ),
    happens(
      'moved',
      'a disk is judged at the commit',
      (e) => e.type === 'signalled' && e.signal.type === 'compared' && e.signal.when === 'committed'
    )
  ]
  const result = check(of, { runs: RUNS, seed: SEED, worlds, sometimes })
  if (E.isLeft(result)) throw new Error(explain(result.left))
  return result.right.sometimes
}

describe('guests with disks', () => {
  it('every shipped pipeline brings the disk along as it is by default, and passes every invariant', () => {
    for (const count of Object.values(passing(shippedPipelines))) expect(count).toBeGreaterThan(RUNS / 20)
  })

  it('with any rules for the disk they pass every invariant', () => {
    for (const count of Object.values(passing(diskPipelines))) expect(count).toBeGreaterThan(RUNS / 20)
  })

  it("QEMU's engines bring it along by a job of its own, in windows or not, and pass every invariant", () => {
    for (const count of Object.values(passing(qemuPipelines, qemuWorldPlans))) expect(count).toBeGreaterThan(RUNS / 20)
  })

  it('a time-bounded migration passes every invariant where one of its lanes, or that of the disk, stands still', () => {
    const worlds = fc.oneof(...['memory/mtx', 'memory/dtx', 'disk'].map((lane) => standingStill(lane, diskWorldPlans)))
    for (const count of Object.values(passing(tlms, worlds))) expect(count).toBeGreaterThan(RUNS / 20)
  })
})
