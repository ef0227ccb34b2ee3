import type { Seed } from '../../lib/random/random'
import { formatNumber } from '../../lib/report/numbers'
import type { DayFigures } from '../managers/dayFigures'
import { type ReproducedForm, reproducedText } from '../reproduce/reproducedText'
import type { Cell, ReproducedColumn } from '../reproduce/reproduction'
import type { Managed } from './runManagers'

/** A day that was run under several managers, for people: what it was, where its series come from, who was left out and why, hosts that were to be emptied, and what else is to be known. */
export type ManagedTable = {
  readonly sentence: string
  readonly source: string
  readonly seed: Seed
  readonly leftOut: readonly { readonly name: string; readonly not: string }[]
  readonly drained: readonly { readonly host: number; readonly name: string }[]
  readonly notes: readonly string[]
}

/** One table of managers side by side, a row for each; columns of services only where there are any. In `json` a record for each with units in the names. */
export const manageText = (
  form: ReproducedForm,
  { sentence, source, seed, leftOut, drained, notes }: ManagedTable,
  all: readonly Managed[]
): string => {
  const shown = columns.filter(({ when = () => true }) => all.some(({ figures }) => when(figures)))
  if (form === 'json')
    return JSON.stringify(
      {
        day: sentence,
        source,
        seed,
        managers: all.map(({ name, sentence, figures, at }) => ({
          manager: name,
          does: sentence,
          ...Object.fromEntries(columns.map(({ key, value }) => [key, value(figures)])),
          ...(drained.length === 0 ? {} : { leftOnDrainedHosts: leftOn(at, drained) }),
          failures: Object.fromEntries(figures.failed),
          refusals: Object.fromEntries(figures.refused)
        })),
        leftOut,
        notes
      },
      null,
      2
    )
  const rows = all.map(({ name, figures }): readonly Cell[] => [name, ...shown.map(({ value }) => value(figures))])
  const tables = [{ title: 'managers side by side', columns: [{ name: 'manager' }, ...shown], rows }]
  return reproducedText(form, {
    reproduction: { name: 'manage', sentence, source },
    seed,
    reproduced: {
      tables,
      verdicts: [],
      notes: [
        ...all.flatMap(troubles),
        ...(drained.length === 0 ? [] : all.map((one) => stayed(one, drained))),
        ...leftOut.map(({ name, not }) => `${name} is left out: ${not}`),
        ...notes,
        ...all.map(({ name, sentence }) => `${name}: ${sentence}.`)
      ]
    }
  })
}

type Figure = ReproducedColumn & {
  readonly key: string
  readonly value: (of: DayFigures) => number
  readonly when?: (of: DayFigures) => boolean
}

const sumOf = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((sum, one) => sum + one, 0)

const columns: readonly Figure[] = [
  { name: 'hotspots', unit: 'host looks', key: 'hotspotHostLooks', decimals: 0, value: ({ hotspots }) => hotspots },
  { name: 'overloaded', unit: 'host h', key: 'overloadedHostHours', decimals: 2, value: ({ overloadedNs }) => overloadedNs / 3.6e12 },
  { name: 'moves', key: 'migrations', decimals: 0, value: ({ moves }) => moves },
  { name: 'failed', key: 'failedMigrations', decimals: 0, value: ({ failed }) => sumOf(failed) },
  { name: 'refused', key: 'refusedCommands', decimals: 0, value: ({ refused }) => sumOf(refused) },
  { name: 'VMs lost', key: 'lostVms', decimals: 0, value: ({ lost }) => lost, when: ({ lost }) => lost > 0 },
  { name: 'moved', unit: 'GB', key: 'movedGigabytes', decimals: 1, value: ({ bytes }) => bytes / 1e9 },
  { name: 'down', unit: 's', key: 'downtimeSeconds', decimals: 2, value: ({ downtimeNs }) => downtimeNs / 1e9 },
  { name: 'longest', unit: 's', key: 'longestDowntimeSeconds', decimals: 3, value: ({ longestDowntimeNs }) => longestDowntimeNs / 1e9 },
  {
    name: 'work lost',
    unit: '%',
    key: 'workLostPercent',
    decimals: 2,
    value: ({ wanted, given }) => (wanted > 0 ? (1 - given / wanted) * 100 : 0)
  },
  {
    name: 'dropped',
    unit: 'requests',
    key: 'droppedRequests',
    decimals: 0,
    value: ({ dropped }) => dropped,
    when: ({ dropped, brokenNs }) => dropped > 0 || brokenNs > 0
  },
  {
    name: 'too late',
    unit: 'service h',
    key: 'brokenPromiseServiceHours',
    decimals: 2,
    value: ({ brokenNs }) => brokenNs / 3.6e12,
    when: ({ dropped, brokenNs }) => dropped > 0 || brokenNs > 0
  },
  { name: 'energy', unit: 'kWh', key: 'energyKilowattHours', decimals: 2, value: ({ joules }) => joules / 3.6e6 },
  { name: 'of moves', unit: 'kJ', key: 'moveEnergyKilojoules', decimals: 1, value: ({ moveJoules }) => moveJoules / 1e3 },
  { name: 'active', unit: 'hosts', key: 'meanActiveHosts', decimals: 1, value: ({ activeHosts }) => activeHosts },
  { name: 'gone off', unit: 'hosts', key: 'hostShutdowns', decimals: 0, value: ({ shutdowns }) => shutdowns }
]

const troubles = ({ name, figures: { failed, refused, waiting } }: Managed): readonly string[] => {
  const listed = (counts: ReadonlyMap<string, number>): string =>
    [...counts]
      .sort(([, a], [, b]) => b - a)
      .map(([reason, times]) => `${formatNumber(times)} × ${reason}`)
      .join('; ')
  return [
    ...(failed.size === 0 ? [] : [`${name}: moves that failed: ${listed(failed)}.`]),
    ...(refused.size === 0 ? [] : [`${name}: what was refused: ${listed(refused)}.`]),
    ...(waiting === 0 ? [] : [`${name}: ${waiting} move${waiting === 1 ? '' : 's'} waited for a turn when the day ended.`])
  ]
}

/** VMs that are on hosts that were to be emptied. */
const leftOn = (at: readonly number[], drained: ManagedTable['drained']): number =>
  at.filter((host) => drained.some((one) => one.host === host)).length

const stayed = ({ name, at }: Managed, drained: ManagedTable['drained']): string => {
  const left = leftOn(at, drained)
  const hosts = drained.map((one) => one.name).join(', ')
  return left === 0
    ? `${name}: ${hosts} ${drained.length === 1 ? 'is' : 'are'} empty at the end.`
    : `${name}: ${left} VM${left === 1 ? ' is' : 's are'} left on ${hosts} at the end, as nowhere else was room below the thresholds.`
}
