import type { FleetHotspot, FleetView, StartMigration } from '../protocol/fleet'
import type { Move } from './placement'

/** A swap whose moves are made one after the other: those left, the first of them on its way if `isGoing`; the hotspot that it is for. @internal */
export type Swap = {
  readonly left: readonly Move[]
  readonly isGoing: boolean
  readonly why: string
  readonly spot: FleetHotspot
}

/** Memory at a look, of which every VM that begins to move takes some at its new host and leaves none at its old one before it has arrived; and whether a host is left by a VM that has not. @internal */
export type Rooms = {
  readonly has: (vm: number, to: number) => boolean
  readonly isLeft: (host: number) => boolean
  readonly take: (vm: number, to: number) => void
}

/** Cost: O(VMs of the host) a question. @internal */
export const roomsAt = ({ on, hosts, host, moving }: Where, bytes: (vm: number) => number): Rooms => {
  const coming = new Map<number, number>()
  const left = new Set<number>()
  return {
    has: (vm, to) => on[to].reduce((sum, one) => sum + bytes(one), bytes(vm) + (coming.get(to) ?? 0)) <= hosts[to].memoryBytes,
    isLeft: (at) => left.has(at) || on[at].some((vm) => moving[vm] === 1 && host[vm] === at),
    take: (vm, to) => {
      coming.set(to, (coming.get(to) ?? 0) + bytes(vm))
      left.add(host[vm])
    }
  }
}

type Where = Pick<FleetView, 'host' | 'moving' | 'on' | 'hosts'>

/**
 * The next moves of swaps: one when the VM before has arrived and there is memory for it; none while it is on its way, or while VMs that are on theirs leave that memory. A swap of which a VM has not got where it should (its move failed, or was refused), or whose next VM finds no
 * memory, is given up: the rest of it is not begun, and that is said. Cost: O(VMs of its hosts) a swap. @internal
 */
export const swapsInTurn = (
  swaps: readonly Swap[],
  { host, moving, hosts, vms }: Where & Pick<FleetView, 'vms'>,
  rooms: Rooms
): { readonly swaps: readonly Swap[]; readonly begun: readonly StartMigration[]; readonly givenUp: readonly FleetHotspot[] } => {
  const left: Swap[] = []
  const begun: StartMigration[] = []
  const givenUp: FleetHotspot[] = []
  const giveUp = ({ spot }: Swap, because: string): void => {
    givenUp.push({ ...spot, isPast: true, why: `the swap for ${hosts[spot.host].name} is given up: ${because}` })
  }
  for (const swap of swaps) {
    const [first] = swap.left
    if (swap.isGoing && moving[first.vm] === 1) {
      left.push(swap)
      continue
    }
    if (swap.isGoing && host[first.vm] !== first.to) {
      giveUp(swap, `${vms[first.vm].name} did not get to ${hosts[first.to].name}`)
      continue
    }
    const rest = swap.isGoing ? swap.left.slice(1) : swap.left
    if (rest.length === 0) continue
    const [{ vm, from, to }] = rest
    if (host[vm] !== from || moving[vm] === 1) giveUp(swap, `${vms[vm].name} is not on ${hosts[from].name} any more`)
    else if (rooms.has(vm, to)) {
      rooms.take(vm, to)
      begun.push({ type: 'startMigration', vm, to, why: swap.why })
      left.push({ ...swap, left: rest, isGoing: true })
    } else if (rooms.isLeft(to)) left.push({ ...swap, left: rest, isGoing: false })
    else giveUp(swap, `${hosts[to].name} has no memory for ${vms[vm].name}`)
  }
  return { swaps: left, begun, givenUp }
}
