import type { Communication } from '../../lib/guest/communication'
import type { Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { begin } from '../../lib/protocol/pipeline'
import { signalInWords } from '../../lib/report/spaceTimeWords'
import type { Member } from '../../lib/world/clusterMember'
import * as members from '../../lib/world/clusterMember'
import { type ClusterLedger, clusterLedger } from './clusterLedger'
import type { ClusterState } from './clusterState'
import { breakDown, comeBack, copyOfState, end, give, keyOfState, land, membersOfState, proceed } from './clusterState'

/**
 * A small cluster to be explored: its `members` and the program they run, which must end. `faults`: how many machines break down at most (default 0), of `breaks` (default all, the
 * coordinator among them); `mayBreak`: and only while this holds (default always). `returns`: whether members come back (default false). `early`: how many time-outs ring at most while something else can happen (default 0), of those for which `mayBeEarly` holds
 * (default all); those for which `atAnyTime` holds (default none) ring whenever they like, and when nothing else can happen every time-out rings. `maxStates` (default 1,000,000): at more the exploration stops and says so.
 */
export type ClusterScope = {
  readonly members: readonly string[]
  readonly communication: Communication
  readonly faults?: number
  readonly breaks?: readonly string[]
  readonly mayBreak?: (ledger: ClusterLedger) => boolean
  readonly returns?: boolean
  readonly early?: number
  readonly atAnyTime?: (afterNs: number) => boolean
  readonly mayBeEarly?: (afterNs: number) => boolean
  readonly maxStates?: number
}

/** How far an exploration went; what is wrong, if something is, with the shortest way to it in words and as entries without times; and in how many ways each machine ended. */
export type ClusterExplored = {
  readonly states: number
  readonly transitions: number
  readonly depth: number
  readonly complete: boolean
  readonly endings: Readonly<Record<string, number>>
  readonly wrong?: {
    readonly invariant: string
    readonly problem: string
    readonly way: readonly string[]
    readonly entries: Journal
  }
}

type Choice = { readonly words: string; readonly take: (s: ClusterState) => void }

/**
 * Explores every interleaving of a small cluster, breadth first: of guests' steps, frames and messages, saving, time-outs and breakdowns. Every entry is judged by the cluster's invariants; in a state in which nothing more
 * can happen every machine that is there has ended, and once all have ended the guests' programs come to the end that they have without checkpoints, unless a machine is gone for good (`sameEnd`).
 * Cost: about 40 us a transition.
 */
export const exploreCluster = (pipeline: Pipeline, scope: ClusterScope): ClusterExplored => {
  const { maxStates = 1_000_000 } = scope
  const first = firstState(pipeline, scope)
  const expected = digestsAlone(scope)
  const seen = new Set([keyOfState(first)])
  const endings: Record<string, number> = {}
  type Way = { readonly before: Way | undefined; readonly words: string; readonly entries: Journal }
  const said = (way: Way | undefined): { readonly way: readonly string[]; readonly entries: Journal } => {
    const all: Way[] = []
    for (let at = way; at !== undefined; at = at.before) all.push(at)
    all.reverse()
    return { way: all.map(({ words }) => words), entries: [...first.entries, ...all.flatMap(({ entries }) => entries)] }
  }
  let transitions = 0
  let depth = 0
  let frontier: (readonly [ClusterState, Way | undefined])[] = [[first, undefined]]
  const report = (
    complete: boolean,
    wrong?: { readonly invariant: string; readonly problem: string; readonly at: Way | undefined }
  ): ClusterExplored => ({
    states: seen.size,
    transitions,
    depth,
    complete,
    endings,
    ...(wrong === undefined ? {} : { wrong: { invariant: wrong.invariant, problem: wrong.problem, ...said(wrong.at) } })
  })
  if (first.problems.length > 0) return report(true, { ...first.problems[0], at: undefined })
  while (frontier.length > 0) {
    const next: (readonly [ClusterState, Way | undefined])[] = []
    for (const [state, way] of frontier) {
      const possible = choicesIn(state, scope)
      if (possible.length === 0) {
        const outcomes = state.carriers.map(({ phase }) => (phase.type === 'done' ? phase.value.type : 'waits')).join(' ')
        endings[outcomes] = (endings[outcomes] ?? 0) + 1
        const problem = wrongAtEnd(state, expected)
        if (problem !== undefined) return report(true, { ...problem, at: way })
        continue
      }
      for (const { words, take } of possible) {
        const after = copyOfState(state)
        take(after)
        transitions++
        const step: Way = { before: way, words, entries: after.entries }
        if (after.problems.length > 0) return report(true, { ...after.problems[0], at: step })
        const key = keyOfState(after)
        if (seen.has(key)) continue
        seen.add(key)
        next.push([after, step])
      }
      if (seen.size >= maxStates) return report(false)
    }
    frontier = next
    if (next.length > 0) depth++
  }
  return report(true)
}

const firstState = (pipeline: Pipeline, { members: names, communication, faults = 0, early = 0 }: ClusterScope): ClusterState => {
  const s: ClusterState = {
    names: [...names, 'coordinator'],
    cluster: [],
    owned: names.map(() => true),
    carriers: [],
    down: [...names, ''].map(() => false),
    lanes: new Map(),
    pending: [],
    ledger: clusterLedger(names),
    faults,
    early,
    problems: [],
    entries: []
  }
  s.cluster.push(...membersOfState(s, names, (place) => communication.program(place, names.length)))
  const begun = s.names.map((name, i) => begin(name, pipeline({ name, pages: i < names.length ? 1 : 0, pageBytes: 4096 })))
  s.carriers.push(...begun.map(([carrier]) => carrier))
  for (const [, commands] of begun) give(s, commands)
  return s
}

const choicesIn = (
  s: ClusterState,
  { breaks, mayBreak = () => true, returns = false, atAnyTime = () => false, mayBeEarly = () => true }: ClusterScope
): readonly Choice[] => {
  if (s.carriers.every(({ phase }) => phase.type === 'done')) return []
  const possible: Choice[] = []
  for (const m of s.cluster)
    if (members.canAct(m))
      possible.push({ words: `the guest of ${s.names[m.place]} takes a step`, take: (after) => proceed(after, m.place) })
  for (const [lane, parcels] of s.lanes) {
    if (parcels.length === 0) continue
    const [first] = parcels
    const [from, to] = lane.split(' ')[0].split('>').map(Number)
    const what =
      'frame' in first
        ? `frame ${first.frame.number} of ${s.names[from]} comes to ${s.names[to]}`
        : `${s.names[to]} hears: ${signalInWords({ type: 'told', from: s.names[from], message: first.message, at: 0, migration: '' }, undefined)}`
    possible.push({ words: what, take: (after) => land(after, lane) })
  }
  const timers: (Choice & { readonly afterNs: number })[] = []
  for (const command of s.pending) {
    const { order, to } = command
    if (order.type !== 'wake') possible.push({ words: `${to.migration} has done: ${order.type}`, take: (after) => end(after, command) })
    else
      timers.push({
        words: `a timer of ${to.migration} rings (${order.afterNs})`,
        take: (after) => end(after, command),
        afterNs: order.afterNs
      })
  }
  const isQuiet = possible.length === 0
  for (const { words, take, afterNs } of timers)
    if (isQuiet || atAnyTime(afterNs)) possible.push({ words, take })
    else if (s.early > 0 && mayBeEarly(afterNs))
      possible.push({
        words: `${words}, early`,
        take: (after) => {
          after.early--
          take(after)
        }
      })
  for (let place = 0; place < s.names.length; place++) {
    const name = s.names[place]
    if (s.down[place]) {
      const isGuest = place < s.cluster.length
      if (returns && isGuest && s.carriers[place].phase.type !== 'done')
        possible.push({ words: `${name} is back`, take: (after) => comeBack(after, place) })
    } else if (s.faults > 0 && s.carriers[place].phase.type !== 'done' && (breaks?.includes(name) ?? true) && mayBreak(s.ledger))
      possible.push({
        words: `${name} breaks down`,
        take: (after) => {
          after.faults--
          breakDown(after, place)
        }
      })
  }
  return possible
}

const wrongAtEnd = (s: ClusterState, expected: readonly number[]): { readonly invariant: string; readonly problem: string } | undefined => {
  const waiting = s.carriers.findIndex(({ phase }, place) => phase.type !== 'done' && !s.down[place])
  if (waiting >= 0) return { invariant: 'ends', problem: `nothing more can happen, and ${s.names[waiting]} has not ended` }
  const after = copyOfState(s)
  runOut(after)
  if (after.problems.length > 0) return after.problems[0]
  // Who is gone for good, or waits to be loaded with others that are, lets the others wait for its frames.
  const isWhole = after.cluster.every((m) => m.running)
  for (const m of after.cluster) {
    const digest = digestOf(m)
    if (digest === undefined && !isWhole) continue
    if (digest !== expected[m.place])
      return {
        invariant: 'sameEnd',
        problem: `the program of ${s.names[m.place]} ${digest === undefined ? 'does not come to its end' : 'comes to another end'}`
      }
  }
  return undefined
}

/** Lets the guests run to the end of their programs: no order of their steps makes a difference. */
const runOut = (s: ClusterState): void => {
  for (let moved = true; moved; ) {
    moved = false
    for (let place = 0; place < s.cluster.length; place++)
      while (members.canAct(s.cluster[place])) {
        proceed(s, place)
        moved = true
      }
    for (const [lane, parcels] of s.lanes)
      if (parcels.length > 0) {
        land(s, lane)
        moved = true
      }
  }
}

const digestOf = (m: Member): number | undefined => (m.vm !== undefined && members.actionOf(m).type === 'end' ? m.vm.digest : undefined)

const digestsAlone = (scope: ClusterScope): readonly number[] => {
  const alone = firstState(() => ({ requests: [], phase: { type: 'done', value: { type: 'completed', needs: [] } } }), scope)
  runOut(alone)
  return alone.cluster.map((m) => {
    const digest = digestOf(m)
    if (digest === undefined) throw new RangeError(`exploreCluster: the program must come to its end (got ${scope.communication.name})`)
    return digest
  })
}
