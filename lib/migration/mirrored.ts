import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../memory/pageSet'
import { lanes } from '../protocol/lanes'
import type { Attempt, Failure } from '../protocol/phase'
import { andThen, map, type Step } from '../protocol/phase'
import type { GuestView } from '../protocol/pipeline'
import { regarding } from '../protocol/regarding'
import { milliseconds } from '../time/time'
import { asGuest, checkedDiskRules, type DiskRules, levelOf, pushOfBlocks } from './diskRules'
import type { Undrained } from './drain'
import { keepUp } from './keepUp'
import { push } from './push'

/** What the memory's part came to, and what is still to come of the disk. */
export type WithDisk<A> = { readonly value: A; readonly disk?: Undrained }

/** What is done to the memory in two parts, with a wait between them. */
export type InTwo<A, B> = { readonly first: () => Attempt<B>; readonly goOn: (before: B) => Attempt<A> }

/** See `mirrored`. */
export type Mirrored = <A, B = never>(memory: () => Attempt<A>, inTwo?: InTwo<A, B>) => Attempt<WithDisk<A>>

type Both<A> = { readonly memory: E.Either<Failure, A>; readonly disk: E.Either<Failure, PageSet> }

/**
 * What is done to a guest's memory while it runs, with its disk mirrored ahead of it or beside it by the same push, on a lane of its own. It ends with what the memory's part
 * ends with, and with what the drain must still send. Of a guest without a disk that moves it is the memory's part alone.
 *
 *     ahead, continuously    disk    [push blocks .........][keep up ........] wound -> owed
 *                            memory                         [push .... pages]
 *     beside, in rounds      disk    [push blocks ...............] -> owed
 *                            memory  [push .... pages]
 *
 *     beside, continuously   disk    [push blocks ...............][keep up ..] wound -> owed
 *                            memory  [push .... pages]            [push on ..]
 *
 * `memory` is begun anew for each guest. Beside the memory, whichever ends first waits for the other, and what is written meanwhile stays in its log; with `inTwo`, a push that can
 * go on, the memory's is sent while the disk keeps up.
 */
export const mirrored = (rules: DiskRules): ((guest: GuestView) => Mirrored) => {
  const {
    blocks = 'all',
    mirror = 'continuously',
    start = 'ahead',
    channels,
    pacing,
    intervalNs = milliseconds(100)
  } = checkedDiskRules('mirrored', rules)
  const pushBlocks = push(pushOfBlocks(rules))
  return (guest) => {
    const { disk } = guest
    return <A, B>(memory: () => Attempt<A>, inTwo?: InTwo<A, B>): Attempt<WithDisk<A>> => {
      const alone = (owed: Undrained | undefined) =>
        map(E.map((value: A): WithDisk<A> => (owed === undefined ? { value } : { value, disk: owed })))
      if (disk === undefined) return alone(undefined)(memory())
      const ofMemory = (): Attempt<A> => regarding('memory')(memory())
      const pushed = (): Attempt<PageSet> => pipe(regarding('disk')(pushBlocks(asGuest(guest.name, disk))), map(E.map(({ owed }) => owed)))
      const together = (of: Step<Both<A>>): Attempt<WithDisk<A>> => pipe(of, map(bothOf(channels)))
      if (mirror === 'paused') return alone({ blocks: levelOf(blocks), channels })(ofMemory())
      const keptUp = (of: Attempt<A>, owed: PageSet): Attempt<WithDisk<A>> =>
        together(
          lanes(
            { memory: of, disk: regarding('disk')(keepUp({ bytesPerSecond: pacing?.(undefined), channels, intervalNs }, owed)) },
            { until: 'memory' }
          )
        )
      if (start === 'beside')
        return mirror === 'rounds' || inTwo === undefined
          ? together(lanes({ memory: ofMemory(), disk: pushed() }))
          : pipe(
              lanes({ memory: regarding('memory')(inTwo.first()), disk: pushed() }),
              map(
                ({ memory: first, disk: owed }): E.Either<Failure, { readonly first: B; readonly owed: PageSet }> =>
                  E.isLeft(first) ? first : E.isLeft(owed) ? owed : E.right({ first: first.right, owed: owed.right })
              ),
              andThen('go on', ({ first, owed }) => keptUp(regarding('memory')(inTwo.goOn(first)), owed))
            )
      const first = pipe(
        lanes({ disk: pushed() }),
        map(({ disk: owed }) => owed)
      )
      return pipe(
        first,
        andThen('memory', (owed) => (mirror === 'rounds' ? alone({ blocks: owed, channels })(ofMemory()) : keptUp(ofMemory(), owed)))
      )
    }
  }
}

/** Either's failure is that of both. */
const bothOf =
  (channels: number | undefined) =>
  <A>({ memory, disk }: Both<A>): E.Either<Failure, WithDisk<A>> =>
    E.isLeft(memory) ? memory : E.isLeft(disk) ? disk : E.right({ value: memory.right, disk: { blocks: disk.right, channels } })
