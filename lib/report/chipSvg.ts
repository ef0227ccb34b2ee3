import type { ChipActivity } from './chipActivity'
import { chipColours } from './chipColours'
import { chipLayout } from './chipLayout'
import { busyLinks } from './chipLoads'
import { type ChipScene, overview, periods, rule } from './chipSvgOverview'
import { timeline } from './chipSvgTimeline'
import { activityInWords, restInWords, troubleInWords } from './chipSvgWords'
import type { ChipLane } from './linkTraffic'
import { box, escaped, label } from './spaceTimeSvgShapes'
import { printable, wrapped } from './spaceTimeWidth'

/** See `chipSvg`. */
export type ChipSvgOptions = { readonly network?: ChipLane; readonly title?: string; readonly caption?: readonly string[] }

/**
 * What happened on a chip as a self-contained SVG: the grid of clusters with the load of each link, all the time and by spans of it; over one axis of time the bytes that arrive, migrations, each cluster's threads
 * by state, and the links that carried most. Violet is what migrations send.
 *
 * `network` whose links are drawn: `data` (default), or `control`, of which a journal knows syncs alone. `title`; `caption`: lines under it. `activity`: of `chipActivity`; none is drawn as an empty journal. The same
 * activity gives the same text, to the byte. Size: some 30 to 200 kB, as windows, lanes and rows are bounded; below 600 links each is an element that says what it carries.
 */
export const chipSvg =
  ({ network = 'data', title, caption = [] }: ChipSvgOptions = {}) =>
  (activity: ChipActivity | undefined): string => {
    const name =
      title ?? `Load of the ${network} network on chip, and threads${activity === undefined ? '' : `, seed ${activity.world.seed}`}`
    const shapes: string[] = []
    let y = MARGIN + 18
    const written = (text: string, look: Parameters<typeof label>[2] = {}): void => {
      for (const part of wrapped(printable(text), COLUMNS)) {
        shapes.push(label({ x: MARGIN, y }, part, look))
        y += 16
      }
    }
    written(name, { weight: 'bold' })
    for (const text of caption) written(text)
    if (activity === undefined) {
      written('The journal is empty.')
      return document(name, caption, y, shapes)
    }
    const said = activityInWords(activity)
    for (const text of said) written(text, { fill: chipColours.quiet })
    for (const text of troubleInWords(activity)) written(text, { fill: chipColours.wrong })
    for (const text of restInWords(activity)) written(text, { fill: chipColours.quiet })
    const scene: ChipScene = {
      activity,
      layout: chipLayout(activity.world.wiring.topology),
      busy: busyLinks(activity, network),
      left: MARGIN,
      right: WIDTH - MARGIN
    }
    for (const part of [overview, periods, timeline]) {
      shapes.push(rule(scene, y))
      const { shapes: drawn, bottom } = part(scene, y + 8)
      shapes.push(...drawn)
      y = bottom + 8
    }
    y += 10
    for (const text of notes) written(text, { fill: chipColours.quiet })
    return document(name, [...caption, ...said], y, shapes)
  }

const [WIDTH, MARGIN] = [1000, 20]
/** Characters of the font that fit between the margins. */
const COLUMNS = 140

const notes: readonly string[] = [
  'Squares are clusters and interfaces of I/O clusters, with the bytes that have come to them. Each way of a link is drawn by itself, to the right of the middle as seen in its direction; two short strokes at opposite rims are one link that closes a ring.',
  'A journal knows when a message or chunk has arrived whole. Each link is taken to have carried its flits, headers included, as late as it can have, a flit a cycle. What never arrived, or was bounced, is in no load, nor are acknowledgements and permissions.',
  'A program runs while a call of its own is at work, and waits while it has only asked to receive, get, await, hold or wake.'
]

const document = (title: string, description: readonly string[], height: number, content: readonly string[]): string => {
  const size = { width: WIDTH, height: Math.ceil(height) }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" class="chip" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(description.join(' · '))}</desc>`,
    '<style>.chip text{paint-order:stroke;stroke:#ffffff;stroke-width:2.5px;stroke-linejoin:round;white-space:pre}</style>',
    box({ x: 0, y: 0 }, size, chipColours.paper),
    `<g font-family="monospace" font-size="11.3" fill="${chipColours.ink}">`,
    ...content,
    '</g>',
    '</svg>',
    ''
  ].join('\n')
}
