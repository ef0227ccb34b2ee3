import { fewestLinks, type Ways } from './sourceRouted'
import type { Topology } from './topology'
import { type Turns, turnsOf } from './turns'

/**
 * A way for every pair of nodes such that all together never wait for each other in a ring: feed-forward routes, on which a network without virtual channels cannot deadlock.
 * As short as was found, load spread over the links.
 *
 * Which turns (from a link into a router to one out of it) may be taken is decided for all ways at once: turns are allowed one after the other for as long as no ring of links closes.
 * They are tried in several orders: lower dimensions before higher; by how many shortest ways want them; and after all that go up and then down a tree have been allowed, from several
 * roots (up-down routing, Schroeder et al., IEEE J-SAC 9(8), 1991). The order with the shortest ways is taken; then turns that nobody uses are given up for such as shorten what is
 * not shortest yet, while that helps.
 *
 *     const routes = feedForwardRoutes(torus([4, 4]))
 *     channelDependencies(torus([4, 4]), sourceRouted(torus([4, 4]), routes)).cycle       // undefined
 *     meanLinks(torus([4, 4]), routes)                                                    // 2.13, as short as can be
 *
 * Errors: `RangeError` when two nodes are not connected both ways. Cost: turns² for each order, nodes * turns for the ways.
 */
export const feedForwardRoutes = (topology: Topology): Ways => {
  const { nodes } = topology
  const apart = fewestLinks(topology)
  if (apart.includes(-1)) throw new RangeError(`feedForwardRoutes: the nodes of ${topology.name} are not all connected`)
  const turns = turnsOf(topology)
  const wanted = demand(topology, turns, apart, () => true)
  let best = orders(topology, turns, wanted)
    .map((order) => allowed(turns, [], order))
    .map((turnsAllowed) => reached(topology, turns, turnsAllowed))
    .reduce((one, other) => (other.links < one.links ? other : one))
  for (let round = 0; round < 8; round++) {
    const used = usedTurns(topology, turns, waysBy(topology, turns, best))
    const short = best
    const missing = demand(topology, turns, apart, (pair) => short.toPair[pair] > apart[pair])
    const order = byDemand(turns, missing).filter((turn) => missing[turn] > 0)
    const next = reached(topology, turns, allowed(turns, used, [...order, ...byDemand(turns, wanted)]))
    if (next.links >= best.links) break
    best = next
  }
  if (best.links === Infinity) throw new RangeError(`feedForwardRoutes: the links of ${topology.name} do not lead both ways`)
  return nodes < 2 ? [[]] : waysBy(topology, turns, best)
}

/** How far each destination is from where a link leads to, in links by allowed turns only; and from each source. */
type Reached = {
  readonly after: readonly (readonly number[])[]
  readonly fromLink: readonly Int32Array[]
  readonly toPair: Float64Array
  readonly links: number
}

/** How many pairs of nodes have a shortest way by each turn; for wirings too large to count, 0. */
const demand = (
  { nodes, ports, target }: Topology,
  { from, onto }: Turns,
  apart: Int32Array,
  counts: (pair: number) => boolean
): Float64Array => {
  const wanted = new Float64Array(from.length)
  if (nodes > 128) return wanted
  from.forEach((link, turn) => {
    const begin = Math.floor(link / ports)
    const end = Math.floor(target[onto[turn]] / ports)
    for (let source = 0; source < nodes; source++)
      for (let destination = 0; destination < nodes; destination++) {
        const pair = source * nodes + destination
        if (apart[source * nodes + begin] + 2 + apart[end * nodes + destination] === apart[pair] && counts(pair)) wanted[turn]++
      }
  })
  return wanted
}

const byDemand = ({ from }: Turns, wanted: Float64Array): readonly number[] =>
  Array.from(from, (_, turn) => turn).sort((a, b) => wanted[b] - wanted[a] || a - b)

const orders = (topology: Topology, turns: Turns, wanted: Float64Array): readonly (readonly number[])[] => {
  const { nodes, ports, target } = topology
  const popular = byDemand(turns, wanted)
  const first = (isFirst: (turn: number) => boolean): readonly number[] => [
    ...popular.filter(isFirst),
    ...popular.filter((turn) => !isFirst(turn))
  ]
  const dimension = (link: number): number => (link % ports) >> 1
  const rising = first((turn) => dimension(turns.from[turn]) <= dimension(turns.onto[turn]))
  const roots = Array.from({ length: Math.min(nodes, 16) }, (_, i) => Math.floor((i * nodes) / Math.min(nodes, 16)))
  const trees = roots.map((root) => {
    const apart = fewestLinks(topology).subarray(root * nodes, (root + 1) * nodes)
    const isUp = (link: number): boolean => {
      const [begin, end] = [Math.floor(link / ports), Math.floor(target[link] / ports)]
      return apart[end] < apart[begin] || (apart[end] === apart[begin] && end < begin)
    }
    return first((turn) => isUp(turns.from[turn]) || !isUp(turns.onto[turn]))
  })
  return [rising, popular, ...trees]
}

/** Those turns, in order, that close no ring with the ones before; `given` close none. */
const allowed = ({ from, onto, links }: Turns, given: readonly number[], order: readonly number[]): readonly (readonly number[])[] => {
  const after: number[][] = Array.from({ length: links }, () => [])
  const seen = new Int32Array(links).fill(-1)
  const stack: number[] = []
  const leadsTo = (start: number, end: number, mark: number): boolean => {
    stack.length = 0
    stack.push(start)
    seen[start] = mark
    while (stack.length > 0) {
      const link = stack.pop() as number
      if (link === end) return true
      for (const next of after[link])
        if (seen[next] !== mark) {
          seen[next] = mark
          stack.push(next)
        }
    }
    return false
  }
  for (const turn of given) after[from[turn]].push(onto[turn])
  order.forEach((turn, mark) => {
    const [one, other] = [from[turn], onto[turn]]
    if (!after[one].includes(other) && !leadsTo(other, one, mark)) after[one].push(other)
  })
  return after
}

const reached = ({ nodes, ports, target }: Topology, { links }: Turns, after: readonly (readonly number[])[]): Reached => {
  const before: number[][] = Array.from({ length: links }, () => [])
  after.forEach((nexts, link) => {
    for (const next of nexts) before[next].push(link)
  })
  const toPair = new Float64Array(nodes * nodes).fill(Infinity)
  const fromLink = Array.from({ length: nodes }, (_, destination) => {
    const left = new Int32Array(links).fill(-1)
    const queue: number[] = []
    for (let link = 0; link < links; link++)
      if (target[link] >= 0 && Math.floor(target[link] / ports) === destination) {
        left[link] = 0
        queue.push(link)
      }
    for (const link of queue)
      for (const one of before[link])
        if (left[one] < 0) {
          left[one] = left[link] + 1
          queue.push(one)
        }
    for (let link = 0; link < links; link++) {
      const pair = Math.floor(link / ports) * nodes + destination
      if (left[link] >= 0) toPair[pair] = Math.min(toPair[pair], left[link] + 1)
    }
    toPair[destination * nodes + destination] = 0
    return left
  })
  return { after, fromLink, toPair, links: toPair.reduce((sum, one) => sum + one, 0) }
}

/** A shortest way for every pair by allowed turns, each going on by the link that fewest ways have taken so far. */
const waysBy = ({ nodes, ports, target }: Topology, { links }: Turns, { after, fromLink, toPair }: Reached): Ways => {
  const load = new Float64Array(links)
  const ways: number[][] = Array.from({ length: nodes * nodes }, () => [])
  const pairs = Array.from({ length: nodes * nodes }, (_, pair) => pair).sort((a, b) => toPair[b] - toPair[a] || a - b)
  for (const pair of pairs) {
    const left = fromLink[pair % nodes]
    const source = Math.floor(pair / nodes)
    let choices: readonly number[] = Array.from({ length: ports }, (_, port) => source * ports + port).filter((link) => target[link] >= 0)
    for (let rest = toPair[pair] - 1; rest >= 0; rest--) {
      const link = choices.filter((one) => left[one] === rest).reduce((one, other) => (load[other] < load[one] ? other : one))
      load[link]++
      ways[pair].push(link % ports)
      choices = after[link]
    }
  }
  return ways
}

const usedTurns = ({ nodes, ports, target }: Topology, { from, onto }: Turns, ways: Ways): readonly number[] => {
  const used = new Set<string>()
  ways.forEach((way, pair) => {
    let node = Math.floor(pair / nodes)
    let last = -1
    for (const port of way) {
      const link = node * ports + port
      if (last >= 0) used.add(`${last} ${link}`)
      last = link
      node = Math.floor(target[link] / ports)
    }
  })
  return Array.from(from, (_, turn) => turn).filter((turn) => used.has(`${from[turn]} ${onto[turn]}`))
}
