import type { FleetDecider, FleetHotspot, FleetManager, FleetView, StartMigration } from '../protocol/fleet'
import { beside, migrationOf, withLook } from './besideManager'
import { fleetHotspots } from './fleetHotspots'
import type { FleetLook } from './fleetLook'
import { greedyPacking } from './greedyPacking'
import { leastBytesMoved } from './leastBytesMoved'
import { movesInOrder } from './movesInOrder'
import { mostPacked, optimalPacking } from './optimalPacking'
import type { Packer } from './packing'
import { checkedSandpiper, type SandpiperOptions, type SandpiperRules } from './sandpiperOptions'
import { sandpiperWords } from './sandpiperWords'
import { roomsAt } from './swapsInTurn'

/** Packers by name: few hosts by a heuristic, the fewest, and the fewest bytes that must move; the latter two for small fleets. */
export const packers = { greedy: greedyPacking, optimal: optimalPacking, 'least bytes': leastBytesMoved } as const satisfies Readonly<
  Record<string, Packer>
>

/** How a fleet is repacked: by which packer, one of ours or yours; when, and by what needs, as Sandpiper from outside. */
export type RepackingOptions = Pick<SandpiperOptions, 'threshold' | 'k' | 'n' | 'window' | 'range' | 'forecast' | 'part' | 'thresholds'> & {
  readonly packer?: keyof typeof packers | Packer
}

/**
 * A manager to compare with: when there is a hotspot (the same k of n as Sandpiper's, from outside) all VMs are placed anew by a packer, and go where it says in an order in which memory suffices at every step (`movesInOrder`), as many at a look as have the memory. Until they are there, and for n looks after that,
 * nothing else is decided. When a move fails, or is refused, the rest is not begun. Every hotspot is told, and what the packer makes of it.
 *
 *     fleetDay({ ...day, manager: repacking({ packer: 'greedy' }) })
 *
 * Pure. Cost: the packer's at a look with a hotspot. Throws `RangeError` naming the option; from `begin` when a fleet is too large for an exact packer (`mostPacked`).
 */
export const repacking = ({ packer = 'greedy', ...options }: RepackingOptions = {}): FleetManager => {
  const rules = checkedSandpiper(options)
  const pack: Packer = typeof packer === 'string' ? packers[packer] : packer
  if (pack === undefined)
    throw new RangeError(`repacking: packer must be one of ${Object.keys(packers).join(', ')}, or a function (got ${String(packer)})`)
  return {
    name: typeof packer === 'string' ? `packing, ${packer}` : 'packing',
    begin: (hosts, vms) => {
      if ((packer === 'optimal' || packer === 'least bytes') && (vms.length > mostPacked.vms || hosts.length > mostPacked.hosts))
        throw new RangeError(
          `repacking: the packer '${packer}' takes fleets of at most ${mostPacked.vms} VMs on ${mostPacked.hosts} hosts (got ${vms.length} on ${hosts.length})`
        )
      return looking({ rules, pack }, { looks: [], steps: [], going: [], quiet: 0 })
    }
  }
}

type How = { readonly rules: SandpiperRules; readonly pack: Packer }
/** The last looks; steps that wait, those under way; looks until VMs may be placed anew. */
type Memory = {
  readonly looks: readonly FleetLook[]
  readonly steps: readonly StartMigration[]
  readonly going: readonly StartMigration[]
  readonly quiet: number
}

const looking =
  (how: How, before: Memory): FleetDecider =>
  (view) => {
    const { rules, pack } = how
    const looks = withLook(before.looks, view, rules)
    const under = before.going.filter(({ vm }) => view.moving[vm] === 1)
    const isBroken = before.going.some(({ vm, to }) => view.moving[vm] === 0 && view.host[vm] >= 0 && view.host[vm] !== to)
    const waiting = isBroken ? [] : before.steps
    const spots = fleetHotspots(looks, view, rules)
    const isBusy = under.length > 0 || waiting.length > 0 || view.moving.includes(1)
    const isIdle = !isBusy && before.quiet === 0
    const [planned, said] =
      spots.length > 0 && isIdle
        ? repacked(view, looks, rules, pack)
        : [[], isBusy ? 'moves of an earlier packing are under way' : 'VMs have been placed anew just before']
    const found = spots.map((spot): FleetHotspot => ({ ...spot, why: `${sandpiperWords.hotspot(spot, view, 'black')}; ${said}` }))
    const why = found.map((spot) => spot.why).join('; ')
    const [begun, steps] = inTurn(
      view,
      planned.length > 0 ? planned.map((step) => ({ ...step, why })) : waiting,
      under.map(({ vm }) => vm)
    )
    const quiet = isBusy || begun.length > 0 ? rules.n : Math.max(0, before.quiet - 1)
    return [begun, looking(how, { looks, steps, going: [...under, ...begun], quiet }), found]
  }

const repacked = (
  view: FleetView,
  looks: readonly FleetLook[],
  rules: SandpiperRules,
  pack: Packer
): readonly [steps: readonly StartMigration[], said: string] => {
  const all = beside(view, looks, rules, [])
  const packing = pack(all.placement, { thresholds: rules.thresholds, isBarred: all.isBarred })
  if (packing.type === 'unpacked') return [[], packing.reason]
  const { moves, stuck } = movesInOrder(all.placement, packing.at)
  const said = `packed anew: ${moves.length} moves, to ${packing.hosts} hosts${packing.isProven ? ', which is proven to be the least of what it looks for' : ''}${stuck.length > 0 ? `; ${stuck.length} VMs stay, for want of memory on the way` : ''}`
  return [moves.map((move) => migrationOf(all, move, '')), said]
}

/** The steps that can begin now, in their order up to the first that must wait: for its VM, or for memory that others have not left yet. */
const inTurn = (
  view: FleetView,
  steps: readonly StartMigration[],
  under: readonly number[]
): readonly [begun: readonly StartMigration[], left: readonly StartMigration[]] => {
  const rooms = roomsAt(view, (vm) => view.memory[vm])
  const going = new Set(under)
  const begun: StartMigration[] = []
  for (const [i, step] of steps.entries()) {
    const { vm, to } = step
    if (view.host[vm] < 0 || (view.host[vm] === to && !going.has(vm))) continue
    if (going.has(vm) || view.moving[vm] === 1 || !rooms.has(vm, to)) {
      // What nobody under way can make room for is given up.
      const isHopeless = begun.length === 0 && !view.moving.includes(1)
      return [begun, isHopeless ? [] : steps.slice(i)]
    }
    rooms.take(vm, to)
    going.add(vm)
    begun.push(step)
  }
  return [begun, []]
}
