import type { OperatorFunction } from 'rxjs'
import { concatMap, defer, merge, of, scan, takeWhile } from 'rxjs'
import type { Command, Where } from './command'
import type { Phase, Step } from './phase'
import type { Signal } from './signal'

/**
 * How a migration ended. `aborted`: it did not happen, and the guest runs at `running`. `undecided`: the source has sent its commit and does not know the
 * outcome; the guest is paused. `lost`: the guest cannot go on. `limited`: a stated limit stopped it.
 */
export type Outcome =
  | { readonly type: 'completed'; readonly needs: readonly string[] }
  | { readonly type: 'aborted'; readonly reason: string; readonly running: Where }
  | { readonly type: 'undecided' | 'lost'; readonly reason: string }
  | { readonly type: 'limited'; readonly limit: string }

/**
 * What a pipeline knows of a guest before it starts: its name, its memory in pages, the bytes of a page, and its disk in blocks where it has one that must move with
 * it (not one on storage that both hosts share). `hugePages`: so many small pages are placed together at the target, where an access waits for all of them (absent: each by itself).
 * `deviceStateBytes`: what of the state of its devices moves while it stands still, of those that can move (absent: none).
 */
export type GuestView = {
  readonly name: string
  readonly pages: number
  readonly pageBytes: number
  readonly disk?: DiskView
  readonly hugePages?: number
  readonly deviceStateBytes?: number
}

/** A disk that must move, as a pipeline knows it. */
export type DiskView = { readonly blocks: number; readonly blockBytes: number }

/** A migration technique: a pure machine for a guest, ending with its outcome. It can be explored, stored by folding its signals, and carried by RxJS. */
export type Pipeline = (guest: GuestView) => Step<Outcome>

/** A pipeline under way: its phase, and the number of requests given so far. */
export type Carrier = { readonly phase: Phase<Outcome>; readonly n: number }

/** Starts a pipeline's first step for a migration: the carrier and its first commands, each with a number unique in the migration. */
export const begin = (migration: string, step: Step<Outcome>): readonly [Carrier, readonly Command[]] => advance(migration, 0, step)

/** One signal into a carrier: the next carrier and its commands. The same carrier (`===`) when the signal is nobody's. */
export const carry = (migration: string, carrier: Carrier, signal: Signal): readonly [Carrier, readonly Command[]] => {
  if (carrier.phase.type === 'done') return [carrier, []]
  const step = carrier.phase.on(signal)
  return step === undefined ? [carrier, []] : advance(migration, carrier.n, step)
}

const advance = (migration: string, n: number, { requests, phase }: Step<Outcome>): readonly [Carrier, readonly Command[]] => [
  { phase, n: n + requests.length },
  requests.map(({ order, lane, tag }, i) => ({ order, to: { migration, lane, tag, n: n + i } }))
]

/**
 * A pipeline's step as an RxJS operator, signals in and commands out; completes when the pipeline ends. The signals are subscribed to before the first
 * command leaves, so that a world that answers at once is heard. State is born per subscription.
 */
export const carried =
  (migration: string, step: Step<Outcome>): OperatorFunction<Signal, Command> =>
  (signals) =>
    defer(() => {
      const first = begin(migration, step)
      return merge(signals, of('begin' as const)).pipe(
        scan(
          ([carrier], signal): readonly [Carrier, readonly Command[]] =>
            signal === 'begin' ? [carrier, first[1]] : carry(migration, carrier, signal),
          first
        ),
        takeWhile(([{ phase }]) => phase.type === 'awaiting', true),
        concatMap(([, commands]) => commands)
      )
    })
