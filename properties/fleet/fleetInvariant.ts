import type { FleetDayOptions } from '../../lib/world/fleetOptions'
import type { FleetHistory, LookOfDay } from './fleetHistory'
import type { FleetPlan } from './fleetPlan'

/** Where a day breaks an invariant: the number of the look from 1 on, and what is wrong in a sentence. */
export type FleetViolation = { readonly look: number; readonly problem: string }

/** An invariant that a day breaks, and where. */
export type FleetBreach = { readonly invariant: string; readonly sentence: string; readonly violation: FleetViolation }

/** Reports that the look at hand, or the one named, breaks the invariant. */
type Tell = (problem: string, look?: number) => void

/**
 * How an invariant judges a day by what it remembers. `init`: the memory at the beginning. `step`: the memory after a look; it may change its own. `done`: at the end of the day.
 */
export type FleetRule<S> = {
  readonly init: (day: FleetDayOptions) => S
  readonly step: (memory: S, look: LookOfDay, tell: Tell) => S
  readonly done?: (memory: S, tell: Tell) => void
}

/** How an invariant compares a day with its twin: what is otherwise there (undefined: this day has none), and what is wrong between the two. */
export type FleetTwin = {
  readonly other: (day: FleetDayOptions, twin: FleetPlan['twin']) => FleetDayOptions | undefined
  readonly compare: (one: FleetHistory, other: FleetHistory) => FleetViolation | undefined
}

/**
 * A sentence that holds of every day of a fleet. `of`: what breaks it where it does not hold: the `world`, whatever the manager; any `manager`; or a manager that mitigates hotspots (`mitigation`). `source`: what it is taken from.
 */
export type FleetInvariant = {
  readonly name: string
  readonly sentence: string
  readonly source: string
  readonly of: 'world' | 'manager' | 'mitigation'
  /** What is wrong in a day; `again` carries out one that is like it but for what `other` makes of it. */
  readonly violations: (history: FleetHistory, again: (other: FleetTwin['other']) => FleetHistory | undefined) => readonly FleetViolation[]
}

type Named = Omit<FleetInvariant, 'violations'>

/** An invariant from its name, its sentence and how it judges a day, or a day beside its twin. */
export const fleetInvariant = <S>(parts: Named & (FleetRule<S> | FleetTwin)): FleetInvariant => {
  const { name, sentence, source, of } = parts
  return { name, sentence, source, of, violations: 'init' in parts ? folded(parts) : compared(parts) }
}

const folded =
  <S>({ init, step, done }: FleetRule<S>): FleetInvariant['violations'] =>
  ({ day, looks }) => {
    const all: FleetViolation[] = []
    let memory = init(day)
    for (const look of looks) memory = step(memory, look, (problem, at = look.look) => all.push({ look: at, problem }))
    done?.(memory, (problem, at = looks.length) => all.push({ look: at, problem }))
    return all.sort((a, b) => a.look - b.look)
  }

const compared =
  ({ other, compare }: FleetTwin): FleetInvariant['violations'] =>
  (history, again) => {
    const second = again(other)
    const violation = second && compare(history, second)
    return violation === undefined ? [] : [violation]
  }

/** The first violation of each of the invariants that a day breaks, in their order. `again`: see `FleetInvariant`; without it nothing is said by those that compare days. */
export const fleetBreaches = (
  invariants: readonly FleetInvariant[],
  history: FleetHistory,
  again: Parameters<FleetInvariant['violations']>[1] = () => undefined
): readonly FleetBreach[] =>
  invariants.flatMap(({ name, sentence, violations }) => {
    const [violation] = violations(history, again)
    return violation === undefined ? [] : [{ invariant: name, sentence, violation }]
  })
