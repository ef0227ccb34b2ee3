/** What each virtual CPU may dirty, in MiB per second, and how many pages its dirty ring holds, of how many bytes. */
export type RingLimit = { readonly mebibytesPerSecond: number; readonly ringPages: number; readonly pageBytes: number }

/**
 * What the limit remembers: how many microseconds each virtual CPU sleeps when its ring is full, and the greatest dirty rate that any has had, in MiB per second (0: nothing
 * was seen yet).
 */
export type RingSleeps = { readonly fastest: number; readonly sleepUs: readonly number[] }

/** No virtual CPU sleeps. */
export const noSleeps = (vcpus: number): RingSleeps => ({ fastest: 0, sleepUs: new Array<number>(vcpus).fill(0) })

/**
 * How long each virtual CPU is to sleep from now on whenever its dirty ring is full, by the dirty rates measured in the last period, in whole MiB per second
 * (`dirtylimit_adjust_throttle` and `dirtylimit_set_throttle` of softmmu/dirtylimit.c, QEMU 7.1 to 8.1, system/dirtylimit.c since; the same in 10.2), in whole microseconds as there:
 *
 *     a rate within 25 MiB/s of the limit   nothing changes
 *     off by more than half of the larger   the sleep that would close the gap, p / (100 - p) of the time in which a ring fills, more or less (p: the gap in per cent)
 *     off by less                           a tenth of that time more or less
 *
 * The time in which a ring fills is that at the greatest rate seen so far; a sleep is 99 times as long at most. A virtual CPU that dirtied nothing sleeps no more, unless its limit
 * is as near to 0 as 25 MiB/s. Laws: `it is 0 to 99 times the ring's time`, `who dirties within 25 MiB/s of the limit is left alone`, `more than the limit never sleeps less`. Cost:
 * O(virtual CPUs).
 */
export const ringSleeps =
  ({ mebibytesPerSecond: quota, ringPages, pageBytes }: RingLimit) =>
  (before: RingSleeps, rates: readonly number[]): RingSleeps => {
    const ringMebibytes = Math.floor((ringPages * pageBytes) / 2 ** 20)
    let { fastest } = before
    const sleepUs = before.sleepUs.map((sleep, vcpu) => {
      const rate = rates[vcpu]
      const [least, most] = [Math.min(quota, rate), Math.max(quota, rate)]
      if (most - least <= TOLERANCE) return sleep
      if (rate === 0) return 0
      fastest = Math.max(fastest, rate)
      const fullUs = Math.floor((ringMebibytes * 1_000_000) / fastest)
      const percent = Math.floor(((most - least) * 100) / most)
      const step = percent > LINEAR_ABOVE ? Math.floor((fullUs * percent) / (100 - percent)) : Math.floor(fullUs / 10)
      return Math.max(0, Math.min(sleep + (quota < rate ? step : -step), fullUs * TIMES_AT_MOST))
    })
    return { fastest, sleepUs }
  }

/** DIRTYLIMIT_TOLERANCE_RANGE, in MiB per second; DIRTYLIMIT_LINEAR_ADJUSTMENT_PCT; DIRTYLIMIT_THROTTLE_PCT_MAX. */
const TOLERANCE = 25
const LINEAR_ABOVE = 50
const TIMES_AT_MOST = 99
