import { type Invariant, invariant } from '../invariants/invariant'
import { chipMemoryOf } from './chipMemory'
import { changedBy, useOf } from './clusterUse'
import { type Standings, standings } from './standings'

/** All copies on a cluster, those that run, stand frozen or arrive, fit into what it has: who has no room for a process refuses to admit it. */
export const memoryFits: Invariant = invariant<Memory>({
  name: 'memoryFits',
  sentence:
    'The copies of processes on a cluster never take more frames, kernel pages or room for structures than it has, nor one of them more places for threads.',
  of: 'journal',
  hears: ['admit', 'placed', 'failed'],
  init: (began) => ({ all: standings(began), limitsOf: chipMemoryOf(began) }),
  step: (memory, entry, tell) => {
    const { all, limitsOf } = memory
    const cluster = changedBy(all, entry)
    const limits = cluster === undefined ? undefined : limitsOf(cluster)
    if (cluster === undefined || limits === undefined) return memory
    const use = useOf(all, cluster)
    for (const what of ['frames', 'kernelPages', 'structureBytes'] as const)
      if (use[what] > limits[what]) tell(`${use[what]} ${what} are in use on ${cluster}, which has ${limits[what]}`)
    for (const { process, copies, threads } of all.processes.values())
      if (copies.has(cluster) && threads > limits.threads)
        tell(`${process} has ${threads} threads on ${cluster}, which has places for ${limits.threads}`)
    return memory
  }
})

type Memory = { readonly all: Standings; readonly limitsOf: ReturnType<typeof chipMemoryOf> }
