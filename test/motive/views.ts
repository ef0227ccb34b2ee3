import { type ChipView, type ClusterView, roomOf } from '../../lib/motive/chipView'
import type { ProcessView } from '../../lib/protocol/process'

/** A process that has computed for ten seconds, but for what is given. */
export const seen = (process: string, more: Partial<ProcessView & { refusals: number }> = {}): ProcessView => {
  const { threads = 1, pages = 0 } = more
  return {
    process,
    user: process,
    state: 'running',
    threads,
    pages,
    bytes: 23_008 + 4096 * (2 * threads + pages),
    ageNs: 10e9,
    cpuNs: 10e9 * threads,
    bytesTo: {},
    ...more
  }
}

/** A cluster with processes all of whose threads want a core. */
export const clusterWith = (cluster: string, processes: readonly ProcessView[], more: Partial<ClusterView> = {}): ClusterView => {
  const { cores = 15 } = more
  const threads = processes.reduce((sum, one) => sum + one.threads, 0)
  const rooms = processes.map(roomOf)
  return {
    cluster,
    processes,
    cores,
    running: Math.min(cores, threads),
    ready: Math.max(0, threads - cores),
    freeFrames: 128 - rooms.reduce((sum, { frames }) => sum + frames, 0),
    freeKernelPages: 36 - rooms.reduce((sum, { kernelPages }) => sum + kernelPages, 0),
    busyNs: 0,
    ...more
  }
}

/** A view of clusters at ten seconds. */
export const viewOf = (clusters: readonly ClusterView[], more: Partial<ChipView> = {}): ChipView => ({
  at: 10e9,
  clusters,
  failed: [],
  saved: [],
  ...more
})
