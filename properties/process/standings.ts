import type { Entry } from '../../lib/protocol/journal'
import type { Time } from '../../lib/time/time'
import type { Began } from '../invariants/invariant'

/** How a copy of a process stands on a cluster. */
export type Stands = 'running' | 'frozen' | 'arriving'

/**
 * One process as a journal tells of it: its copies by cluster, and whose copy counts: that of the cluster on which it went on last. `end`: that it has done its work or was killed, or that no copy
 * that counts is left. `since`: when the journal told of it last.
 */
export type Standing = {
  readonly process: string
  readonly copies: Map<string, Stands>
  user: string
  threads: number
  pages: number
  /** Pages of its code and data. */
  userPages: number
  /** Core time that each of its threads needs; absent: without end, or not known. */
  cpuNs: Time | undefined
  counts: string | undefined
  end: 'exited' | 'lost' | undefined
  since: Time
}

/** Where all processes of a chip stand, and when clusters have failed. It changes its own. */
export type Standings = { readonly processes: Map<string, Standing>; readonly failed: Map<string, Time> }

/** What the first entry of a chip's journal says of a process. */
type Described = {
  readonly user?: string
  readonly threads?: number
  readonly pages?: number
  readonly userBytes?: number
  readonly cpuNs?: Time | null
}

/** Where processes stand before anything has happened: nowhere. */
export const standings = (began: Began | undefined): Standings => {
  const world = began?.world as { readonly processes?: Readonly<Record<string, Described>> } | null | undefined
  const processes = Object.entries(world?.processes ?? {}).map(([process, of]): [string, Standing] => [process, fresh(process, of)])
  return { processes: new Map(processes), failed: new Map() }
}

const fresh = (process: string, { user, threads, pages, userBytes, cpuNs }: Described): Standing => ({
  process,
  copies: new Map(),
  user: user ?? process,
  threads: threads ?? 1,
  pages: pages ?? 0,
  userPages: Math.ceil((userBytes ?? 0) / 4096),
  cpuNs: cpuNs ?? undefined,
  counts: undefined,
  end: undefined,
  since: 0
})

/** The standing of a process by its name; new where nothing is known of it. */
export const standingOf = ({ processes }: Standings, process: string): Standing => {
  const known = processes.get(process)
  if (known !== undefined) return known
  const made = fresh(process, {})
  processes.set(process, made)
  return made
}

/** An entry into the account: `placed`, `failed`, and what `admit` says of a process that comes. */
export const stood = (all: Standings, entry: Entry): void => {
  if (entry.type === 'commanded') {
    const { order } = entry.command
    if (order.type !== 'admit') return
    const { process, user, threads, pages, pieces } = order.made
    const userPages = pieces.filter(({ section }) => section === 'user').length
    Object.assign(standingOf(all, process), { user, threads, pages, userPages })
    return
  }
  if (entry.type !== 'signalled') return
  const { signal } = entry
  if (signal.type === 'failed' && signal.what === 'source') {
    all.failed.set(signal.migration, signal.at)
    for (const { copies } of all.processes.values()) copies.delete(signal.migration)
  } else if (signal.type === 'placed') {
    const one = standingOf(all, signal.process)
    const { migration: cluster, state } = signal
    one.since = signal.at
    one.user = signal.user
    if (state === 'exited' || state === 'lost') one.end = state
    if (state === 'left' || state === 'exited' || state === 'lost') one.copies.delete(cluster)
    else one.copies.set(cluster, state)
    if (state === 'running') {
      one.counts = cluster
      if (one.end === 'lost') one.end = undefined
    }
  }
}
