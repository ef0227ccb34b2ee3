import type { Entry, Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { asking } from './asking'
import { checkedScope } from './checkedScope'
import type { Choice } from './choices'
import { choices } from './choices'
import { chancesOf, descriptionOf, firstState, MIGRATION, pipelineOf, viewOf } from './firstState'
import { begun, hearingAnew } from './hearing'
import type { Wrong } from './judge'
import { judge, restless } from './judge'
import type { Numbering } from './numbering'
import { numbering } from './numbering'
import type { Choosing, Scope } from './scope'
import type { State } from './state'
import { keyOf } from './state'
import { stepping } from './stepping'

/** One path through an exploration, taken choice by choice: where it stands, what may happen there, and the journal so far. */
export type Walk = {
  readonly state: State
  readonly choices: () => readonly Choice[]
  /** Answers what the pipeline was answered when it asked for decisions. */
  readonly take: (choice: Choice) => readonly boolean[]
  readonly key: () => string
  readonly journal: Journal
  /** The first that `judge` finds wrong on it, or that its pipeline never rests (the journal then shows how that begins): an exploration ends there. */
  readonly wrong: () => Wrong | undefined
  /** What was answered before the first choice. */
  readonly said: readonly boolean[]
}

/** `throttled` hears how much of the guest's time is taken away. `numbered`: the numbers of keys; walks with the same ones have keys that can be compared. */
export type WalkOptions = { readonly throttled?: (fraction: number) => void; readonly numbered?: Numbering }

/**
 * A walk from the first state. The times of its journal are the numbers of choices; the pipeline is told 0, as in the exploration. `take` throws `RangeError` for what is not
 * possible where it stands.
 */
export const walk = (pipeline: Pipeline | Choosing, scope: Scope = {}, { throttled, numbered = numbering() }: WalkOptions = {}): Walk => {
  checkedScope('walk', scope)
  const view = viewOf(scope)
  const chances = chancesOf(scope)
  const asked = asking()
  const [state, saving] = firstState(scope, numbered)
  const journal: Entry[] = [
    { type: 'began', at: 0, version: 1, seed: 'explored', guests: { [MIGRATION]: view }, world: descriptionOf(scope) }
  ]
  let taken = 0
  /** Entries before what happens now. */
  let before = journal.length
  let wrong: Wrong | undefined
  const steps = stepping({
    migration: MIGRATION,
    looking: { looks: scope.looks ?? 0, lookNs: scope.lookNs ?? 0 },
    saving,
    hearing: hearingAnew(MIGRATION, numbered),
    witness: (entry, on) => {
      journal.push(stamped(entry, taken))
      wrong ??= judge(entry, on)
    },
    throttled,
    restless: () => {
      wrong ??= restless
      journal.length = Math.min(journal.length, before + RESTLESS_ENTRIES)
    }
  })
  const answered = (said: readonly boolean[]): readonly boolean[] => Array.from({ length: asked.count() }, (_, i) => said[i] ?? false)
  asked.answer([])
  steps.begin(state, begun(MIGRATION, pipelineOf(pipeline, asked.choose)(view), numbered))
  return {
    state,
    journal,
    wrong: () => wrong,
    said: answered([]),
    choices: () => {
      steps.enter(state)
      return choices(state, chances)
    },
    key: () => keyOf(state, numbered),
    take: (choice) => {
      const { said = [], ...act } = choice
      steps.enter(state)
      if (!choices(state, chances).some((one) => JSON.stringify(one) === JSON.stringify(act)))
        throw new RangeError(`walk: choice ${taken} must be possible where it stands (got ${JSON.stringify(choice)})`)
      taken++
      before = journal.length
      asked.answer(said)
      steps.take(state, choice, 0)
      return answered(said)
    }
  }
}

/** What a journal keeps of signals and orders without end. */
const RESTLESS_ENTRIES = 24

const stamped = (entry: Entry, at: number): Entry =>
  entry.type === 'signalled' ? { ...entry, at, signal: { ...entry.signal, at } } : { ...entry, at }
