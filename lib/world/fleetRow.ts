import type { AllotMemory, FleetCommand, FleetHotspot, StartMigration } from '../protocol/fleet'
import type { Time } from '../time/time'
import type { FleetMoveCost } from './fleetOptions'

/** A move that began, when, and what it costs. */
export type FleetMove = Omit<StartMigration, 'type'> & FleetMoveCost & { readonly from: number; readonly at: Time }

/**
 * What happened in a fleet since the row before, and how it stands at a look.
 *
 * - `joules` of all hosts; `moveJoules` of moves besides.
 * - `commands`: what the manager decided at this look.
 * - `moves` that began; those that `failed`, when, and whether the VM was `lost` with it; those that ended well (`arrived`); commands that were `refused`, and why; memory that was `allotted`. `waiting`: moves that wait for their turn now.
 * - `shutdowns`: hosts that have gone off, as their last VM left; `active`: hosts with VMs.
 * - `overloaded`: hosts of which more CPU or network is wanted than they have, and the time that hosts spent so, what is wanted being linear between looks; `wanted`, `given`: work that VMs wanted and got, in MIPS x s. `dropped`: requests of services; `brokenNs`: time that services answered later than they promise.
 * - `cpu`, `network`, `memory` of each host: parts of its capacity that are wanted (of memory: allotted). `hotspots` that the manager has found, and its `notes`.
 */
export type FleetRow = {
  readonly at: Time
  readonly joules: number
  readonly moveJoules: number
  readonly commands: readonly FleetCommand[]
  readonly moves: readonly FleetMove[]
  readonly failed: readonly {
    readonly at: Time
    readonly vm: number
    readonly from: number
    readonly to: number
    readonly reason: string
    readonly lost?: boolean
  }[]
  readonly arrived: readonly { readonly at: Time; readonly vm: number; readonly from: number; readonly to: number }[]
  readonly refused: readonly (FleetCommand & { readonly reason: string })[]
  readonly allotted: readonly Omit<AllotMemory, 'type'>[]
  readonly waiting: number
  readonly shutdowns: number
  readonly active: number
  readonly overloaded: readonly number[]
  readonly overloadedNs: Time
  readonly wanted: number
  readonly given: number
  readonly dropped: number
  readonly brokenNs: Time
  readonly cpu: Float64Array
  readonly network: Float64Array
  readonly memory: Float64Array
  readonly hotspots: readonly FleetHotspot[]
  readonly notes: readonly string[]
}
