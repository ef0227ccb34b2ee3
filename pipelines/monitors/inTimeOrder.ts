/**
 * What several iterators give, the earliest first: of those at the same time, that of the iterator which stands first. Each iterator's own order is kept, even where it is not that of time. No more is read of an iterator than its next. Cost: O(log iterators) each.
 */
export function* inTimeOrder<A extends { readonly seconds: number }>(sources: Iterable<Iterator<A>>): Generator<A> {
  const heap: Head<A>[] = []
  let place = 0
  for (const source of sources) {
    const next = source.next()
    if (next.done !== true) rise(heap, { place, source, value: next.value })
    place++
  }
  while (heap.length > 0) {
    const { place, source, value } = heap[0]
    yield value
    const next = source.next()
    if (next.done !== true) heap[0] = { place, source, value: next.value }
    else {
      const last = heap.pop()
      if (last !== undefined && heap.length > 0) heap[0] = last
    }
    sink(heap)
  }
}

type Head<A> = { readonly place: number; readonly source: Iterator<A>; readonly value: A }

const isBefore = <A extends { readonly seconds: number }>(one: Head<A>, other: Head<A>): boolean =>
  one.value.seconds < other.value.seconds || (one.value.seconds === other.value.seconds && one.place < other.place)

const rise = <A extends { readonly seconds: number }>(heap: Head<A>[], head: Head<A>): void => {
  let at = heap.push(head) - 1
  while (at > 0) {
    const above = (at - 1) >> 1
    if (!isBefore(heap[at], heap[above])) return
    ;[heap[at], heap[above]] = [heap[above], heap[at]]
    at = above
  }
}

const sink = <A extends { readonly seconds: number }>(heap: Head<A>[]): void => {
  for (let at = 0; ; ) {
    let least = at
    for (const below of [2 * at + 1, 2 * at + 2]) if (below < heap.length && isBefore(heap[below], heap[least])) least = below
    if (least === at) return
    ;[heap[at], heap[least]] = [heap[least], heap[at]]
    at = least
  }
}
