import type { FleetCommand, FleetView, StartMigration } from '../protocol/fleet'
import { type FleetLook, fleetLook } from './fleetLook'
import { fleetNeeds } from './fleetNeeds'
import { fleetPlacement } from './fleetPlacement'
import type { Move, Placement } from './placement'
import { checkedSandpiper, type SandpiperRules } from './sandpiperOptions'
import { type Rooms, roomsAt } from './swapsInTurn'

/** What a manager that stands beside another has to decide on, with what the other has just ordered carried out in it. @internal */
export type Beside = {
  readonly placement: Placement
  /** The VM of each in the placement. */
  readonly running: readonly number[]
  /** Whether it must stay: it is on its way, or has just been ordered elsewhere, or would get too little there. */
  readonly isBarred: (vm: number, to: number) => boolean
  readonly rooms: Rooms
  /** Hosts that VMs go to or leave now. */
  readonly isBusy: (host: number) => boolean
}

/** How VMs' needs are found beside another manager: by their profiles from outside, as Sandpiper does (`part`, `window`). */
export type BesideOptions = { readonly part?: number; readonly window?: number }

/** The rules for that. @internal */
export const besideRules = ({ part, window }: BesideOptions): SandpiperRules =>
  checkedSandpiper({
    ...(part === undefined ? {} : { part }),
    ...(window === undefined ? {} : { window, n: Math.min(3, window), k: Math.min(2, window) })
  })

/** The looks with one more, as many as there may be. @internal */
export const withLook = (looks: readonly FleetLook[], view: FleetView, rules: SandpiperRules): readonly FleetLook[] => [
  ...looks.slice(-rules.window + 1),
  fleetLook(view, rules)
]

/** See `Beside`. Cost: O(hosts + VMs x window). @internal */
export const beside = (view: FleetView, looks: readonly FleetLook[], rules: SandpiperRules, ordered: readonly FleetCommand[]): Beside => {
  const allotted = new Map(ordered.flatMap((one) => (one.type === 'allotMemory' ? [[one.vm, one.bytes] as const] : [])))
  const bytes = (vm: number): number => Math.max(view.memory[vm], allotted.get(vm) ?? 0)
  const going = new Map(ordered.flatMap((one) => (one.type === 'startMigration' ? [[one.vm, one.to] as const] : [])))
  const { placement, running, isSlower } = fleetPlacement(view, fleetNeeds(looks, view, rules), bytes)
  const rooms = roomsAt(view, bytes)
  for (const [vm, to] of going) rooms.take(vm, to)
  const busy = new Set([...going].flatMap(([vm, to]) => [view.host[vm], to]))
  view.moving.forEach((one, vm) => {
    if (one === 1) busy.add(view.host[vm])
  })
  view.arriving.forEach((coming, host) => {
    if (coming.size > 0) busy.add(host)
  })
  return {
    placement: { ...placement, at: placement.at.map((host, i) => going.get(running[i]) ?? host) },
    running,
    isBarred: (i, to) => view.moving[running[i]] === 1 || going.has(running[i]) || isSlower(i, to),
    rooms,
    isBusy: (host) => busy.has(host)
  }
}

/** A move of such a placement as a command. @internal */
export const migrationOf = ({ running }: Beside, { vm, to }: Move, why: string): StartMigration => ({
  type: 'startMigration',
  vm: running[vm],
  to,
  why
})
