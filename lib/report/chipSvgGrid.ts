import type { ChipLink } from '../world/chipWiringData'
import { chipColours, levelOf, loadColours } from './chipColours'
import { type ChipLayout, linkStrokes, nodeHalf, type Stretch } from './chipLayout'
import { formatBytes } from './numbers'
import { box, cross, escaped, type Point, short } from './spaceTimeSvgShapes'

/**
 * A link with the part of what it can carry that it carries, what it carries as a part of what the busiest link does, whether anything of that is of a migration, and what to say of it. @internal
 */
export type DrawnLink = ChipLink & { readonly load: number; readonly share: number; readonly ofMigration: boolean; readonly words: string }

/** A node with the names of the interfaces there and what has come to them. @internal */
export type DrawnNode = {
  readonly node: number
  readonly names: readonly string[]
  readonly kind: string
  readonly bytes: number
  readonly failed: boolean
}

/** A grid to be drawn: its top left corner, the side of a cell in pixels, and what is in it. `dead`: links that carry nothing any more. @internal */
export type DrawnGrid = {
  readonly layout: ChipLayout
  readonly corner: Point
  readonly cell: number
  readonly links: readonly DrawnLink[]
  readonly nodes: readonly DrawnNode[]
  readonly dead: readonly ChipLink[]
}

/** Nodes up to which those without an interface, and links that carry nothing, are drawn. */
const ALL_NODES = 1024

/** Links up to which each is an element of its own that can say what it is. */
const SPEAKING_LINKS = 600

/** A grid with names and bytes, in which links and nodes say what they are. @internal */
export const largeGrid = (grid: DrawnGrid): readonly string[] => {
  const { links, nodes, dead } = grid
  const isSpeaking = links.length <= SPEAKING_LINKS
  return [
    ...idle(grid),
    ...(isSpeaking
      ? links.map((link) => {
          const d = strokesOf(grid, link)
          const width = 1.5 + 5.5 * link.share
          const casing = link.ofMigration ? `<path d="${d}" stroke="${chipColours.migration}" stroke-width="${short(width + 3)}"/>` : ''
          const stroke = `<path d="${d}" stroke="${loadColours[levelOf(link.load)]}" stroke-width="${short(width)}"/>`
          return `<g fill="none"><title>${escaped(link.words)}</title>${casing}${stroke}</g>`
        })
      : loaded(grid, 5, 4)),
    ...dead.map((link) => crossOn(grid, link, 2)),
    ...nodes.map((node) => largeNode(grid, node))
  ]
}

/** A grid without words. @internal */
export const smallGrid = (grid: DrawnGrid): readonly string[] => {
  const { nodes, dead, cell } = grid
  const squares = (some: readonly DrawnNode[], fill: string): string =>
    some.length === 0
      ? ''
      : `<path d="${some
          .map((one) => {
            const { x, y } = placeOf(grid, grid.layout.at[one.node])
            const side = 2 * nodeHalf * cell
            return `M${short(x - side / 2)} ${short(y - side / 2)}h${short(side)}v${short(side)}h${short(-side)}z`
          })
          .join('')}" fill="${fill}" stroke="${chipColours.edge}" stroke-width="0.7"/>`
  return [
    ...idle(grid),
    ...loaded(grid, 2.4, 2.6),
    ...dead.map((link) => crossOn(grid, link, 1)),
    squares(
      nodes.filter(({ kind }) => kind !== 'io'),
      chipColours.node
    ),
    squares(
      nodes.filter(({ kind }) => kind === 'io'),
      chipColours.io
    ),
    ...nodes.filter(({ failed }) => failed).map(({ node }) => cross(placeOf(grid, grid.layout.at[node]), { colour: chipColours.wrong }))
  ].filter((part) => part !== '')
}

/** The links that carry nothing, and the nodes nobody is at. */
const idle = (grid: DrawnGrid): readonly string[] => {
  const { layout, links, nodes, cell } = grid
  const { topology } = layout
  if (topology.nodes > ALL_NODES) return []
  const busy = new Set(links.map(({ from, port }) => from * topology.ports + port))
  const strokes: string[] = []
  topology.target.forEach((end, at) => {
    if (end >= 0 && !busy.has(at))
      strokes.push(
        strokesOf(grid, { from: Math.floor(at / topology.ports), port: at % topology.ports, to: Math.floor(end / topology.ports) })
      )
  })
  const named = new Set(nodes.map(({ node }) => node))
  const dots = layout.at.flatMap((place, node) => {
    if (named.has(node)) return []
    const { x, y } = placeOf(grid, place)
    return [`M${short(x - cell * 0.1)} ${short(y)}h${short(cell * 0.2)}`]
  })
  return [
    `<path d="${strokes.join('')}" fill="none" stroke="${chipColours.idle}" stroke-width="${cell > 40 ? 1.5 : 0.8}"/>`,
    ...(dots.length === 0
      ? []
      : [`<path d="${dots.join('')}" fill="none" stroke="${chipColours.idle}" stroke-width="${short(cell * 0.2)}"/>`])
  ]
}

/** Links by colour, a path each, those of migrations on violet. */
const loaded = (grid: DrawnGrid, width: number, casing: number): readonly string[] => {
  const drawn = (links: readonly DrawnLink[], colour: string, thick: number): readonly string[] =>
    links.length === 0
      ? []
      : [`<path d="${links.map((link) => strokesOf(grid, link)).join('')}" fill="none" stroke="${colour}" stroke-width="${short(thick)}"/>`]
  return [
    ...drawn(
      grid.links.filter(({ ofMigration }) => ofMigration),
      chipColours.migration,
      width + casing
    ),
    ...loadColours.flatMap((colour, level) =>
      drawn(
        grid.links.filter(({ load }) => levelOf(load) === level),
        colour,
        width
      )
    )
  ]
}

const largeNode = (grid: DrawnGrid, { node, names, kind, bytes, failed }: DrawnNode): string => {
  const { cell, layout } = grid
  const { x, y } = placeOf(grid, layout.at[node])
  const side = 2 * nodeHalf * cell
  const size = Math.min(10.5, side / 4.4)
  const fits = size >= 5
  const said = `${names.join(', ')}: ${formatBytes(bytes)} have come${failed ? '; it has failed' : ''}`
  const text = (words: string, dy: number, scale: number, fill: string): string =>
    `<text x="${short(x)}" y="${short(y + dy)}" text-anchor="middle" font-size="${short(size * scale)}" fill="${fill}">${escaped(words)}</text>`
  return [
    `<g><title>${escaped(said)}</title>`,
    `<rect x="${short(x - side / 2)}" y="${short(y - side / 2)}" width="${short(side)}" height="${short(side)}" fill="${failed ? chipColours.broken : kind === 'io' ? chipColours.io : chipColours.node}" stroke="${failed ? chipColours.wrong : chipColours.edge}"/>`,
    fits
      ? text(names.length === 1 ? names[0] : `${names[0]}+${names.length - 1}`, bytes > 0 ? -size * 0.2 : size * 0.35, 1, chipColours.ink)
      : '',
    fits && bytes > 0 ? text(formatBytes(bytes), size * 1.05, 0.84, chipColours.quiet) : '',
    failed ? cross({ x: x + side / 2, y: y - side / 2 }, { colour: chipColours.wrong, width: 2.5 }) : '',
    '</g>'
  ].join('')
}

const crossOn = (grid: DrawnGrid, link: ChipLink, width: number): string => {
  const [{ from, to }] = linkStrokes(grid.layout, link)
  return cross(placeOf(grid, { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }), { colour: chipColours.wrong, width })
}

const placeOf = ({ corner, cell }: Pick<DrawnGrid, 'corner' | 'cell'>, { x, y }: Point): Point => ({
  x: corner.x + (x + 0.5) * cell,
  y: corner.y + (y + 0.5) * cell
})

const strokesOf = (grid: DrawnGrid, link: ChipLink): string =>
  linkStrokes(grid.layout, link)
    .map((stretch: Stretch) => {
      const [from, to] = [placeOf(grid, stretch.from), placeOf(grid, stretch.to)]
      const by = stretch.by && placeOf(grid, stretch.by)
      const bend = by === undefined ? 'L' : `Q${short(by.x)} ${short(by.y)} `
      return `M${short(from.x)} ${short(from.y)}${bend}${short(to.x)} ${short(to.y)}`
    })
    .join('')

/** A filled rectangle for the key. @internal */
export const swatch = (at: Point, fill: string, width = 14, height = 10): string => box(at, { width, height }, fill)
