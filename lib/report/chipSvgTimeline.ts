import { formatTime } from '../time/time'
import { chipColours, loadColours, migrationColours, stateColours } from './chipColours'
import { loadOf, telling } from './chipLoads'
import type { ChipMove } from './chipMoves'
import { type ChipAxis, durations, heatStrip, heightShape, stateShapes, timeTicks, xAt } from './chipSvgLanes'
import type { ChipScene, Section } from './chipSvgOverview'
import { linkInWords, loadInWords, moveInWords, percent } from './chipSvgWords'
import { formatBytes, formatNumber } from './numbers'
import { box, cross, escaped, label, line } from './spaceTimeSvgShapes'
import { fitted, printable } from './spaceTimeWidth'

/** How many migrations, and how many links, have a lane. */
const [MOVES, LINKS] = [12, 16]
/** Pixels of the axis from the left and right rim of the drawing. */
const [BEFORE, BEHIND] = [120, 100]

/** Over one axis of time: the bytes that arrive, migrations, each cluster's threads, the loads of the links that carried most. @internal */
export const timeline = (scene: ChipScene, top: number): Section => {
  const { activity, left, right } = scene
  const { from, until, width, cycles } = activity
  const axis: ChipAxis = { left: left + BEFORE, right: right - BEHIND, from, until, width, windows: cycles.length }
  const lanes: Lanes = { scene, axis, shapes: [], texts: [], y: top + 26 }
  arrivals(lanes)
  migrations(lanes)
  clusters(lanes)
  links(lanes)
  const bottom = lanes.y + 2
  const marks = activity.moves.length > 4 ? [] : activity.moves.flatMap((move) => momentsOf(axis, move, top + 26, bottom))
  return { shapes: [...timeTicks(axis, top + 26, bottom), ...lanes.shapes, ...marks, ...lanes.texts], bottom: bottom + 20 }
}

/** Lanes as they are drawn, one below the other; texts come over all shapes. */
type Lanes = { readonly scene: ChipScene; readonly axis: ChipAxis; readonly shapes: string[]; readonly texts: string[]; y: number }

const headed = (lanes: Lanes, words: string, unit: string): void => {
  lanes.y += 22
  const { axis, scene, y } = { axis: lanes.axis, scene: lanes.scene, y: lanes.y - 5 }
  lanes.texts.push(
    label({ x: scene.left, y }, words, { weight: 'bold' }),
    label({ x: axis.right + 8, y }, unit, { fill: chipColours.quiet })
  )
}

const lane = (lanes: Lanes, name: string, said: string, height: number, title: string, shapes: readonly string[]): void => {
  const { axis, y } = lanes
  const middle = y + height / 2 + 4
  lanes.shapes.push(`<g><title>${escaped(title)}</title>${shapes.join('')}</g>`)
  lanes.texts.push(
    label({ x: axis.left - 8, y: middle }, fitted(printable(name), 16), { anchor: 'end' }),
    ...(said === '' ? [] : [label({ x: axis.right + 8, y: middle }, said, { fill: chipColours.quiet })])
  )
}

const arrivals = (lanes: Lanes): void => {
  const { axis, scene } = lanes
  const { bytes, migrationBytes } = scene.activity
  const lasts = durations(axis)
  const rate = (row: Float64Array, window: number): number => (lasts[window] === 0 ? 0 : (row[window] / lasts[window]) * 1e9)
  const most = lasts.slice(0, telling(scene.activity)).reduce((max, _, window) => Math.max(max, rate(bytes, window)), 0)
  headed(lanes, `Bytes that arrive over the data network${hasMoves(scene) ? '; violet: of migrations' : ''}`, 'at most')
  const band = { y: lanes.y, height: 34 }
  const shape = (row: Float64Array, fill: string): string =>
    most === 0 ? '' : heightShape(axis, band, { high: (window) => rate(row, window) / most }, fill)
  lane(lanes, 'all', `${formatBytes(most)}/s`, band.height, `at most ${formatBytes(most)}/s in a window`, [
    shape(bytes, chipColours.bytes),
    shape(migrationBytes, chipColours.migration)
  ])
  lanes.y += band.height
}

/** Whether anything has come for a migration. */
const hasMoves = ({ activity: { totals } }: ChipScene): boolean => totals.data.migrationBytes > 0

const migrations = (lanes: Lanes): void => {
  const { scene, axis } = lanes
  const { moves } = scene.activity
  if (moves.length === 0) return
  headed(lanes, 'Migrations: violet from first to last, blue while the process is frozen', '')
  for (const move of moves.slice(0, MOVES)) {
    const { y } = lanes
    const x = (at: number): number => xAt(axis, at)
    const end = move.ended ?? scene.activity.until
    const bar = (one: number, other: number, fill: string, part: { readonly y: number; readonly height: number }): string =>
      box({ x: x(one), y: part.y }, { width: Math.max(1, x(other) - x(one)), height: part.height }, fill)
    lane(lanes, move.process, '', 12, `${move.process}, ${moveInWords(move)}`, [
      bar(move.began, end, chipColours.migration, { y: y + 3, height: 6 }),
      ...(move.frozen === undefined ? [] : [bar(move.frozen, move.resumed ?? end, stateColours.frozen, { y: y + 1, height: 10 })])
    ])
    lanes.texts.push(label({ x: axis.left, y: y + 25 }, moveInWords(move), { fill: chipColours.migration }))
    lanes.y += 32
  }
  if (moves.length > MOVES) {
    lanes.texts.push(
      label({ x: axis.left, y: lanes.y + 10 }, `and ${formatNumber(moves.length - MOVES)} more`, { fill: chipColours.quiet })
    )
    lanes.y += 16
  }
}

const clusters = (lanes: Lanes): void => {
  const { scene, axis } = lanes
  const { world, states, failures } = scene.activity
  const scale = Math.max(0, ...[...states.values()].map(({ threads }) => threads?.most ?? 0))
  const hasFailed = (name: string): boolean => failures.some(({ cluster }) => cluster === name)
  const talks = new Set(scene.activity.pairs.flatMap(({ from, to }) => [world.places.get(from)?.cluster, world.places.get(to)?.cluster]))
  const isWaiting = (name: string): boolean =>
    scale > 0 && states.get(name)?.threads === undefined && states.has(name) && !talks.has(name) && !hasFailed(name)
  const shown = world.clusters.filter(({ name }) => (states.has(name) && !isWaiting(name)) || hasFailed(name))
  if (shown.length === 0) return
  const words =
    scale > 0
      ? `Threads of each cluster (a lane is ${formatNumber(scale)} high), and below them its own program`
      : 'The program of each cluster'
  headed(lanes, words, scale > 0 ? 'at most' : '')
  for (const { name } of shown) {
    const { threads, program } = states.get(name) ?? {}
    const hasThreads = threads !== undefined && threads.most > 0
    const [tall, low] = [hasThreads ? 20 : 0, program === undefined ? 0 : hasThreads ? 4 : 8]
    const height = Math.max(8, tall + low)
    const failed = failures.find(({ cluster }) => cluster === name)
    const x = failed && xAt(axis, failed.at)
    lane(lanes, name, hasThreads ? String(threads.most) : '', height, `${name}${hasThreads ? `: ${threads.most} threads at most` : ''}`, [
      ...(x === undefined ? [] : [box({ x, y: lanes.y }, { width: axis.right - x, height }, chipColours.broken)]),
      ...(hasThreads ? stateShapes(axis, { y: lanes.y, height: tall }, threads, scale) : []),
      ...(program === undefined ? [] : stateShapes(axis, { y: lanes.y + tall, height: low }, program, 1)),
      line({ x: axis.left, y: lanes.y + height }, { x: axis.right, y: lanes.y + height }, { colour: chipColours.rule, width: 1 }),
      ...(x === undefined ? [] : [cross({ x, y: lanes.y + height / 2 }, { colour: chipColours.wrong, width: 2 })])
    ])
    lanes.y += Math.max(14, height + 4)
  }
  const rest = (words: string, names: readonly string[]): void => {
    if (names.length === 0) return
    lanes.texts.push(label({ x: axis.left, y: lanes.y + 10 }, fitted(`${words} ${names.join(', ')}`, 105), { fill: chipColours.quiet }))
    lanes.y += 14
  }
  const others = world.clusters.map(({ name }) => name).filter((name) => !shown.some((one) => one.name === name))
  rest('programs that talk to nobody:', others.filter(isWaiting))
  rest(
    'nothing runs on',
    others.filter((name) => !isWaiting(name))
  )
}

const links = (lanes: Lanes): void => {
  const { scene, axis } = lanes
  const { activity, busy } = scene
  const { world, cycles } = activity
  if (busy.length === 0) return
  const rest = busy.length - LINKS
  headed(
    lanes,
    `Load of links${rest > 0 ? `, the ${LINKS} of ${formatNumber(busy.length)} that carried most` : ''}${hasMoves(scene) ? '; below: of migrations alone' : ''}`,
    'highest'
  )
  for (const link of busy.slice(0, LINKS)) {
    const { y } = lanes
    const load = (row: Float64Array) => (window: number) => loadOf(row[window], cycles[window])
    lane(lanes, linkInWords(world, link), percent(link.peak), 12, loadInWords(world, link), [
      ...heatStrip(axis, { y, height: link.moved > 0 ? 8 : 12 }, load(link.all), loadColours),
      ...(link.moved > 0 ? heatStrip(axis, { y: y + 8, height: 4 }, load(link.migration), migrationColours) : [])
    ])
    lanes.y += 16
  }
}

/** When a migration's process stopped and went on, over all lanes. */
const momentsOf = (axis: ChipAxis, { process, frozen, resumed }: ChipMove, top: number, bottom: number): readonly string[] =>
  [
    { at: frozen, words: 'is frozen' },
    { at: resumed, words: 'goes on' }
  ].flatMap(({ at, words }) => {
    if (at === undefined || at < axis.from) return []
    const x = xAt(axis, at)
    const title = `<title>${escaped(`${process} ${words} at ${formatTime(at)}`)}</title>`
    return [`<g>${title}${line({ x, y: top }, { x, y: bottom }, { colour: stateColours.frozen, width: 1, dashes: '3 3' })}</g>`]
  })
