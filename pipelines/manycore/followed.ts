import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { at } from '../../lib/memory/pageSequence'
import { fromPages, has, type PageSet, range, remove } from '../../lib/memory/pageSet'
import type { Data } from '../../lib/protocol/data'
import type { Attempt, Phase, Step } from '../../lib/protocol/phase'
import { andThen, awaiting, chain, done, failure } from '../../lib/protocol/phase'
import type { ProcessImage, ProcessPiece } from '../../lib/protocol/process'
import type { PeerMessage } from './daemonMessage'
import { heard } from './heard'
import { type Leaving, portalOf, talkOf } from './outgoing'
import { extracting, isState } from './sent'
import { heeding, messageIn, reasonOf } from './talk'

/** What is still to be sent, as page numbers of `pages`, the order's own state, and what is waited for. */
type Owed = { readonly missing: PageSet; readonly order: Data; readonly wanted: readonly number[] }

/** After the commit of a post-copy: what is wanted first, everything else in the order of the prepaging; ended when the other side has it all. @internal */
export const followed = (leaving: Leaving, image: ProcessImage): Attempt<null> => {
  const pages = image.pieces.filter((piece) => !isState(piece))
  const { prepaging } = leaving.options
  const start: Owed = {
    missing: pages.length === 0 ? fromPages(0, []) : range(pages.length, 0, pages.length),
    order: prepaging.start(fromPages(pages.length, [])),
    wanted: []
  }
  const next = (owed: Owed): Attempt<null> => {
    const { missing, order, wanted } = owed
    if (missing.count === 0) return complete(leaving)
    const asked = wanted.find((page) => has(missing, page))
    if (asked !== undefined)
      return turn({ ...owed, missing: remove(missing, asked), wanted: wanted.filter((page) => page !== asked) }, pages[asked])
    const [sequence, after] = prepaging.take(order, missing, 1)
    const page = at(sequence, 0)
    return turn({ missing: remove(missing, page), order: after, wanted: [] }, pages[page])
  }
  const turn = (owed: Owed, piece: ProcessPiece): Attempt<null> =>
    pipe(
      collecting(
        pipe(
          extracting(leaving.process)(piece),
          // A whole page in any case: who takes it cannot know which it will be.
          andThen('copied', (content) =>
            heeding({ type: 'put', end: portalOf(leaving), bytes: PAGE_BYTES, content: { piece, content } as Data }, [
              'declined',
              'unknown'
            ])
          )
        )
      ),
      chain('followed', ({ result, wanted }): Attempt<null> => {
        if (E.isLeft(result)) return done(result)
        const numbers = wanted.map((place) => pages.indexOf(image.pieces[place])).filter((page) => page >= 0)
        const order = numbers.reduce((state, page) => prepaging.faulted(state, page), owed.order)
        return next({ ...owed, order, wanted: [...owed.wanted, ...numbers] })
      })
    )
  return next(start)
}

const complete = (leaving: Leaving): Attempt<null> =>
  pipe(
    heard(talkOf(leaving), ['whole', 'declined', 'unknown']),
    andThen('whole', (said) => (said.type === 'whole' ? done(E.right(null)) : done(E.left(failure('put', reasonOf(said))))))
  )

/** An attempt, and the places that were wanted while it was under way. */
const collecting = <A>(
  attempt: Attempt<A>,
  wanted: readonly number[] = []
): Step<{ readonly result: Ended<A>; readonly wanted: readonly number[] }> => {
  const { requests, phase } = attempt as Step<Ended<A>>
  if (phase.type === 'done') return { requests, phase: { type: 'done', value: { result: phase.value, wanted } } }
  const { name, data, on }: Extract<Phase<Ended<A>>, { readonly type: 'awaiting' }> = phase
  return awaiting(requests, `${name}, and what is wanted`, [wanted, data], (signal) => {
    const message = messageIn(signal, ['want'])
    if (message !== undefined) return { ...collecting({ requests: [], phase } as Attempt<A>, [...wanted, message.place]) }
    const step = on(signal)
    return step && collecting(step as Attempt<A>, wanted)
  })
}

type Ended<A> = E.Either<ReturnType<typeof failure>, A>

const PAGE_BYTES = 4096

/** The message that a thread waits for a piece. @internal */
export const wantOf = (key: string, image: ProcessImage, piece: ProcessPiece): PeerMessage => ({
  type: 'want',
  key,
  place: image.pieces.findIndex(({ section, index }) => section === piece.section && index === piece.index)
})
