/**
 * A few things ordered by (time, order of putting): sorted arrays, the soonest last, so that taking it out moves nothing. It is there in an instant, where a
 * wheel has a hundred kilobytes to clear first: a run of a small world would spend more on that than on its events.
 *
 * A kernel: mutable, owned by one timeline. Cost: O(pending) to put and remove, O(1) to take the next; with a dozen pending less than the wheel's.
 */
export class ShortList<A> {
  /** Time of the item last returned by `next`. */
  at = 0
  private readonly items: A[] = []
  private readonly times: number[] = []

  /** Items put and not yet returned or removed. */
  get size(): number {
    return this.items.length
  }

  put(item: A, at: number): void {
    const { items, times } = this
    let place = items.length
    // Before all that are sooner, and before those of the same time, which came first.
    for (; place > 0 && times[place - 1] <= at; place--) {
      items[place] = items[place - 1]
      times[place] = times[place - 1]
    }
    items[place] = item
    times[place] = at
  }

  /** Takes out an item that is there. */
  remove(item: A): void {
    const { items, times } = this
    const last = items.length - 1
    for (let place = items.indexOf(item); place < last; place++) {
      items[place] = items[place + 1]
      times[place] = times[place + 1]
    }
    items.pop()
    times.pop()
  }

  /** Takes out the first item if its time is at most `until`, else undefined; its time is then in `at`. */
  next(until: number): A | undefined {
    const { times } = this
    if (times.length === 0 || times[times.length - 1] > until) return undefined
    this.at = times.pop()!
    return this.items.pop()
  }

  /** The earliest time, Infinity when empty. */
  soonest(): number {
    const { times } = this
    return times.length === 0 ? Infinity : times[times.length - 1]
  }
}
