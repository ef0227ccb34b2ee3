import * as fc from 'fast-check'
import { ownSequence } from '../../lib/memory/pageSequence'
import { empty, fromPages, full, type PageSet, range } from '../../lib/memory/pageSet'
import type { Order } from '../../lib/protocol/command'
import type { Entry } from '../../lib/protocol/journal'
import type { Outcome } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'

type WithoutAddress<S> = S extends unknown ? Omit<S, 'at' | 'to' | 'migration'> : never

/** What is said of one migration, without the addresses: `[at, order]` and `[at, signal]`, answers naming the request by its number `n`. */
export const said = (migration: string, to = { migration, lane: '', tag: 0, n: 0 }) => ({
  began: (at: number, pages = 1000): Entry => ({
    type: 'began',
    at,
    version: 1,
    seed: 1,
    guests: { [migration]: { name: migration, pages, pageBytes: 4096 } },
    world: null
  }),
  asked: (at: number, order: Order, n = 0): Entry => ({ type: 'commanded', at, command: { order, to: { ...to, n } } }),
  heard: (at: number, signal: WithoutAddress<Signal>, n = 0): Entry => ({
    type: 'signalled',
    at,
    signal: {
      ...signal,
      at,
      ...(isFact(signal.type) ? { migration } : {}),
      ...(isAnswer(signal.type) ? { to: { ...to, n } } : {})
    } as Signal
  }),
  ended: (at: number, outcome: Outcome = { type: 'completed', needs: [] }): Entry => ({ type: 'ended', at, migration, outcome })
})

const facts = ['synced', 'round', 'progress', 'faulted', 'exited', 'failed', 'wound', 'compared', 'linkUsed']
const isFact = (type: string) => facts.includes(type)
const isAnswer = (type: string) => !isFact(type) || type === 'synced'

/** A pre-copy of 1,000 pages in nanoseconds: three rounds, 40 ms down, the network following 10 ms later. */
export const preCopy = (migration = 'm'): readonly Entry[] => {
  const { began, asked, heard, ended } = said(migration)
  const ms = 1_000_000
  const round = (n: number, from: number, to: number, pages: PageSet, dirty: PageSet): readonly Entry[] => [
    asked(from * ms, { type: 'send', pages, place: 'always', round: n }, 10 + n),
    heard(from * ms, { type: 'round', round: n, pages: pages.count }),
    heard(((from + to) / 2) * ms, { type: 'progress', bytes: 0, pages: sentBefore(n) + pages.count / 2 }),
    heard(to * ms, { type: 'sent', pages, skipped: empty(1000), bytes: pages.count * 4104 }, 10 + n),
    asked(to * ms, { type: 'sync' }, 20 + n),
    heard(to * ms, { type: 'synced', dirty }, 20 + n)
  ]
  const sentBefore = (n: number) => [0, 0, 1000, 1400][n]
  const [first, second] = [range(1000, 0, 400), range(1000, 100, 300)]
  return [
    began(0),
    asked(100 * ms, { type: 'reserve' }, 0),
    heard(110 * ms, { type: 'reserved', bytes: 4_096_000 }, 0),
    asked(110 * ms, { type: 'select', level: 'hypervisor' }, 1),
    heard(110 * ms, { type: 'selected', pages: full(1000), nonPageable: empty(1000) }, 1),
    asked(110 * ms, { type: 'track', on: true }, 2),
    heard(110 * ms, { type: 'done' }, 2),
    ...round(1, 110, 610, full(1000), first),
    ...round(2, 610, 810, first, second),
    asked(810 * ms, { type: 'pause' }, 3),
    heard(810 * ms, { type: 'suspended', guestNs: 700 * ms, clockNs: 810 * ms }, 3),
    asked(810 * ms, { type: 'send', pages: second, place: 'always' }, 4),
    heard(840 * ms, { type: 'sent', pages: second, skipped: empty(1000), bytes: 200 * 4104 }, 4),
    heard(850 * ms, { type: 'activated', where: 'target', guestNs: 700 * ms, clockNs: 850 * ms }),
    heard(860 * ms, { type: 'redirected' }),
    heard(870 * ms, { type: 'linkUsed', applicationBytes: 75, applicationDemandBytes: 100 }),
    heard(900 * ms, { type: 'released', needs: [], guestNs: 750 * ms }),
    ended(900 * ms)
  ]
}

/** A post-copy of 1,000 pages: 20 ms down, then two windows, with a fault between them. */
export const postCopy = (migration = 'p'): readonly Entry[] => {
  const { began, asked, heard, ended } = said(migration)
  const ms = 1_000_000
  const window = (from: number, to: number) => ownSequence(Int32Array.from({ length: to - from }, (_, i) => from + i))
  const sent = (from: number, to: number): WithoutAddress<Signal> => ({
    type: 'sent',
    pages: window(from, to),
    skipped: empty(1000),
    bytes: (to - from) * 4104
  })
  return [
    began(0),
    asked(0, { type: 'reserve' }, 0),
    heard(0, { type: 'selected', pages: full(1000), nonPageable: empty(1000) }, 1),
    heard(10 * ms, { type: 'suspended', guestNs: 10 * ms, clockNs: 0 }),
    asked(20 * ms, { type: 'resume', where: 'target', missing: full(1000) }, 5),
    heard(30 * ms, { type: 'activated', where: 'target', guestNs: 10 * ms, clockNs: 0 }, 5),
    heard(30 * ms, { type: 'redirected' }),
    heard(230 * ms, sent(0, 400)),
    heard(240 * ms, { type: 'faulted', page: 700, vcpu: 0 }),
    heard(241 * ms, sent(700, 701)),
    heard(241 * ms, { type: 'faulted', page: 800, vcpu: 0 }),
    heard(242 * ms, sent(800, 801)),
    heard(530 * ms, { ...sent(400, 700) }),
    heard(800 * ms, { type: 'sent', pages: fromPages(1000, range2(701, 800, 801, 1000)), skipped: empty(1000), bytes: 298 * 4104 }),
    heard(810 * ms, { type: 'released', needs: [], guestNs: 610 * ms }),
    ended(810 * ms)
  ]
}

const range2 = (a: number, b: number, c: number, d: number): number[] => [
  ...Array.from({ length: b - a }, (_, i) => a + i),
  ...Array.from({ length: d - c }, (_, i) => c + i)
]

/** Any migration's entries in a causal order: rounds, pauses that end at the source or the target, faults, release or not, whatever the times. */
export const migrations = (migration: string): fc.Arbitrary<readonly Entry[]> =>
  fc
    .record({
      gaps: fc.array(fc.nat({ max: 50 }), { minLength: 40, maxLength: 40 }),
      rounds: fc.nat({ max: 3 }),
      stuns: fc.nat({ max: 2 }),
      end: fc.constantFrom('completed', 'completed', 'unreleased', 'paused', 'aborted', 'running'),
      redirect: fc.constantFrom('before', 'after', 'never')
    })
    .map(({ gaps, rounds, stuns, end, redirect }) => {
      const { began, asked, heard, ended } = said(migration)
      let [now, i] = [0, 0]
      const next = () => (now += gaps[i++ % gaps.length])
      const entries: Entry[] = [began(next(), 9), asked(next(), { type: 'reserve' })]
      const pause = () => entries.push(heard(next(), { type: 'suspended', guestNs: now, clockNs: now }))
      const activate = (where: 'source' | 'target') => entries.push(heard(next(), { type: 'activated', where, guestNs: now, clockNs: now }))
      for (let r = 1; r <= rounds; r++) {
        entries.push(heard(next(), { type: 'round', round: r, pages: 3 }))
        entries.push(heard(next(), { type: 'sent', pages: fromPages(9, [1, 2, r]), skipped: empty(9), bytes: 100 }))
        entries.push(heard(next(), { type: 'synced', dirty: fromPages(9, [r]) }))
      }
      for (let s = 0; s < stuns; s++) {
        pause()
        activate('source')
      }
      if (end === 'running') return entries
      pause()
      if (redirect === 'before') entries.push(heard(next(), { type: 'redirected' }))
      if (end !== 'paused') activate(end === 'aborted' ? 'source' : 'target')
      if (redirect === 'after') entries.push(heard(next(), { type: 'redirected' }))
      entries.push(heard(next(), { type: 'faulted', page: 3, vcpu: 0 }))
      if (end === 'completed') entries.push(heard(next(), { type: 'released', needs: [], guestNs: now }))
      const outcome: Outcome = end === 'aborted' ? { type: 'aborted', reason: 'r', running: 'source' } : { type: 'completed', needs: [] }
      entries.push(ended(next(), end === 'paused' ? { type: 'undecided', reason: 'r' } : outcome))
      return entries
    })
