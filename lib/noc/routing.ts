import type { Topology } from './topology'

/**
 * How a packet finds its way: asked once a router by the packet's head.
 *
 * - `next(node, inPort, inVc, source, destination, hop, chance)`: where the head that stands at `node`, come in by `inPort` on virtual channel `inVc` (the terminal's
 *   port at its source) after `hop` links, goes on: an `Onward`. `chance` is 0 or 1, drawn for this packet and hop.
 * - `draws`: whether `chance` matters (so that a look at all ways looks at both).
 * - `local`: `next` itself, where it looks at neither `source` nor `hop`: then a network may keep its answers. (A routing that is spread and given another `next` is not local.)
 */
export type Routing = {
  readonly name: string
  readonly vcs: number
  readonly draws: boolean
  readonly next: Next
  readonly local?: Next
}

type Next = (node: number, inPort: number, inVc: number, source: number, destination: number, hop: number, chance: number) => Onward

/** An output port and the range of virtual channels that may be taken there, in one integer: see `onward`. */
export type Onward = number

/** Packs an output port with the virtual channels from `firstVc` to `lastVc`. */
export const onward = (port: number, firstVc: number, lastVc: number): Onward => port | (firstVc << 8) | (lastVc << 16)

/** The port of an `Onward`. */
export const portOf = (way: Onward): number => way & 0xff

/** The first and the last virtual channel of an `Onward`. */
export const vcsOf = (way: Onward): readonly [number, number] => [(way >> 8) & 0xff, way >> 16]

/**
 * Dimension-order routing on a mesh or torus: the lowest dimension first, the shorter way round a ring, either way by chance when both are as long.
 *
 * On a torus the virtual channels are two classes: a packet whose way in a dimension ends at a lower coordinate than it began takes the upper half of the channels
 * throughout that dimension, others the lower half. Minimal ways never close a ring within one class, so the channel-dependency graph has no cycle (Dally & Seitz, IEEE
 * Trans. Computers C-36(5), 1987; the fixed dateline of BookSim2's `dim_order`). Where a packet leaves the network, and at its source, any channel will do.
 *
 *     dimensionOrder(torus([4, 4]), 2)
 *     dimensionOrder(torus([4, 4]), 1, { datelines: false })     // what must not be done: rings without classes deadlock
 *
 * Errors: `RangeError` when the wiring has no dimensions, `vcs` is not from 1 to 32, or a torus with datelines has fewer than two.
 */
export const dimensionOrder = (
  topology: Topology,
  vcs: number,
  { datelines = topology.wraps }: { readonly datelines?: boolean } = {}
): Routing => {
  const { radices, wraps, ports } = topology
  if (radices.length === 0) throw new RangeError(`dimensionOrder: ${topology.name} has no dimensions`)
  if (!Number.isSafeInteger(vcs) || vcs < 1 || vcs > 32) throw new RangeError(`dimensionOrder: vcs must be from 1 to 32 (got ${vcs})`)
  if (datelines && vcs < 2) throw new RangeError(`dimensionOrder: two classes of channels need two virtual channels (got ${vcs})`)
  const half = vcs >> 1
  const any = onward(0, 0, vcs - 1)
  const classes = vcs - half
  const lower = onward(0, 0, classes - 1)
  const upper = onward(0, classes, vcs - 1)
  const { nodes } = topology
  /** Where a packet goes on that begins or turns (`isEven`: or else the other way round). */
  const turn = (node: number, destination: number): number => {
    let here = node
    let there = destination
    for (let d = 0; ; d++) {
      const radix = radices[d]
      const x = here % radix
      const y = there % radix
      if (x !== y) {
        if (!wraps) return (2 * d + (y > x ? 0 : 1)) | any | isKnown
        const twice = 2 * (y > x ? y - x : y - x + radix)
        const way = (2 * d + (twice < radix ? 0 : 1)) | (datelines ? (x > y ? upper : lower) : any)
        return way | isKnown | (twice === radix ? isEven : 0)
      }
      here = (here - x) / radix
      there = (there - y) / radix
    }
  }
  // Found once a pair of nodes where that takes no more than 4 MiB.
  const known = new Int32Array(nodes <= 1024 ? nodes * nodes : 0)
  const turned = (node: number, destination: number): number => {
    const found = turn(node, destination)
    if (known.length > 0) known[node * nodes + destination] = found
    return found
  }
  const next: Next = (node, inPort, inVc, _source, destination, _hop, chance) => {
    if (node === destination) return ports | any
    const cached = known.length > 0 ? known[node * nodes + destination] : 0
    const way = cached !== 0 ? cached : turned(node, destination)
    if (!wraps) return way & isWay
    if (inPort >> 1 === (way & 0xff) >> 1 && inPort < ports) return (inPort ^ 1) | (datelines ? (inVc < classes ? lower : upper) : any)
    return (way & isEven) === 0 ? way & isWay : (way & isWay) ^ chance
  }
  return {
    name: `dimension order${datelines ? ', datelines' : ''}`,
    vcs,
    draws: wraps && radices.some((radix) => radix > 1 && radix % 2 === 0),
    next,
    local: next
  }
}

const isKnown = 1 << 24
const isEven = 1 << 25
const isWay = isKnown - 1
