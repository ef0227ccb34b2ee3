import type { Subscription } from 'rxjs'
import type { Time } from '../time/time'
import type { Batch } from './batch'
import type { Flight } from './flights'
import type { LaneBuffer } from './laneBuffer'

/** A job has nothing to send until a time; then it is told, and asked again when whoever it tells has had a word. @internal */
export type Later = { readonly until: Time; readonly told: () => void }

/** Pages, and their bytes on the wire. @internal */
export type Amount = { readonly pages: number; readonly bytes: number }

/** What a lane carries: batches, until `next` has no more. @internal */
export type Job = {
  /** Bytes per second it may use; Infinity for all it is given. */
  readonly maxBytesPerSecond: number
  readonly next: (now: Time) => Batch | Later | undefined
  readonly finished: (now: Time) => void
  /** `notLeft`: what of it was chosen, and had not left. */
  readonly refused: (reason: string, notLeft: Amount) => void
  /** It goes ahead of what has not begun to leave on its lane. */
  readonly urgent?: boolean
  readonly ahead?: WrittenAhead
}

/**
 * How a job is written ahead of the wire, as into a socket's buffer of so many bytes: it is `written` when all of it is in there, and `finished` when that has left; `lost` when
 * it was written and will not leave.
 * @internal
 */
export type WrittenAhead = { readonly bytes: number; readonly written: (now: Time) => void; readonly lost: () => void }

/** A queue of jobs in order, and what of them is on the wire. @internal */
export type Lane = {
  readonly owner: string
  readonly name: string
  readonly arrival: (leaves: Time) => Time
  readonly jobs: Job[]
  /** What is written ahead of the wire on it, if anything is. */
  readonly buffer: LaneBuffer | undefined
  flight: Flight | undefined
  end: Subscription | undefined
  /** Its job waits for a time. */
  waiting: Subscription | undefined
}

/** Where an urgent job goes: ahead of what has not begun to leave, behind others that are urgent. @internal */
export const placeOf = ({ jobs, buffer, flight }: Lane): number => {
  let place = buffer === undefined && flight !== undefined ? 1 : 0
  while (place < jobs.length && jobs[place].urgent) place++
  return place
}
