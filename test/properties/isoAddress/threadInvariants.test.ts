import * as fc from 'fast-check'
import { from } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Entry, Journal } from '../../../lib/protocol/journal'
import type { Signal } from '../../../lib/protocol/signal'
import type { ThreadActed, ThreadOrder } from '../../../lib/protocol/threadOrder'
import { mppaWiring } from '../../../lib/world/mppaWiring'
import { onChip } from '../../../lib/world/onChip'
import { ranThreads, scripted } from '../../../pipelines/isoThreads'
import { isoPlan, isoPlanOnChip } from '../../../properties/isoAddress/isoPlan'
import { journalOfIsoPlan } from '../../../properties/isoAddress/journalOfIsoPlan'
import { threadInvariants } from '../../../properties/isoAddress/threadInvariants'
import { monitor } from '../../../properties/monitor'

const wiring = mppaWiring()

/** Names of the invariants that a journal breaks. */
const broken = (journal: Journal): readonly string[] => {
  const names = new Set<string>()
  from(journal)
    .pipe(monitor({ invariants: threadInvariants }))
    .subscribe(({ invariant }) => names.add(invariant))
  return [...names]
}

/** A pointer and an integer that looks like it, in a block and on the stack, which go round three clusters; another thread beside. */
const round: readonly ThreadOrder[] = [
  { type: 'spawn', node: 0 },
  { type: 'allocate', bytes: 64 },
  { type: 'push', word: 7n }
]
const journalOfRound = (): Journal => {
  const { journal: first } = ranThreads(onChip({ wiring }), [scripted('a', round)])
  const block = first.flatMap((one) =>
    one.type === 'signalled' && one.signal.type === 'acted' && one.signal.result.type === 'allocated' ? [one.signal.result.address] : []
  )[0]
  return ranThreads(onChip({ wiring }), [
    scripted('a', [
      ...round,
      { type: 'write', address: block, word: BigInt(block + 8) },
      { type: 'write', address: block + 8, word: BigInt(block) },
      ...[1, 2, 0].flatMap((to): readonly ThreadOrder[] => [
        { type: 'migrate', to },
        { type: 'read', address: block },
        { type: 'read', address: block + 8 }
      ]),
      { type: 'pop' },
      { type: 'exit' }
    ]),
    scripted('b', [
      { type: 'spawn', node: 1 },
      { type: 'allocate', bytes: 64 },
      { type: 'read', address: block }
    ])
  ]).journal
}

/** A journal with one answer of a thread made another. */
const altered = (
  journal: Journal,
  which: (signal: Signal) => boolean,
  other: (result: ThreadActed['result']) => ThreadActed['result']
): Journal => {
  let done = false
  return journal.map((entry): Entry => {
    if (done || entry.type !== 'signalled' || entry.signal.type !== 'acted' || !which(entry.signal)) return entry
    done = true
    return { ...entry, signal: { ...entry.signal, result: other(entry.signal.result) } }
  })
}
const isA =
  (type: ThreadActed['result']['type'], thread = 'a') =>
  (signal: Signal): boolean =>
    signal.type === 'acted' && signal.to.migration === thread && signal.result.type === type

describe('what holds of journals of threads', () => {
  it('holds of any plan, on a crossbar and on a chip, and when nodes break', () => {
    fc.assert(
      fc.property(fc.oneof(isoPlan({ breaks: true }), isoPlanOnChip({ breaks: true })), (plan) => {
        expect(broken(journalOfIsoPlan(plan, wiring))).toEqual([])
      }),
      { numRuns: 100, seed: 4 }
    )
  })

  it('holds of pointers that go round three clusters', () => {
    expect(broken(journalOfRound())).toEqual([])
  })

  const journal = journalOfRound()
  const blockOf = (thread: string): number =>
    journal.flatMap((one) =>
      one.type === 'signalled' &&
      one.signal.type === 'acted' &&
      one.signal.to.migration === thread &&
      one.signal.result.type === 'allocated'
        ? [one.signal.result.address]
        : []
    )[0]
  const lies: Readonly<Record<string, readonly [Journal, string]>> = {
    'a pointer rewritten on its way': [
      altered(journal, isA('read'), (result) => (result.type === 'read' ? { ...result, word: result.word + 4096n } : result)),
      'wordsKept'
    ],
    'a block where another thread has one': [
      altered(journal, isA('allocated', 'b'), (result) =>
        result.type === 'allocated' ? { ...result, address: blockOf('a') + 8 } : result
      ),
      'blocksDisjoint'
    ],
    "a read of another's memory": [
      altered(journal, isA('read'), (result) => (result.type === 'read' ? { ...result, address: blockOf('b') } : result)),
      'ownMemoryOnly'
    ],
    'no memory there': [altered(journal, isA('read'), () => ({ type: 'faulted', order: 'read', address: 8 })), 'nothingFaults'],
    'a thread that ends elsewhere': [
      altered(journal, isA('exited'), (result) => (result.type === 'exited' ? { ...result, node: 3 } : result)),
      'whereItSays'
    ],
    'slots for which others were asked': [
      journal.flatMap((entry): readonly Entry[] =>
        entry.type === 'signalled' && isA('spawned')(entry.signal)
          ? [
              {
                type: 'signalled',
                at: entry.at,
                signal: { type: 'carried', at: entry.at, what: 'lock', from: 0, node: 1, bytes: 64, migration: 'a' }
              },
              entry
            ]
          : [entry]
      ),
      'aloneUnlessNegotiated'
    ]
  }
  for (const [lie, [told, name]] of Object.entries(lies))
    it(`${lie} breaks ${name}`, () => {
      expect(broken(told)).toContain(name)
    })

  it('every invariant is broken by one of them', () => {
    expect(Object.values(lies).map(([, name]) => name)).toEqual(threadInvariants.map(({ name }) => name))
  })
})
