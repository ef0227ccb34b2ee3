import { pipe } from 'fp-ts/lib/function'
import { orderOf } from '../../lib/memory/pageSequence'
import type { PageSet } from '../../lib/memory/pageSet'
import * as pageSet from '../../lib/memory/pageSet'
import { bubbling } from '../../lib/migration/bubbling'
import { pull } from '../../lib/migration/pull'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import type { Pages } from '../../lib/protocol/command'
import type { Step } from '../../lib/protocol/phase'
import { andThen, awaiting, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { postcopy } from '../../pipelines/postcopy'
import { postcopyPulling } from '../broken/postcopyPulling'
import { bubblingDiscarding, bubblingOsr2009, bubblingVee2009 } from '../broken/publishedBubbling'
import { publishedPull } from '../broken/publishedPull'
import { invariant } from '../invariants/invariant'
import { museumWorlds } from './museumWorlds'
import type { Piece } from './piece'

/** A phase that does not hear of faults on other pages than these. */
const refusing =
  (served: PageSet) =>
  <A>({ requests, phase }: Step<A>): Step<A> =>
    phase.type === 'done'
      ? { requests, phase }
      : awaiting(requests, phase.name, phase.data, (signal) => {
          if (signal.type === 'faulted' && !pageSet.has(served, signal.page)) return undefined
          const step = phase.on(signal)
          return step && refusing(served)(step)
        })

/** Every page at which the guest stops is sent before the source lets go: liveness, as far as a journal that ends can show it. */
const faultServed = invariant<{ readonly waited: Set<number>; readonly sent: Set<number> }>({
  name: 'faultServed',
  sentence: 'A page at which the guest stops is sent before the source lets go.',
  init: () => ({ waited: new Set(), sent: new Set() }),
  step: (memory, entry, tell) => {
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'faulted') memory.waited.add(signal.page)
    else if (signal.type === 'sent') for (const page of listOf(signal.pages)) memory.sent.add(page)
    else if (signal.type === 'released') {
      const unserved = [...memory.waited].filter((page) => !memory.sent.has(page))
      if (unserved.length > 0) tell(`the guest waits for pages ${unserved.join(', ')}, which were not sent`)
    }
    return memory
  }
})

const listOf = (pages: Pages): Iterable<number> => (pages.type === 'PageSet' ? pageSet.toArray(pages) : orderOf(pages))

/** A post-copy in which every page is missing at the target, and the source sends, and serves, what the guest has not named as free. */
const hinted: Pipeline = () =>
  pipe(
    prepare(),
    andThen('pause', pause),
    andThen('select', (clockNs) =>
      pipe(
        request({ type: 'select', level: 'guestOs' }),
        andThen('hints', ({ pages: dirty }) =>
          pipe(
            request({ type: 'select', level: 'hypervisor' }),
            andThen('switch over', ({ pages: missing }) => switchOver({ clockNs, missing })),
            andThen('pull', () => refusing(dirty)(pull({ prepaging: bubbling() })(dirty)))
          )
        )
      )
    ),
    andThen('release', release),
    concluded
  )

const rightPull = postcopyPulling(pull({ prepaging: bubbling(), windowPages: 1, windows: 1 }))
const bubblingRight = 'Nothing that was taken is thrown away, and the search ends when both ends are passed (bubbling).'

/** The pieces about the pull: what the guest waits for must come. */
export const pullPieces: readonly Piece[] = [
  {
    id: 'B18',
    name: 'a free page that is used again is never served',
    reference: { project: 'QEMU', date: '2021-09', of: ['fd51e54fa10221e5a8add894c38cc1cf199f4bc4'] },
    story:
      'Pages that the guest calls free are not sent, yet missing at the target; it uses one again there, and the source does not serve what it does not owe.',
    invariant: 'faultServed',
    rules: [faultServed],
    budget: 300,
    worlds: museumWorlds({ classes: ['free'] }),
    wrong: { rule: 'What is free is missing, and not owed.', pipeline: hinted },
    right: { rule: 'What is missing at the target is what the source owes.', pipeline: postcopy({ level: 'guestOs' }) }
  },
  {
    id: 'B23',
    name: 'bubbling as it was printed first',
    reference: { project: 'Hines & Gopalan', date: '2009-03', of: ['VEE 2009, Fig. 2'] },
    story: 'The listing has two errors: a fault throws the queue away (B23a), and the bubble stops short of page 0 (B23b).',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds(),
    wrong: { rule: 'The listing as it is printed (bubblingVee2009).', pipeline: publishedPull(bubblingVee2009) },
    right: { rule: bubblingRight, pipeline: rightPull }
  },
  {
    id: 'B23a',
    name: 'a fault throws the queue of pages away',
    reference: { project: 'Hines & Gopalan', date: '2009-03', of: ['VEE 2009, Fig. 2'] },
    story:
      'A page is marked as sent when it is queued, and a fault discards the queue: what was in it is never sent. (The listing with its other error corrected.)',
    invariant: 'noPageLost',
    budget: 600,
    worlds: museumWorlds(),
    wrong: {
      rule: 'A page that is queued counts as sent, and a fault empties the queue (bubblingDiscarding).',
      pipeline: publishedPull(bubblingDiscarding)
    },
    right: { rule: bubblingRight, pipeline: rightPull }
  },
  {
    id: 'B23b',
    name: 'the bubble stops short of page 0',
    reference: { project: 'Hines, Deshpande & Gopalan', date: '2009-07', of: ['OSR 43(3), Fig. 2'] },
    story:
      'One of the distances that bound the bubble is short by one: page 0 is left when a first fault in the upper half comes before the first step.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds(),
    wrong: { rule: 'The listing as it is printed (bubblingOsr2009).', pipeline: publishedPull(bubblingOsr2009) },
    right: { rule: bubblingRight, pipeline: rightPull }
  }
]
