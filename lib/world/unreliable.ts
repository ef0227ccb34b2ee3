import { Observable, type OperatorFunction } from 'rxjs'
import { chance, type Key, split, uniformInt } from '../random/random'
import type { Time } from '../time/time'

/** What a bad monitor does to its reports: parts of them that are lost (default 0) and that come twice (default 0), and by how much each comes late at most, in ns (default 0): so they overtake each other, too. */
export type UnreliableOptions = { readonly key: Key; readonly lost?: number; readonly repeated?: number; readonly lateNs?: Time }

/**
 * Reports as they come from a bad monitor: some are lost, some come twice, all come up to `lateNs` late and so in another order. Which and by how much is drawn from the key by their number. Time is that of the reports, which come in its order: what is
 * late comes before the first report that is taken after it should have come, or at the end.
 *
 * Laws: what comes was reported, and without losses everything does; a report comes before all that are taken more than `lateNs` after it, so that `inSlots` with a patience of `lateNs` in slots drops none; with the key alone nothing changes. Cost: O(log waiting) each.
 * Throws `RangeError` naming the option.
 */
export const unreliable = <A extends { readonly at: Time }>({
  key,
  lost = 0,
  repeated = 0,
  lateNs = 0
}: UnreliableOptions): OperatorFunction<A, A> => {
  for (const [name, part] of Object.entries({ lost, repeated }))
    if (!(part >= 0 && part <= 1)) throw new RangeError(`unreliable: ${name} must be from 0 to 1 (got ${part})`)
  if (!(Number.isSafeInteger(lateNs) && lateNs >= 0))
    throw new RangeError(`unreliable: lateNs must be a time in ns from 0 on (got ${lateNs})`)
  const [losses, repetitions, delays] = ['lost', 'repeated', 'late'].map((name) => split(key, name))
  const delayOf = (draw: number): Time => Math.floor((uniformInt(delays, draw, 2 ** 20) / 2 ** 20) * (lateNs + 1))
  return (reports) =>
    new Observable((observer) => {
      const waiting: Waiting<A>[] = []
      let number = 0
      const wait = (report: A, draw: number): void => {
        const due = report.at + delayOf(draw)
        let [low, high] = [0, waiting.length]
        while (low < high) {
          const middle = (low + high) >> 1
          if (waiting[middle].due <= due) low = middle + 1
          else high = middle
        }
        waiting.splice(low, 0, { due, report })
      }
      const come = (until: Time): void => {
        let count = 0
        while (count < waiting.length && waiting[count].due < until) count++
        for (const { report } of waiting.splice(0, count)) observer.next(report)
      }
      return reports.subscribe({
        next: (report) => {
          come(report.at)
          const n = number++
          if (chance(losses, n, lost)) return
          wait(report, 2 * n)
          if (chance(repetitions, n, repeated)) wait(report, 2 * n + 1)
        },
        error: (error: unknown) => observer.error(error),
        complete: () => {
          come(Number.POSITIVE_INFINITY)
          observer.complete()
        }
      })
    })
}

type Waiting<A> = { readonly due: Time; readonly report: A }
