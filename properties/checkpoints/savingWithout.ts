import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { type Imaged, type ImagingMethod, imaged } from '../../lib/checkpoint/imaging'
import { lastStop, tlc } from '../../lib/checkpoint/tlc'
import * as pageSet from '../../lib/memory/pageSet'
import type { Step } from '../../lib/protocol/phase'
import { awaiting, chain, done, map, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/** All pages in bulk, and no final stop: of no moment at all. */
export const withoutLastStop: ImagingMethod = ({ image, pages, view }) =>
  pipe(
    request({ type: 'write', image, section: 'bulk', pages }),
    map((written): Imaged => imaged(pageSet.empty(view), E.isLeft(written) ? written.left : null))
  )

/** TLC that never writes its table: what was skipped, and what was written between, is in the image as it was at first or not at all. */
export const withoutTable: ImagingMethod = (of) => withoutTableWrites(tlc({ everyNs: 4000 })(of))

/** Every write of the table is of no pages. */
const withoutTableWrites = <A>(step: Step<A>): Step<A> => {
  const { phase } = step
  const requests = step.requests.map((one) =>
    one.order.type === 'write' && one.order.section === 'table'
      ? { ...one, order: { ...one.order, pages: pageSet.empty(one.order.pages.size) } }
      : one
  )
  if (phase.type === 'done') return { requests, phase }
  return awaiting(requests, phase.name, phase.data, (signal) => {
    const next = phase.on(signal)
    return next && withoutTableWrites(next)
  })
}

/** TLC that writes its last pages twice: more is saved than the identity says. */
export const savingTwice: ImagingMethod = (of) =>
  pipe(
    tlc({ everyNs: 4000 })(of),
    chain('again', (made) =>
      made.failure !== null
        ? done(made)
        : pipe(
            lastStop({ ...of, pages: pageSet.empty(of.view) }),
            chain('and again', (last) =>
              pipe(
                request({ type: 'write', image: of.image, section: 'bulk', pages: pageSet.full(of.view) }),
                map((): Imaged => imaged(pageSet.union(made.seen, last.seen), last.failure))
              )
            )
          )
    )
  )

/** One image, sealed without a barrier: what a file has not made durable is gone with its host, and the image says nothing of it. */
export const sealingWithoutBarrier: Pipeline = ({ pages }) =>
  pipe(
    request({ type: 'open', image: 'image 1', stores: ['file'] }),
    chain('stop', () => lastStop({ image: 'image 1', pages: pageSet.full(pages), view: pages })),
    chain('seal', () => request({ type: 'seal', image: 'image 1' })),
    chain('wait', () => request({ type: 'wake', afterNs: 500_000 })),
    chain('look', () => request({ type: 'catalogue' })),
    map(() => ({ type: 'completed', needs: [] }))
  )

/** Stops its guest, writes, and does not let it go on when the writing fails. */
export const leavingPaused: Pipeline = ({ pages }) =>
  pipe(
    request({ type: 'open', image: 'image 1', stores: ['m1'] }),
    chain('pause', () => request({ type: 'pause' })),
    chain('write', () => request({ type: 'write', image: 'image 1', section: 'last', pages: pageSet.full(pages) })),
    chain('go on', (written) => (E.isLeft(written) ? done(null) : request({ type: 'resume', where: 'source' }))),
    map(() => ({ type: 'completed', needs: [] }))
  )
