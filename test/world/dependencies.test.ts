import { describe, expect, it } from 'vitest'
import type { Dependency, Policy } from '../../lib/guest/dependency'
import { process } from '../../lib/guest/guest'
import { residual } from '../../lib/guest/residual'
import { sweep } from '../../lib/guest/sweep'
import { link } from '../../lib/network/link'
import type { Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import { datacentre } from '../../lib/world/datacentre'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { journalOf } from '../../properties/journalOf'
import { Driving } from './driving'

const LATENCY_NS = 10_000
const techniques = { stopAndCopy: stopAndCopy(), precopy: precopy(), postcopy: postcopy(), hybrid: hybrid() }

const worldOf = (dependencies: readonly Dependency[]) =>
  datacentre({
    guests: {
      a: process({ pages: 64, contextBytes: 4096, workload: sweep({ pages: 64, writesPerSecond: 1e6, readsPerSecond: 1e6 }), dependencies })
    },
    link: link({ bytesPerSecond: 4096e6, latencyNs: LATENCY_NS }),
    fidelity: 'versions'
  })

const moving = (dependencies: readonly Dependency[], pipeline: Pipeline = stopAndCopy()): Journal =>
  journalOf(pipeline, worldOf(dependencies), { until: 1e9 })

const heard = <K extends Signal['type']>(journal: Journal, type: K): Extract<Signal, { type: K }> => {
  for (const e of journal) if (e.type === 'signalled' && e.signal.type === type) return e.signal as Extract<Signal, { type: K }>
  throw new Error(`nothing was ${type}`)
}

const downtimeNs = (journal: Journal): number => heard(journal, 'activated').at - heard(journal, 'suspended').at

const file = (policy: Policy, name = 'log'): Dependency => ({ kind: 'file', name, policy })

describe('residual dependencies of a guest that migrates', () => {
  it('moved: its bytes travel in the downtime, and the source is not needed afterwards', () => {
    for (const pipeline of Object.values(techniques)) {
      const without = moving([], pipeline)
      const journal = moving([file({ type: 'moved', bytes: 4_096_000 }), file({ type: 'moved', bytes: 4096 }, 'other')], pipeline)
      expect(downtimeNs(journal) - downtimeNs(without)).toBe(1_000_000 + 1000)
      expect(journal.at(-1)).toMatchObject({ outcome: { type: 'completed', needs: [] } })
    }
  })

  it('rebound: found anew one after the other before the guest runs, and the source is not needed afterwards', () => {
    for (const pipeline of Object.values(techniques)) {
      const without = moving([], pipeline)
      const journal = moving([file({ type: 'rebound', ns: 5000 }), file({ type: 'rebound', ns: 700 }, 'other')], pipeline)
      expect(downtimeNs(journal) - downtimeNs(without)).toBe(5700)
      expect(journal.at(-1)).toMatchObject({ outcome: { type: 'completed', needs: [] } })
    }
  })

  it('forwarded: costs no downtime, and the journal says for what the source stays needed', () => {
    const policy = { type: 'forwarded', usesPerSecond: 100, nsPerUse: 1000 } as const
    for (const pipeline of Object.values(techniques)) {
      const journal = moving([file(policy), file({ type: 'moved', bytes: 0 }, 'other'), file(policy, 'socket')], pipeline)
      expect(downtimeNs(journal)).toBe(downtimeNs(moving([], pipeline)))
      expect(heard(journal, 'released').needs).toEqual(['log', 'socket'])
      expect(journal.at(-1)).toMatchObject({ outcome: { type: 'completed', needs: ['log', 'socket'] } })
    }
  })

  it('forwarded: each use costs the guest a round trip and its work, at the target only', () => {
    // 10,000 uses in a second of work, each of 20,000 ns on the way and 30,000 there: half a second of waiting in 1.5.
    const driving = new Driving(worldOf([file({ type: 'forwarded', usesPerSecond: 10_000, nsPerUse: 30_000 })])).run(90_000)
    const paused = driving.ask({ type: 'pause' })
    expect(paused).toMatchObject({ guestNs: 90_000 })
    driving.ask({ type: 'commit' })
    driving.ask({ type: 'resume', where: 'target' })
    driving.run(driving.now() + 9_000_000)
    const released = driving.ask({ type: 'release' })
    if (released.type !== 'released') throw new Error(released.type)
    expect(Math.abs(released.guestNs - 90_000 - 6_000_000)).toBeLessThanOrEqual(1)
  })

  it('refused: the target is not even reserved, and the guest runs on at the source', () => {
    for (const pipeline of Object.values(techniques)) {
      const journal = moving([file({ type: 'moved', bytes: 1 }), file({ type: 'refused', reason: 'a tape is mounted' }, 'tape')], pipeline)
      expect(journal.at(-1)).toMatchObject({
        outcome: { type: 'aborted', reason: 'residual dependency tape: a tape is mounted', running: 'source' }
      })
      expect(journal.filter((e) => e.type === 'signalled' && e.signal.type === 'suspended')).toEqual([])
      expect(heard(journal, 'activated')).toMatchObject({ where: 'source', guestNs: heard(journal, 'activated').at })
    }
  })

  it('several refusals are all named', () => {
    const refused = (name: string) => file({ type: 'refused', reason: 'it stays' }, name)
    expect(moving([refused('a'), refused('b')]).at(-1)).toMatchObject({
      outcome: { reason: 'residual dependency a: it stays; b: it stays' }
    })
  })

  it('as systems settle them: V moves kernel state and leaves nothing behind, MOSIX leaves a deputy, and will not move shared memory', () => {
    const unsettled = [
      { kind: 'file', name: 'log' },
      { kind: 'kernel', name: 'signals', bytes: 8192 }
    ] as const
    expect(moving(residual.v(unsettled)).at(-1)).toMatchObject({ outcome: { type: 'completed', needs: [] } })
    expect(moving(residual.mosix(unsettled)).at(-1)).toMatchObject({ outcome: { type: 'completed', needs: ['log', 'signals'] } })
    const shared = [{ kind: 'shared', name: 'segment' }] as const
    expect(moving(residual.mosix(shared)).at(-1)).toMatchObject({ outcome: { type: 'aborted', running: 'source' } })
  })
})
