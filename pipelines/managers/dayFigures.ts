import type { HotspotOptions } from '../../lib/hotspot/hotspotOptions'
import type { FleetHost } from '../../lib/protocol/fleet'
import { fleetWatch } from '../../lib/report/fleetWatch'
import { type Fold, fold } from '../../lib/stream/fold'
import type { Time } from '../../lib/time/time'
import type { FleetRow } from '../../lib/world/fleetRow'

/**
 * What a fleet's day came to.
 *
 * - `hotspots`: hosts' looks with a hotspot, by one definition for all managers (`fleetWatch`). `overloadedNs`: time that hosts spent with more wanted than they have, all together.
 * - `moves` that began; those that `failed`, and what was `refused`, by their reasons; VMs that were `lost` with a move; `waiting`: moves that had not begun at the end. `bytes` on the network, `downtimeNs` in all and the `longestDowntimeNs` of one.
 * - `wanted` and `given` in MIPS x s; `joules` of hosts, and of moves besides; `activeHosts` on the mean of all looks; `shutdowns` of hosts; `dropped` requests; `brokenNs`: time that services answered later than they promise.
 */
export type DayFigures = {
  readonly looks: number
  readonly hotspots: number
  readonly overloadedNs: Time
  readonly moves: number
  readonly failed: ReadonlyMap<string, number>
  readonly refused: ReadonlyMap<string, number>
  readonly lost: number
  readonly waiting: number
  readonly bytes: number
  readonly downtimeNs: Time
  readonly longestDowntimeNs: Time
  readonly wanted: number
  readonly given: number
  readonly joules: number
  readonly moveJoules: number
  readonly activeHosts: number
  readonly shutdowns: number
  readonly dropped: number
  readonly brokenNs: Time
}

/** The figures of a day of these hosts, from its rows; `options` say what a hotspot is. Cost: O(hosts) a row. */
export const dayFigures = (hosts: readonly FleetHost[], options: HotspotOptions = {}): Fold<FleetRow, DayFigures> =>
  fold<FleetRow, DayFigures, Sums>({
    init: () => ({ watch: fleetWatch(hosts, options), figures: { ...nothing, failed: new Map(), refused: new Map() } }),
    step: ({ watch, figures: of }, row) => {
      for (const { reason } of row.failed) of.failed.set(reason, (of.failed.get(reason) ?? 0) + 1)
      for (const { reason } of row.refused) of.refused.set(general(reason), (of.refused.get(general(reason)) ?? 0) + 1)
      of.lost += row.failed.filter(({ lost }) => lost === true).length
      of.looks++
      of.hotspots += watch(row).length
      of.overloadedNs += row.overloadedNs
      of.moves += row.moves.length
      of.waiting = row.waiting
      for (const { bytes, downtimeNs } of row.moves) {
        of.bytes += bytes
        of.downtimeNs += downtimeNs
        of.longestDowntimeNs = Math.max(of.longestDowntimeNs, downtimeNs)
      }
      of.wanted += row.wanted
      of.given += row.given
      of.joules += row.joules
      of.moveJoules += row.moveJoules
      of.activeHosts += row.active
      of.shutdowns += row.shutdowns
      of.dropped += row.dropped
      of.brokenNs += row.brokenNs
      return { watch, figures: of }
    },
    done: ({ figures }) => ({ ...figures, activeHosts: figures.looks === 0 ? 0 : figures.activeHosts / figures.looks })
  })

type Mutable<A> = { -readonly [K in keyof A]: A[K] }
type Sums = {
  readonly watch: ReturnType<typeof fleetWatch>
  readonly figures: Mutable<Omit<DayFigures, 'failed' | 'refused'>> & {
    readonly failed: Map<string, number>
    readonly refused: Map<string, number>
  }
}

const nothing = {
  looks: 0,
  hotspots: 0,
  overloadedNs: 0,
  moves: 0,
  lost: 0,
  waiting: 0,
  bytes: 0,
  downtimeNs: 0,
  longestDowntimeNs: 0,
  wanted: 0,
  given: 0,
  joules: 0,
  moveJoules: 0,
  activeHosts: 0,
  shutdowns: 0,
  dropped: 0,
  brokenNs: 0
}

/** A reason without the host that it names, so that like ones are counted together. */
const general = (reason: string): string => reason.replace(/^.* has not (enough memory|so much memory)/, 'the host has not $1')
