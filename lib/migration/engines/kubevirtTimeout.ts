import * as O from 'fp-ts/lib/Option'
import type { GuestView } from '../../protocol/pipeline'
import { formatTime } from '../../time/time'
import type { Pushed } from '../round'
import type { StopRule } from '../stopRule'

/**
 * KubeVirt's completion time-out (acceptableCompletionTime of pkg/virt-launcher/virtwrap): so long for every GiB of the guest's memory, a part of one counting as whole
 * («recalled, unverified»: how it rounds), as a function of the guest. @internal
 */
export const kubevirtTimeoutNs =
  (perGibNs: number) =>
  ({ guest }: { readonly guest: GuestView }): number =>
    perGibNs * Math.ceil((guest.pages * guest.pageBytes) / 2 ** 30)

/** Holds once more whole seconds have passed than a limit, which may depend on the guest: KubeVirt compares so. @internal */
export const elapsedBeyond =
  (limitNs: (pushed: Pushed) => number): StopRule =>
  (pushed) => {
    const elapsedSeconds = Math.floor((pushed.last.endedAt - pushed.startedAt) / 1e9)
    const limit = limitNs(pushed)
    return elapsedSeconds > limit / 1e9 ? O.some(`${elapsedSeconds} s have passed, more than ${formatTime(limit)}`) : O.none
  }
