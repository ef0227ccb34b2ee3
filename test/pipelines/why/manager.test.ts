import { describe, expect, it } from 'vitest'
import { run } from '../../../lib/loop/run'
import type { Motive } from '../../../lib/motive/chipDecision'
import { faultTolerance } from '../../../lib/motive/faultTolerance'
import { loadBalancing } from '../../../lib/motive/loadBalancing'
import type { Entry } from '../../../lib/protocol/journal'
import { runFold } from '../../../lib/stream/fold'
import { chip } from '../../../lib/world/chip'
import type { ChipOptions } from '../../../lib/world/chipOptions'
import { mppaWiring } from '../../../lib/world/mppaWiring'
import { type ManagerOptions, manager, managerLog } from '../../../pipelines/why/manager'
import { seen } from '../../motive/views'
import { type FakeDaemon, fakeDaemon } from './fakeDaemon'

const wiring = mppaWiring()

const managed = (options: Omit<ManagerOptions, 'clusters'>, daemons: readonly FakeDaemon[], chipOptions: ChipOptions = {}, until = 1e9) => {
  const all: ManagerOptions = { ...options, clusters: daemons.map(({ cluster }) => cluster) }
  const journal: Entry[] = []
  const programs = Object.fromEntries(daemons.map((daemon) => [daemon.cluster, fakeDaemon(daemon)]))
  run({ io0: manager(all), ...programs }, chip({ wiring, ...chipOptions }), { until }).subscribe((entry) => journal.push(entry))
  return { journal, log: runFold(managerLog('io0', all), journal) }
}
const old = seen('p', { cpuNs: 40e6 })
const young = seen('q', { cpuNs: 1e6 })
const moveNs = () => 30e6

describe('manager', () => {
  it('asks the daemons, decides on what they observe, and tells them', () => {
    const { log, journal } = managed({ motive: loadBalancing({ moveNs }), everyNs: 20e6, looks: 3 }, [
      {
        cluster: 'cc0',
        processes: (done) => (done.includes('migrate p') ? [young] : [old, young]),
        reply: ({ id }) => ({ type: 'migrated', id, process: 'p', to: 'cc1' }),
        afterNs: 30e6
      },
      { cluster: 'cc1', processes: () => [] }
    ])
    expect(log).toMatchObject([
      { type: 'migrate', process: 'p', from: 'cc0', to: 'cc1', outcome: 'migrated', figures: { threadsPerCore: 2, there: 1, ageNs: 40e6 } }
    ])
    expect(log[0].at).toBeGreaterThan(20e6)
    expect(log[0].answeredAt! - log[0].at).toBeGreaterThan(30e6)
    expect(
      journal.filter((one) => one.type === 'ended').map((one) => one.type === 'ended' && [one.migration, one.outcome.type])
    ).toContainEqual(['io0', 'completed'])
  })
  it('does not decide again while something decided is not done', () => {
    let asked = 0
    const always: Motive = () => {
      asked++
      return [{ type: 'kill', process: 'p', from: 'cc0', reason: 'always', figures: {} }]
    }
    const { log } = managed(
      { motive: always, everyNs: 20e6 },
      [
        {
          cluster: 'cc0',
          processes: () => [old],
          reply: ({ id }) => ({ type: 'failed', id, process: 'p', reason: 'not today' }),
          afterNs: 200e6
        }
      ],
      {},
      500e6
    )
    expect(log.map(({ outcome, why }) => [outcome, why])).toEqual([
      ['failed', 'not today'],
      ['failed', 'not today'],
      [undefined, undefined]
    ])
    expect(asked).toBeGreaterThan(0)
  })
  it('knows a cluster as failed whose daemon cannot be told, and has restored what is kept', () => {
    const rule = faultTolerance({ keeper: 'io1', meanToFailureNs: 1e9, saveNs: () => 1e6 })
    const { log } = managed(
      { motive: rule, everyNs: 50e6 },
      [
        {
          cluster: 'cc0',
          processes: () => [seen('p', { threads: 3, ageNs: 200e6 })],
          reply: ({ id }) => ({ type: 'saved', id, process: 'p', to: 'io1' })
        },
        { cluster: 'cc1', processes: (done) => (done.length > 9 ? [] : []) },
        { cluster: 'io1', processes: () => [], reply: ({ id }) => ({ type: 'restored', id, process: 'p', to: 'cc1' }) }
      ],
      { faults: [{ at: 220e6, cluster: 'cc0' }] },
      300e6
    )
    expect(log.map(({ type, from, outcome }) => [type, from, outcome])).toEqual([
      ['save', 'cc0', 'saved'],
      ['save', 'cc0', 'saved'],
      ['save', 'cc0', 'saved'],
      ['save', 'cc0', 'saved'],
      ['restore', 'io1', 'restored']
    ])
  })
  it('goes on without a daemon that does not answer', () => {
    const heard: number[] = []
    const counting: Motive = ({ clusters }) => {
      heard.push(clusters.length)
      return []
    }
    const daemons: readonly FakeDaemon[] = [{ cluster: 'cc0', processes: () => [old] }]
    const all: ManagerOptions = { motive: counting, everyNs: 30e6, looks: 2, clusters: ['cc0', 'cc1'] }
    run({ io0: manager(all), cc0: fakeDaemon(daemons[0]) }, chip({ wiring }), { until: 1e9 }).subscribe()
    expect(heard).toEqual([1, 1])
  })
  it('tells four daemons of one interface one after the other', () => {
    const clusters = Array.from({ length: 16 }, (_, i) => `cc${i}`)
    const { journal, log } = managed(
      { motive: () => [], everyNs: 30e6, looks: 2 },
      clusters.map((cluster) => ({ cluster, processes: () => [old] }))
    )
    expect(log).toEqual([])
    expect(
      journal.filter(
        (one) =>
          one.type === 'signalled' &&
          one.signal.type === 'refused' &&
          one.signal.to.migration === 'io0' &&
          one.signal.reason !== 'it is cancelled'
      )
    ).toEqual([])
  })
  it('refuses what it cannot manage', () => {
    expect(() => manager({ motive: () => [], clusters: [], everyNs: 1 })).toThrow('manager: clusters must be 1 to 16 different ones (got )')
    expect(() => manager({ motive: () => [], clusters: ['cc0'], everyNs: 0 })).toThrow(
      'manager: everyNs must be an integer from 1 on (got 0)'
    )
  })
})
