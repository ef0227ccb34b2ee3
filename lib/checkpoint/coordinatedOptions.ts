import type { Time } from '../time/time'
import { seconds } from '../time/time'

/**
 * `members`: all whose guests are checkpointed together. `coordinator`: who coordinates (default `coordinator`).
 *
 * - `checkpoints`: how many are asked for (default 1). `everyNs`: from the start, and from the end of each, to the next request (default 1 s). `restarts`: how many times the cluster may be
 *   restarted when a member that broke down is back (default 0). `lingerNs`: how long the coordinator stays after the last checkpoint (default 0).
 * - `votesWithinNs`: in which all must have saved, or answered in a restart, or the coordinator aborts (default 60 s); `settledWithinNs`: in which they should have carried
 *   out what was decided before it goes on without them (default 60 s).
 * - `patienceNs`: in which a member must have got all final frames and have saved, or it gives the checkpoint up (default 90 s); `decisionWithinNs`: how long, having voted, its guest stands
 *   still for the decision (default 90 s). `idleNs`: after which a member to whom nobody speaks any more ends (default 10 min).
 *
 * The time-outs are ours: VCCP's paper names none. A member's are longer than the coordinator's, so that the coordinator's abort comes first where it can. Safety depends on none of them.
 */
export type CoordinatedOptions = {
  readonly members: readonly string[]
  readonly coordinator?: string
  readonly checkpoints?: number
  readonly everyNs?: Time
  readonly restarts?: number
  readonly lingerNs?: Time
  readonly votesWithinNs?: Time
  readonly settledWithinNs?: Time
  readonly patienceNs?: Time
  readonly decisionWithinNs?: Time
  readonly idleNs?: Time
}

/** The options with their defaults. Throws `RangeError` naming the option. @internal */
export const checkedCoordinated = (options: CoordinatedOptions): Required<CoordinatedOptions> => {
  const checked: Required<CoordinatedOptions> = {
    coordinator: 'coordinator',
    checkpoints: 1,
    everyNs: seconds(1),
    restarts: 0,
    lingerNs: 0,
    votesWithinNs: seconds(60),
    settledWithinNs: seconds(60),
    patienceNs: seconds(90),
    decisionWithinNs: seconds(90),
    idleNs: seconds(600),
    ...options
  }
  const { members, coordinator, ...numbers } = checked
  if (members.length === 0 || new Set(members).size < members.length)
    throw new RangeError(`coordinated: members must be at least one name, each once (got ${members.join(', ')})`)
  if (members.includes(coordinator)) throw new RangeError(`coordinated: coordinator must not be one of the members (got ${coordinator})`)
  for (const [name, value] of Object.entries(numbers))
    if (!(Number.isSafeInteger(value) && value >= 0))
      throw new RangeError(`coordinated: ${name} must be an integer from 0 on (got ${value})`)
  return checked
}
