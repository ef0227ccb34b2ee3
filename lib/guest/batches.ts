import { from, type Observable } from 'rxjs'
import type { AccessBatch } from '../memory/accessWindows'
import type { Key } from '../random/random'
import { accessesUntil } from './regularTimes'
import { type Stamped, stamped } from './stamped'
import type { Accesses, Workload } from './workload'

/** How a workload is cut into batches. */
export interface BatchOptions {
  readonly key: Key
  /** Nanoseconds of guest time in a batch: an integer of at least 1. */
  readonly quantumNs: number
  /** The guest time at which the batches end (the last one may be shorter); Infinity by default. */
  readonly untilNs?: number
}

/**
 * A workload's accesses batch by batch, for streams without a world: a cold Observable, each subscription opening the workload anew.
 *
 *     guest time   0        q        2q       3q
 *     batches      |--------|--------|--------|      the accesses at fromNs <= time < toNs, none left out, none twice
 *
 * Lazy: a batch is made when its predecessor has been taken, so `take(n)` ends an endless workload. A batch without accesses is emitted
 * too. Completes at untilNs, or after the batch in which the last virtual CPU ended; an idle workload goes on. Virtual CPUs are merged by
 * time, the lower number first where times are equal. A batch's array is its own and is never written again. Errors: `RangeError` naming
 * the option. Cost: 1 ns an access more than a regular workload on one virtual CPU, else about 9 ns (measured).
 */
export const batches = (workload: Workload, options: BatchOptions): Observable<AccessBatch> => {
  const checked = checkedBatches('batches', options)
  return from({ [Symbol.iterator]: () => batchesOf(workload, checked) })
}

/** The same batches as an iterable: law `[...batchIterable(w, o)] = what batches(w, o) emits`. */
export const batchIterable = (workload: Workload, options: BatchOptions): Iterable<AccessBatch> => {
  const checked = checkedBatches('batchIterable', options)
  return { [Symbol.iterator]: () => batchesOf(workload, checked) }
}

const checkedBatches = (caller: string, { key, quantumNs, untilNs = Number.POSITIVE_INFINITY }: BatchOptions): Required<BatchOptions> => {
  if (!Number.isSafeInteger(quantumNs) || quantumNs < 1)
    throw new RangeError(`${caller}: quantumNs must be an integer of at least 1 (got ${quantumNs})`)
  if (!(untilNs >= 0) || (untilNs !== Number.POSITIVE_INFINITY && !Number.isSafeInteger(untilNs)))
    throw new RangeError(`${caller}: untilNs must be an integer of at least 0 or Infinity (got ${untilNs})`)
  return { key, quantumNs, untilNs }
}

function* batchesOf(workload: Workload, { key, quantumNs, untilNs }: Required<BatchOptions>): Generator<AccessBatch> {
  const opened = Array.from({ length: workload.vcpus }, (_, vcpu) => workload.open(key, vcpu))
  const [only] = opened
  if (opened.length === 1 && only.accessesPerSecond !== undefined && only.accessesPerSecond > 0) {
    yield* regularBatches(only, only.accessesPerSecond, { quantumNs, untilNs })
    return
  }
  const endless = opened.some(({ accessesPerSecond }) => accessesPerSecond === 0)
  const cursors = opened.map(stamped)
  let room = 16
  for (let fromNs = 0; fromNs < untilNs; fromNs += quantumNs) {
    if (!endless && cursors.every(({ at }) => at === Number.POSITIVE_INFINITY)) return
    const toNs = Math.min(fromNs + quantumNs, untilNs)
    const batch = merged(cursors, fromNs, toNs, room)
    room = Math.max(16, batch.length)
    yield batch
  }
}

/** The batches of regular accesses: whole stretches are filled at once. */
function* regularBatches(
  of: Accesses,
  accessesPerSecond: number,
  { quantumNs, untilNs }: Omit<Required<BatchOptions>, 'key'>
): Generator<AccessBatch> {
  const unused = new Float64Array(0)
  let before = 0
  for (let fromNs = 0; fromNs < untilNs; fromNs += quantumNs) {
    const toNs = Math.min(fromNs + quantumNs, untilNs)
    const until = accessesUntil(accessesPerSecond, toNs - 1)
    const accesses = new Int32Array(until - before)
    let length = 0
    let filled = until - before
    for (; length < accesses.length && filled > 0; length += filled)
      filled = of.fill(length === 0 ? accesses : accesses.subarray(length), unused, accesses.length - length)
    yield { fromNs, toNs, accesses, length }
    if (length < accesses.length) return
    before = until
  }
}

/** Takes the accesses before `toNs` from all cursors in order of time, into an array of at least `room`. */
const merged = (cursors: readonly Stamped[], fromNs: number, toNs: number, room: number): AccessBatch => {
  let accesses = new Int32Array(room)
  let length = 0
  for (;;) {
    let first = cursors[0]
    for (let i = 1; i < cursors.length; i++) if (cursors[i].at < first.at) first = cursors[i]
    if (first.at >= toNs) return { fromNs, toNs, accesses, length }
    if (length === accesses.length) {
      const larger = new Int32Array(2 * length)
      larger.set(accesses)
      accesses = larger
    }
    accesses[length++] = first.access
    first.advance()
  }
}
