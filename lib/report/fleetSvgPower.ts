import { fleetColours } from './fleetColours'
import type { FleetScene } from './fleetScene'
import { type FleetAxis, xOf } from './fleetSvgAxis'
import { formatNumber } from './numbers'
import { escaped, label, line, short } from './spaceTimeSvgShapes'

/** Two strips: watts of all hosts together, and how many of them have VMs; where they end. @internal */
export const powerStrips = (
  scene: FleetScene,
  axis: FleetAxis,
  top: number
): { readonly shapes: readonly string[]; readonly bottom: number } => {
  const { rows, day, everyNs } = scene
  // A row has the energy since the look before: the watts from then on to it.
  const watts = rows.slice(1).map(({ joules }) => joules / (everyNs / 1e9))
  const mean = watts.reduce((sum, one) => sum + one, 0) / Math.max(1, watts.length)
  const most = Math.max(1, ...watts)
  const active = rows.map((row) => row.active)
  const [fewest, greatest] = [Math.min(...active), Math.max(...active)]
  const strips = [
    {
      name: 'power',
      values: watts,
      most,
      height: 40,
      said: `${formatNumber(most / 1e3, 2)} kW`,
      title: `watts of all hosts: ${formatNumber(mean)} on the mean, ${formatNumber(most)} at most`
    },
    {
      name: 'hosts on',
      values: active,
      most: day.hosts.length,
      height: 26,
      said: fewest === greatest ? `${greatest} of ${day.hosts.length}` : `${fewest} to ${greatest}`,
      title: `hosts with VMs: ${fewest} to ${greatest} of ${day.hosts.length}`
    }
  ]
  let y = top
  const shapes = strips.flatMap(({ name, values, most: scale, height, said, title }) => {
    const bottom = y + height
    const d = values.reduce(
      (path, value, i) => {
        const at = rows[i].at
        return `${path}V${short(bottom - (height * value) / scale)}H${short(xOf(axis, at + everyNs))}`
      },
      `M${short(axis.left)} ${short(bottom)}`
    )
    const drawn = [
      `<g><title>${escaped(title)}</title><path d="${d}V${short(bottom)}z" fill="${fleetColours.power}"/></g>`,
      line({ x: axis.left, y: bottom }, { x: axis.right, y: bottom }, { colour: fleetColours.edge, width: 1 }),
      label({ x: axis.left - 8, y: y + height / 2 + 4 }, name, { anchor: 'end' }),
      label({ x: axis.right + 8, y: y + 10 }, said, { fill: fleetColours.quiet })
    ]
    y = bottom + 8
    return drawn
  })
  return { shapes, bottom: y }
}
