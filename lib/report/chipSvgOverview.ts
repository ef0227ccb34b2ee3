import { formatTime } from '../time/time'
import type { ChipActivity } from './chipActivity'
import { chipColours, loadColours, loadSteps, stateColours } from './chipColours'
import type { ChipLayout } from './chipLayout'
import { type BusyLink, loadOf, total } from './chipLoads'
import { type DrawnGrid, type DrawnLink, type DrawnNode, largeGrid, smallGrid } from './chipSvgGrid'
import { linkInWords, loadInWords, percent } from './chipSvgWords'
import { threadStates } from './chipThreads'
import { formatBytes, formatNumber } from './numbers'
import { box, cross, label, line, type Point, short } from './spaceTimeSvgShapes'
import { fitted, printable } from './spaceTimeWidth'

/** A part of a picture and where it ends. @internal */
export type Section = { readonly shapes: readonly string[]; readonly bottom: number }

/** What the parts of a picture are drawn from. @internal */
export type ChipScene = {
  readonly activity: ChipActivity
  readonly layout: ChipLayout
  readonly busy: readonly BusyLink[]
  /** Between these, in pixels. */
  readonly left: number
  readonly right: number
}

/** Rows of the tables. */
const [LINKS, PAIRS] = [10, 6]
/** The largest cell of a grid, in pixels, and the width that one may take. */
const [CELL, SPAN] = [73, 450]

/** The grid of all that happened, with names and bytes; beside it what the colours mean, and the links that carried most. @internal */
export const overview = (scene: ChipScene, top: number): Section => {
  const { layout, busy, activity, left } = scene
  const cell = Math.min(CELL, SPAN / layout.columns, 640 / layout.rows)
  const most = busy[0]?.flits ?? 0
  const links = busy.map(
    (link): DrawnLink => ({
      ...link,
      load: link.peak,
      share: link.flits / most,
      ofMigration: link.moved > 0,
      words: loadInWords(activity.world, link)
    })
  )
  const grid: DrawnGrid = {
    layout,
    corner: { x: left + (SPAN - cell * layout.columns) / 2, y: top + 30 },
    cell,
    links,
    nodes: nodesOf(activity, activity.until),
    dead: deadOf(activity, activity.until)
  }
  const aside = { x: left + SPAN + 40, y: top + 12 }
  const key = keyOf(aside)
  const table = tableOf(scene, { x: aside.x, y: key.bottom + 26 })
  const pairs = pairsOf(scene, { x: aside.x, y: table.bottom + 26 })
  return {
    shapes: [
      label({ x: left, y: top + 12 }, 'Whole span: width by flits, colour by highest load', { weight: 'bold' }),
      ...largeGrid(grid),
      ...key.shapes,
      ...table.shapes,
      ...pairs.shapes
    ],
    bottom: Math.max(grid.corner.y + cell * layout.rows, pairs.bottom) + 8
  }
}

const PANELS = 6

/** Small grids for spans of time one after the other, each link by its mean load in it. @internal */
export const periods = (scene: ChipScene, top: number): Section => {
  const { activity, layout, busy, left, right } = scene
  const { cycles, from, until, width } = activity
  const panels = Math.min(PANELS, cycles.length)
  const pitch = (right - left) / PANELS
  const cell = Math.min((pitch - 10) / layout.columns, 300 / layout.rows)
  const shapes = Array.from({ length: panels }, (_, panel) => {
    const [begin, end] = [panel, panel + 1].map((one) => Math.floor((one * cycles.length) / panels))
    const stop = Math.min(until, from + end * width)
    const all = total(cycles, begin, end)
    const links = busy.flatMap((link): readonly DrawnLink[] => {
      const flits = total(link.all, begin, end)
      if (flits === 0) return []
      return [{ ...link, load: loadOf(flits, all), share: 1, ofMigration: total(link.migration, begin, end) > 0, words: '' }]
    })
    const x = left + panel * pitch
    const grid = { layout, corner: { x: x + (pitch - cell * layout.columns) / 2, y: top + 44 }, cell, links }
    return [
      `<g font-size="9.6">${label({ x: x + pitch / 2, y: top + 32 }, `${formatTime(from + begin * width)} – ${formatTime(stop)}`, {
        anchor: 'middle',
        fill: chipColours.quiet
      })}</g>`,
      ...smallGrid({ ...grid, nodes: nodesOf(activity, stop), dead: deadOf(activity, stop) })
    ]
  }).flat()
  return {
    shapes: [label({ x: left, y: top + 12 }, 'By spans of time: colour by the mean load in each', { weight: 'bold' }), ...shapes],
    bottom: top + 54 + cell * layout.rows
  }
}

const nodesOf = ({ world, received, failures }: ChipActivity, until: number): readonly DrawnNode[] => {
  const failed = new Set(failures.filter(({ at }) => at <= until).map(({ cluster }) => cluster))
  const nodes = new Map<number, DrawnNode>()
  for (const { name: cluster, kind, nodes: names } of world.clusters)
    for (const name of names) {
      const node = world.places.get(name)?.node
      if (node === undefined) continue
      const before = nodes.get(node)
      nodes.set(node, {
        node,
        names: [...(before?.names ?? []), name],
        kind: before?.kind === 'compute' ? 'compute' : kind,
        bytes: (before?.bytes ?? 0) + (received.get(name) ?? 0),
        failed: (before?.failed ?? false) || failed.has(cluster)
      })
    }
  return [...nodes.values()]
}

const deadOf = ({ world: { wiring, deadLinks } }: ChipActivity, until: number) => {
  const { ports, target } = wiring.topology
  return deadLinks
    .filter(({ at }) => at <= until)
    .flatMap(({ from, to }) =>
      Array.from({ length: ports }, (_, port) => ({ from, port, to })).filter(
        ({ port }) => target[from * ports + port] >= 0 && Math.floor(target[from * ports + port] / ports) === to
      )
    )
}

/** What colours and marks mean. */
const keyOf = ({ x, y }: Point): Section => {
  const wide = 46
  const at = (row: number): number => y + 20 * row
  const mark = (row: number, column: number): Point => ({ x: x + column, y: at(row) - 9 })
  return {
    shapes: [
      label({ x, y }, 'Load of a link, of what it can carry (a flit a cycle), up to', { weight: 'bold' }),
      ...loadColours.flatMap((colour, level) => [
        box({ x: x + level * wide, y: at(1) - 11 }, { width: wide, height: 11 }, colour),
        label({ x: x + (level + 1) * wide, y: at(1) + 11 }, percent(loadSteps[level]), { anchor: 'end', fill: chipColours.quiet })
      ]),
      line({ x, y: at(2.6) - 4 }, { x: x + 30, y: at(2.6) - 4 }, { colour: chipColours.migration, width: 8 }),
      line({ x, y: at(2.6) - 4 }, { x: x + 30, y: at(2.6) - 4 }, { colour: loadColours[3], width: 4 }),
      label({ x: x + 38, y: at(2.6) }, 'with packets of a migration'),
      cross({ x: x + 257, y: at(2.6) - 4 }, { colour: chipColours.wrong, width: 2 }),
      label({ x: x + 270, y: at(2.6) }, 'has failed, or is dead'),
      label({ x, y: at(3.6) }, 'threads:'),
      ...threadStates.flatMap((state, i) => [
        box(mark(3.6, 68 + i * 92), { width: 14, height: 10 }, stateColours[state]),
        label({ x: x + 86 + i * 92, y: at(3.6) }, state)
      ])
    ],
    bottom: at(3.6)
  }
}

/** The links that carried most. */
const tableOf = ({ activity, busy }: ChipScene, at: Point): Section => {
  if (busy.length === 0) return { shapes: [label(at, 'No link has carried anything.', { weight: 'bold' })], bottom: at.y }
  return columned(at, {
    title: `Links that carried most${busy.length > LINKS ? `, of ${formatNumber(busy.length)}` : ''}`,
    heads: ['from and to', 'flits', 'mean', 'highest', 'at'],
    rows: busy.slice(0, LINKS).map((link) => ({
      isOfMigration: link.moved > 0,
      cells: [linkInWords(activity.world, link), formatNumber(link.flits), percent(link.mean), percent(link.peak), formatTime(link.at)]
    }))
  })
}

/** From where to where most bytes went. */
const pairsOf = ({ activity: { pairs, totals } }: ChipScene, at: Point): Section => {
  const hasMoves = totals.data.migrationBytes > 0
  if (pairs.length === 0) return { shapes: [], bottom: at.y }
  return columned(at, {
    title: `Most bytes, whatever their way${pairs.length > PAIRS ? `, of ${formatNumber(pairs.length)} pairs` : ''}`,
    heads: ['from and to', 'transfers', 'bytes', '', hasMoves ? 'of migrations' : ''],
    rows: pairs.slice(0, PAIRS).map(({ from, to, transfers, bytes, migrationBytes }) => ({
      isOfMigration: migrationBytes > 0,
      cells: [`${from} → ${to}`, formatNumber(transfers), formatBytes(bytes), '', hasMoves ? formatBytes(migrationBytes) : '']
    }))
  })
}

type Columned = {
  readonly title: string
  readonly heads: readonly string[]
  readonly rows: readonly { readonly isOfMigration: boolean; readonly cells: readonly string[] }[]
}

/** A small table; what is of migrations has a violet mark. */
const columned = ({ x, y }: Point, { title, heads, rows }: Columned): Section => {
  const rights = [0, 200, 268, 330, 420]
  const row = (at: number, [name, ...cells]: readonly string[], fill?: string): readonly string[] => [
    label({ x: x + 12, y: at }, fitted(printable(name), 17), { fill }),
    ...cells.flatMap((cell, i) => (cell === '' ? [] : [label({ x: x + rights[i + 1], y: at }, cell, { anchor: 'end', fill })]))
  ]
  return {
    shapes: [
      label({ x, y }, title, { weight: 'bold' }),
      ...row(y + 17, heads, chipColours.quiet),
      ...rows.flatMap(({ isOfMigration, cells }, i) => {
        const at = y + 33 + 15.5 * i
        return [...(isOfMigration ? [box({ x, y: at - 8 }, { width: 7, height: 8 }, chipColours.migration)] : []), ...row(at, cells)]
      })
    ],
    bottom: y + 33 + 15.5 * (rows.length - 1)
  }
}

/** Where a part begins: a line over the whole width. @internal */
export const rule = ({ left, right }: ChipScene, y: number): string =>
  `<path d="M${short(left)} ${short(y)}H${short(right)}" stroke="${chipColours.rule}" stroke-width="1"/>`
