import { basename } from 'node:path'
import type { Config } from '../../lib/codec/config'
import type { DiskConfig } from '../../lib/codec/diskConfig'
import { regimes } from '../../lib/guest/regimes'
import { usualIntervalNs } from '../../lib/migration/timeBounded'
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

/** What was migrated: the experiment, the guest's memory, and its regime in words where it wrote in one. */
export type Setting = { readonly config: Config; readonly guest: Pick<GuestView, 'pages' | 'pageBytes'>; readonly regime?: string }

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
    ...stepsText(results),
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

const settingText = ({ config, guest: { pages, pageBytes }, regime }: Setting): readonly string[] => {
  const { guest, link, startAt = 0, seed = 1 } = config
  const used = link.applicationTraffic ? `, of which applications want ${gigabits(link.applicationTraffic)}` : ''
  return [
    `guest: a ${guest.kind ?? 'process'} of ${formatNumber(pages)} pages of ${formatNumber(pageBytes)} bytes (${formatNumber((pages * pageBytes) / 1e6, 1)} MB), ${workloadText(guest.workload)}`,
    ...(regime === undefined ? [] : [`regime: ${regime}`]),
    ...(guest.disk === undefined ? [] : [`disk: ${formatNumber(guest.disk.size / 1e6, 1)} MB, ${storageText(guest.disk)}`]),
    `link: ${gigabits(link.bandwidth)}${used}; the migration begins when the guest has run for ${formatTime(startAt)}; seed ${JSON.stringify(seed)}`
  ]
}

const storageText = ({ storage = 'local', workload }: DiskConfig): string =>
  `${storage === 'shared' ? 'on storage that both hosts share' : 'local to its host'}, ${workload === undefined ? 'idle' : workloadText(workload)}`

const workloadText = (workload: Config['guest']['workload']): string => {
  switch (workload.type) {
    case 'recorded':
      return `running the recorded program ${basename(workload.trace, '.trace')}, ${formatNumber((workload.instructionsPerSecond ?? 1e9) / 1e6)} million instructions per second`
    case 'npb': {
      const { benchmark, scale = 1 } = workload
      return `running ${benchmark} of the NAS Parallel Benchmarks, class D${scale === 1 ? '' : `, at ${Number(scale.toPrecision(3))} of its size`}`
    }
    case 'regime':
      return `writing as ${regimes[workload.regime].benchmark} does`
    default:
      return `running the synthetic workload ${workload.type}`
  }
}

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

/** What was known beforehand of techniques that are bounded, or why nothing was. */
const bounds = (results: readonly Result[]): readonly string[] => {
  const said = results.flatMap(({ name, bound, unbounded, technique }) => {
    if (unbounded !== undefined) return [`${name}: no bound can be computed beforehand, since ${unbounded}`]
    if (bound === undefined) return []
    const { liveNs, downNs, totalNs, disk } = bound
    const { interval = usualIntervalNs } = technique?.type === 'tlm' ? technique : {}
    const updates = interval === null ? 'no updates' : `an update every ${formatTime(interval)}`
    const rounds =
      disk === undefined
        ? ''
        : disk.rounds === 0
          ? ', all of its disk while it stands still'
          : `, its disk in ${disk.rounds} rounds at most`
    return [
      `${name}: bound computed beforehand, whatever the guest writes: ${formatTime(totalNs)} in all, ${formatTime(liveNs)} live and ${formatTime(downNs)} down (${updates}${rounds})`
    ]
  })
  return said.length === 0 ? [] : [...said, '']
}

/** How long each step of a container's move took, where that is what was done. */
const stepsText = (results: readonly Result[]): readonly string[] => {
  const said = results.flatMap(({ name, steps, technique }) => {
    if (technique?.type !== 'dump-and-restore' || steps === undefined) return []
    const { fileSystem, preDumps, drain, dump, transfer, restart } = steps
    const files = fileSystem + drain === 0 ? [] : [`its file system ${formatTime(fileSystem)} while it ran and ${formatTime(drain)} frozen`]
    const ahead = preDumps === 0 ? [] : [`dumps ahead ${formatTime(preDumps)}`]
    const each = [...files, ...ahead, `dump ${formatTime(dump)}`, `transfer ${formatTime(transfer)}`, `restart ${formatTime(restart)}`]
    return [`${name}: ${each.join(', ')}`]
  })
  return said.length === 0 ? [] : ['steps:', ...said, '']
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
