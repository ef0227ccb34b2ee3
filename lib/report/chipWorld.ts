import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import type { Entry } from '../protocol/journal'
import type { Seed } from '../random/random'
import { type Clock, clock } from '../time/clock'
import type { Time } from '../time/time'
import type { ChipPackets } from '../world/chipPacketFlits'
import { type ToldWiring, toldWiring, toldWiringOf } from '../world/chipWiringData'
import type { ChipWiring } from '../world/mppaWiring'

/** A chip as the first entry of its journal tells of it. `places`: of each interface, the node it is at and its cluster. `names`: of each node, the interfaces there. `deadLinks`: those that break, and when. */
export type ChipWorld = {
  readonly seed: Seed
  readonly at: Time
  readonly clusters: readonly { readonly name: string; readonly kind: string; readonly nodes: readonly string[] }[]
  readonly clock: Clock
  readonly fidelity: string
  readonly packets: ChipPackets
  readonly headerBytes: number
  readonly wiring: ToldWiring
  readonly places: ReadonlyMap<string, { readonly node: number; readonly cluster: string }>
  readonly names: ReadonlyMap<number, readonly string[]>
  readonly deadLinks: readonly { readonly at: Time; readonly from: number; readonly to: number }[]
}

/** The chip that a journal's first entry tells of (its own, or that of threads on its clusters), or why it is none, in words. `known`: its wiring, where that is at hand; the usual one takes some 70 ms to be made again. */
export const chipWorld = (began: Entry, known?: ChipWiring): Either<string, ChipWorld> => {
  if (began.type !== 'began') return left(`a journal must begin with began (got ${began.type})`)
  const { seed, at } = began
  const world = inner(began.world)
  const told = record(world)?.world
  if (told !== 'chip')
    return left(`the journal must be of a chip (got ${typeof told === 'string' ? `a world called ${told}` : 'another world'})`)
  const { clusters, hertz, fidelity, packets, headerBytes, wiring: wires, faults } = record(world)!
  const [sizes, own] = [record(packets), record(clusters)]
  const parts = Object.entries(own ?? {}).map(([name, cluster]) => ({
    name,
    kind: String(record(cluster)?.kind),
    nodes: texts(record(cluster)?.nodes)
  }))
  const isWhole =
    isPositive(hertz) &&
    isPositive(sizes?.flitBytes) &&
    isPositive(sizes.payloadBytes) &&
    isWholeNumber(sizes.headerFlits) &&
    isWholeNumber(headerBytes) &&
    parts.length > 0 &&
    parts.every(({ nodes }) => nodes.length > 0)
  if (!isWhole) return left('the description of the chip in the journal is not whole')
  const wiring = known === undefined ? toldWiring(wires) : toldWiringOf(known, wires)
  if (isLeft(wiring)) return left(`the description of the chip in the journal has ${wiring.left}`)
  const ordered = [...parts].sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1))
  const places = new Map<string, { readonly node: number; readonly cluster: string }>()
  const names = new Map<number, readonly string[]>()
  for (const { name, nodes } of ordered)
    for (const one of nodes) {
      const node = wiring.right.nodeOf(one)
      if (node === undefined) continue
      places.set(one, { node, cluster: name })
      names.set(node, [...(names.get(node) ?? []), one])
    }
  return right({
    seed,
    at,
    clusters: ordered,
    clock: clock({ hertz }),
    fidelity: String(fidelity),
    packets: sizes as unknown as ChipPackets,
    headerBytes,
    wiring: wiring.right,
    places,
    names,
    deadLinks: (Array.isArray(faults) ? faults : []).flatMap((fault) => {
      const { at: when, link } = record(fault) ?? {}
      return isWholeNumber(when) && Array.isArray(link) && link.every(isWholeNumber) ? [{ at: when, from: link[0], to: link[1] }] : []
    })
  })
}

/** The chip in a world that stands around it: one whose answers come late, or threads on its clusters. */
const inner = (world: unknown): unknown => {
  const { world: name, of, network } = record(world) ?? {}
  return name === 'delayed' ? inner(of) : (record(record(network)?.chip) ?? world)
}

/** I/O clusters first, then by the number in the name. */
const rank = (name: string): number => (name.startsWith('io') ? 0 : 1000) + Number(/\d+$/.exec(name)?.[0] ?? 0)

const record = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined

const texts = (value: unknown): readonly string[] => (Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : [])

const isWholeNumber = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

const isPositive = (value: unknown): value is number => isWholeNumber(value) && value > 0
