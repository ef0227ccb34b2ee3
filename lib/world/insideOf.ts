import type { InsideView } from '../protocol/fleet'
import type { FleetService } from './fleetOptions'

/**
 * What is seen of a service from inside: requests of a rate at a VM that can do so many MIPS, as an M/M/1/K queue with its room (Poisson arrivals, exponential service, the steady state). Nothing is served by a VM that gets nothing: then all is dropped, and answers take for
 * ever. Cost: O(room). @internal
 */
export const insideOf = (
  { instructions, responseBytes, promisedSeconds, room = 100 }: FleetService,
  requestsPerSecond: number,
  mips: number,
  memoryBytes: number
): InsideView => {
  const serviceSeconds = instructions / mips
  const load = requestsPerSecond * serviceSeconds
  const { full, waiting } = queue(load, room)
  const answered = requestsPerSecond * (1 - full)
  return {
    memoryBytes,
    requestsPerSecond,
    serviceSeconds,
    responseSeconds: requestsPerSecond === 0 ? serviceSeconds : mips > 0 ? waiting / answered : Infinity,
    droppedPerSecond: requestsPerSecond * full,
    promisedSeconds,
    responseBytes,
    interarrivalVariance: requestsPerSecond === 0 ? 0 : 1 / (requestsPerSecond * requestsPerSecond),
    serviceVariance: serviceSeconds * serviceSeconds
  }
}

/** How likely an M/M/1/K queue is full, and how many are in it on the average: sums over its states, scaled by the likeliest. */
const queue = (load: number, room: number): { readonly full: number; readonly waiting: number } => {
  if (!(load > 0)) return { full: 0, waiting: 0 }
  if (load === Infinity) return { full: 1, waiting: room }
  const ratio = load <= 1 ? load : 1 / load
  let weight = 1
  let weights = 0
  let counted = 0
  for (let i = 0; i <= room; i++) {
    weights += weight
    counted += weight * (load <= 1 ? i : room - i)
    if (i < room) weight *= ratio
  }
  return { full: (load <= 1 ? weight : 1) / weights, waiting: counted / weights }
}
