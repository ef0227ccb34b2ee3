import * as fc from 'fast-check'
import { toArray } from '../../lib/memory/pageSequence'
import { has, type PageSet, remove, removeAll } from '../../lib/memory/pageSet'
import type { Prepaging } from '../../lib/migration/prepaging'
import type { Data } from '../../lib/protocol/data'

/** What happens to an order, one thing at a time: the guest faults on a page, or the background stream asks for a window. */
export type Happening = { readonly type: 'fault'; readonly page: number } | { readonly type: 'take'; readonly atMost: number }

/** All pages sent, in order, faulted ones included, and what was never sent. */
export type Pulled = { readonly sent: readonly number[]; readonly pushed: readonly number[]; readonly lost: PageSet }

/** Pulls `missing` in an order, through these happenings and then to its end: until nothing is missing, or the order gives nothing. */
export const pulled = <S extends Data>(order: Prepaging<S>, missing: PageSet, happenings: readonly Happening[]): Pulled => {
  const [sent, pushed]: [number[], number[]] = [[], []]
  let [left, state] = [missing, order.start(missing)]
  const take = (atMost: number): boolean => {
    const [window, next] = order.take(state, left, atMost)
    if (window.length > atMost) throw new Error(`${order.name} took ${window.length} pages of ${atMost}`)
    sent.push(...toArray(window))
    pushed.push(...toArray(window))
    left = removeAll(left, window)
    state = next
    return window.length > 0
  }
  for (const happening of happenings) {
    if (happening.type === 'take') take(happening.atMost)
    else {
      // A guest may also fault on a page that is on its way: the order hears it, and it is not sent again.
      if (has(left, happening.page)) sent.push(happening.page)
      left = remove(left, happening.page)
      state = order.faulted(state, happening.page)
    }
  }
  while (left.count > 0 && take(3));
  return { sent, pushed, lost: left }
}

/** A memory of 4 to 16 pages with at most four faults anywhere between windows of 1 to 5 pages. */
export const schedules: fc.Arbitrary<{ readonly size: number; readonly happenings: readonly Happening[] }> = fc
  .integer({ min: 4, max: 16 })
  .chain((size) =>
    fc.record({
      size: fc.constant(size),
      happenings: fc
        .tuple(
          fc.array(fc.integer({ min: 0, max: size - 1 }), { maxLength: 4 }),
          fc.array(fc.tuple(fc.nat({ max: 100 }), fc.integer({ min: 1, max: 5 })), { maxLength: 8 })
        )
        .map(([faults, takes]) => interleaved(faults, takes))
    })
  )

const interleaved = (faults: readonly number[], takes: readonly (readonly [number, number])[]): readonly Happening[] => {
  const happenings: Happening[] = takes.map(([, atMost]) => ({ type: 'take', atMost }))
  faults.forEach((page, i) => {
    happenings.splice((takes[i]?.[0] ?? 0) % (happenings.length + 1), 0, { type: 'fault', page })
  })
  return happenings
}
