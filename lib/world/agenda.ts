import type { Subscription } from 'rxjs'
import type { Time } from '../time/time'

/** Where a world's kernels note what is to happen: a timeline that lets signals out after each piece of work. @internal */
export type Agenda = {
  readonly now: () => Time
  readonly schedule: (work: () => void, delayNs: Time) => Subscription
  /** Somebody must look at that time, ahead of whatever else the world does then (see `Running.wake`). */
  readonly lookAt: (at: Time) => Subscription
}
