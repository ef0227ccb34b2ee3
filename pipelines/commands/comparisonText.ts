import { basename } from 'node:path'
import type { Config } from '../../lib/codec/config'
import type { DiskConfig } from '../../lib/codec/diskConfig'
import type { GuestView } from '../../lib/protocol/pipeline'
import { chart } from '../../lib/report/chart'
import { columns, outcomeInWords } from '../../lib/report/columns'
import { legend } from '../../lib/report/legend'
import { formatNumber } from '../../lib/report/numbers'
import { table } from '../../lib/report/table'
import { formatTime } from '../../lib/time/time'
import type { Result } from './runTrials'
import { stagesText } from './stages'
import { furtherNamed, namedTechniques } from './usualExperiment'

/** How a comparison is to be written. */
export type Form = 'text' | 'markdown' | 'csv' | 'json'

/** What was migrated: the experiment, and the guest's memory. */
export type Setting = { readonly config: Config; readonly guest: Pick<GuestView, 'pages' | 'pageBytes'> }

/** A comparison for people: what was migrated, the table, what stands out, the charts of some techniques, and what each word means. */
export const comparisonText = (
  setting: Setting | undefined,
  results: readonly Result[],
  { charts }: { readonly charts: readonly string[] }
): string => {
  const drawn = results.filter(({ name }) => charts.includes(name))
  return [
    ...(setting === undefined ? [] : [...settingText(setting), '']),
    table()(results),
    '',
    ...diskText(results),
    ...best(results),
    ...bounds(results),
    ...(drawn.length > 0 ? [chart({ quantity: 'pagesLeft', height: 4 })(drawn), ''] : []),
    ...(results.length === 1 ? [stagesText(results[0].stages), ''] : []),
    ...techniqueText(results),
    legend(results)
  ].join('\n')
}

/** A comparison for programs. */
export const comparisonData = (results: readonly Result[], form: 'markdown' | 'csv' | 'json'): string =>
  form === 'json' ? jsonOf(results) : table({ form })(results)

const settingText = ({ config, guest: { pages, pageBytes } }: Setting): readonly string[] => {
  const { guest, link, startAt = 0, seed = 1 } = config
  const used = link.applicationTraffic ? `, of which applications want ${gigabits(link.applicationTraffic)}` : ''
  return [
    `guest: a ${guest.kind ?? 'process'} of ${formatNumber(pages)} pages of ${formatNumber(pageBytes)} bytes (${formatNumber((pages * pageBytes) / 1e6, 1)} MB), ${workloadText(guest.workload)}`,
    ...(guest.disk === undefined ? [] : [`disk: ${formatNumber(guest.disk.size / 1e6, 1)} MB, ${storageText(guest.disk)}`]),
    `link: ${gigabits(link.bandwidth)}${used}; the migration begins when the guest has run for ${formatTime(startAt)}; seed ${JSON.stringify(seed)}`
  ]
}

const storageText = ({ storage = 'local', workload }: DiskConfig): string =>
  `${storage === 'shared' ? 'on storage that both hosts share' : 'local to its host'}, ${workload === undefined ? 'idle' : workloadText(workload)}`

const workloadText = (workload: Config['guest']['workload']): string =>
  workload.type === 'recorded'
    ? `running the recorded program ${basename(workload.trace, '.trace')}, ${formatNumber((workload.instructionsPerSecond ?? 1e9) / 1e6)} million instructions per second`
    : `running the synthetic workload ${workload.type}`

const gigabits = (bytesPerSecond: number): string => `${Number(((bytesPerSecond * 8) / 1e9).toPrecision(6))} Gbit/s`

/** Who is best at what, among those that completed, when there is something to compare. */
const best = (results: readonly Result[]): readonly string[] => {
  const complete = results.filter(({ metrics }) => metrics.outcome?.type === 'completed')
  if (complete.length < 2) return []
  const least = (what: string, name: string): string => {
    const { value, scales } = columns().find((column) => column.name === name)!
    const known = complete.flatMap((result) => {
      const v = value(result.metrics)
      return v === undefined ? [] : [{ name: result.name, v }]
    })
    const lowest = Math.min(...known.map(({ v }) => v))
    const winners = known.filter(({ v }) => v === lowest).map((one) => one.name)
    const text =
      scales[0].unit === '%'
        ? `${formatNumber(lowest * 100, 1)} %`
        : scales[0].unit === 'pages'
          ? `${formatNumber(lowest)} pages`
          : formatTime(lowest)
    return `${what.padEnd(18)} ${winners.join(', ')} (${text})`
  }
  return [
    least('shortest downtime', 'down'),
    least('soonest finished', 'total'),
    least('fewest pages sent', 'sent'),
    least('guest slowed least', 'slowed'),
    ''
  ]
}

/** What moving the disk took, where there is one that moves: it is not in the table. */
const diskText = (results: readonly Result[]): readonly string[] => {
  const moved = results.flatMap(({ name, metrics: { disk } }) => (disk === undefined ? [] : [{ name, disk }]))
  if (moved.length === 0) return []
  const width = Math.max(...moved.map(({ name }) => name.length))
  const said = moved.map(({ name, disk: { blocks, bytes, rounds, drainedBytes, drainTime } }) => {
    const drained = `${formatNumber(drainedBytes / 1e6, 1)} MB while the guest stood still, for ${formatTime(drainTime)} of its downtime`
    return `${name.padEnd(width)}  ${formatNumber(bytes / 1e6, 1)} MB in ${formatNumber(blocks)} blocks and ${formatNumber(rounds)} ${rounds === 1 ? 'round' : 'rounds'}; ${drained}`
  })
  return ['disk, apart from the memory above:', ...said, '']
}

/** What was known beforehand of techniques that are bounded. */
const bounds = (results: readonly Result[]): readonly string[] => {
  const bounded = results.flatMap(({ name, bound }) => (bound === undefined ? [] : [{ name, bound }]))
  if (bounded.length === 0) return []
  return [
    ...bounded.map(
      ({ name, bound: { liveNs, downNs, totalNs } }) =>
        `${name}: bound computed beforehand, whatever the guest writes: ${formatTime(totalNs)} in all, ${formatTime(liveNs)} live and ${formatTime(downNs)} down`
    ),
    ''
  ]
}

const techniqueText = (results: readonly Result[]): readonly string[] => {
  const said = [...namedTechniques(), ...furtherNamed()].filter(({ name }) => results.some((result) => result.name === name))
  if (said.length === 0) return []
  const width = Math.max(...said.map(({ name }) => name.length))
  return [...said.map(({ name, sentence }) => `${name.padEnd(width)}  ${sentence}`), '']
}

const jsonOf = (results: readonly Result[]): string =>
  JSON.stringify(
    results.map(({ name, metrics, journal }) => ({
      technique: name,
      outcomeInWords: outcomeInWords(metrics.outcome),
      ...metrics,
      journal
    })),
    null,
    2
  )
