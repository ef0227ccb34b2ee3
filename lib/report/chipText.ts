import { formatTime } from '../time/time'
import type { ChipActivity } from './chipActivity'
import { busyLinks } from './chipLoads'
import { activityInWords, linkInWords, moveInWords, percent, restInWords, troubleInWords } from './chipSvgWords'
import { grid, type Head } from './grid'
import { formatNumber } from './numbers'

/** What happened on a chip as text for a terminal: what the picture of `chipSvg` says above and beside its grid. `undefined`: an empty journal. */
export const chipText = (activity: ChipActivity | undefined): string => {
  if (activity === undefined) return 'The journal is empty.'
  const { world, moves } = activity
  const busy = busyLinks(activity, 'data')
  const rows = busy
    .slice(0, 10)
    .map((link) => [
      linkInWords(world, link),
      formatNumber(link.flits),
      formatNumber(link.moved),
      percent(link.mean),
      percent(link.peak),
      formatTime(link.at)
    ])
  const rest = busy.length - rows.length
  return [
    `seed ${world.seed}: ${activityInWords(activity).join('\n')}`,
    ...troubleInWords(activity),
    ...restInWords(activity),
    ...moves.map((move) => `migration of ${move.process}, ${moveInWords(move)}`),
    '',
    ...(rows.length === 0 ? ['No link of the data network has carried anything.'] : [grid('text', heads, rows)]),
    ...(rest > 0 ? [`and ${formatNumber(rest)} more links that carried less`] : [])
  ].join('\n')
}

const heads: readonly Head[] = [
  { name: 'link', unit: '', align: 'left' },
  { name: 'carried', unit: 'flits', align: 'right' },
  { name: 'migrations', unit: 'flits', align: 'right' },
  { name: 'load', unit: 'mean', align: 'right' },
  { name: 'highest', unit: 'load', align: 'right' },
  { name: 'at', unit: '', align: 'right' }
]
