import { coordinate, type Topology } from '../noc/topology'
import type { ChipLink } from '../world/chipWiringData'
import type { Point } from './spaceTimeSvgShapes'

/** Where each node of a wiring stands, in cells from the top left one, and how many cells there are. @internal */
export type ChipLayout = { readonly topology: Topology; readonly columns: number; readonly rows: number; readonly at: readonly Point[] }

/**
 * A layout by the wiring's own dimensions: a mesh or torus with x to the right and y down, planes of a third dimension side by side and of a fourth below each other; the MPPA-256 as a 4x4 grid with the I/O
 * nodes at its rims; anything else, and what has one dimension, in rows. @internal
 */
export const chipLayout = (topology: Topology): ChipLayout => {
  const { nodes, radices } = topology
  const made = (columns: number, rows: number, at: (node: number) => Point): ChipLayout => ({
    topology,
    columns,
    rows,
    at: Array.from({ length: nodes }, (_, node) => at(node))
  })
  if (isMppa(topology))
    return made(6, 6, (node) => {
      const k = node & 3
      if (node < 16) return { x: 1 + k, y: 1 + (node >> 2) }
      return [
        { x: 1 + k, y: 0 },
        { x: 1 + k, y: 5 },
        { x: 0, y: 1 + k },
        { x: 5, y: 1 + k }
      ][(node - 16) >> 2]
    })
  if (radices.length < 2) {
    const columns = nodes <= 8 ? nodes : Math.max(8, Math.ceil(Math.sqrt(nodes)))
    return made(columns, Math.ceil(nodes / columns), (node) => ({ x: node % columns, y: Math.floor(node / columns) }))
  }
  const [across, down] = [0, 1].map((first) =>
    radices.slice(2).reduce((product, radix, d) => (d % 2 === first ? product * radix : product), 1)
  )
  return made(across * (radices[0] + 1) - 1, down * (radices[1] + 1) - 1, (node) => {
    const plane = { x: 0, y: 0 }
    for (let d = radices.length - 1; d >= 2; d--)
      if (d % 2 === 0) plane.x = plane.x * radices[d] + coordinate(topology, node, d)
      else plane.y = plane.y * radices[d] + coordinate(topology, node, d)
    return { x: plane.x * (radices[0] + 1) + coordinate(topology, node, 0), y: plane.y * (radices[1] + 1) + coordinate(topology, node, 1) }
  })
}

const isMppa = ({ name, nodes, ports, radices }: Topology): boolean =>
  name.startsWith('mppa256') && nodes === 32 && ports === 6 && radices.length === 0

/** Where a port leads by the numbers of a mesh or torus, in cells, where that can be seen in the layout. */
const headingOf = ({ topology }: ChipLayout, node: number, port: number): Point | undefined => {
  const isGrid = isMppa(topology) ? node < 16 : topology.radices.length >= 2
  return isGrid ? headings[port] : undefined
}

const headings: readonly Point[] = [
  { x: 1, y: 0 },
  { x: -1, y: 0 },
  { x: 0, y: 1 },
  { x: 0, y: -1 }
]

/** Half a node's side, how far a link lies to the right of the middle between two nodes as seen in its direction, and how far the two ends of a ring's link stand out; all in cells. */
const [half, aside, outer, stub] = [0.3, 0.075, 0.2, 0.22]

/** Half a node's side in cells. @internal */
export const nodeHalf = half

/**
 * A link as strokes in cells, each a line or (with `by`) a curve: neighbours are joined straight, each way on its own side; the link that closes a ring is a short stroke out of the one rim and one into the
 * other; what is joined otherwise is joined by a curve. @internal
 */
export const linkStrokes = (layout: ChipLayout, { from, port, to }: ChipLink): readonly Stretch[] => {
  const [a, b] = [layout.at[from], layout.at[to]]
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const heading = headingOf(layout, from, port)
  const isNext = Math.abs(dx) + Math.abs(dy) === 1
  if (isNext && (heading === undefined || (heading.x === dx && heading.y === dy)))
    return [{ from: moved(a, { x: dx, y: dy }, half, aside), to: moved(b, { x: dx, y: dy }, -half, aside) }]
  if (heading !== undefined)
    return [
      { from: moved(a, heading, half, outer), to: moved(a, heading, half + stub, outer) },
      { from: moved(b, heading, -half - stub, outer), to: moved(b, heading, -half, outer) }
    ]
  const length = Math.sqrt(dx * dx + dy * dy) || 1
  const way = { x: dx / length, y: dy / length }
  // A curve comes half as near: far enough to pass by the nodes between.
  const bow = Math.min(1.1, 0.4 * length)
  return [
    {
      from: moved(a, way, half, aside),
      by: { x: (a.x + b.x) / 2 - way.y * bow, y: (a.y + b.y) / 2 + way.x * bow },
      to: moved(b, way, -half, aside)
    }
  ]
}

/** A line in cells, or a curve drawn towards `by`. @internal */
export type Stretch = { readonly from: Point; readonly by?: Point; readonly to: Point }

/** A point on from here, and to the right of that direction (y grows downwards). */
const moved = ({ x, y }: Point, way: Point, on: number, right: number): Point => ({
  x: x + way.x * on - way.y * right,
  y: y + way.y * on + way.x * right
})
