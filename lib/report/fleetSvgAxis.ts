import type { Time } from '../time/time'
import { fleetColours } from './fleetColours'
import { clock } from './fleetWords'
import { label, line } from './spaceTimeSvgShapes'

/** An axis of a day from `left` to `right` in pixels, its looks `everyNs` apart. @internal */
export type FleetAxis = { readonly left: number; readonly right: number; readonly from: Time; readonly until: Time; readonly everyNs: Time }

/** Where a time stands. @internal */
export const xOf = ({ left, right, from, until }: FleetAxis, at: Time): number =>
  until === from ? left : left + ((Math.max(from, Math.min(at, until)) - from) / (until - from)) * (right - left)

/** Ticks at round times of the clock, twelve at most: rules over a height, and their labels above it and below. @internal */
export const clockTicks = (axis: FleetAxis, top: number, bottom: number): readonly string[] => {
  const { from, until, left, right } = axis
  const ticks = clockTimes(from, until, 12)
  return [
    ...ticks.map((at) => line({ x: xOf(axis, at), y: top }, { x: xOf(axis, at), y: bottom }, { colour: fleetColours.rule, width: 1 })),
    ...[top - 5, bottom + 13].flatMap((y) =>
      ticks.map((at) => {
        const x = xOf(axis, at)
        return x > right - 30
          ? label({ x: right, y }, clock(at), { anchor: 'end', fill: fleetColours.quiet })
          : label({ x, y }, clock(at), { anchor: 'middle', fill: fleetColours.quiet })
      })
    ),
    line({ x: left, y: top }, { x: right, y: top }, { colour: fleetColours.edge, width: 1 }),
    line({ x: left, y: bottom }, { x: right, y: bottom }, { colour: fleetColours.edge, width: 1 })
  ]
}

/** Round times of the clock from one time to another, at most so many and one. @internal */
export const clockTimes = (from: Time, until: Time, most: number): readonly Time[] => {
  const step =
    60e9 * (steps.find((minutes) => (until - from) / (minutes * 60e9) <= most) ?? Math.ceil((until - from) / most / 86_400e9) * 1440)
  const first = Math.ceil(from / step)
  return Array.from({ length: Math.max(0, Math.floor(until / step) - first + 1) }, (_, i) => (first + i) * step)
}

/** Minutes. */
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440] as const
