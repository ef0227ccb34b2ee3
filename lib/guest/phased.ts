import { split } from '../random/random'
import { type Stamped, stamped } from './stamped'
import type { Accesses, Workload } from './workload'
import { checkedVcpu } from './workloadOptions'

/** A stretch of guest time in which one workload runs. */
export interface WorkloadPhase {
  /** Nanoseconds of guest time, an integer of at least 1. */
  readonly forNs: number
  readonly workload: Workload
}

/**
 * One workload after the other, each for its time, again and again; a workload goes on where it was left when its turn comes round.
 *
 *     guest time   |-- forNs of A --|--- forNs of B ---|-- A goes on --|--- B goes on ---|
 *     clock of A   0 .............. a                  a ............ 2a
 *
 * A phase covers its start and not its end. Where a workload ends (a recorded program exits) its phases stay quiet; when none will ever
 * make an access again, the whole ends; so it does before 2^53 ns (104 days). Stamped; all have the same number of virtual CPUs. Phase i
 * runs under `split(key, i)`. Like multigrid's bursts or a nightly job, it is what a detector of changes must notice. Errors: `RangeError`
 * for no phase, a bad time, or virtual CPUs that differ. Cost: about 8 ns an access more than its workloads, and O(phases) a change of
 * phase; rounds of phases in which nothing happens are skipped in O(phases).
 */
export const phased = (phases: readonly WorkloadPhase[]): Workload => {
  if (phases.length === 0) throw new RangeError('phased: phases must not be empty (got 0 phases)')
  const { vcpus } = phases[0].workload
  for (const { forNs, workload } of phases) {
    if (!Number.isSafeInteger(forNs) || forNs < 1) throw new RangeError(`phased: forNs must be an integer of at least 1 (got ${forNs})`)
    if (workload.vcpus !== vcpus)
      throw new RangeError(`phased: all workloads must have ${vcpus} vcpus (got ${workload.vcpus} of ${workload.name})`)
  }
  return {
    name: 'phased',
    pages: Math.max(...phases.map(({ workload }) => workload.pages)),
    vcpus,
    description: { name: 'phased', phases: phases.map(({ forNs, workload }) => ({ forNs, workload: workload.description })) },
    open: (key, vcpu) => {
      checkedVcpu('phased', vcpu, vcpus)
      const opened = phases.map(({ workload }, i) => workload.open(split(key, i), vcpu))
      // Zero is the only rate that says "never, and without an end".
      if (opened.every(({ accessesPerSecond }) => accessesPerSecond === 0)) return { accessesPerSecond: 0, fill: () => 0 }
      return inTurns(
        phases.map(({ forNs }) => forNs),
        opened.map(stamped)
      )
    }
  }
}

const inTurns = (lengths: readonly number[], cursors: readonly Stamped[]): Accesses => {
  const cycleNs = lengths.reduce((sum, forNs) => sum + forNs, 0)
  const offsets = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, forNs) => sum + forNs, 0))
  let cycle = 0
  let turn = 0

  /** Cycles from now in which the earliest next access falls: 0 while one falls in this cycle; Infinity when there will be none. */
  const quietCycles = (): number => Math.min(...cursors.map(({ at }, i) => Math.floor(at / lengths[i]))) - cycle

  return {
    accessesPerSecond: undefined,
    fill: (accesses, times, capacity) => {
      let filled = 0
      while (filled < capacity) {
        const cursor = cursors[turn]
        const end = (cycle + 1) * lengths[turn]
        const shift = cycle * cycleNs + offsets[turn] - cycle * lengths[turn]
        for (; filled < capacity && cursor.at < end; cursor.advance()) {
          accesses[filled] = cursor.access
          times[filled++] = cursor.at + shift
        }
        if (filled === capacity) break
        turn++
        if (turn === cursors.length) {
          turn = 0
          cycle++
          const quiet = quietCycles()
          if ((cycle + quiet + 1) * cycleNs > Number.MAX_SAFE_INTEGER) {
            cycle--
            turn = cursors.length - 1
            break
          }
          cycle += quiet
        }
      }
      return filled
    }
  }
}
