import * as fc from 'fast-check'
import type { Order } from '../../lib/protocol/command'
import { asked, awaiting, done, type Step } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import type { ChipFault } from '../../lib/world/chipOptions'

/** Orders of some clusters at times, in ns, and what breaks meanwhile: most of it waits for each other, or makes no sense. */
export type ChipPlan = {
  readonly orders: Readonly<Record<string, readonly (readonly [atNs: number, Order])[]>>
  readonly faults: readonly ChipFault[]
  readonly fidelity: 'hop' | 'flit'
}

const clusters = ['io0', 'cc0', 'cc1', 'cc5'] as const
const bytes = fc.constantFrom(1, 100, 4096, 5000, 9000)
const group = fc.constantFrom(
  { mode: 'allToOne', nodes: ['cc0', 'cc1', 'io0'] } as const,
  { mode: 'oneToAll', nodes: ['cc0', 'cc1', 'io0'] } as const
)

/** An order that a cluster may give; ends are called by their kind and other side, so that some fit. */
const order = (me: string): fc.Arbitrary<Order> => {
  const remote = fc.constantFrom(...clusters.filter((name) => name !== me))
  const kind = fc.constantFrom('mailbox' as const, 'portal' as const)
  const inward = kind.map((one) => `${one} in`)
  const outward = fc.tuple(kind, remote).map(([one, to]) => `${one} to ${to}`)
  const of = (what: 'mailbox' | 'portal') => remote.map((to) => `${what} to ${to}`)
  return fc.oneof(
    { weight: 1, arbitrary: kind.map((one): Order => ({ type: 'create', end: `${one} in`, kind: one })) },
    {
      weight: 2,
      arbitrary: fc.tuple(kind, remote).map(([one, to]): Order => ({ type: 'attach', end: `${one} to ${to}`, kind: one, remote: to }))
    },
    {
      weight: 1,
      arbitrary: fc.oneof(inward, outward, fc.constant('sync in'), fc.constant('sync out')).map((end): Order => ({ type: 'close', end }))
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(of('mailbox'), fc.nat(999), fc.boolean())
        .map(([end, message, atOnce]): Order => ({ type: 'mail', end, message, atOnce }))
    },
    { weight: 3, arbitrary: fc.constant<Order>({ type: 'receive', end: 'mailbox in' }) },
    { weight: 3, arbitrary: fc.tuple(remote, bytes).map(([from, n]): Order => ({ type: 'allow', end: 'portal in', from, bytes: n })) },
    { weight: 3, arbitrary: bytes.map((n): Order => ({ type: 'get', end: 'portal in', bytes: n })) },
    {
      weight: 3,
      arbitrary: fc.tuple(of('portal'), bytes, fc.nat(999)).map(([end, n, content]): Order => ({ type: 'put', end, bytes: n, content }))
    },
    { weight: 1, arbitrary: group.map((sync): Order => ({ type: 'create', end: 'sync in', kind: 'sync', sync })) },
    { weight: 1, arbitrary: group.map((sync): Order => ({ type: 'attach', end: 'sync out', kind: 'sync', sync })) },
    { weight: 2, arbitrary: fc.constantFrom<Order>({ type: 'signal', end: 'sync out' }, { type: 'await', end: 'sync in' }) },
    { weight: 1, arbitrary: fc.nat(40).map((tag): Order => ({ type: 'cancel', tag })) }
  )
}

const timed = (me: string) =>
  fc
    .array(fc.tuple(fc.integer({ min: 20_000, max: 3_000_000 }), order(me)), { maxLength: 20 })
    .map((drawn): readonly (readonly [number, Order])[] => [...opening(me), ...drawn])

/** Each cluster begins with ends that fit those of the others. */
const opening = (me: string): readonly (readonly [number, Order])[] => [
  [0, { type: 'create', end: 'mailbox in', kind: 'mailbox' }],
  [0, { type: 'create', end: 'portal in', kind: 'portal' }],
  ...clusters
    .filter((name) => name !== me)
    .flatMap((remote): readonly (readonly [number, Order])[] => [
      [0, { type: 'attach', end: `mailbox to ${remote}`, kind: 'mailbox', remote }],
      [0, { type: 'attach', end: `portal to ${remote}`, kind: 'portal', remote }]
    ])
]

/** And tries to close all in the end. */
const closing = (me: string): readonly (readonly [number, Order])[] =>
  [...opening(me).flatMap(([, one]) => ('end' in one ? [one.end] : [])), 'sync in', 'sync out'].map((end) => [
    4_000_000,
    { type: 'close', end }
  ])

const fault: fc.Arbitrary<ChipFault> = fc.oneof(
  fc.record({ at: fc.integer({ min: 0, max: 3_000_000 }), cluster: fc.constantFrom(...clusters) }),
  fc.record({
    at: fc.integer({ min: 0, max: 3_000_000 }),
    link: fc.constantFrom<readonly [number, number]>([0, 1], [1, 0], [16, 0], [1, 5])
  })
)

/** What belongs together: a transfer that its reader allows, or a round of a sync; so that much gets through besides what is drawn by itself. */
const together = fc
  .tuple(fc.nat(14), fc.constantFrom(...clusters), fc.integer({ min: 1, max: 3 }), bytes, fc.boolean())
  .map(([turn, to, step, n, isSync]): readonly (readonly [string, number, Order])[] => {
    const at = 50_000 + turn * 200_000
    const from = clusters[(clusters.indexOf(to) + step) % clusters.length]
    const sync = { mode: 'allToOne', nodes: ['cc0', 'cc1', 'io0'] } as const
    if (isSync)
      return [
        ['cc0', at, { type: 'create', end: 'sync in', kind: 'sync', sync }],
        ['cc1', at, { type: 'attach', end: 'sync out', kind: 'sync', sync }],
        ['io0', at, { type: 'attach', end: 'sync out', kind: 'sync', sync }],
        ['cc0', at + 30_000, { type: 'await', end: 'sync in' }],
        ['cc1', at + 40_000, { type: 'signal', end: 'sync out' }],
        ['io0', at + 60_000, { type: 'signal', end: 'sync out' }]
      ]
    return [
      [to, at, { type: 'allow', end: 'portal in', from, bytes: n }],
      [to, at + 20_000, { type: 'get', end: 'portal in', bytes: n }],
      [from, at + 10_000, { type: 'put', end: `portal to ${to}`, bytes: n, content: turn }]
    ]
  })

/** Plans for four clusters. */
export const chipPlans: fc.Arbitrary<ChipPlan> = fc.record({
  orders: fc
    .tuple(
      fc.record(Object.fromEntries(clusters.map((name) => [name, timed(name)])) as Readonly<Record<string, ReturnType<typeof timed>>>),
      fc.array(together, { maxLength: 10 })
    )
    .map(([own, shared]) =>
      Object.fromEntries(
        Object.entries(own).map(([name, orders]) => [
          name,
          [...orders, ...shared.flat().flatMap(([who, at, given]) => (who === name ? [[at, given] as const] : [])), ...closing(name)]
        ])
      )
    ),
  faults: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(fault, { minLength: 1, maxLength: 2 }) }),
  fidelity: fc.constantFrom('hop' as const, 'flit' as const)
})

/** The programs of a plan: each gives its orders at their times, whatever has become of the others, and ends when all are answered. */
export const timedPrograms = ({ orders }: Pick<ChipPlan, 'orders'>): Readonly<Record<string, Pipeline>> =>
  Object.fromEntries(Object.entries(orders).map(([name, own]) => [name, () => timedProgram(own)]))

const timedProgram = (orders: readonly (readonly [atNs: number, Order])[]): Step<Outcome> => {
  const count = orders.length
  const after = (open: readonly number[], given: readonly number[]): Step<Outcome> =>
    open.length === 0
      ? done({ type: 'completed', needs: [] })
      : awaiting(
          given.map((i) => asked(orders[i][1], count + i)),
          'timed',
          open,
          (signal) => {
            if (!('to' in signal) || !open.includes(signal.to.tag)) return undefined
            const { tag } = signal.to
            const left = open.filter((one) => one !== tag)
            return tag >= count || signal.type === 'refused' ? after(left, []) : after([...left, count + tag], [tag])
          }
        )
  const first = after(
    orders.map((_, i) => i),
    []
  )
  return { requests: orders.map(([afterNs], i) => asked({ type: 'wake', afterNs }, i)), phase: first.phase }
}
