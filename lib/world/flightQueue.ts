import type { Time } from '../time/time'
import type { Flight } from './flights'

/** A flight that has left, how many were launched before it, and when something of it comes next. @internal */
export type Queued = { readonly flight: Flight; readonly n: number; readonly at: Time }

/** Flights by what comes next; of two at one time, the one that was launched first. @internal */
export type FlightQueue = {
  readonly first: () => Queued | undefined
  readonly add: (one: Queued) => void
  readonly removeFirst: () => void
  readonly clear: () => void
}

/** An empty queue: a binary heap. Cost: O(1) to see the first, O(log n) to add or remove one. @internal */
export const flightQueue = (): FlightQueue => {
  const heap: Queued[] = []
  const comesBefore = (a: Queued, b: Queued): boolean => a.at < b.at || (a.at === b.at && a.n < b.n)
  const sink = (one: Queued): void => {
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && comesBefore(heap[child + 1], heap[child])) child++
      if (!comesBefore(heap[child], one)) break
      heap[place] = heap[child]
      place = child
    }
    heap[place] = one
  }
  return {
    first: () => heap[0],
    add: (one) => {
      let place = heap.length
      heap.push(one)
      while (place > 0) {
        const parent = (place - 1) >> 1
        if (!comesBefore(one, heap[parent])) break
        heap[place] = heap[parent]
        place = parent
      }
      heap[place] = one
    },
    removeFirst: () => {
      const last = heap.pop()
      if (last !== undefined && heap.length > 0) sink(last)
    },
    clear: () => {
      heap.length = 0
    }
  }
}
