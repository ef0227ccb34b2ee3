import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { DiskRules } from '../lib/migration/diskRules'
import { mirrored } from '../lib/migration/mirrored'
import type { Recovery } from '../lib/migration/recovery'
import { concludedOf, prepare, release } from '../lib/migration/stages'
import { stopAndCopy } from '../lib/migration/stopAndCopy'
import type { TimeBoundedRules } from '../lib/migration/timeBounded'
import { timeBounded } from '../lib/migration/timeBounded'
import type { Attempt, Failure } from '../lib/protocol/phase'
import { andThen, chain, done, map, request } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'

/**
 * The rules of the time-bounded phase; how long a commit without an answer waits for a broken link (`recovery`, default a minute); and how a disk comes along, where the
 * guest has one that must (`disk`). Its time is in `timeBound` too, where its rules limit its rounds; where they do not, that says so.
 */
export type TlmOptions = TimeBoundedRules & { readonly recovery?: Recovery; readonly disk?: DiskRules }

/**
 * TLM, time-bounded thread-based live migration: mtx and dtx send at once while the guest runs, and stage 3 stops it and sends what is left (Chanchio & Thaenkaew,
 * CCGrid 2014). How long it can take is known before it begins: `timeBound`.
 *
 *     TLM           tlm()
 *     TLM.1S        tlm({ intervalNs: null })
 *     0.2-(2)       tlm({ overcommit: [{ after: 0.2, cores: 2 }] })
 *     OFFLINE       stopAndCopy()
 */
export const tlm = (options: TlmOptions = {}): Pipeline => {
  const { recovery, disk, ...rules } = options
  const walk = timeBounded(rules)
  const withDisk = mirrored(disk ?? {})
  return (guest) =>
    pipe(
      prepare(),
      andThen('time-bounded', () => withDisk(guest)(() => walk(guest))),
      andThen('stage 3', ({ value: { owed }, disk }) => stopAndCopy(owed, { recovery, disk })),
      andThen('release', release),
      unpinned((rules.overcommit ?? []).length > 0),
      concludedOf(guest)
    )
}

/** A guest that stays at the source has all its cores again. */
const unpinned =
  (overcommitted: boolean) =>
  <A>(attempt: Attempt<A>): Attempt<A> =>
    !overcommitted
      ? attempt
      : chain('unpin', (ended: E.Either<Failure, A>): Attempt<A> => {
          if (E.isRight(ended) || ended.left.committed || ended.left.order === 'commit') return done(ended)
          return pipe(
            request({ type: 'pin', cores: null }),
            map((): E.Either<Failure, A> => ended)
          )
        })(attempt)
