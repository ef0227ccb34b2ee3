import type { Time } from '../time/time'

/** A host of a fleet: its cores and what each does, in MIPS; its memory; watts at 0, 10, .. 100 % of its CPU. It is off, and takes no power, while it has no VM that runs. */
export type FleetHost = {
  readonly name: string
  readonly cores: number
  readonly mipsPerCore: number
  readonly memoryBytes: number
  readonly power: readonly number[]
}

/** A VM of a fleet, with one virtual CPU of so many MIPS. */
export type FleetVm = { readonly name: string; readonly mips: number; readonly memoryBytes: number }

/**
 * What a manager of a fleet sees when it looks: everything by index. `on`: the VMs of each host in the order in which they came, those on their way there too (`arriving`). `host`: where each VM runs (-1: it does not run any more). `moving`: whether it
 * is on its way. `demand`: MIPS that each wants. `given`: MIPS that each host gives.
 */
export type FleetView = {
  readonly at: Time
  readonly hosts: readonly FleetHost[]
  readonly vms: readonly FleetVm[]
  readonly on: readonly (readonly number[])[]
  readonly arriving: readonly ReadonlySet<number>[]
  readonly host: Int32Array
  readonly moving: Uint8Array
  readonly demand: Float64Array
  readonly given: Float64Array
}

/** A VM to a host, by their indices, and why. */
export type FleetMove = { readonly vm: number; readonly to: number; readonly why?: string }

/** What a manager decides when it looks, and who decides the next time: what it remembers is in that. Pure. */
export type FleetDecider = (view: FleetView) => readonly [moves: readonly FleetMove[], next: FleetDecider]

/** A manager of a fleet: `begin` gives who decides first. */
export type FleetManager = {
  readonly name: string
  readonly begin: (hosts: readonly FleetHost[], vms: readonly FleetVm[]) => FleetDecider
}
