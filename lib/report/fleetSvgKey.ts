import { fleetColours, wantedColours } from './fleetColours'
import type { FleetScene } from './fleetScene'
import { arrow, box, cross, label, line, type Point } from './spaceTimeSvgShapes'

/** What colours and marks mean, in two lines. @internal */
export const fleetKey = ({ threshold }: FleetScene, { x: left, y }: Point, bands: readonly string[]): readonly string[] => {
  const shapes: string[] = []
  let x = left
  const say = (text: string): void => {
    shapes.push(label({ x, y: y + 10 }, text, { fill: fleetColours.quiet }))
    x += text.length * 6.81 + 14
  }
  const mark = (width: number, ...drawn: readonly string[]): void => {
    shapes.push(...drawn)
    x += width + 5
  }
  const percent = (part: number): string => `${Math.round(part * 1000) / 10} %`
  const swatch = (fill: string): void => mark(14, box({ x, y }, { width: 14, height: 11 }, fill))
  say('CPU wanted of a host:')
  wantedColours.forEach((fill, i) => {
    swatch(fill)
    say(`to ${percent((threshold * (i + 1)) / wantedColours.length)}`)
  })
  swatch(fleetColours.above)
  say('more (dotted line)')
  swatch(fleetColours.over)
  say('more than there is')
  if (bands.length > 0) say(`bands below: ${bands.join(', ')}`)
  shapes.push(...outlines({ x: left, y: y + 20 }))
  return shapes
}

const outlines = ({ x: left, y }: Point): readonly string[] => {
  const rect = (x: number, rest: string): string =>
    `<rect x="${x}" y="${y}" width="12" height="11" fill="none" stroke="${fleetColours.hotspot}" ${rest}/>`
  const middle = y + 6
  const parts: readonly (readonly [width: number, drawn: (x: number) => string, text: string])[] = [
    [12, (x) => rect(x, 'stroke-width="1.6"'), 'hotspot that the manager has found'],
    [12, (x) => rect(x, 'stroke-width="1" stroke-dasharray="2 2"'), 'one it has not'],
    [12, (x) => line({ x, y: middle }, { x: x + 12, y: middle }, { colour: fleetColours.ink, width: 1.6 }), 'predicted then'],
    [
      20,
      (x) => arrow({ x, y: middle }, { x: x + 20, y: middle }, { colour: fleetColours.move, width: 1.3 }),
      'move, with the number of its reason'
    ],
    [20, (x) => arrow({ x, y: middle }, { x: x + 20, y: middle }, { colour: fleetColours.swap, width: 1.3 }), 'of a swap'],
    [
      20,
      (x) =>
        line({ x, y: middle }, { x: x + 20, y: middle }, { colour: fleetColours.failed, width: 1.3, dashes: '4 3' }) +
        cross({ x: x + 10, y: middle }, { colour: fleetColours.failed, width: 2 }),
      'failed'
    ]
  ]
  let x = left
  return parts.flatMap(([width, drawn, text]) => {
    const at = x
    x += width + 5 + text.length * 6.81 + 16
    return [drawn(at), label({ x: at + width + 5, y: y + 10 }, text, { fill: fleetColours.quiet })]
  })
}
