import type { Amounts } from '../../lib/hotspot/placement'
import type { FleetView } from '../../lib/protocol/fleet'
import type { LookOfDay } from './fleetHistory'
import type { FleetNeeds, FleetRules } from './fleetRules'

/** A decision as it is seen from outside: the moves that carry the same `why`, at one look or, as the steps of a swap, at several, one after the other. `isCut`: the day has ended before it, or one of its moves failed or was refused, so that nobody knows what was still to come. */
export type FleetDecision = {
  readonly moves: readonly { readonly vm: number; readonly to: number }[]
  readonly isCut: boolean
}

/** What was decided at one look, in order; where each VM was or was going to then, and what it needed as the manager knew it. */
export type Decided = {
  readonly look: number
  readonly view: FleetView
  readonly at: readonly number[]
  readonly needs: readonly Amounts[]
  readonly decisions: readonly FleetDecision[]
}

/** Decisions of a day; it changes its own. `see`: a look; what was decided at looks whose decisions have all come to their end. `end`: those that have not, when the day is over. @internal */
export type FleetDecisions = { readonly see: (look: LookOfDay) => readonly Decided[]; readonly end: () => readonly Decided[] }

type Open = { readonly why: string; readonly moves: { vm: number; to: number }[]; isCut: boolean }
type OpenLook = Omit<Decided, 'decisions'> & { readonly open: readonly Open[] }

/** See `FleetDecisions`. A move without a `why` is a decision of its own. */
export const fleetDecisions = (rules: FleetRules): FleetDecisions => {
  const needs: FleetNeeds = rules.needs()
  let looks: OpenLook[] = []
  const closed = (all: readonly OpenLook[], isOver: boolean): readonly Decided[] =>
    all.map(({ open, ...decided }) => ({ ...decided, decisions: open.map(({ moves, isCut }) => ({ moves, isCut: isCut || isOver })) }))
  return {
    see: ({ look, view, commands, row }) => {
      needs.see(view, commands)
      const broken = new Set(row.failed.map(({ vm }) => vm))
      for (const { open } of looks) for (const one of open) if (one.moves.some(({ vm }) => broken.has(vm))) one.isCut = true
      if (view.host.some((host) => host < 0)) for (const { open } of looks) for (const one of open) one.isCut = true
      const isStill = view.moving.every((one) => one === 0)
      const moves = commands.flatMap((command) => (command.type === 'startMigration' ? [command] : []))
      const refused = new Set(row.refused.flatMap(({ type, vm }) => (type === 'startMigration' ? [vm] : [])))
      const fresh: Open[] = []
      const touched = new Set<Open>()
      for (const { vm, to, why = `${look} ${vm}` } of moves) {
        const known = [...looks.flatMap(({ open }) => open), ...fresh].find((one) => one.why === why)
        const one = known ?? { why, moves: [], isCut: false }
        if (known === undefined) fresh.push(one)
        one.moves.push({ vm, to })
        if (refused.has(vm)) one.isCut = true
        touched.add(one)
      }
      const done = isStill ? looks.filter(({ open }) => !open.some((one) => touched.has(one))) : []
      looks = looks.filter((one) => !done.includes(one))
      if (fresh.length > 0) {
        looks.push({
          look,
          view,
          at: view.vms.map((_, vm) => goingTo(view, vm) ?? view.host[vm]),
          needs: view.vms.map((_, vm) => needs.of(vm)),
          open: fresh
        })
      }
      return closed(done, false)
    },
    end: () => closed(looks, true)
  }
}

const goingTo = ({ arriving }: FleetView, vm: number): number | undefined => {
  const host = arriving.findIndex((coming) => coming.has(vm))
  return host < 0 ? undefined : host
}
