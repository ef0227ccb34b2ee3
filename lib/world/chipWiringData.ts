import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import { linksBetween } from '../noc/linksBetween'
import type { Topology } from '../noc/topology'
import type { Data } from '../protocol/data'
import { type ChipWiring, mppaWiring } from './mppaWiring'

/** A link of a network on chip, which leaves a node by a port. */
export type ChipLink = { readonly from: number; readonly port: number; readonly to: number }

/** What a journal tells of a chip's wiring: its links, at which node each interface is, and the links between two nodes in order (none where no way leads from the one to the other). */
export type ToldWiring = {
  readonly topology: Topology
  readonly routing: string
  readonly nodeOf: (node: string) => number | undefined
  readonly way: (from: number, to: number) => readonly ChipLink[]
}

/**
 * A chip's wiring as its description has it. The usual one by its names; another whole, so that a journal can be read where the wiring is not: links, the nodes of the interfaces, and for each pair of these
 * the ports by which a packet leaves one router after the other (a digit each, base 32). Law: `toldWiring(chipWiringData(w, names))` has the links and ways of `w`.
 */
export const chipWiringData = (wiring: ChipWiring, names: readonly string[]): Data => {
  const { topology, routing, usual, nodeOf } = wiring
  const said = { topology: topology.name, routing: routing.name }
  if (usual !== undefined && usual.topology === topology && usual.routing === routing && usual.nodeOf === nodeOf) return said
  const { nodes, ports, target, radices, wraps } = topology
  return {
    ...said,
    nodes,
    ports,
    target: Array.from(target),
    radices: [...radices],
    wraps,
    at: Object.fromEntries(names.map((name) => [name, nodeOf(name)])),
    ways: Object.fromEntries(names.map((from) => [from, Object.fromEntries(names.flatMap((to) => wayBetween(wiring, from, to)))]))
  }
}

const wayBetween = (wiring: ChipWiring, from: string, to: string): readonly (readonly [string, string])[] => {
  if (from === to) return []
  try {
    const links = linksBetween(wiring, wiring.nodeOf(from), wiring.nodeOf(to))
    return [[to, links.map(({ port }) => port.toString(32)).join('')]]
  } catch (error) {
    // A routing that leads nowhere for a pair is no mistake before somebody sends there.
    if (error instanceof RangeError) return []
    throw error
  }
}

/** The wiring that a description tells of, or what is wrong with it. Cost: for the usual wiring as `mppaWiring`. */
export const toldWiring = (data: unknown): Either<string, ToldWiring> => {
  if (!isRecord(data) || typeof data.topology !== 'string' || typeof data.routing !== 'string') return left('no wiring')
  if (!('target' in data)) return named(data.topology, data.routing)
  const { topology: name, routing, nodes, ports, target, radices, wraps, at, ways } = data
  const isWhole =
    isCount(nodes) &&
    isCount(ports) &&
    Array.isArray(target) &&
    target.length === nodes * ports &&
    target.every((end) => Number.isSafeInteger(end) && end >= -1 && end < target.length) &&
    Array.isArray(radices) &&
    radices.every(isCount) &&
    typeof wraps === 'boolean' &&
    isRecord(at) &&
    Object.values(at).every((node) => typeof node === 'number' && Number.isSafeInteger(node) && node >= 0 && node < nodes) &&
    isRecord(ways) &&
    Object.values(ways).every((of) => isRecord(of) && Object.values(of).every((way) => typeof way === 'string' && /^[\da-v]*$/.test(way)))
  if (!isWhole) return left(`a wiring called ${name} that is not whole`)
  const topology: Topology = { name, nodes, ports, target: Int32Array.from(target), radices, wraps }
  const places = at as Readonly<Record<string, number>>
  const told = new Map<number, string>()
  for (const [from, of] of Object.entries(ways as Readonly<Record<string, Readonly<Record<string, string>>>>))
    for (const [to, way] of Object.entries(of)) if (from in places && to in places) told.set(places[from] * nodes + places[to], way)
  return right({
    topology,
    routing,
    nodeOf: (node) => places[node],
    way: (from, to) => linksAlong(topology, from, told.get(from * nodes + to) ?? '')
  })
}

const named = (name: string, routing: string): Either<string, ToldWiring> => {
  const wiring = name.startsWith('mppa256') ? mppaWiring({ ioLinks: name === 'mppa256' ? 'none' : 'line' }) : undefined
  const told = wiring === undefined ? left('') : toldWiringOf(wiring, { topology: name, routing })
  return isLeft(told) ? left(`a wiring that is only named: ${name}, ${routing}`) : told
}

/** The same of a wiring that is at hand; wrong where the description names another. */
export const toldWiringOf = (wiring: ChipWiring, data: unknown): Either<string, ToldWiring> => {
  const { topology, routing } = wiring
  if (!isRecord(data) || data.topology !== topology.name || data.routing !== routing.name)
    return left(`another wiring than ${topology.name}, ${routing.name}`)
  return right({
    topology,
    routing: routing.name,
    nodeOf: (node) => {
      try {
        return wiring.nodeOf(node)
      } catch {
        return undefined
      }
    },
    way: (from, to) => linksBetween(wiring, from, to)
  })
}

const linksAlong = ({ ports, target }: Topology, from: number, way: string): readonly ChipLink[] => {
  const links: ChipLink[] = []
  let node = from
  for (const digit of way) {
    const port = Number.parseInt(digit, 32)
    const end = port < ports ? target[node * ports + port] : -1
    if (end < 0) return []
    const to = Math.floor(end / ports)
    links.push({ from: node, port, to })
    node = to
  }
  return links
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 1
