import type { FleetView } from '../../lib/protocol/fleet'
import { alteredFleet, type OtherwiseFleet } from './alteredFleet'
import type { FleetWorld } from './fleetHistory'
import type { FleetInvariantName } from './fleetInvariants'

/** A world of a fleet that does something wrong, and what finds it. */
export type BrokenFleet = { readonly found: FleetInvariantName; readonly world: () => FleetWorld }

const telling = (tells: OtherwiseFleet['tells']): FleetWorld => alteredFleet(() => ({ tells }))

/** A world that shows other VMs on its hosts, by who has arrived where so far. */
const showing = (on: (view: FleetView, from: ReadonlyMap<number, number>) => FleetView['on']): FleetWorld =>
  alteredFleet(() => {
    const from = new Map<number, number>()
    let before: Int32Array | undefined
    return {
      shows: (view) => {
        view.host.forEach((host, vm) => {
          const was = before?.[vm] ?? host
          if (was !== host && was >= 0) from.set(vm, was)
        })
        before = view.host.slice()
        return { ...view, on: on(view, from) }
      }
    }
  })

/** A number that outlives days. */
const remembering = (): FleetWorld => {
  let days = 0
  return alteredFleet(() => {
    const day = days++
    return { tells: (row) => ({ ...row, joules: row.joules * (1 - 1e-12 * (day % 2)) }) }
  })
}

/** Worlds that carry days out wrongly, by what is wrong; to see that each invariant can fail. */
export const brokenFleets: Readonly<Record<string, BrokenFleet>> = {
  /** A VM that has arrived is nowhere. */
  losesWhatArrives: {
    found: 'onePlace',
    world: () => showing(({ on, host }, from) => on.map((there, at) => there.filter((vm) => !(from.has(vm) && host[vm] === at))))
  },
  /** A VM that has arrived runs at its old host too. */
  keepsWhatLeaves: {
    found: 'onePlace',
    world: () => showing(({ on }, from) => on.map((there, at) => [...there, ...[...from].flatMap(([vm, was]) => (was === at ? [vm] : []))]))
  },
  /** Memory is given to whoever comes. */
  givesMemoryTwice: { found: 'memoryHeld', world: () => alteredFleet(() => ({ day: (day) => ({ ...day, memoryCounts: false }) })) },
  /** What cannot be is not done, and nobody is told. */
  refusesWithoutAWord: { found: 'answeredOnce', world: () => telling((row) => ({ ...row, refused: [] })) },
  /** Moves that wait for their turn are not told to. */
  forgetsWhoWaits: { found: 'answeredOnce', world: () => telling((row) => ({ ...row, waiting: 0 })) },
  /** A move fails, and its VM arrives all the same. */
  arrivesThoughItFails: {
    found: 'movesEnd',
    world: () =>
      alteredFleet(() => {
        const failing = new Set<string>()
        return {
          day: (day) => ({
            ...day,
            moveCost: (vm, load) => {
              const { failed, lost: _, ...cost } = day.moveCost(vm, load)
              if (failed !== undefined) failing.add(vm.name)
              return cost
            }
          }),
          tells: (row) => ({
            ...row,
            moves: row.moves.map((move) =>
              failing.size > 0 && failing.delete(`v${move.vm}`) ? { ...move, failed: 'the link failed' } : move
            )
          })
        }
      })
  },
  /** All moves begin at once. */
  startsAllAtOnce: { found: 'parallelKept', world: () => alteredFleet(() => ({ day: (day) => ({ ...day, parallel: Infinity }) })) },
  /** Hosts give energy. */
  makesEnergy: { found: 'accountsHold', world: () => telling((row) => ({ ...row, joules: -row.joules })) },
  /** VMs get more than they want. */
  givesTooMuch: { found: 'accountsHold', world: () => telling((row) => ({ ...row, given: 1.01 * row.wanted })) },
  /** A day depends on how many there were before it. */
  remembersOtherDays: { found: 'sameDaySameRows', world: remembering }
}
