import { nanoseconds, type TimeUnit } from '../time/time'
import type { Run } from './columns'
import { shownColumns } from './table'

/** What each column of these runs' table means, a line and a sentence each, in the table's order. */
export const legend = (runs: readonly Run[], unit: TimeUnit = nanoseconds): string => {
  const shown = shownColumns(runs, unit).map(({ column }) => column)
  const width = Math.max(0, ...shown.map(({ name }) => name.length))
  return shown.map(({ name, meaning }) => `${name.padEnd(width)}  ${meaning}`).join('\n')
}
