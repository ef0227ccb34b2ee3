import { setImmediate } from 'node:timers/promises'
import type { HotspotOptions } from '../../lib/hotspot/hotspotOptions'
import type { FleetManager } from '../../lib/protocol/fleet'
import { fleetLog } from '../../lib/report/fleetLog'
import { clock } from '../../lib/report/fleetWords'
import { fleetRows } from '../../lib/world/fleetDay'
import type { FleetRow } from '../../lib/world/fleetRow'
import { type DayFigures, dayFigures } from '../managers/dayFigures'
import type { ManagedDay } from '../managers/managedDay'
import type { MoveCost } from '../managers/movesBy'
import type { Line } from './progress'

/** A manager on trial: what it is called in the table, what it is in words, and itself. */
export type Trialled = { readonly name: string; readonly sentence: string; readonly manager: FleetManager }

/** What a day under a manager came to, and the host of each VM at its end; its rows and its log where they were asked for. */
export type Managed = Omit<Trialled, 'manager'> & {
  readonly figures: DayFigures
  readonly at: readonly number[]
  readonly rows: readonly FleetRow[]
  readonly log: readonly string[]
}

/** See `runManagers`. */
export type RunOptions = {
  readonly moveCost: MoveCost
  readonly parallel: number
  readonly hotspots: HotspotOptions
  /** Whose rows are kept, and whose log is written. */
  readonly keeps: (name: string) => boolean
  readonly logs: (name: string) => boolean
  readonly line: Line
  readonly signal: AbortSignal
}

/** The same day under one manager after the other; `undefined` when the signal stopped it. What a manager throws comes through, with its name before the message. */
export const runManagers = async (
  day: ManagedDay,
  managers: readonly Trialled[],
  { moveCost, parallel, hotspots, keeps, logs, line, signal }: RunOptions
): Promise<readonly Managed[] | undefined> => {
  const all: Managed[] = []
  for (const [i, { name, sentence, manager }] of managers.entries()) {
    const measure = dayFigures(day.hosts, hotspots)
    const tell = logs(name) ? fleetLog(day, hotspots) : () => []
    const rows: FleetRow[] = []
    const log: string[] = []
    const at = [...day.placement]
    let state = measure.init()
    let moves = 0
    let breath = performance.now()
    for (const row of fleetRows({ ...day, manager, moveCost, parallel })) {
      state = measure.step(state, row)
      log.push(...tell(row))
      for (const { vm, to } of row.arrived) at[vm] = to
      for (const { vm, lost } of row.failed) if (lost === true) at[vm] = -1
      if (keeps(name)) rows.push(row)
      moves += row.moves.length
      if (performance.now() - breath < 100) continue
      line.show(`${name} (${i + 1} of ${managers.length}): ${clock(row.at)}, ${moves} move${moves === 1 ? '' : 's'}`)
      await setImmediate()
      if (signal.aborted) return undefined
      breath = performance.now()
    }
    all.push({ name, sentence, figures: measure.done(state), at, rows, log })
    await setImmediate()
    if (signal.aborted) return undefined
  }
  return all
}
