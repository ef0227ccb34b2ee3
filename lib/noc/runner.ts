import { outOfOrder } from './comeIn'
import { type CompiledKernel, type CompiledRun, compiledRun } from './compiledKernel'
import type { PacketTable } from './packetTable'
import { findWay, type RouteTable } from './routeTable'

/** Packets after which a network is worth the milliseconds that it takes to get its kernel compiled. */
const manyPackets = 4096

/**
 * Runs a network's state by its plain kernel at first, and by the compiled one once it has carried many packets: both do the same, which a property says. @internal
 */
export const runner = <S extends { readonly now: number; readonly table: PacketTable; readonly routes: RouteTable }>(
  state: S,
  plain: (state: S, until: number, stopAtDelivery: boolean) => number,
  kernel: CompiledKernel<S>
): CompiledRun => {
  let compiled: CompiledRun | undefined
  let isTried = false
  return (until, stopAtDelivery) => {
    if (!isTried && state.table.opened > manyPackets) {
      isTried = true
      compiled = compiledOf(state, kernel)
    }
    // Beyond 2^50 the compiled kernel does not count.
    return compiled === undefined || state.now > 2 ** 50 ? plain(state, until, stopAtDelivery) : compiled(until, stopAtDelivery)
  }
}

/** The compiled kernel of a network, which has what its plain one calls in JavaScript. @internal */
export const compiledOf = <S extends { readonly table: PacketTable; readonly routes: RouteTable }>(
  state: S,
  kernel: CompiledKernel<S>
): CompiledRun | undefined =>
  compiledRun(
    kernel,
    state,
    {
      findWay: (_, input, source, destination, hop, number) => findWay(state.routes, input, source, destination, hop, number),
      outOfOrder: (_, slot, node, number, now) => {
        outOfOrder(state.table, slot, node, number, now)
        return undefined
      }
    },
    () => state.table.room
  )
