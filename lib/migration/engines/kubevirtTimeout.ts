import type { GuestView } from '../../protocol/pipeline'
import { formatTime, milliseconds, seconds, type Time } from '../../time/time'

/** KubeVirt looks at a migration so often (monitorSleepPeriodMS of pkg/virt-launcher/virtwrap). @internal */
export const looksEveryNs: Time = milliseconds(400)

/** The greatest downtime limit that QEMU takes (MAX_MIGRATE_DOWNTIME of migration/options.c). @internal */
export const qemuMostDowntimeNs: Time = seconds(2000)

/**
 * KubeVirt's completion time-out (acceptableCompletionTime of pkg/virt-launcher/virtwrap): so long for every GiB of the guest's memory, a part of one counting as whole
 * («recalled, unverified»: how it rounds), as a function of the guest. @internal
 */
export const kubevirtTimeoutNs =
  (perGibNs: number) =>
  ({ guest }: { readonly guest: GuestView }): number =>
    perGibNs * Math.ceil((guest.pages * guest.pageBytes) / 2 ** 30)

/** Why it is too late, once more whole seconds have passed than a limit: KubeVirt compares so. @internal */
export const timedOut = (elapsedNs: Time, limitNs: number): string | undefined => {
  const elapsedSeconds = Math.floor(elapsedNs / 1e9)
  return elapsedSeconds > limitNs / 1e9 ? `${elapsedSeconds} s have passed, more than ${formatTime(limitNs)}` : undefined
}
