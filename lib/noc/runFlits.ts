import { allocateChannels, takeChannels } from './allocateChannels'
import { allocateSwitches } from './allocateSwitches'
import { comeIn } from './comeIn'
import { askForChannels, computeRoutes } from './computeRoutes'
import type { FlitState } from './flitState'
import { deadlocked, delivered, done, idle } from './halts'
import { inject } from './inject'
import { admitOffered, nextOffered } from './packetQueues'
import type { Cycle } from './packetTable'
import { traverse } from './traverse'

/** Runs a network flit by flit up to and including a cycle: see `Noc.run`. Answers a place in `halts`. @internal */
export const runFlits = (state: FlitState, until: Cycle, stopAtDelivery: boolean): number => {
  const { table, queues } = state
  while (state.now <= until) {
    if (queues.admitted === table.packets && state.inFlight === 0) {
      const next = nextOffered(queues, table)
      if (next > until) {
        state.now = until + 1
        return next === Infinity ? idle : done
      }
      state.now = Math.max(state.now, next)
    }
    cycle(state)
    if (isStuck(state)) return deadlocked
    if (stopAtDelivery && table.waiting > 0) return delivered
  }
  return done
}

/** One cycle, phase by phase over all routers: within a cycle they have nothing to do with each other. */
const cycle = (state: FlitState): void => {
  state.still++
  admitOffered(state.queues, state.table, state.now)
  comeIn(state)
  inject(state)
  computeRoutes(state)
  const { routingDelay } = state.router
  if (routingDelay === 0) askForChannels(state)
  allocateChannels(state)
  allocateSwitches(state)
  takeChannels(state)
  traverse(state)
  if (routingDelay > 0) askForChannels(state)
  state.now++
}

/**
 * Whether nothing can move any more. In a cycle that moves nothing while nothing is on its way, only a speculative grant can have changed a pointer: so many cycles are waited for it. @internal
 */
export const isStuck = ({ inFlight, still, router, P, vcs, queues, table }: FlitState): boolean =>
  inFlight === 0 && still > (router.speculative ? P * P * vcs * vcs : 0) && queues.admitted > table.packets
