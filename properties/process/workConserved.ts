import type { Time } from '../../lib/time/time'
import { type Began, type Invariant, invariant } from '../invariants/invariant'
import { type Standings, standings, stood } from './standings'

/**
 * A process that has done its work has had just the core time that its threads needed, on all clusters together: none of it is lost or done twice by a move. One that was killed has had less, one
 * that was lost and restored may have had more. Core time is by the clock of the cluster where it is spent.
 */
export const workConserved: Invariant = invariant<Memory>({
  name: 'workConserved',
  sentence: 'A process that exits has had the core time that its threads need, wherever it ran, and no more.',
  of: 'journal',
  hears: ['threads', 'placed', 'kill', 'failed', 'admit'],
  init: (began) => ({
    all: standings(began),
    driftPpm: driftsOf(began),
    killed: new Set(),
    restored: new Set(),
    had: new Map(),
    running: new Map()
  }),
  step: (memory, entry, tell) => {
    const { all, killed, restored, had, running } = memory
    stood(all, entry)
    if (entry.type === 'commanded' && entry.command.order.type === 'kill') killed.add(entry.command.order.process)
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'failed') {
      for (const [where, { process }] of running)
        if (where.endsWith(` on ${signal.migration}`)) settle(memory, where, process, signal.at, 0)
      return memory
    }
    if (signal.type === 'threads') settle(memory, `${signal.process} on ${signal.migration}`, signal.process, signal.at, signal.running)
    else if (signal.type === 'placed') {
      const { process, state } = signal
      if (state === 'lost') restored.add(process)
      const one = all.processes.get(process)
      if (state !== 'exited' || one?.cpuNs === undefined || killed.has(process)) return memory
      for (const where of running.keys()) if (running.get(where)!.process === process) settle(memory, where, process, signal.at, 0)
      const needed = one.threads * one.cpuNs
      const spent = had.get(process) ?? 0
      const { pieces } = memory.running.get(`${process} on ${signal.migration}`) ?? { pieces: 0 }
      const tolerance = TICKS_NS * (pieces + one.threads)
      if (spent < needed - tolerance || (spent > needed + tolerance && !restored.has(process)))
        tell(`${process} ends with ${Math.round(spent)} ns of core time, and needs ${needed}`)
    }
    return memory
  }
})

/** Core time that each process has had, and by process and cluster how many of its threads run, since when, and how often that has changed. */
type Memory = {
  readonly all: Standings
  readonly driftPpm: Readonly<Record<string, number>>
  readonly killed: Set<string>
  readonly restored: Set<string>
  readonly had: Map<string, Time>
  readonly running: Map<string, { readonly process: string; readonly count: number; readonly since: Time; readonly pieces: number }>
}

const driftsOf = (began: Began | undefined): Readonly<Record<string, number>> => {
  const { clusters } = (began?.world ?? {}) as { readonly clusters?: Readonly<Record<string, { readonly driftPpm?: number }>> }
  return Object.fromEntries(Object.entries(clusters ?? {}).map(([name, { driftPpm }]) => [name, driftPpm ?? 0]))
}

/** A change of threads falls on a tick of the cluster's clock, of 2.5 ns, which is told in whole nanoseconds. */
const TICKS_NS = 4

const settle = ({ had, running, driftPpm }: Memory, where: string, process: string, at: Time, count: number): void => {
  const before = running.get(where)
  const { [where.slice(where.indexOf(' on ') + 4)]: ppm = 0 } = driftPpm
  had.set(process, (had.get(process) ?? 0) + (before === undefined ? 0 : before.count * (at - before.since) * (1 + ppm / 1e6)))
  running.set(where, { process, count, since: at, pieces: (before?.pieces ?? 0) + 1 })
}
