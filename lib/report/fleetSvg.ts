import type { HotspotOptions } from '../hotspot/hotspotOptions'
import type { Time } from '../time/time'
import type { FleetDayOptions } from '../world/fleetOptions'
import type { FleetRow } from '../world/fleetRow'
import { fleetColours } from './fleetColours'
import { fleetReasons, fleetSummary } from './fleetReasons'
import { fleetScene } from './fleetScene'
import { clockTicks, type FleetAxis } from './fleetSvgAxis'
import { fleetKey } from './fleetSvgKey'
import { bandsOf, fleetLanes, hostLanes, hotspotMarks } from './fleetSvgLanes'
import { moveArrows } from './fleetSvgMoves'
import { powerStrips } from './fleetSvgPower'
import { box, escaped, label } from './spaceTimeSvgShapes'
import { printable, wrapped } from './spaceTimeWidth'

/**
 * How a day is drawn: `from` when and `until` when; `hotspots`: what is one, seen from outside (see `fleetWatch`); `hosts` and `reasons`: how many lanes and reasons at most (default 24 and 40); `title`, and lines under it as `caption`.
 */
export type FleetSvgOptions = {
  readonly from?: Time
  readonly until?: Time
  readonly hotspots?: HotspotOptions
  readonly hosts?: number
  readonly reasons?: number
  readonly title?: string
  readonly caption?: readonly string[]
}

/**
 * A fleet's day as a self-contained SVG: a lane for each host with what is wanted of its CPU at each look, hotspots outlined with what was predicted, moves as arrows from lane to lane, each numbered, and under them why each VM moved, in the manager's own words. Below the lanes the watts of all
 * hosts, and how many have VMs. What is pointed at says what it is.
 *
 *     fleetSvg(day)(rows)        // of fleetDay({ ...day, manager, moveCost })
 *
 * Of many hosts those with hotspots and moves are drawn, and how many others there are is said; of many moves the first 400 have arrows. The same rows give the same text, to the byte. Size: some 100 kB for a day of 288 looks. Throws `RangeError` when `hosts` is not above 0.
 */
export const fleetSvg = (
  day: Pick<FleetDayOptions, 'hosts' | 'vms'>,
  { from, until, hotspots, hosts = 24, reasons = 40, title = 'Hosts over time', caption = [] }: FleetSvgOptions = {}
): ((rows: readonly FleetRow[]) => string) => {
  if (!(hosts >= 1)) throw new RangeError(`fleetSvg: hosts must be 1 or more (got ${hosts})`)
  return (all) => {
    const scene = fleetScene(day, all, { from, until, hotspots, most: hosts })
    const shapes: string[] = []
    let y = MARGIN + 18
    const written = (text: string, look: Parameters<typeof label>[2] = {}, indent = 0): void => {
      for (const part of wrapped(printable(text), COLUMNS - indent)) {
        shapes.push(label({ x: MARGIN + indent * COLUMN, y }, part, look))
        y += 16
      }
    }
    written(title, { weight: 'bold' })
    for (const text of caption) written(text)
    if (scene.rows.length === 0) {
      written('Nobody has looked at it in this time.')
      return document(title, caption, y, shapes)
    }
    const said = fleetSummary(scene)
    for (const text of said) written(text, { fill: fleetColours.quiet })
    const { from: begin, until: end, everyNs } = scene
    const axis: FleetAxis = { left: MARGIN + 94, right: WIDTH - MARGIN - 70, from: begin, until: end, everyNs }
    shapes.push(...fleetKey(scene, { x: MARGIN, y: y + 4 }, bandsOf(scene)))
    y += 60
    const lanes = fleetLanes(scene, y)
    const rim = lanes.bottom + 10
    const others = day.hosts.length - scene.lanes.length
    const strips = powerStrips(scene, axis, lanes.bottom + (others > 0 ? 24 : 6))
    const { arrows, numbers } = moveArrows(scene, axis, lanes, rim)
    shapes.push(
      ...clockTicks(axis, y - 4, strips.bottom),
      label({ x: axis.right + 8, y: y - 9 }, 'mean', { fill: fleetColours.quiet }),
      ...hostLanes(scene, axis, lanes),
      ...hotspotMarks(scene, axis, lanes),
      ...(others > 0 ? otherHosts(others, axis, rim) : []),
      ...strips.shapes,
      ...arrows,
      ...numbers
    )
    y = strips.bottom + 36
    for (const { text, isIndented, ...look } of fleetReasons(scene, reasons)) written(text, look, isIndented ? 4 : 0)
    return document(title, [...caption, ...said], y, shapes)
  }
}

const otherHosts = (count: number, axis: FleetAxis, y: number): readonly string[] => [
  label({ x: axis.left - 8, y: y + 4 }, 'other hosts', { anchor: 'end', fill: fleetColours.quiet }),
  label({ x: axis.right + 8, y: y + 4 }, String(count), { fill: fleetColours.quiet })
]

const [WIDTH, MARGIN] = [1200, 20]
/** Characters of the font that fit between the margins. */
const COLUMNS = 169
/** Pixels of a character, and a little. */
const COLUMN = 6.85

const document = (title: string, description: readonly string[], height: number, content: readonly string[]): string => {
  const size = { width: WIDTH, height: Math.ceil(height) }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" class="fleet" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(description.join(' · '))}</desc>`,
    '<style>.fleet text{paint-order:stroke;stroke:#ffffff;stroke-width:2.5px;stroke-linejoin:round;white-space:pre}</style>',
    box({ x: 0, y: 0 }, size, fleetColours.paper),
    `<g font-family="monospace" font-size="11.3" fill="${fleetColours.ink}">`,
    ...content,
    '</g>',
    '</svg>',
    ''
  ].join('\n')
}
