import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Command, Order } from '../../lib/protocol/command'
import type { Signal } from '../../lib/protocol/signal'
import { timeline as newTimeline } from '../../lib/time/timeline'
import { chip } from '../../lib/world/chip'
import type { ChipOptions } from '../../lib/world/chipOptions'
import { nanvixPartition } from '../../lib/world/chipSlots'
import { mppaWiring } from '../../lib/world/mppaWiring'
import { ringedMppa } from './ringedMppa'

const wiring = mppaWiring()

/** Orders given at times (in us) of a chip, and all that it says. */
const said = (given: readonly (readonly [atUs: number, who: string, order: Order])[], options: ChipOptions = {}) => {
  const timeline = newTimeline()
  const commands = new Subject<Command>()
  const heard: (Signal & { readonly us: number })[] = []
  chip({ wiring, ...options })
    .signals({ commands, timeline, seed: 1 })
    .subscribe((signal) => heard.push({ ...signal, us: timeline.now() / 1e3 }))
  for (const [n, [atUs, migration, order]] of given.entries())
    timeline.schedule(() => commands.next({ order, to: { migration, lane: '', tag: n, n } }), atUs * 1e3)
  timeline.run(1e9)
  return heard
}
const refusals = (heard: ReturnType<typeof said>) => heard.flatMap((s) => (s.type === 'refused' ? [s.reason] : []))
const answersTo = (heard: ReturnType<typeof said>, n: number) => heard.filter((s) => 'to' in s && s.to.n === n)
const pairOf = (kind: 'mailbox' | 'portal'): readonly (readonly [number, string, Order])[] => [
  [0, 'cc0', { type: 'attach', end: 'out', kind, remote: 'cc1' }],
  [0, 'cc1', { type: 'create', end: 'in', kind }]
]

describe('a mailbox', () => {
  it('hands messages over, and lets the next leave when the one before has been received', () => {
    const heard = said([
      ...pairOf('mailbox'),
      [10, 'cc0', { type: 'mail', end: 'out', message: 'a' }],
      [300, 'cc0', { type: 'mail', end: 'out', message: 'b' }],
      [900, 'cc1', { type: 'receive', end: 'in' }],
      [2000, 'cc1', { type: 'receive', end: 'in' }]
    ])
    expect(heard.flatMap((s) => (s.type === 'received' ? [s.message] : []))).toEqual(['a', 'b'])
    const [left] = answersTo(heard, 3)
    // b waits until a is received: 24,000 cycles of 2.5 ns after 900 us, and then 60,000 for itself.
    expect(left.us).toBeGreaterThan(900 + 60 + 150)
    expect(left.us).toBeLessThan(900 + 60 + 150 + 1)
    expect(heard.filter((s) => s.type === 'arrived').map((s) => s.type === 'arrived' && s.number)).toEqual([0, 1])
  })

  it('refuses a message at once while one is outstanding', () => {
    const heard = said([
      ...pairOf('mailbox'),
      [10, 'cc0', { type: 'mail', end: 'out', message: 'a' }],
      [300, 'cc0', { type: 'mail', end: 'out', message: 'b', atOnce: true }]
    ])
    expect(refusals(heard)).toEqual(['a message to cc1 is outstanding: it has not been received'])
  })

  it('takes a channel of the D-NoC while it sends, of which there are three', () => {
    const all = ['cc1', 'cc2', 'cc3', 'cc4']
    const heard = said([
      ...all.map((remote) => [0, 'cc0', { type: 'attach', end: remote, kind: 'mailbox', remote }] as const),
      ...all.map((end) => [10, 'cc0', { type: 'mail', end, message: 'x' }] as const)
    ])
    expect(refusals(heard)).toEqual(['D-NoC: all transmit channels from 1 to 3 are taken'])
    const used = heard.flatMap((s) => (s.type === 'slots' ? [s.dTx] : []))
    expect([Math.max(...used), used.at(-1)]).toEqual([3, 0])
  })
})

describe('a portal', () => {
  const transfer = (bytes: number, got = bytes): readonly (readonly [number, string, Order])[] => [
    ...pairOf('portal'),
    [10, 'cc1', { type: 'allow', end: 'in', from: 'cc0', bytes: got }],
    [20, 'cc1', { type: 'get', end: 'in', bytes: got }],
    [20, 'cc0', { type: 'put', end: 'out', bytes, content: 'all of it' }]
  ]

  it('carries chunks of up to 4 KB, each asked for', () => {
    const heard = said(transfer(10_000))
    expect(heard.flatMap((s) => (s.type === 'arrived' ? [s.bytes] : []))).toEqual([4096, 4096, 1808])
    expect(heard.find((s) => s.type === 'got')).toMatchObject({ bytes: 10_000, contents: ['all of it'] })
    expect(answersTo(heard, 4)).toMatchObject([{ type: 'done' }])
  })

  it('carries nothing that was not allowed', () => {
    const early = said([...pairOf('portal'), [10, 'cc0', { type: 'put', end: 'out', bytes: 4096 }]])
    expect(early.some((s) => s.type === 'arrived')).toBe(false)
    const more = said(transfer(10_000, 5000))
    expect(more.flatMap((s) => (s.type === 'arrived' ? [s.bytes] : []))).toEqual([4096, 904])
    expect(more.find((s) => s.type === 'got')).toMatchObject({ bytes: 5000, contents: [] })
    expect(answersTo(more, 4)).toEqual([])
    expect(
      refusals(
        said([
          ...pairOf('portal'),
          [10, 'cc1', { type: 'get', end: 'in', bytes: 1 }],
          [10, 'cc1', { type: 'allow', end: 'in', from: 'cc0', bytes: 10 }],
          [20, 'cc1', { type: 'get', end: 'in', bytes: 11 }],
          [20, 'cc1', { type: 'allow', end: 'in', from: 'cc2', bytes: 10 }],
          [20, 'cc0', { type: 'put', end: 'out', bytes: 5, atOnce: true }]
        ])
      )
    ).toEqual([
      'no permission was given for 1 bytes: 0 are allowed',
      'no permission was given for 11 bytes: 10 are allowed',
      'a permission stands already, for 10 bytes of cc0',
      'cc1 has given no permission'
    ])
  })

  it('gives what comes after a get was cancelled to the next', () => {
    const heard = said([
      ...transfer(4096).slice(0, 4),
      [100, 'cc1', { type: 'cancel', tag: 3 }],
      [200, 'cc0', { type: 'put', end: 'out', bytes: 4096, content: 'late' }],
      [400, 'cc1', { type: 'get', end: 'in', bytes: 1000 }],
      [500, 'cc1', { type: 'get', end: 'in', bytes: 3096 }]
    ])
    expect(refusals(heard)).toEqual(['it is cancelled'])
    expect(heard.flatMap((s) => (s.type === 'got' ? [[s.bytes, s.contents]] : []))).toEqual([
      [1000, []],
      [3096, ['late']]
    ])
  })
})

describe('a sync', () => {
  const nodes = ['cc0', 'cc1', 'cc2']
  const up = { mode: 'allToOne', nodes } as const

  it('releases who waits when all bits are there, and then begins a new round', () => {
    const heard = said([
      [0, 'cc0', { type: 'create', end: 's', kind: 'sync', sync: up }],
      [0, 'cc1', { type: 'attach', end: 's', kind: 'sync', sync: up }],
      [0, 'cc2', { type: 'attach', end: 's', kind: 'sync', sync: up }],
      [10, 'cc0', { type: 'await', end: 's' }],
      [20, 'cc1', { type: 'signal', end: 's' }],
      [40, 'cc1', { type: 'signal', end: 's' }],
      [60, 'cc2', { type: 'signal', end: 's' }],
      [80, 'cc0', { type: 'await', end: 's' }]
    ])
    const awaited = heard.filter((s) => s.type === 'awaited')
    expect(awaited).toHaveLength(1)
    expect(Math.floor(awaited[0].us)).toBe(60)
  })

  it('keeps a signal that comes before its end is created', () => {
    const heard = said([
      [0, 'cc1', { type: 'attach', end: 's', kind: 'sync', sync: { mode: 'allToOne', nodes: ['cc0', 'cc1'] } }],
      [10, 'cc1', { type: 'signal', end: 's' }],
      [50, 'cc0', { type: 'create', end: 's', kind: 'sync', sync: { mode: 'allToOne', nodes: ['cc0', 'cc1'] } }],
      [60, 'cc0', { type: 'await', end: 's' }]
    ])
    expect(heard.some((s) => s.type === 'awaited')).toBe(true)
  })
})

describe('slots and channels', () => {
  it('run out as a refusal, and come back with close', () => {
    const attach = (end: string, remote: string): Order => ({ type: 'attach', end, kind: 'portal', remote })
    const heard = said([
      ...['cc1', 'cc2', 'cc3', 'cc4', 'cc5'].map((remote) => [0, 'cc0', attach(remote, remote)] as const),
      [1, 'cc0', attach('again', 'cc1')],
      [2, 'cc0', { type: 'close', end: 'cc1' }],
      [3, 'cc0', attach('again', 'cc1')],
      [4, 'io0', { type: 'create', end: 'a', kind: 'mailbox' }],
      [4, 'io0', { type: 'create', end: 'b', kind: 'mailbox' }],
      [4, 'io0', { type: 'create', end: 'b', kind: 'mailbox', dma: 1 }],
      [4, 'io0', { type: 'create', end: 'c', kind: 'mailbox', dma: 4 }]
    ])
    expect(refusals(heard)).toEqual([
      'all 4 portal ends that send at cc0 are in use',
      'all 4 portal ends that send at cc0 are in use',
      'all 1 mailbox ends that receive at io0 are in use',
      'io0 has no interface 4'
    ])
    const [first, second] = [attach('a', 'cc1'), attach('b', 'cc1')]
    expect(
      refusals(
        said([
          [0, 'cc0', first],
          [0, 'cc0', second]
        ])
      )
    ).toEqual(['C-NoC: receive slot 33 is taken'])
  })

  it('are as many as the partition says', () => {
    const partition = { ...nanvixPartition(), data: { receive: 256, transmit: 8, microthread: 1 } }
    const heard = said(
      [
        ...['cc1', 'cc2'].map((remote) => [0, 'cc0', { type: 'attach', end: remote, kind: 'mailbox', remote }] as const),
        ...['cc1', 'cc2'].map((end) => [10, 'cc0', { type: 'mail', end, message: 'x' }] as const)
      ],
      { partition }
    )
    expect(refusals(heard)).toEqual(['D-NoC: all microthreads from 0 to 0 are taken'])
  })
})

describe('what breaks', () => {
  it('is told to those who wait for it, and refuses all that asks for it later', () => {
    const heard = said(
      [
        ...pairOf('portal'),
        [10, 'cc1', { type: 'allow', end: 'in', from: 'cc0', bytes: 8192 }],
        [20, 'cc1', { type: 'get', end: 'in', bytes: 8192 }],
        [100, 'cc0', { type: 'wake', afterNs: 900_000 }],
        [700, 'cc0', { type: 'put', end: 'out', bytes: 1 }],
        [700, 'cc1', { type: 'attach', end: 'x', kind: 'mailbox', remote: 'cc0' }]
      ],
      { faults: [{ at: 500_000, cluster: 'cc0' }] }
    )
    expect(heard.flatMap((s) => (s.type === 'refused' ? [`${Math.round(s.us)} ${s.to.migration} ${s.reason}`] : []))).toEqual([
      '500 cc0 the cluster has failed',
      '600 cc1 cc0 has failed',
      '700 cc0 the cluster has failed',
      '700 cc1 cc0 has failed'
    ])
  })

  it('may be a link, which stops those whose way goes by it and nobody else', () => {
    const between = (reader: string, sender: string): readonly (readonly [number, string, Order])[] => [
      [0, reader, { type: 'create', end: 'in', kind: 'portal' }],
      [0, sender, { type: 'attach', end: 'out', kind: 'portal', remote: reader }],
      [10, reader, { type: 'allow', end: 'in', from: sender, bytes: 40_960 }],
      [20, reader, { type: 'get', end: 'in', bytes: 40_960 }],
      [20, sender, { type: 'put', end: 'out', bytes: 40_960 }]
    ]
    const heard = said([...between('cc1', 'cc0'), ...between('cc15', 'cc14')], { faults: [{ at: 60_000, link: [0, 1] }] })
    expect(refusals(heard).every((reason) => /a link between cc[01] and cc[01] is dead/.test(reason))).toBe(true)
    expect(refusals(heard)).toHaveLength(2)
    expect(heard.flatMap((s) => (s.type === 'got' ? [s.to.migration] : []))).toEqual(['cc15'])
  })
})

describe('a network whose ways close a ring', () => {
  it('deadlocks, which is told, and all that wait are refused', () => {
    const opposite = [0, 1, 2, 3].map((i) => [`cc${i}`, `cc${(i + 2) % 4}`] as const)
    const heard = said(
      opposite.flatMap(([me, other]): readonly (readonly [number, string, Order])[] => [
        [0, me, { type: 'create', end: 'in', kind: 'portal' }],
        [0, me, { type: 'attach', end: 'out', kind: 'portal', remote: other }],
        [10, me, { type: 'allow', end: 'in', from: other, bytes: 65_536 }],
        [20, me, { type: 'get', end: 'in', bytes: 65_536 }],
        [20, me, { type: 'put', end: 'out', bytes: 65_536 }],
        [900, me, { type: 'put', end: 'out', bytes: 1 }]
      ]),
      { fidelity: 'flit', wiring: ringedMppa() }
    )
    expect(heard.filter((s) => s.type === 'failed')).toHaveLength(18)
    expect(new Set(refusals(heard))).toEqual(new Set(['the network on chip is deadlocked']))
    expect(refusals(heard)).toHaveLength(12)
  })
})

describe('a chip', () => {
  it('counts cycles by clocks that drift: 100 ppm are 100 ns in a millisecond', () => {
    const at = (ppm: number) =>
      said([...pairOf('mailbox'), [0, 'cc0', { type: 'mail', end: 'out', message: 1 }]], {
        driftPpm: { cc0: ppm },
        costs: { compute: { mail: 400_000 } }
      }).find((s) => s.type === 'done' && s.to.n === 2)!.at
    expect(Math.abs(at(0) - at(100) - 100)).toBeLessThanOrEqual(1)
    expect(Math.abs(at(-100) - at(0) - 100)).toBeLessThanOrEqual(1)
  })

  it('delivers the same by both fidelities, at times that differ', () => {
    const told = (fidelity: 'hop' | 'flit') =>
      said(
        [
          ...pairOf('portal'),
          [10, 'cc1', { type: 'allow', end: 'in', from: 'cc0', bytes: 20_000 }],
          [20, 'cc1', { type: 'get', end: 'in', bytes: 20_000 }],
          [20, 'cc0', { type: 'put', end: 'out', bytes: 20_000, content: 7 }]
        ],
        { fidelity }
      )
    const [hop, flit] = [told('hop'), told('flit')]
    expect(flit.map(({ type }) => type)).toEqual(hop.map(({ type }) => type))
    expect(flit.find((s) => s.type === 'got')).toMatchObject({ bytes: 20_000, contents: [7] })
    expect(flit.at(-1)!.us).not.toBe(hop.at(-1)!.us)
  })

  it('refuses what makes no sense, in a sentence', () => {
    expect(
      refusals(
        said([
          [0, 'cc0', { type: 'pause' }],
          [0, 'cc0', { type: 'receive', end: 'x' }],
          [0, 'cc0', { type: 'attach', end: 'x', kind: 'mailbox', remote: 'cc0' }],
          [0, 'cc0', { type: 'attach', end: 'x', kind: 'mailbox', remote: 'nobody' }],
          [0, 'cc0', { type: 'create', end: 'x', kind: 'sync' }],
          [0, 'cc0', { type: 'create', end: 'x', kind: 'sync', sync: { mode: 'allToOne', nodes: ['cc1', 'cc2'] } }],
          [0, 'cc0', { type: 'create', end: 'x', kind: 'sync', sync: { mode: 'oneToAll', nodes: ['cc0', 'cc2'] } }],
          [0, 'cc0', { type: 'create', end: 'x', kind: 'mailbox' }],
          [0, 'cc0', { type: 'create', end: 'x', kind: 'portal' }],
          [0, 'cc0', { type: 'get', end: 'x', bytes: 1 }],
          [0, 'cc0', { type: 'wake', afterNs: -1 }]
        ])
      )
    ).toEqual([
      'pause is for the migration of a guest, and this is a chip',
      'there is no end called x',
      'there is no other cluster with a node called cc0',
      'there is no other cluster with a node called nobody',
      'a sync needs to know its nodes',
      'cc0 takes no part in this sync',
      'cc0 signals in this sync, and does not wait',
      'there is an end called x already',
      'x is no end for get',
      'a wake must be after a whole number of nanoseconds (got -1)'
    ])
  })

  it('names an option that is out of range', () => {
    const rule = (options: ChipOptions) => () => chip({ wiring, ...options })
    expect(rule({ ioClusters: 5 })).toThrow('chip: ioClusters must be an integer from 1 to 4 (got 5)')
    expect(rule({ driftPpm: { cc16: 1 } })).toThrow('chip: driftPpm and faults must name a cluster of the chip (got cc16)')
    expect(rule({ costs: { io: { put: -1 } } })).toThrow('chip: costs.io.put must be a number from 0 on (got -1)')
    expect(rule({ faults: [{ at: 0, link: [0, 9] }] })).toThrow('chip: faults.link must be one of mppa256 (got 0 to 9)')
    expect(rule({ chunkBytes: 0 })).toThrow('chip: chunkBytes must be an integer from 1 on (got 0)')
  })
})
