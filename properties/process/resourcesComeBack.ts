import type { ProcessImage } from '../../lib/protocol/process'
import { type Invariant, invariant } from '../invariants/invariant'
import { chipMemoryOf } from './chipMemory'
import { added, changedBy, type Use, useOf } from './clusterUse'
import { type Standings, standings } from './standings'

/**
 * What a kernel says is free is what it has without what the copies there take: nothing stays taken of a process that has left, ended or failed to come, and nothing is given twice. Between an order
 * to observe and its answer any moment may be meant.
 */
export const resourcesComeBack: Invariant = invariant<Memory>({
  name: 'resourcesComeBack',
  sentence: 'The frames and kernel pages that a cluster says are free are all that no copy of a process takes there.',
  of: 'journal',
  hears: ['admit', 'placed', 'failed', 'observe', 'observed'],
  init: (began) => ({ all: standings(began), limitsOf: chipMemoryOf(began), open: new Map(), coming: new Map() }),
  step: (memory, entry, tell, { answered }) => {
    const { all, limitsOf, open, coming } = memory
    const cluster = changedBy(all, entry) ?? (entry.type === 'commanded' ? entry.command.to.migration : answered?.command.to.migration)
    if (cluster === undefined) return memory
    if (entry.type === 'commanded') {
      const { order, to } = entry.command
      if (order.type === 'admit') coming.set(`${cluster} ${to.n}`, order.made)
      else if (order.type === 'observe') open.set(`${cluster} ${to.n}`, { cluster, least: useOf(all, cluster), most: useOf(all, cluster) })
    } else if (answered?.command.order.type === 'admit') coming.delete(`${cluster} ${answered.command.to.n}`)
    const least = useOf(all, cluster)
    const most = [...coming].filter(([of]) => of.startsWith(`${cluster} `)).reduce((use, [, made]) => addedUse(use, made), least)
    for (const one of open.values())
      if (one.cluster === cluster) {
        one.least = each(Math.min, one.least, least)
        one.most = each(Math.max, one.most, most)
      }
    if (entry.type !== 'signalled' || entry.signal.type !== 'observed') return memory
    const { to, freeFrames, freeKernelPages } = entry.signal
    const during = open.get(`${cluster} ${to.n}`)
    const limits = limitsOf(cluster)
    open.delete(`${cluster} ${to.n}`)
    if (during === undefined || limits === undefined) return memory
    for (const [what, free] of [
      ['frames', freeFrames],
      ['kernelPages', freeKernelPages]
    ] as const) {
      const taken = limits[what] - free
      if (taken < during.least[what] || taken > during.most[what])
        tell(`${cluster} has ${free} ${what} free of ${limits[what]}, and copies of processes take ${during.least[what]}`)
    }
    return memory
  }
})

/** `open`: the least and the most that was taken of a cluster since it was asked; `coming`: what is being admitted. */
type Memory = {
  readonly all: Standings
  readonly limitsOf: ReturnType<typeof chipMemoryOf>
  readonly open: Map<string, { readonly cluster: string; least: Use; most: Use }>
  readonly coming: Map<string, ProcessImage>
}

const addedUse = (use: Use, made: ProcessImage): Use =>
  added(use, { ...made, userPages: made.pieces.filter(({ section }) => section === 'user').length })

const each = (of: (one: number, other: number) => number, one: Use, other: Use): Use => ({
  frames: of(one.frames, other.frames),
  kernelPages: of(one.kernelPages, other.kernelPages),
  structureBytes: of(one.structureBytes, other.structureBytes)
})
