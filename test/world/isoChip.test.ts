import { describe, expect, it } from 'vitest'
import type { Entry } from '../../lib/protocol/journal'
import type { ThreadOrder, ThreadSignal } from '../../lib/protocol/threadOrder'
import { mppaWiring } from '../../lib/world/mppaWiring'
import { onChip } from '../../lib/world/onChip'
import { ranThreads, scripted } from '../../pipelines/isoThreads'
import { ringedMppa } from './ringedMppa'

const wiring = mppaWiring()
const kib = 1024

/** A stack and one block, then a move to another cluster and back. */
const there: readonly ThreadOrder[] = [
  { type: 'spawn', node: 3 },
  { type: 'allocate', bytes: 100 },
  { type: 'migrate', to: 12 },
  { type: 'migrate', to: 3 },
  { type: 'exit' }
]
const times = (signals: readonly ThreadSignal[]): readonly number[] => signals.flatMap((one) => (one.type === 'migrated' ? [one.ns] : []))
const arrivals = (journal: readonly Entry[], by: string) =>
  journal.flatMap((entry) =>
    entry.type === 'signalled' && entry.signal.type === 'arrived' && entry.signal.by === by ? [entry.signal] : []
  )

describe('threads on the clusters of a chip', () => {
  it('move by messages of mailboxes and a portal, over the network of the chip', () => {
    const { journal, traffic, signals } = ranThreads(onChip({ wiring }), [scripted('t', there)])
    expect(signals.map(({ type }) => type)).toEqual(['spawned', 'allocated', 'migrated', 'migrated', 'exited'])
    // Room is asked for and kept, then the thread is announced: three messages a move, and its 4,112 bytes in two chunks.
    expect([traffic.reserve.messages, traffic.reserved.messages, traffic.thread.messages]).toEqual([2, 2, 2])
    expect(arrivals(journal, 'mailbox').map(({ from, node }) => `${from} ${node}`)).toEqual([
      ...['cc3 cc12', 'cc12 cc3', 'cc3 cc12'],
      ...['cc12 cc3', 'cc3 cc12', 'cc12 cc3']
    ])
    expect(arrivals(journal, 'portal').map(({ bytes }) => bytes)).toEqual([4096, 16, 4096, 16])
  })

  it('take the cycles of the software at both ends, by the clock of each cluster', () => {
    const [, back] = times(ranThreads(onChip({ wiring }), [scripted('t', there)]).signals)
    // Three messages of 60,000 cycles and 4,000 to take each, and before each answer a call that receives the next, of 20,000: 580 us; the rest is the portal and the network.
    const messagesUs = (3 * 64_000 + 2 * 20_000) / 400
    expect(back / 1e3).toBeGreaterThan(messagesUs)
    expect(back / 1e3).toBeLessThan(messagesUs + 100)
    const [, slow] = times(ranThreads(onChip({ wiring, driftPpm: { cc3: -100_000 } }), [scripted('t', there)]).signals)
    expect(slow).toBeGreaterThan(back)
    const cheap = { compute: { mail: 6000 } }
    const [, quick] = times(ranThreads(onChip({ wiring, costs: cheap }), [scripted('t', there)]).signals)
    expect(back - quick).toBeGreaterThan(3 * 134_000)
  })

  it('move the same way flit by flit', () => {
    const ran = (fidelity: 'hop' | 'flit') => ranThreads(onChip({ wiring, fidelity }), [scripted('t', there)]).signals
    const [hop, flit] = [times(ran('hop')), times(ran('flit'))]
    for (const [i, ns] of flit.entries()) expect(Math.abs(ns / hop[i] - 1)).toBeLessThan(0.01)
  })

  it('refuses slots for which a cluster has no memory, and empties its caches first', () => {
    const block: ThreadOrder = { type: 'allocate', bytes: 60 * kib }
    const { signals, nodes } = ranThreads({ ...onChip({ wiring }), memoryBytes: 128 * kib }, [
      scripted('t', [
        { type: 'spawn', node: 0 },
        block,
        { type: 'migrate', to: 1 },
        { type: 'migrate', to: 2 },
        { type: 'exit' },
        { type: 'spawn', node: 1 },
        block,
        block,
        { type: 'allocate', bytes: 8 }
      ])
    ])
    // 32 slots: two of the stack and 16 of a block leave 14. What the thread left mapped on node 1 at its first visit makes room for it at its second.
    expect(signals.map((one) => (one.type === 'refused' ? one.reason : one.type)).slice(-4)).toEqual([
      'spawned',
      'allocated',
      'node 1 has memory for 32 slots, of which 14 are free: 16 more do not fit',
      'allocated'
    ])
    expect(nodes.states()[1].migrationCache).toEqual([])
  })

  it('refuses a move for which there is no memory, before anything has moved, and the thread goes on where it is', () => {
    const { signals, traffic } = ranThreads({ ...onChip({ wiring }), memoryBytes: 128 * kib }, [
      scripted('fat', [
        { type: 'spawn', node: 0 },
        { type: 'allocate', bytes: 100 * kib }
      ]),
      scripted('mover', [
        { type: 'spawn', node: 1 },
        { type: 'allocate', bytes: 10 * kib },
        { type: 'migrate', to: 0 },
        { type: 'allocate', bytes: 10 * kib },
        { type: 'exit' }
      ])
    ])
    expect(
      signals.flatMap((one) => ('thread' in one && one.thread === 'mover' ? [one.type === 'refused' ? one.reason : one.type] : []))
    ).toEqual(['spawned', 'allocated', "node 0 has memory for 4 slots more: 5 of the thread's 5 do not fit", 'allocated', 'exited'])
    expect([traffic.thread.messages, traffic.full.messages]).toEqual([0, 1])
  })

  it('loses a thread with its cluster, and the others go on without it', () => {
    const { signals } = ranThreads({ ...onChip({ wiring }), nodes: 4, faults: [{ at: 1_000_000, host: 2 }] }, [
      scripted('a', [
        { type: 'spawn', node: 2 },
        { type: 'allocate', bytes: 200 * kib }
      ]),
      scripted('b', [{ type: 'spawn', node: 1 }, { type: 'allocate', bytes: 100 * kib }, { type: 'migrate', to: 2 }, { type: 'exit' }])
    ])
    expect(signals.filter(({ type }) => type === 'lost')).toHaveLength(1)
    const b = signals.flatMap((one) => ('thread' in one && one.thread === 'b' ? [one.type === 'refused' ? one.reason : one.type] : []))
    expect(b).toEqual(['spawned', 'allocated', 'node 2 is lost', 'exited'])
  })

  it('a network that deadlocks cuts off every cluster from every other: all are told, and threads go on where they are', () => {
    const { journal, signals } = ranThreads(
      { ...onChip({ wiring: ringedMppa(), fidelity: 'flit' }), nodes: 4, memoryBytes: 1024 * kib, distribution: { type: 'block' } },
      [0, 1, 2, 3].map((node) =>
        scripted(`t${node}`, [
          { type: 'spawn', node },
          { type: 'allocate', bytes: 200 * kib },
          { type: 'migrate', to: (node + 2) % 4 },
          { type: 'migrate', to: (node + 3) % 4 },
          { type: 'exit' }
        ])
      )
    )
    // Messages that ask for room already hold each other up; after the notice everybody is lost to everybody.
    const moves = signals.flatMap((one) => (one.type === 'refused' ? [one.reason] : []))
    expect([moves.length, moves.every((reason) => /^node [0-3] is lost$/.test(reason))]).toEqual([8, true])
    expect(signals.filter(({ type }) => type === 'exited')).toHaveLength(4)
    expect(journal.flatMap((one) => (one.type === 'ended' ? [one.outcome.type] : []))).toEqual(Array(4).fill('completed'))
  })

  it('refuses what a chip has not', () => {
    const ran = (options: object) => () => ranThreads({ ...onChip({ wiring }), ...options }, [scripted('t', [])])
    expect(ran({ nodes: 17 })).toThrow('isoWorld: nodes must be at most the 16 compute clusters of a chip (got 17)')
    expect(ran({ memoryBytes: 3 << 20 })).toThrow('isoWorld: memoryBytes must be at most the 2097152 bytes of a cluster (got 3145728)')
    expect(ran({ memoryBytes: 100 })).toThrow('isoWorld: memoryBytes must be at least a slot, 4096 bytes, and finite (got 100)')
    expect(ran({ limits: { cache: 1, busy: 1, mapped: 9 } })).toThrow(
      'isoWorld: memoryBytes must not be given beside limits.mapped (got 524288)'
    )
    expect(ran({ faults: [{ at: 1, link: 0, until: 2 }] })).toThrow(
      'isoWorld: until must not be given on a chip, whose links stay broken (got 2)'
    )
  })
})
