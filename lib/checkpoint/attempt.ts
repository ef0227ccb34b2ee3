import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Failure, Step } from '../protocol/phase'
import { chain, done, map, request } from '../protocol/phase'
import { type Destination, type Imaged, type ImagingMethod, imaged } from './imaging'

/** An image to be made: of everything (`parent` absent), or of what has been written since the parent's point: `owed` and what the log says. */
export type Attempted = {
  readonly image: string
  readonly parent?: string
  readonly owed: PageSet
  readonly to: Destination
  readonly method: ImagingMethod
  readonly view: number
}

/**
 * One attempt at an image: it is opened, the log is on and read, the method writes it, a barrier makes sure that all of it is there, and sealing makes it exist. Refused anywhere, the
 * guest goes on and what there is of the image is dropped.
 *
 * What the log named before the refusal is in `seen`: it has been cleared there and is in no image, so that whoever tries again owes it (Firecracker and Propolis did not, and left pages out).
 */
export const attempt = ({ image, parent, owed, to, method, view }: Attempted): Step<Imaged> =>
  pipe(
    request({ type: 'open', image, ...(parent === undefined ? {} : { parent }), ...to }),
    chain('track', (opened) =>
      E.isLeft(opened)
        ? done(imaged(pageSet.empty(view), opened.left))
        : pipe(
            request({ type: 'track', on: true }),
            chain('log', (tracked) => (E.isLeft(tracked) ? done(E.left(tracked.left)) : request({ type: 'sync' }))),
            chain('which pages', (synced): Step<Imaged> => {
              if (E.isLeft(synced)) return done(imaged(pageSet.empty(view), synced.left))
              const { dirty } = synced.right
              return pipe(
                parent === undefined ? everything() : done<E.Either<Failure, PageSet>>(E.right(pageSet.union(owed, dirty))),
                chain('method', (pages) =>
                  E.isLeft(pages) ? done(imaged(dirty, pages.left)) : map(also(dirty))(method({ image, pages: pages.right, view }))
                )
              )
            }),
            chain('seal', (made) => (made.failure !== null ? done(made) : sealed(image, made)))
          )
    ),
    chain('conclude', (made) => (made.failure === null ? done(made) : abandoned(image, made)))
  )

const everything = (): Step<E.Either<Failure, PageSet>> =>
  pipe(request({ type: 'select', level: 'guestOs' }), map(E.map(({ pages }) => pages)))

const also =
  (dirty: PageSet) =>
  ({ failure, seen }: Imaged): Imaged =>
    imaged(pageSet.union(dirty, seen), failure)

const sealed = (image: string, made: Imaged): Step<Imaged> =>
  pipe(
    request({ type: 'flush' }),
    chain('seal', (flushed): Step<E.Either<Failure, unknown>> => (E.isLeft(flushed) ? done(flushed) : request({ type: 'seal', image }))),
    map((result) => (E.isLeft(result) ? imaged(made.seen, result.left) : made))
  )

/** The guest goes on if it stands still, and the image, if it does not exist by now, never will. */
const abandoned = (image: string, made: Imaged): Step<Imaged> =>
  pipe(
    request({ type: 'resume', where: 'source' }),
    chain('drop', () => (made.failure?.order === 'seal' ? done(null) : request({ type: 'drop', image }))),
    map(() => made)
  )
