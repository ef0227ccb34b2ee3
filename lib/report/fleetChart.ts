import type { HotspotOptions } from '../hotspot/hotspotOptions'
import type { FleetDayOptions } from '../world/fleetOptions'
import type { FleetRow } from '../world/fleetRow'
import { type FleetScene, fleetScene } from './fleetScene'
import { clockTimes } from './fleetSvgAxis'
import { clock } from './fleetWords'
import { fitted, printable } from './spaceTimeWidth'

/**
 * A fleet's day in text: a row for each host with the most that is wanted of its CPU in each column, eighths of all that it has, and `▓` above that; under it, where anything happened, what did.
 *
 *     host7  ▅▅▅▆▆▆▇▂▂▁▁▂
 *                  H>
 *
 * `H`: a hotspot that the manager has found, `h`: one that it has not; `>`: VMs leave, `<`: VMs come, `X`: both; `x`: a move failed. `width`: columns of the drawing, at least 40 (default 100); `hosts`: how many at most (default 24), those with hotspots and moves first.
 */
export const fleetChart = (
  day: Pick<FleetDayOptions, 'hosts' | 'vms'>,
  { width = 100, hosts = 24, hotspots = {} }: { readonly width?: number; readonly hosts?: number; readonly hotspots?: HotspotOptions } = {}
): ((rows: readonly FleetRow[]) => string) => {
  if (!(Number.isInteger(width) && width >= 40)) throw new RangeError(`fleetChart: width must be an integer from 40 on (got ${width})`)
  return (all) => {
    const scene = fleetScene(day, all, { hotspots, most: hosts })
    const { lanes, rows } = scene
    if (rows.length === 0) return 'Nobody has looked at it.'
    const gutter = Math.min(16, Math.max(...lanes.map((host) => day.hosts[host].name.length))) + 1
    const columns = Math.min(width - gutter, rows.length)
    const columnOf = (look: number): number => Math.floor((look * columns) / rows.length)
    const lines = lanes.flatMap((host) => {
      const most = new Float64Array(columns)
      rows.forEach(({ cpu }, look) => {
        most[columnOf(look)] = Math.max(most[columnOf(look)], cpu[host])
      })
      const marks = marksOf(scene, host, columns, columnOf)
      const name = fitted(printable(day.hosts[host].name), gutter - 1).padEnd(gutter)
      return [`${name}${Array.from(most, height).join('')}`, ...(marks.trim() === '' ? [] : [' '.repeat(gutter) + marks])]
    })
    const left = day.hosts.length - lanes.length
    return [
      ...lines,
      ...axisOf(scene, columns).map((line) => ' '.repeat(gutter) + line),
      `CPU wanted, at most in a column (█ all that there is, ▓ more)   H hotspot, h one that the manager has not found   > VMs leave, < come, X both, x a move failed${left > 0 ? `   ${left} other hosts` : ''}`
    ]
      .map((line) => line.trimEnd())
      .join('\n')
  }
}

/** A ruler with ticks at round times of the clock, and their labels. */
const axisOf = ({ from, until }: FleetScene, columns: number): readonly [string, string] => {
  const ruler = Array.from({ length: columns }, () => '─')
  let labels = ''
  for (const at of clockTimes(from, until, Math.max(1, Math.floor(columns / 10)))) {
    const column = Math.min(columns - 1, Math.floor(((at - from) / (until - from)) * columns))
    const start = Math.max(0, column - 2)
    ruler[column] = '┬'
    if (labels === '' || start > labels.length) labels = labels.padEnd(start) + clock(at)
  }
  return [ruler.join(''), labels]
}

const eighths = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

const height = (part: number): string => (part > 1 ? '▓' : eighths[Math.ceil(part * 8)])

const marksOf = ({ rows, spots, moves }: FleetScene, host: number, columns: number, columnOf: (look: number) => number): string => {
  const marks = Array.from({ length: columns }, () => ' ')
  const mark = (look: number, sign: string): void => {
    const at = columnOf(look)
    const before = marks[at]
    marks[at] =
      before === ' ' || sign === 'x' || (before === 'h' && sign === 'H')
        ? sign
        : '<>'.includes(before) && '<>'.includes(sign) && before !== sign
          ? 'X'
          : before
    // A hotspot keeps its sign; what happens to its VMs then stands beside it.
    if ('Hh'.includes(before) && '<>x'.includes(sign) && at + 1 < columns && marks[at + 1] === ' ') marks[at + 1] = sign
  }
  for (const { host: where, look, isFound } of spots) if (where === host) mark(look, isFound ? 'H' : 'h')
  rows.forEach((row, look) => {
    for (const { from, to, failed } of row.moves)
      if (from === host || to === host) mark(look, failed !== undefined ? 'x' : from === host ? '>' : '<')
  })
  return moves.length + spots.length === 0 ? '' : marks.join('').trimEnd()
}
