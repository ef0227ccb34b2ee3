import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { chain, done, map, request } from '../protocol/phase'
import type { Outcome, Pipeline } from '../protocol/pipeline'

/**
 * A pipeline ahead of which the devices that cannot move are unplugged from the running guest, which takes its time and which the guest goes on without; when the
 * migration is aborted they are plugged in again, so that the guest is what it was.
 *
 *     unplugging(precopy())
 *
 * A device that cannot be unplugged aborts the migration before it has begun. The guest's driver gives the device up by itself: QEMU asks it the same way for the primary device of a
 * failover pair (docs/system/virtio-net-failover.rst).
 */
export const unplugging =
  (pipeline: Pipeline): Pipeline =>
  (guest) =>
    pipe(
      request({ type: 'plug', on: false }),
      chain(
        'unplugged',
        E.fold(
          ({ reason }) => done<Outcome>({ type: 'aborted', reason, running: 'source' }),
          () =>
            pipe(
              pipeline(guest),
              chain('plug again', (outcome) =>
                outcome.type === 'aborted' && outcome.running === 'source'
                  ? pipe(
                      request({ type: 'plug', on: true }),
                      map(() => outcome)
                    )
                  : done(outcome)
              )
            )
        )
      )
    )
