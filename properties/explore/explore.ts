import * as E from 'fp-ts/lib/Either'
import type { Journal } from '../../lib/protocol/journal'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import { runFold } from '../../lib/stream/fold'
import { invariants } from '../invariants/invariants'
import { breaches } from '../invariants/watcher'
import { asking } from './asking'
import { checkedScope } from './checkedScope'
import type { Choice } from './choices'
import { choices } from './choices'
import { dataKey } from './dataKey'
import { chancesOf, firstState, MIGRATION, pipelineOf, viewOf } from './firstState'
import { begun, hearing } from './hearing'
import { journalAlong } from './journalOfPath'
import type { Wrong } from './judge'
import { judge, restless } from './judge'
import { numbering } from './numbering'
import type { Choosing, Scope } from './scope'
import type { State } from './state'
import { copyOf, keyOf } from './state'
import { stepping } from './stepping'
import type { Walk } from './walk'
import { walk } from './walk'

/**
 * - `pages` of the guest (default 3, at least 1), `writes` that it makes at most (default 4), `faults` that happen at most (default 0), `fail`: what may fail (default all), `mend`:
 *   whether a link may come back (default true).
 * - `guest`: what else it is, as for a data centre; its `contextBytes` (default 0) say whether the execution context takes time to leave. `engine`: as for a data centre.
 * - `maxStates` (default 5,000,000, at least 1): at more the exploration stops and says so. `progress`: told every 5,000 transitions.
 * - `judgedEnds` (default 200): how many of the shortest ways to different ends are judged whole.
 */
export type ExploreOptions = Scope & {
  readonly maxStates?: number
  readonly judgedEnds?: number
  readonly progress?: (explored: ExploreProgress) => void
}

/** How far an exploration is: distinct states, those still to be gone on from, and choices to the farthest. */
export type ExploreProgress = { readonly states: number; readonly waiting: number; readonly depth: number }

/** How far an exploration went: distinct states, transitions between them, and choices from the first state to the farthest. */
export type Explored = { readonly states: number; readonly transitions: number; readonly depth: number }

/** Every interleaving was seen and nothing is wrong; `complete` is false when `maxStates` stopped it. `outcomes`: each way in which it may end, once. */
export type Holds = Explored & { readonly complete: boolean; readonly outcomes: readonly Outcome[] }

/**
 * The shortest way to something wrong: the choices, and the journal that they leave in the simulated data centre (see `journalOfPath`). `replayed` is false where the data
 * centre does not come to the same, as of a pipeline that looks at times: the journal is then the exploration's own.
 */
export type Shortest = Explored & Wrong & { readonly path: readonly Choice[]; readonly journal: Journal; readonly replayed: boolean }

/**
 * Explores every interleaving of a small migration, breadth first: of the guest's reads and writes, pages leaving and arriving, answers, notices, faults and
 * mending, in the untimed world that the simulated data centre gives times to. States that have been seen are not gone on from again. Ends with the shortest
 * violation, or with how much was seen: `left` when something is wrong.
 *
 *     explore(precopy({ until: stopRule.roundsAtMost(2) }), { pages: 3, writes: 4, faults: 1 })
 *
 * Besides what `judge` finds at an entry, every state must have a way to an end (`ends`), and the shortest ways to the ends are judged whole, by the invariants of journals that
 * look at no clock. A pipeline that orders for ever what is answered at once breaks `ends`, too. Throws `RangeError` for options out of range, and for a phase that remembers
 * what is not in its name and data, so that states would be taken to be one that are not (see `likeness`). Cost: about 20 us a state of 3 pages, and some 500 bytes for each.
 */
export const explore = (pipeline: Pipeline | Choosing, options: ExploreOptions = {}): E.Either<Shortest, Holds> => {
  const { progress } = options
  const steps = exploring(pipeline, options)
  for (;;) {
    const next = steps.next()
    if (next.done === true) return next.value
    progress?.(next.value)
  }
}

/** The same in slices: says how far it is about every 5,000 transitions, for whoever has other things to do between them. */
export function* exploring(
  pipeline: Pipeline | Choosing,
  options: ExploreOptions = {}
): Generator<ExploreProgress, E.Either<Shortest, Holds>> {
  const { maxStates = 5_000_000, judgedEnds = 200 } = options
  checkedScope('explore', options)
  if (!(Number.isInteger(maxStates) && maxStates >= 1))
    throw new RangeError(`explore: maxStates must be a positive integer (got ${maxStates})`)
  if (!(Number.isInteger(judgedEnds) && judgedEnds >= 0))
    throw new RangeError(`explore: judgedEnds must be a non-negative integer (got ${judgedEnds})`)
  const chances = chancesOf(options)
  const asked = asking()
  let wrong: Wrong | undefined
  const numbered = numbering()
  const [first, saved] = firstState(options, numbered)
  const steps = stepping({
    migration: MIGRATION,
    looking: { looks: options.looks ?? 0, lookNs: options.lookNs ?? 0 },
    saving: saved,
    hearing: hearing(MIGRATION, numbered, asked),
    witness: (entry, state) => {
      wrong ??= judge(entry, state)
    },
    restless: () => {
      wrong ??= restless
    }
  })
  const seen = new Map<string, number>()
  const from: number[] = [-1]
  const by: (Choice | undefined)[] = [undefined]
  const edges: number[] = []
  const ended: number[] = []
  const outcomes = new Map<string, Outcome>()
  let judged = 0
  /** What is wrong of the first way to an end of this depth: said when nothing is wrong with an entry of the same depth. */
  let onTheWay: { readonly to: number; readonly broken: Wrong } | undefined
  let transitions = 0

  const found = (to: number, choice: Choice | undefined, what: Wrong, depth: number): E.Either<Shortest, Holds> => {
    const path = [...pathTo(to, from, by), ...(choice === undefined ? [] : [choice])]
    const along = walked(path)
    // What an exploration finds at an entry a walk finds there too, unless phases that it took for one are not.
    if (what === wrong && along.wrong() === undefined) throw forgotten(JSON.stringify(path))
    return E.left({ ...what, states: seen.size, transitions, depth, path, ...journalAlong(pipeline, path, options, along) })
  }

  const walked = (path: readonly Choice[]): Walk => {
    const along = walk(pipeline, options)
    for (const choice of path) {
      const { said: _, ...act } = choice
      if (!along.choices().some((one) => dataKey(one) === dataKey(act))) throw forgotten(JSON.stringify(choice))
      along.take(choice)
    }
    return along
  }

  asked.answer([])
  steps.begin(first, begun(MIGRATION, pipelineOf(pipeline, asked.choose)(viewOf(options)), numbered))
  seen.set(keyOf(first, numbered), 0)
  if (wrong !== undefined) return found(0, undefined, wrong, 0)
  let frontier: State[] = [first]
  let numbers = [0]
  let depth = 0
  let complete = true
  while (frontier.length > 0) {
    const next: State[] = []
    const nextNumbers: number[] = []
    for (let i = 0; i < frontier.length; i++) {
      const state = frontier[i]
      const number = numbers[i]
      if (state.outcome !== undefined) {
        ended.push(number)
        continue
      }
      steps.enter(state)
      for (const choice of choices(state, chances)) {
        const ways: (readonly boolean[])[] = [[]]
        for (let said = ways.pop(); said !== undefined; said = ways.pop()) {
          const after = copyOf(state)
          asked.answer(said)
          steps.take(after, choice, 0)
          if (++transitions % 5000 === 0) yield { states: seen.size, waiting: frontier.length - i + next.length, depth }
          const count = asked.count()
          for (let more = said.length; more < count; more++) ways.push([...said, ...Array(more - said.length).fill(false), true])
          const way: Choice = count === 0 ? choice : { ...choice, said: [...said, ...Array(count - said.length).fill(false)] }
          if (wrong !== undefined) return found(number, way, wrong, depth + 1)
          const key = keyOf(after, numbered)
          const known = seen.get(key)
          if (known !== undefined) {
            edges.push(number, known)
            continue
          }
          const fresh = seen.size
          seen.set(key, fresh)
          edges.push(number, fresh)
          from.push(number)
          by.push(way)
          next.push(after)
          if (after.outcome !== undefined) {
            outcomes.set(dataKey(after.outcome), after.outcome)
            const broken = judged++ < judgedEnds ? wrongOnTheWay(walked(pathTo(fresh, from, by)).journal) : undefined
            if (broken !== undefined) onTheWay ??= { to: fresh, broken }
          }
          nextNumbers.push(fresh)
        }
      }
      if (seen.size >= maxStates) {
        complete = false
        break
      }
    }
    if (onTheWay !== undefined) return found(onTheWay.to, undefined, onTheWay.broken, depth + 1)
    if (!complete) break
    frontier = next
    numbers = nextNumbers
    if (next.length > 0) depth++
  }
  const stuck = complete ? firstWithoutEnd(seen.size, edges, ended) : -1
  if (stuck >= 0)
    return found(stuck, undefined, { invariant: 'ends', problem: 'from here the migration never ends, whatever happens' }, depth)
  return E.right({ states: seen.size, transitions, depth, complete, outcomes: [...outcomes.values()] })
}

/** A path that was explored and cannot be gone: more was remembered than names and data say, and it showed itself too late to tell where. */
const forgotten = (path: string): RangeError =>
  new RangeError(
    `explore: a phase remembers what is not in its name and data: the way that was explored is another when it is gone alone (got ${path})`
  )

/** Of a whole journal without times, what the invariants find that need neither clocks nor what a link is made of. */
const wrongOnTheWay = (journal: Journal): Wrong | undefined => {
  const all = runFold(judgedByWay, journal)
  for (const { name } of ofWays)
    for (const { invariant, violation } of all) if (invariant === name) return { invariant, problem: violation.problem }
  return undefined
}

const TIMED: ReadonlySet<string> = new Set([
  'clockMonotone',
  'downtimeWithinTotal',
  'accounting',
  'linkNotOverused',
  'memoryNotOverused',
  'storeNotOverused'
])
const ofWays = invariants.filter(({ name }) => !TIMED.has(name))
const judgedByWay = breaches(ofWays)

const pathTo = (to: number, from: readonly number[], by: readonly (Choice | undefined)[]): readonly Choice[] => {
  const path: Choice[] = []
  for (let at = to; at > 0; at = from[at]) path.push(by[at]!)
  return path.reverse()
}

/** The first state from which no end can be reached, or -1. */
const firstWithoutEnd = (states: number, edges: readonly number[], ended: readonly number[]): number => {
  const heads = new Int32Array(states).fill(-1)
  const nexts = new Int32Array(edges.length / 2)
  for (let e = 0; e < nexts.length; e++) {
    const to = edges[2 * e + 1]
    nexts[e] = heads[to]
    heads[to] = e
  }
  const ends = new Uint8Array(states)
  const reached = [...ended]
  for (const one of ended) ends[one] = 1
  for (let state = reached.pop(); state !== undefined; state = reached.pop())
    for (let e = heads[state]; e >= 0; e = nexts[e]) {
      const before = edges[2 * e]
      if (ends[before] === 1) continue
      ends[before] = 1
      reached.push(before)
    }
  return ends.indexOf(0)
}
