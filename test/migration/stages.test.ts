import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { roundsAtMost } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import type { Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { datacentre, type Fault } from '../../lib/world/datacentre'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { journalOf } from '../../properties/journalOf'

const run = (pipeline: Pipeline, faults: readonly Fault[] = []): Journal =>
  journalOf(
    pipeline,
    datacentre({
      guests: { a: vm({ pages: 32, contextBytes: 4096, workload: uniform({ pages: 32, writesPerSecond: 1e6 }) }) },
      link: link({ bytesPerSecond: 4096e6, latencyNs: 10_000 }),
      faults
    }),
    { until: 1e9 }
  )

/** When the command of this kind was given, the last time. */
const ordered = (journal: Journal, type: string): number =>
  journal.reduce((at, e) => (e.type === 'commanded' && e.command.order.type === type ? e.at : at), -1)

const outcome = (journal: Journal): string => {
  const last = journal.at(-1)
  return last?.type === 'ended' ? `${last.outcome.type}${last.outcome.type === 'aborted' ? ` at the ${last.outcome.running}` : ''}` : 'none'
}

describe('a link that dies', () => {
  const cut = (pipeline: Pipeline, stage: string, laterNs: number): string =>
    outcome(run(pipeline, [{ at: ordered(run(pipeline), stage) + laterNs, what: 'link' }]))

  it.each(['preselect', 'reserve', 'send', 'sendContext', 'flush'])(
    'while %s is under way leaves the guest running at the source',
    (stage) => {
      expect(cut(precopy({ until: roundsAtMost(2) }), stage, 1)).toBe('aborted at the source')
    }
  )

  it('before the commit is known to have passed leaves the outcome undecided, whether it had arrived or not', () => {
    for (const laterNs of [1, 15_000])
      for (const patienceNs of [0, 1_000_000]) expect(cut(precopy({ recovery: { patienceNs } }), 'commit', laterNs)).toBe('undecided')
  })

  it('after the commit does no harm to a guest that is whole at the target', () => {
    for (const stage of ['resume', 'redirect', 'release']) expect(cut(precopy(), stage, 1)).toBe('completed')
  })

  it('after the commit loses a guest to which pages are still owed', () => {
    for (const patienceNs of [0, 1_000_000]) {
      const recovery = { patienceNs }
      for (const pipeline of [postcopy({ recovery }), postcopy({ recovery, prepaging: undefined }), hybrid({ recovery })])
        expect(cut(pipeline, 'redirect', 1)).toBe('lost')
    }
  })
})

describe('a host that dies', () => {
  const cut = (what: 'source' | 'target', stage: string): string =>
    outcome(run(precopy({ until: roundsAtMost(2) }), [{ at: ordered(run(precopy({ until: roundsAtMost(2) })), stage) + 1, what }]))

  it('as the target, before the commit, leaves the guest running at the source', () => {
    for (const stage of ['preselect', 'reserve', 'send', 'sendContext']) expect(cut('target', stage)).toBe('aborted at the source')
  })

  it('as the source, before the commit, takes the guest with it', () => {
    for (const stage of ['preselect', 'send', 'pause', 'sendContext']) expect(cut('source', stage)).toBe('lost')
  })

  it('as the source, after the commit, does no harm', () => {
    for (const stage of ['resume', 'redirect']) expect(cut('source', stage)).toBe('completed')
  })
})

describe('a throttle', () => {
  const throttled = (faults: readonly Fault[]): Journal => run(precopy({ until: roundsAtMost(4), throttle: () => 0.9 }), faults)
  const progress = (journal: Journal) =>
    journal.flatMap((e) =>
      e.type === 'signalled' && (e.signal.type === 'activated' || e.signal.type === 'released') ? [[e.signal.at, e.signal.guestNs]] : []
    )

  it('is left behind at the source: the guest runs at full speed at the target', () => {
    const [[at, ran], [later, further]] = progress(throttled([]))
    expect(further - ran).toBe(later - at)
  })

  it('is taken off when the migration is aborted', () => {
    const at = ordered(throttled([]), 'sync') - 1
    const journal = throttled([{ at, what: 'link' }])
    expect(outcome(journal)).toBe('aborted at the source')
    const throttles = journal.flatMap((e) =>
      e.type === 'commanded' && e.command.order.type === 'throttle' ? [e.command.order.fraction] : []
    )
    expect(throttles).toEqual([0.9, 0])
  })
})
