import { isRight } from 'fp-ts/lib/Either'
import { from } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { encodeJournal, readJournal } from '../../lib/codec/journal'
import type { Entry } from '../../lib/protocol/journal'
import { request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { spaceTime } from '../../lib/report/spaceTime'
import { spaceTimeText } from '../../lib/report/spaceTimeText'
import { isoWorld } from '../../lib/world/isoWorld'
import { mppaWiring } from '../../lib/world/mppaWiring'
import { onChip } from '../../lib/world/onChip'
import { replay } from '../../lib/world/replay'
import { ranThreads, scripted, threadPipelines, wandering } from '../../pipelines/isoThreads'
import { answered } from '../../properties/invariants/answered'
import { journalOf } from '../../properties/journalOf'
import { monitor } from '../../properties/monitor'

const wiring = mppaWiring()
const nodes = 4
const programs = [0, 1, 2].map((node) =>
  wandering({ thread: `t${node}`, node, nodes, steps: 14, bytes: 3000, largeBytes: 70_000, large: 25, seed: 9 })
)
const onOne = { ...onChip({ wiring }), nodes }
const text = (journal: readonly Entry[]): string => [...encodeJournal(journal)].join('')

describe('the journal of threads', () => {
  it('is written and read again, to the byte, and says all that was chosen', () => {
    const { journal } = ranThreads(onOne, programs)
    const read = readJournal(text(journal))
    if (!isRight(read)) throw new Error(JSON.stringify(read.left))
    expect(text(read.right)).toBe(text(journal))
    const [began] = read.right
    if (began.type !== 'began') throw new Error('no beginning')
    expect(began.world).toMatchObject({
      world: 'isoThreads',
      nodes,
      limits: { mapped: 128 },
      network: { chip: { fidelity: 'hop', hertz: 400e6 } }
    })
    const types = new Set(journal.flatMap((one) => (one.type === 'signalled' ? [one.signal.type] : [])))
    for (const type of ['acted', 'negotiated', 'carried', 'arrived'] as const) expect([type, types.has(type)]).toEqual([type, true])
  })

  it('is the same of the same seed, and tells every message', () => {
    const [one, other] = [ranThreads(onOne, programs), ranThreads(onOne, programs)]
    expect(text(one.journal)).toBe(text(other.journal))
    const carried = one.journal.filter((entry) => entry.type === 'signalled' && entry.signal.type === 'carried').length
    const sent = Object.values(one.traffic).reduce((sum, { messages }) => sum + messages, 0)
    // Those of the last moment are on their way when the last thread ends.
    expect(sent - carried).toBeGreaterThanOrEqual(0)
    expect(sent - carried).toBeLessThan(2 * nodes * nodes)
    expect(text(ranThreads({ nodes, network: { jitterNs: 500 }, seed: 1 }, programs).journal)).not.toBe(
      text(ranThreads({ nodes, network: { jitterNs: 500 }, seed: 2 }, programs).journal)
    )
  })

  it('answers as a world: the same programs in it give the same journal', () => {
    const { journal } = ranThreads(onOne, programs)
    expect(text(journalOf(threadPipelines(programs), replay(journal), { seed: 1 }))).toBe(text(journal))
    const [other] = journalOf({ t0: threadPipelines([scripted('t0', [{ type: 'spawn', node: 3 }])]).t0 }, replay(journal)).filter(
      (entry) => entry.type === 'signalled' && entry.signal.type === 'refused'
    )
    expect(JSON.stringify(other)).toContain('got act action {\\"type\\":\\"spawn\\",\\"node\\":3} of t0')
  })

  it('answers every order, and a lost thread is told and refused', () => {
    const faults = [{ at: 300_000, host: 1 }]
    const { journal } = ranThreads({ nodes, faults }, programs)
    const breaches: unknown[] = []
    from(journal)
      .pipe(monitor({ invariants: [answered] }))
      .subscribe((breach) => breaches.push(breach))
    expect(breaches).toEqual([])
    const outcomes = journal.flatMap((one) => (one.type === 'ended' ? [one.outcome.type] : []))
    expect(outcomes).toContain('lost')
    const types = journal.flatMap((one) => (one.type === 'signalled' ? [one.signal.type] : []))
    expect(types.filter((type) => type === 'nodeFailed')).toHaveLength(programs.length)
    expect(types.filter((type) => type === 'threadLost')).toHaveLength(outcomes.filter((type) => type === 'lost').length)
  })

  it('is told in words', () => {
    const { journal } = ranThreads({ nodes: 2 }, [
      scripted('t', [
        { type: 'spawn', node: 0 },
        { type: 'push', word: -1n },
        { type: 'migrate', to: 1 },
        { type: 'open', what: 'file' },
        { type: 'exit' }
      ])
    ])
    const told = spaceTimeText({ width: 140 })(spaceTime({})(journal))
    for (const words of [
      'begin on node 0',
      'push 0xffffffffffffffff',
      'move to node 1',
      'moved from node 0 to node 1',
      'open a file',
      'ended on node 1'
    ])
      expect([words, told.includes(words)]).toEqual([words, true])
  })

  it('has the refusals of orders that are not for threads, and timers', () => {
    const migrating: Pipeline = () => ({
      ...request({ type: 'pause' }),
      requests: [
        { order: { type: 'pause' }, lane: '', tag: 0 },
        { order: { type: 'wake', afterNs: 5 }, lane: '', tag: 1 },
        { order: { type: 'wake', afterNs: 9 }, lane: '', tag: 2 },
        { order: { type: 'cancel', tag: 2 }, lane: '', tag: 3 }
      ],
      phase: { type: 'awaiting', name: 'for ever', data: null, on: () => undefined }
    })
    const heard = journalOf({ t: migrating }, isoWorld({ nodes: 2, threads: ['t'] }), { until: 1000 }).flatMap((one) =>
      one.type === 'signalled' ? [one.signal] : []
    )
    expect(heard.map((one) => [one.type, one.at, 'reason' in one ? one.reason : ''])).toEqual([
      ['refused', 0, 'pause is for a guest that migrates by it, and this is a thread, which acts'],
      ['refused', 0, 'it is cancelled'],
      ['cancelled', 0, ''],
      ['done', 5, '']
    ])
  })
})
