import type { Entry } from '../protocol/journal'
import type { KernelFact } from '../protocol/process'
import { type Fold, fold } from '../stream/fold'
import type { Time } from '../time/time'

/**
 * What became of a process of a chip. `wantedNs`: core time that each of its `threads` wanted (Infinity: no end). `bornAt`, `endedAt`: when it first ran, and had done its work or was killed. `coreNs`: core time that all its threads have had,
 * wherever and in whichever of its lives. `stoppedNs`: how long no copy of it ran although it was there: frozen, on its way, or lost and not restored yet. `stays`: the clusters on which it has run, in order. `lost`: how often its cluster took it along.
 */
export type ProcessTimes = {
  readonly process: string
  readonly threads: number
  readonly wantedNs: Time
  readonly bornAt?: Time
  readonly endedAt?: Time
  readonly coreNs: Time
  readonly stoppedNs: Time
  readonly stays: readonly string[]
  readonly lost: number
}

/** How many times as long a process was there as it wanted the cores; `undefined` where it has not ended. */
export const slowdown = ({ bornAt, endedAt, wantedNs }: Pick<ProcessTimes, 'bornAt' | 'endedAt' | 'wantedNs'>): number | undefined =>
  bornAt === undefined || endedAt === undefined ? undefined : (endedAt - bornAt) / wantedNs

/** Core time that was spent on a process and has come to nothing: done before a failure, and again after it. None where it has not ended. */
export const wastedNs = ({
  coreNs,
  wantedNs,
  threads,
  endedAt
}: Pick<ProcessTimes, 'coreNs' | 'wantedNs' | 'threads' | 'endedAt'>): Time =>
  endedAt === undefined ? 0 : Math.max(0, coreNs - wantedNs * threads)

/** The processes of a chip's journal by name, in the order of the world's description, then of their appearance; what runs at the journal's end is counted up to there. Cost: one step a fact. */
export const processTimes: Fold<Entry, Readonly<Record<string, ProcessTimes>>> = fold<
  Entry,
  Readonly<Record<string, ProcessTimes>>,
  { readonly lives: Map<string, Life>; at: Time }
>({
  init: () => ({ lives: new Map(), at: 0 }),
  step: (state, entry) => {
    const { lives } = state
    state.at = entry.at
    if (entry.type === 'began') {
      const { processes = {} } = entry.world as { readonly processes?: Readonly<Record<string, Described>> }
      for (const [process, { threads, cpuNs }] of Object.entries(processes)) lives.set(process, lifeOf(process, threads, cpuNs))
    } else if (entry.type === 'signalled') {
      const { signal } = entry
      if (signal.type === 'placed') placed(lifeIn(lives, signal.process), signal.migration, signal.state, signal.at)
      else if (signal.type === 'threads') counted(lifeIn(lives, signal.process), signal.migration, signal.running, signal.at)
    }
    return state
  },
  done: ({ lives, at }) =>
    Object.fromEntries(
      [...lives].map(([process, { running, stoppedSince, stays, ...life }]): [string, ProcessTimes] => {
        const still = [...running.values()].reduce((sum, { threads, since }) => sum + threads * (at - since), 0)
        const stopped = stoppedSince === undefined ? 0 : at - stoppedSince
        return [process, { ...life, coreNs: life.coreNs + still, stoppedNs: life.stoppedNs + stopped, stays: [...stays] }]
      })
    )
})

type Described = { readonly threads?: number; readonly cpuNs?: number }

type Life = {
  readonly process: string
  readonly threads: number
  readonly wantedNs: Time
  bornAt?: Time
  endedAt?: Time
  coreNs: Time
  stoppedNs: Time
  readonly stays: string[]
  lost: number
  /** Threads that have a core, by cluster, since when. */
  readonly running: Map<string, { threads: number; since: Time }>
  stoppedSince?: Time
}

const lifeOf = (process: string, threads = 1, cpuNs: Time = Number.POSITIVE_INFINITY): Life => ({
  process,
  threads,
  wantedNs: cpuNs,
  coreNs: 0,
  stoppedNs: 0,
  stays: [],
  lost: 0,
  running: new Map()
})

const lifeIn = (lives: Map<string, Life>, process: string): Life => {
  const known = lives.get(process)
  if (known !== undefined) return known
  const born = lifeOf(process)
  lives.set(process, born)
  return born
}

const counted = (life: Life, cluster: string, threads: number, at: Time): void => {
  const before = life.running.get(cluster)
  if (before !== undefined) life.coreNs += before.threads * (at - before.since)
  life.running.set(cluster, { threads, since: at })
}

const placed = (life: Life, cluster: string, state: Extract<KernelFact, { readonly type: 'placed' }>['state'], at: Time): void => {
  if (state === 'running') {
    if (life.bornAt === undefined) life.bornAt = at
    if (life.stays[life.stays.length - 1] !== cluster) life.stays.push(cluster)
    if (life.stoppedSince !== undefined) life.stoppedNs += at - life.stoppedSince
    life.stoppedSince = undefined
    return
  }
  if (state === 'arriving') return
  counted(life, cluster, 0, at)
  if (state === 'left') return
  if (state === 'exited') life.endedAt = at
  else if (life.stoppedSince === undefined) life.stoppedSince = at
  if (state === 'lost') life.lost++
}
