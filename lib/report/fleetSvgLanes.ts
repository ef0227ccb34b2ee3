import { colourOf, fleetColours } from './fleetColours'
import type { FleetScene, SceneSpot } from './fleetScene'
import { type FleetAxis, xOf } from './fleetSvgAxis'
import { clock } from './fleetWords'
import { box, escaped, label, line, short } from './spaceTimeSvgShapes'
import { fitted, printable } from './spaceTimeWidth'

/** Pixels of a lane, of a band under it, and of what lies between lanes. @internal */
export const laneSize = { height: 26, band: 4, gap: 5 } as const

/** The top of a lane is this part of a capacity. */
const TOP = 1.25

/** Where each lane begins, and where the last ends. @internal */
export type FleetLanes = { readonly yOf: ReadonlyMap<number, number>; readonly height: number; readonly bottom: number }

/** Bands that are drawn under what is wanted of CPU. */
type BandOf = 'network' | 'memory'

/** Which bands a day has: the network where anything is wanted of cards with a limit, the memory where a manager gives it or finds too little. @internal */
export const bandsOf = ({ rows, spots }: FleetScene): readonly BandOf[] => [
  ...(rows.some(({ network }) => network.some((part) => part > 0)) ? (['network'] as const) : []),
  ...(rows.some(({ allotted }) => allotted.length > 0) || spots.some(({ resource }) => resource === 'memory') ? (['memory'] as const) : [])
]

/** See `FleetLanes`. @internal */
export const fleetLanes = (scene: FleetScene, top: number): FleetLanes => {
  const height = laneSize.height + bandsOf(scene).length * laneSize.band
  const each = height + laneSize.gap
  return {
    yOf: new Map(scene.lanes.map((host, i) => [host, top + i * each])),
    height,
    bottom: top + scene.lanes.length * each
  }
}

/** Hosts over time: what is wanted of each, its hotspots, and what was predicted. @internal */
export const hostLanes = (scene: FleetScene, axis: FleetAxis, { yOf, height }: FleetLanes): readonly string[] => {
  const bands = bandsOf(scene)
  const { rows, threshold, day } = scene
  return [...yOf].flatMap(([host, y]) => {
    const high = (part: number): number => y + laneSize.height * (1 - Math.min(TOP, part) / TOP)
    const cpu = rows.map((row) => row.cpu[host])
    const mean = cpu.reduce((sum, one) => sum + one, 0) / Math.max(1, cpu.length)
    const name = day.hosts[host].name
    const most = Math.max(0, ...cpu)
    return [
      `<g><title>${escaped(`${name}: ${percent(mean)} of its CPU wanted on the mean, ${percent(most)} at most`)}</title>`,
      box({ x: axis.left, y }, { width: axis.right - axis.left, height }, fleetColours.lane),
      ...bars(scene, axis, (look) => ({
        from: y + laneSize.height,
        to: high(cpu[look]),
        fill: cpu[look] > 0 ? colourOf(cpu[look], threshold) : undefined
      })),
      ...bands.flatMap((of, i) => band(scene, axis, { host, of, y: y + laneSize.height + i * laneSize.band })),
      line(
        { x: axis.left, y: high(threshold) },
        { x: axis.right, y: high(threshold) },
        { colour: fleetColours.edge, width: 0.6, dashes: '2 3' }
      ),
      '</g>',
      label({ x: axis.left - 8, y: y + laneSize.height / 2 + 4 }, fitted(printable(name), 12), { anchor: 'end' }),
      label({ x: axis.right + 8, y: y + laneSize.height / 2 + 4 }, percent(mean), { fill: fleetColours.quiet })
    ]
  })
}

/** Hotspots, one look after the other as one, with their first reason; predictions as ticks at the look they were made for. They come over the bars and under the arrows. @internal */
export const hotspotMarks = (scene: FleetScene, axis: FleetAxis, { yOf, height }: FleetLanes): readonly string[] =>
  [...yOf].flatMap(([host, y]) => {
    const own = scene.spots.filter((spot) => spot.host === host)
    return runsOf(own).flatMap((run) => {
      const [first] = run
      const { from, everyNs } = { from: scene.rows[first.look].at, everyNs: axis.everyNs }
      const [x, end] = [xOf(axis, from), xOf(axis, from + run.length * everyNs)]
      const dashes = first.isFound ? undefined : '2 2'
      const title = `${clock(from)}${run.length > 1 ? `, for ${run.length} looks` : ''}: ${first.why}${first.isFound ? '' : ' (seen from outside; the manager has not found it)'}`
      const size = { width: Math.max(2.5, end - x), height: height + 2 }
      return [
        `<g><title>${escaped(title)}</title><rect x="${short(x)}" y="${short(y - 1)}" width="${short(size.width)}" height="${short(size.height)}" fill="none" stroke="${fleetColours.hotspot}" stroke-width="${first.isFound ? 1.6 : 1}"${dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`}/>`,
        ...run.filter(({ resource }) => resource === 'cpu').map((spot) => prediction(scene, axis, spot, y)),
        '</g>'
      ]
    })
  })

const prediction = ({ rows }: FleetScene, axis: FleetAxis, { look, predicted }: SceneSpot, y: number): string => {
  const at = rows[look].at + axis.everyNs
  const [x, end] = [xOf(axis, at), xOf(axis, at + axis.everyNs)]
  if (end <= x) return ''
  const high = y + laneSize.height * (1 - Math.max(0, Math.min(TOP, predicted)) / TOP)
  return line({ x, y: high }, { x: Math.max(end, x + 4), y: high }, { colour: fleetColours.ink, width: 1.6 })
}

/** Spots of a host at looks in a row, found alike, as one. */
const runsOf = (spots: readonly SceneSpot[]): readonly (readonly SceneSpot[])[] => {
  const runs: SceneSpot[][] = []
  for (const spot of spots) {
    const last = runs[runs.length - 1]
    const before = last?.[last.length - 1]
    if (before !== undefined && before.isFound === spot.isFound && spot.look <= before.look + 1) {
      if (spot.look > before.look) last.push(spot)
    } else runs.push([spot])
  }
  return runs
}

const band = (
  scene: FleetScene,
  axis: FleetAxis,
  { host, of, y }: { readonly host: number; readonly of: BandOf; readonly y: number }
): readonly string[] => {
  const fill = (part: number): string | undefined =>
    part === 0 ? undefined : of === 'memory' ? (part > 0.9 ? fleetColours.memory : '#e6dbf6') : colourOf(part, scene.threshold)
  return bars(scene, axis, (look) => ({ from: y + laneSize.band - 0.5, to: y + 0.5, fill: fill(scene.rows[look][of][host]) }))
}

type Bar = { readonly from: number; readonly to: number; readonly fill: string | undefined }

/** A bar for each look, a path for each colour; equal ones one after the other as one. */
const bars = ({ rows }: FleetScene, axis: FleetAxis, bar: (look: number) => Bar): readonly string[] => {
  const paths = new Map<string, string>()
  const add = (first: number, last: number, { from, to, fill }: Bar): void => {
    if (fill === undefined) return
    const [x, end] = [xOf(axis, rows[first].at), xOf(axis, rows[last].at + axis.everyNs)]
    paths.set(fill, `${paths.get(fill) ?? ''}M${short(x)} ${short(from)}V${short(to)}H${short(end)}V${short(from)}z`)
  }
  let first = 0
  let value = rows.length > 0 ? bar(0) : undefined
  for (let look = 1; look <= rows.length && value !== undefined; look++) {
    const next = look < rows.length ? bar(look) : undefined
    if (next !== undefined && next.fill === value.fill && short(next.to) === short(value.to)) continue
    add(first, look - 1, value)
    first = look
    value = next
  }
  return [...paths].map(([fill, d]) => `<path d="${d}" fill="${fill}"/>`)
}

const percent = (part: number): string => `${Math.round(part * 100)} %`
