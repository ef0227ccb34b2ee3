import type { IsoArea, SlotRun } from '../../lib/memory/isoArea'
import { fromPages, toRuns } from '../../lib/memory/pageSet'
import type { IsoMessage } from '../../lib/protocol/isoMessage'
import { type IsoNode, isoNode } from '../../lib/protocol/isoNode'
import { type IsoEffect, type IsoEvent, type IsoLimits, type IsoNodeState, isoNodeState } from '../../lib/protocol/isoNodeState'
import { dataKey } from '../explore/dataKey'
import { heldByNobody, heldTwice, holdersOf, type IsoInvariant } from './isoOwnership'

/** What a thread does in an exploration, one after the other: takes a run, gives back its latest, or moves. */
export type IsoScriptStep =
  | { readonly type: 'take'; readonly n: number }
  | { readonly type: 'give' }
  | { readonly type: 'move'; readonly to: number }

/**
 * A few nodes to be explored: `owners` of the slots at the start, and what threads do, each from its node on. `cuts`: how many nodes may be cut off from all others at any moment (default 0). `maxStates` (default 200,000): at
 * more it stops and says so.
 */
export type IsoScope = {
  readonly nodes: number
  readonly owners: readonly number[]
  readonly threads: readonly { readonly node: number; readonly steps: readonly IsoScriptStep[] }[]
  readonly limits?: IsoLimits
  readonly cuts?: number
  readonly maxStates?: number
  readonly machine?: IsoNode
}

/** How far an exploration went, and the first thing that is wrong, with the way to it in words. */
export type IsoExplored = {
  readonly states: number
  readonly complete: boolean
  readonly ends: number
  readonly wrong: { readonly invariant: IsoInvariant; readonly problem: string; readonly way: readonly string[] } | undefined
}

/** A thread: where it is, what it has done, and whether it waits. */
type Acting = { readonly node: number; readonly done: number; readonly waits: boolean; readonly lost: boolean }

type Here = {
  readonly states: readonly IsoNodeState[]
  readonly channels: Readonly<Record<string, readonly IsoMessage[]>>
  readonly leaving: readonly (readonly [rank: number, departure: number])[]
  readonly notices: readonly (readonly [rank: number, lost: number])[]
  readonly moving: Readonly<Record<string, readonly SlotRun[]>>
  readonly threads: readonly Acting[]
  readonly cut: readonly number[]
  /** Slots that are mapped on each node, where memory has a bound. */
  readonly mapped: readonly (readonly number[])[]
}

/**
 * Every order in which messages can come and threads can act, with channels that keep theirs: of `isoNode` (or another `machine`), without time. At each state ownership is looked at, and where nothing can happen
 * any more, whether somebody still waits. Cost: some 30 us a state and transition.
 */
export const exploreIso = (scope: IsoScope): IsoExplored => {
  const { nodes, owners, machine = isoNode, cuts = 0, maxStates = 200_000 } = scope
  const area: IsoArea = { topAddress: 2 ** 20, slotBytes: 256, slots: owners.length, stackSlots: owners.length + 1 }
  const maps = Array.from({ length: nodes }, (_, rank) =>
    fromPages(
      area.slots,
      [...owners.keys()].filter((slot) => owners[slot] === rank)
    )
  )
  const first: Here = {
    states: maps.map((map, rank) => isoNodeState({ rank, nodes, area, map, ...(scope.limits && { limits: scope.limits }) })),
    channels: {},
    leaving: [],
    notices: [],
    moving: {},
    threads: scope.threads.map(({ node }) => ({ node, done: 0, waits: false, lost: false })),
    cut: [],
    mapped: maps.map(() => [])
  }
  const most = scope.limits?.mapped

  const heard = (here: Here, rank: number, event: IsoEvent): Here => {
    const made = machine(here.states[rank], event)
    const states = here.states.map((state, i) => (i === rank ? made.state : state))
    return made.effects.reduce<Here>((next, effect) => enacted(next, rank, effect), { ...here, states })
  }
  const enacted = (here: Here, rank: number, effect: IsoEffect): Here => {
    if (effect.type === 'send') {
      const { to, message } = effect
      const isOut = here.cut.includes(rank) || here.cut.includes(to)
      if (isOut) return message.type === 'thread' ? lose(here, message.thread) : here
      const channel = `${rank}>${to}`
      const sent = { ...here, channels: { ...here.channels, [channel]: [...(here.channels[channel] ?? []), message] } }
      if (message.type !== 'thread') return sent
      return { ...sent, moving: { ...here.moving, [message.thread]: message.runs }, leaving: [...here.leaving, [rank, message.departure]] }
    }
    if (effect.type === 'map' || effect.type === 'unmap') {
      const { start, n } = effect.run
      const others = here.mapped[rank].filter((slot) => slot < start || slot >= start + n)
      const all = effect.type === 'unmap' ? others : [...others, ...Array.from({ length: n }, (_, i) => start + i)].sort((a, b) => a - b)
      return most === undefined ? here : { ...here, mapped: here.mapped.map((one, i) => (i === rank ? all : one)) }
    }
    if (effect.type === 'got' || effect.type === 'gave') return went(here, effect.thread, {})
    if (effect.type === 'refused') return went(here, effect.thread, {})
    if (effect.type !== 'installed') return here
    const { [effect.thread]: _, ...moving } = here.moving
    return went({ ...here, moving }, effect.thread, { node: rank })
  }
  const went = (here: Here, name: string, change: Partial<Acting>): Here => ({
    ...here,
    threads: here.threads.map((thread, i) => (`t${i}` === name ? { ...thread, waits: false, ...change } : thread))
  })
  const lose = (here: Here, name: string): Here => {
    const { [name]: _, ...moving } = here.moving
    return went({ ...here, moving }, name, { lost: true })
  }

  const acted = (here: Here, i: number): Here => {
    const { node, done } = here.threads[i]
    const step = scope.threads[i].steps[done]
    const thread = `t${i}`
    const begun = { ...here, threads: here.threads.map((one, at) => (at === i ? { ...one, done: done + 1, waits: true } : one)) }
    if (step.type === 'take') return heard(begun, node, { type: 'need', thread, n: step.n })
    if (step.type === 'move') return heard(begun, node, { type: 'depart', thread, to: step.to })
    const run = here.states[node].held[thread]?.at(-1)
    return run === undefined ? went(begun, thread, {}) : heard(begun, node, { type: 'give', thread, run })
  }
  const cutOff = (here: Here, rank: number): Here => {
    const passing = Object.entries(here.channels).filter(([channel]) => channel.split('>').map(Number).includes(rank))
    const gone = passing.flatMap(([, messages]) => messages.flatMap((one) => (one.type === 'thread' ? [one.thread] : [])))
    const others = here.states.map((state) => state.rank).filter((one) => one !== rank)
    const left = {
      ...here,
      channels: Object.fromEntries(Object.entries(here.channels).filter((one) => !passing.some(([name]) => name === one[0])))
    }
    return gone.reduce(lose, {
      ...left,
      cut: [...here.cut, rank],
      notices: [
        ...here.notices,
        ...others.flatMap((one): (readonly [number, number])[] => [
          [one, rank],
          [rank, one]
        ])
      ]
    })
  }

  const movesOf = (here: Here): readonly (readonly [string, Here])[] => {
    const moves: (readonly [string, Here])[] = []
    here.threads.forEach(({ waits, lost, done }, i) => {
      if (!waits && !lost && done < scope.threads[i].steps.length)
        moves.push([`t${i}: ${scope.threads[i].steps[done].type}`, acted(here, i)])
    })
    for (const [channel, [message, ...rest]] of Object.entries(here.channels)) {
      if (message === undefined) continue
      const [from, to] = channel.split('>').map(Number)
      const { [channel]: _, ...others } = here.channels
      const taken = { ...here, channels: rest.length === 0 ? others : { ...others, [channel]: rest } }
      const lost = message.type === 'thread' && here.states[to].lost.includes(from)
      moves.push([`${channel} ${message.type}`, heard(lost ? lose(taken, message.thread) : taken, to, { type: 'told', from, message })])
    }
    here.leaving.forEach(([rank, departure], i) => {
      const noticed = { ...here, leaving: here.leaving.filter((_, at) => at !== i) }
      moves.push([`node ${rank} notices departure ${departure}`, heard(noticed, rank, { type: 'left', departure })])
    })
    here.notices.forEach(([rank, lost], i) => {
      const noticed = { ...here, notices: here.notices.filter((_, at) => at !== i) }
      moves.push([`node ${rank} loses ${lost}`, heard(noticed, rank, { type: 'lost', rank: lost })])
    })
    if (here.cut.length < cuts)
      for (const { rank } of here.states) if (!here.cut.includes(rank)) moves.push([`node ${rank} is cut off`, cutOff(here, rank)])
    return moves
  }
  const wrongIn = (here: Here, isEnd: boolean): readonly [IsoInvariant, string] | undefined => {
    const holders = holdersOf(here.states, Object.values(here.moving).flat(), area.slots)
    const twice = heldTwice(holders)
    if (twice !== undefined) return ['disjointOwnership', twice]
    const nobody = here.cut.length === 0 ? heldByNobody(holders, isEnd ? [] : here.states) : undefined
    if (nobody !== undefined) return ['ownershipConserved', nobody]
    const full = most === undefined ? -1 : here.mapped.findIndex((slots) => slots.length > most)
    if (full !== -1) return ['withinMemory', `node ${full} has ${here.mapped[full].length} slots mapped, and memory for ${most}`]
    const waiting = isEnd ? here.threads.findIndex(({ waits, lost }) => waits && !lost) : -1
    return waiting === -1 ? undefined : ['ordersAnswered', `t${waiting} waits for ever`]
  }

  const from = new Map<string, readonly [string, string] | undefined>([[keyOf(first), undefined]])
  let edge: readonly (readonly [string, Here])[] = [[keyOf(first), first]]
  let ends = 0
  const wayTo = (key: string): readonly string[] => {
    const way: string[] = []
    for (let step = from.get(key); step !== undefined; step = from.get(step[0])) way.unshift(step[1])
    return way
  }
  while (edge.length > 0) {
    const next: (readonly [string, Here])[] = []
    for (const [key, here] of edge) {
      const moves = movesOf(here)
      const isEnd = moves.length === 0
      if (isEnd) ends++
      const wrong = wrongIn(here, isEnd)
      if (wrong !== undefined)
        return { states: from.size, complete: false, ends, wrong: { invariant: wrong[0], problem: wrong[1], way: wayTo(key) } }
      for (const [what, there] of moves) {
        const name = keyOf(there)
        if (from.has(name)) continue
        from.set(name, [key, what])
        next.push([name, there])
      }
    }
    if (from.size > maxStates) return { states: from.size, complete: false, ends, wrong: undefined }
    edge = next
  }
  return { states: from.size, complete: true, ends, wrong: undefined }
}

const keyOf = ({ states, channels, leaving, notices, moving, threads, cut, mapped }: Here): string => {
  const nodes = states.map(({ area: _, limits: __, map, syncs, ...state }) => [
    toRuns(map),
    Object.entries(syncs)
      .map(([key, ranks]) => [key, [...ranks].sort()] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    { ...state, lost: [...state.lost].sort() }
  ])
  const sorted = <A>(record: Readonly<Record<string, A>>): readonly (readonly [string, A])[] =>
    Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
  return dataKey([
    nodes,
    sorted(channels),
    [...leaving].sort(),
    [...notices].sort(),
    sorted(moving),
    threads,
    [...cut].sort(),
    mapped
  ] as never)
}
