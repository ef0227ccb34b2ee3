import { fleetColours } from './fleetColours'
import type { FleetScene, SceneMove } from './fleetScene'
import { type FleetAxis, xOf } from './fleetSvgAxis'
import { type FleetLanes, laneSize } from './fleetSvgLanes'
import { clock, moveCostText, moveText } from './fleetWords'
import { arrow, cross, escaped, label, line, type Point, short } from './spaceTimeSvgShapes'

/** How many moves have an arrow. @internal */
export const mostArrows = 400

/**
 * Moves as arrows from lane to lane, those that begin at one look side by side; beside where they begin the numbers of their reasons, of several from one host as a range, where there is room. To and from hosts without a lane they end at the rim below. @internal
 */
export const moveArrows = (
  scene: FleetScene,
  axis: FleetAxis,
  lanes: FleetLanes,
  rim: number
): { readonly arrows: readonly string[]; readonly numbers: readonly string[] } => {
  const drawn = scene.moves.slice(0, mostArrows).map((move): DrawnMove => {
    const shift = Math.min(5, 60 / move.of) * (move.place + 0.5)
    const x = Math.min(axis.right, xOf(axis, move.at) + shift)
    const end = Math.min(axis.right, Math.max(x, xOf(axis, move.at + move.ns) + shift))
    const [from, to] = ends(move, lanes, rim)
    return { move, from: { x, y: from }, to: { x: end, y: to } }
  })
  const taken: Box[] = []
  const numbers = rangesOf(drawn).flatMap(({ text, of: { move, from, to } }) => {
    const at = placed(text, { at: from, goesDown: to.y > from.y, axis, taken })
    return at === undefined ? [] : [label(at, text, { fill: colourOf(move), weight: 'bold' })]
  })
  return { arrows: drawn.map((one) => arrowOf(scene, one)), numbers }
}

type DrawnMove = { readonly move: SceneMove; readonly from: Point; readonly to: Point }

const arrowOf = ({ day }: FleetScene, { move, from, to }: DrawnMove): string => {
  const colour = colourOf(move)
  const title = `${move.number}. ${clock(move.at)} ${moveText(day, move)}: ${move.why ?? 'no reason is given'} (${moveCostText(move)})`
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  return [
    `<g><title>${escaped(title)}</title><circle cx="${short(from.x)}" cy="${short(from.y)}" r="2" fill="${colour}"/>`,
    move.failed === undefined
      ? arrow(from, to, { colour, width: 1.3 })
      : line(from, to, { colour, width: 1.3, dashes: '4 3' }) + cross(middle, { colour, width: 2 }),
    '</g>'
  ].join('')
}

/** Numbers in a row of moves from one host that begin near each other, as one text, where the first of them begins. */
const rangesOf = (drawn: readonly DrawnMove[]): readonly { readonly text: string; readonly of: DrawnMove }[] => {
  const ranges: { of: DrawnMove; last: DrawnMove }[] = []
  for (const one of drawn) {
    const range = ranges.find(
      ({ of, last }) =>
        of.move.from === one.move.from &&
        of.move.isSwap === one.move.isSwap &&
        one.move.number - last.move.number <= 1 &&
        one.from.x - of.from.x < NEAR
    )
    if (range === undefined) ranges.push({ of: one, last: one })
    else range.last = one
  }
  return ranges.map(({ of, last }) => ({
    text: of.move.number === last.move.number ? String(of.move.number) : `${of.move.number}-${last.move.number}`,
    of
  }))
}

/** Pixels within which moves begin near each other. */
const NEAR = 70

/** The colour of a move. @internal */
export const colourOf = ({ failed, isSwap }: Pick<SceneMove, 'failed' | 'isSwap'>): string =>
  failed !== undefined ? fleetColours.failed : isSwap ? fleetColours.swap : fleetColours.move

const ends = ({ from, to }: SceneMove, { yOf }: FleetLanes, rim: number): readonly [number, number] => {
  const [source, target] = [yOf.get(from), yOf.get(to)]
  const goesDown = (target ?? rim) > (source ?? rim)
  const middle = laneSize.height / 2
  return [source === undefined ? rim : source + middle, target === undefined ? rim : target + (goesDown ? middle - 4 : middle + 4)]
}

type Box = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }

type Placing = { readonly at: Point; readonly goesDown: boolean; readonly axis: FleetAxis; readonly taken: Box[] }

/** Where a number stands beside the beginning of its arrow, within the axis and free of all others; nowhere when all of those places are taken. */
const placed = (text: string, { at: { x, y }, goesDown, axis, taken }: Placing): Point | undefined => {
  const width = 6.9 * text.length
  const above = goesDown ? -4 : 11
  for (const [dx, dy] of [
    [-width / 2, above],
    [4, 4],
    [-width - 4, 4],
    [4, above],
    [-width - 4, above]
  ]) {
    const box = { left: x + dx, right: x + dx + width, top: y + dy - 9, bottom: y + dy + 3 }
    if (box.left < axis.left || box.right > axis.right) continue
    if (taken.some((one) => one.left < box.right && box.left < one.right && one.top < box.bottom && box.top < one.bottom)) continue
    taken.push(box)
    return { x: box.left, y: y + dy }
  }
  return undefined
}
