import * as fc from 'fast-check'
import type { Order } from '../../lib/protocol/command'

/** Orders that a program gives at its times, in ns. */
export type TimedOrders = readonly (readonly [atNs: number, Order])[]

/** Clusters with a daemon, between which processes move, the one with a server for processes, the one whose daemon keeps what is saved, and the one with the manager. */
export const planned = { daemons: ['cc0', 'cc1', 'cc5'], server: 'cc9', keeper: 'io1', manager: 'io0' } as const

/** Moves and calls are drawn within so many milliseconds. */
export const PLAN_MS = 400

/** Processes of a plan, and whose they are. */
export const plannedNames = ['p1', 'p2', 'p3', 'p4'] as const
/** See `plannedNames`. */
export const plannedUsers: Readonly<Record<string, string>> = { p1: 'alice', p2: 'alice', p3: 'bob', p4: 'bob' }

/** When a call is given. */
export const plannedTime = fc.integer({ min: 1_000_000, max: PLAN_MS * 1_000_000 })

/** Words of a process are its own: another's word in its memory is seen. */
const wordOf = (me: string, drawn: number): number => (plannedNames.indexOf(me as (typeof plannedNames)[number]) + 1) * 1000 + drawn

const friendOf = (me: string): string => plannedNames.find((name) => name !== me && plannedUsers[name] === plannedUsers[me])!
const strangersOf = (me: string): readonly string[] => plannedNames.filter((name) => plannedUsers[name] !== plannedUsers[me])

/** What a process does: loads, stores, words to its friend and its server, and what it may not. */
export const plannedOrder = (me: string): fc.Arbitrary<Order> => {
  const friend = friendOf(me)
  const page = fc.nat(9)
  const bytes = fc.constantFrom(1, 100, 4096, 9000)
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(page, fc.integer({ min: 1, max: 999 }))
        .map(([of, word]): Order => ({ type: 'poke', page: of, word: wordOf(me, word) }))
    },
    { weight: 6, arbitrary: page.map((of): Order => ({ type: 'peek', page: of })) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom(`to ${friend}`, 'to server'), fc.nat(999))
        .map(([end, message]): Order => ({ type: 'mail', end, message }))
    },
    { weight: 4, arbitrary: fc.constant<Order>({ type: 'receive', end: 'letters' }) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(friend, friend, ...strangersOf(me)), bytes)
        .map(([from, n]): Order => ({ type: 'allow', end: 'parcels', from, bytes: n }))
    },
    { weight: 2, arbitrary: bytes.map((n): Order => ({ type: 'get', end: 'parcels', bytes: n })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(bytes, fc.nat(999))
        .map(([n, content]): Order => ({ type: 'put', end: `parcels to ${friend}`, bytes: n, content }))
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...strangersOf(me)), fc.constantFrom('mailbox' as const, 'portal' as const))
        .map(([remote, kind]): Order => ({ type: 'attach', end: `${kind} to ${remote}`, kind, remote }))
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(...strangersOf(me))
        .chain((other) =>
          fc.constantFrom<Order>(
            { type: 'kill', process: other },
            { type: 'freeze', process: other },
            { type: 'hold', process: other },
            { type: 'mail', end: `mailbox to ${other}`, message: -1 },
            { type: 'put', end: `portal to ${other}`, bytes: 64, content: -1 },
            { type: 'observe' }
          )
        )
    }
  )
}

/** Ends that each process opens when it begins: a mailbox and a portal of its own, and those to its friend and to the server. */
export const plannedOpening = (me: string): TimedOrders =>
  me === planned.server
    ? [[0, { type: 'create', end: 'questions', kind: 'mailbox' }]]
    : [
        [0, { type: 'create', end: 'letters', kind: 'mailbox' }],
        [0, { type: 'create', end: 'parcels', kind: 'portal' }],
        [1_000_000, { type: 'attach', end: `to ${friendOf(me)}`, kind: 'mailbox', remote: friendOf(me) }],
        [1_000_000, { type: 'attach', end: `parcels to ${friendOf(me)}`, kind: 'portal', remote: friendOf(me) }],
        [1_000_000, { type: 'attach', end: 'to server', kind: 'mailbox', remote: planned.server }]
      ]

/** What belongs together, so that much gets through besides what is drawn by itself: letters between friends, a parcel that is allowed, a word that is stored and loaded. */
export const plannedTogether = fc
  .tuple(fc.constantFrom(...plannedNames), fc.nat(9), plannedTime, fc.nat(999), fc.constantFrom('letters', 'parcel', 'word', 'question'))
  .map(([me, page, at, drawn, what]): readonly (readonly [string, number, Order])[] => {
    const friend = friendOf(me)
    if (what === 'letters')
      return [0, 1, 2].flatMap((i): readonly (readonly [string, number, Order])[] => [
        [me, at + i * 1000, { type: 'mail', end: `to ${friend}`, message: 10 * drawn + i }],
        [friend, at + i * 1000, { type: 'receive', end: 'letters' }]
      ])
    if (what === 'parcel')
      return [
        [friend, at, { type: 'allow', end: 'parcels', from: me, bytes: 9000 }],
        [friend, at + 1000, { type: 'get', end: 'parcels', bytes: 9000 }],
        [me, at + 500, { type: 'put', end: `parcels to ${friend}`, bytes: 9000, content: drawn }]
      ]
    if (what === 'question')
      return [
        [me, at, { type: 'mail', end: 'to server', message: drawn }],
        [planned.server, at, { type: 'receive', end: 'questions' }]
      ]
    return [0, 1, 2, 3].flatMap((i): readonly (readonly [string, number, Order])[] => [
      [me, at + i * 20_000_000, { type: 'poke', page, word: wordOf(me, i + 1) }],
      [me, at + i * 20_000_000 + 10_000_000, { type: 'peek', page }]
    ])
  })
