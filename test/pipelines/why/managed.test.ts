import { describe, expect, it } from 'vitest'
import { run } from '../../../lib/loop/run'
import type { Motive } from '../../../lib/motive/chipDecision'
import { evacuation } from '../../../lib/motive/evacuation'
import { faultTolerance } from '../../../lib/motive/faultTolerance'
import type { Entry } from '../../../lib/protocol/journal'
import { runFold } from '../../../lib/stream/fold'
import { managedParts } from '../../../pipelines/why/managed'
import { chipInvariants } from '../../../properties/chip/chipInvariants'
import { answered } from '../../../properties/invariants/answered'
import { breaches } from '../../../properties/invariants/watcher'
import { processInvariants } from '../../../properties/process/processInvariants'

const journalOf = (motive: Motive, faults: readonly { readonly cluster: string; readonly at: number }[]): readonly Entry[] => {
  const { world, pipelines } = managedParts({
    processes: {
      p: { cluster: 'cc0', user: 'a', threads: 2, pages: 4, cpuNs: 300e6 },
      q: { cluster: 'cc0', user: 'b', threads: 1, cpuNs: 200e6 }
    },
    clusters: ['cc0', 'cc1', 'cc2', 'io1'],
    motive,
    everyNs: 20e6,
    chip: { faults },
    over: ({ at }) => at > 700e6,
    until: 1e9,
    seed: 1
  })
  const journal: Entry[] = []
  run(pipelines, world, { until: 1e9 }).subscribe((entry) => journal.push(entry))
  return journal
}

describe('a managed chip', () => {
  it('keeps what must hold of processes, of the chip and of answers while it is evacuated', () => {
    const journal = journalOf(evacuation({ clusters: ['cc0'] }), [])
    expect(runFold(breaches([...processInvariants, ...chipInvariants, answered]), journal)).toEqual([])
    expect(journal.filter((one) => one.type === 'signalled' && one.signal.type === 'placed' && one.signal.state === 'exited')).toHaveLength(
      2
    )
  })
  it('keeps it while processes are saved, their cluster fails and they are restored', () => {
    const rule = faultTolerance({ keeper: 'io1', meanToFailureNs: 200e6, saveNs: () => 25e6 })
    const journal = journalOf(rule, [{ cluster: 'cc0', at: 190e6 }])
    expect(runFold(breaches([...processInvariants, ...chipInvariants, answered]), journal)).toEqual([])
    expect(journal.filter((one) => one.type === 'signalled' && one.signal.type === 'placed' && one.signal.state === 'exited')).toHaveLength(
      2
    )
  })
})
