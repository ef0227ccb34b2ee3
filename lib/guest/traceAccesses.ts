import type { PageTrace } from './pageTrace'

/** How a recorded trace is played: its speed and what follows its end. */
export interface TracePlayback {
  /** Guest instructions per second of guest time; 1e9 makes one instruction a nanosecond. */
  readonly instructionsPerSecond: number
  /** `exit`: the accesses end with the trace. `repeat`: the program starts anew, its clock running on. */
  readonly atEnd: 'exit' | 'repeat'
}

/** A cursor over the accesses of a trace in time order; it owns its position and is not shared. */
export interface TraceCursor {
  /**
   * Writes at most `capacity` accesses (page << 1 | isWrite) and their times (integer nanoseconds of guest time since the start, never
   * falling), and answers how many; 0 means that the trace has ended.
   */
  readonly fill: (accesses: Int32Array, times: Float64Array, capacity: number) => number
  /** Guest time of the next access, or Infinity after the last. */
  readonly nextTime: () => number
}

/**
 * The accesses a simulated guest makes when it runs a trace: each page of a quantum is touched at its first position (read or write) and,
 * where it was written later than that, once more at the position of its last write.
 *
 *     quantum   |0            instructions            N|
 *     page 3    |  r...............w                   |   -> read 3, ...        write 3
 *     page 7    |      w                               |   -> ..., write 7, ...
 *
 * Times are floor(instructions since the start * 1e9 / instructionsPerSecond); accesses of one instruction come first touches first.
 *
 * Errors: RangeError when a rate is not a positive finite number. Cost: 7 to 10 ns per access, several times that in a fresh process: last writes are put in order once
 * per quantum by a radix sort and kept (4 bytes per written page-quantum), so that repeating costs a merge only.
 */
export const openTrace = (trace: PageTrace, { instructionsPerSecond, atEnd }: TracePlayback): TraceCursor => {
  if (!(instructionsPerSecond > 0 && Number.isFinite(instructionsPerSecond)))
    throw new RangeError(`openTrace: instructionsPerSecond must be positive and finite (got ${instructionsPerSecond})`)
  const { starts, page, firstPosition, firstIsWrite, lastWritePosition } = trace.columns
  const { quanta, instructions, instructionsPerQuantum } = trace.header
  const nanosecondsPerInstruction = 1e9 / instructionsPerSecond
  const { laterStarts, later, ordered } = laterWrites(trace)
  const order = radixOrder(lastWritePosition, instructionsPerQuantum)

  let origin = 0
  let quantum = 0
  let first = starts[0]
  let second = laterStarts[0]
  let ended = page.length === 0

  const enter = (next: number): void => {
    quantum = next
    while (quantum < quanta && starts[quantum] === starts[quantum + 1]) quantum++
    if (quantum === quanta) {
      if (atEnd === 'exit') {
        ended = true
        return
      }
      origin += instructions
      enter(0)
      return
    }
    first = starts[quantum]
    second = laterStarts[quantum]
    if (ordered[quantum] === 0) {
      order(later, second, laterStarts[quantum + 1])
      ordered[quantum] = 1
    }
  }
  if (!ended) enter(0)

  return {
    nextTime: () => {
      if (ended) return Number.POSITIVE_INFINITY
      const touch = first < starts[quantum + 1] ? firstPosition[first] : instructionsPerQuantum
      const write = second < laterStarts[quantum + 1] ? lastWritePosition[later[second]] : instructionsPerQuantum
      return Math.floor((origin + quantum * instructionsPerQuantum + Math.min(touch, write)) * nanosecondsPerInstruction)
    },
    fill: (accesses, times, capacity) => {
      let filled = 0
      while (filled < capacity && !ended) {
        const base = origin + quantum * instructionsPerQuantum
        const firstEnd = starts[quantum + 1]
        const secondEnd = laterStarts[quantum + 1]
        let touch = first
        let write = second
        let touchAt = touch < firstEnd ? firstPosition[touch] : NEVER
        let writeAt = write < secondEnd ? lastWritePosition[later[write]] : NEVER
        while (filled < capacity) {
          if (touchAt <= writeAt) {
            if (touchAt === NEVER) break
            accesses[filled] = (page[touch] << 1) | firstIsWrite[touch]
            times[filled++] = Math.floor((base + touchAt) * nanosecondsPerInstruction)
            touchAt = ++touch < firstEnd ? firstPosition[touch] : NEVER
          } else {
            accesses[filled] = (page[later[write]] << 1) | 1
            times[filled++] = Math.floor((base + writeAt) * nanosecondsPerInstruction)
            writeAt = ++write < secondEnd ? lastWritePosition[later[write]] : NEVER
          }
        }
        first = touch
        second = write
        if (touch === firstEnd && write === secondEnd) enter(quantum + 1)
      }
      return filled
    }
  }
}

/** Above every position inside a quantum. */
const NEVER = 0x7fffffff

/** Entries whose last write is an access of its own, by quantum; put in time order when their quantum is first played. */
const laterWrites = ({ header, columns }: PageTrace) => {
  const { starts, page, firstPosition, firstIsWrite, lastWritePosition } = columns
  const laterStarts = new Int32Array(header.quanta + 1)
  const later = new Int32Array(page.length)
  let count = 0
  for (let quantum = 0; quantum < header.quanta; quantum++) {
    for (let entry = starts[quantum]; entry < starts[quantum + 1]; entry++) {
      // Only the entry that is kept survives: the slot is overwritten otherwise.
      later[count] = entry
      count += Number(lastWritePosition[entry] > firstPosition[entry] - 1 + firstIsWrite[entry])
    }
    laterStarts[quantum + 1] = count
  }
  return { laterStarts, later: later.slice(0, count), ordered: new Uint8Array(header.quanta) }
}

/** Sorts a stretch of entries by key in place and stably: insertion for short ones, else bytes of the key from the lowest up. */
const radixOrder = (key: Int32Array, limit: number) => {
  const counts = new Int32Array(256)
  let scratch = new Int32Array(0)
  return (entries: Int32Array, from: number, to: number): void => {
    if (to - from < 40) {
      for (let at = from + 1; at < to; at++) {
        const entry = entries[at]
        const place = key[entry]
        let gap = at
        while (gap > from && key[entries[gap - 1]] > place) {
          entries[gap] = entries[gap - 1]
          gap--
        }
        entries[gap] = entry
      }
      return
    }
    if (scratch.length < to - from) scratch = new Int32Array(2 * (to - from))
    for (let shift = 0; shift < 31 && (limit - 1) >>> shift > 0; shift += 8) {
      counts.fill(0)
      for (let at = from; at < to; at++) counts[(key[entries[at]] >>> shift) & 255]++
      let total = 0
      for (let digit = 0; digit < 256; digit++) {
        const count = counts[digit]
        counts[digit] = total
        total += count
      }
      for (let at = from; at < to; at++) scratch[counts[(key[entries[at]] >>> shift) & 255]++] = entries[at]
      for (let at = from; at < to; at++) entries[at] = scratch[at - from]
    }
  }
}
