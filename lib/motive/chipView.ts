import { nanvixSections } from '../guest/nanvixProcess'
import type { KernelAnswer, ProcessView } from '../protocol/process'
import type { Time } from '../time/time'

/** A cluster as its daemon has observed it. */
export type ClusterView = Omit<Extract<KernelAnswer, { readonly type: 'observed' }>, 'type'> & { readonly cluster: string }

/** A process that is kept on an I/O cluster: which cluster keeps it, when that was saved, and the cluster it ran on. */
export type SavedView = {
  readonly process: string
  readonly keeper: string
  readonly at: Time
  readonly from: string
  readonly threads: number
  readonly pages: number
}

/** What a manager knows of a chip when it decides: clusters as they were observed, those that have failed, and processes that are kept. Plain values. */
export type ChipView = {
  readonly at: Time
  readonly clusters: readonly ClusterView[]
  readonly failed: readonly string[]
  readonly saved: readonly SavedView[]
}

/** A process with the cluster on which it was seen. */
export type Seen = ProcessView & { readonly cluster: string; readonly refusals?: number }

/** The processes of a chip that run, in the order in which they were seen; those that are frozen or arriving are moving already. */
export const runningProcesses = ({ clusters }: ChipView): readonly Seen[] =>
  clusters.flatMap(({ cluster, processes }) =>
    processes.filter(({ state }) => state === 'running').map((process) => ({ ...process, cluster }))
  )

/** Threads that want a core for each core: what an equal share of the cluster makes of a thread's time, where it is above 1. */
export const threadsPerCore = ({ running, ready, cores }: Pick<ClusterView, 'running' | 'ready' | 'cores'>, more = 0): number =>
  (running + ready + more) / cores

/** Frames and pages of the kernel's pool that a process takes, as `nanvixSections`: its code and data and its allocated pages; two for a thread, and one for a table of pages. */
export const roomOf = ({
  threads,
  pages
}: Pick<ProcessView, 'threads' | 'pages'>): { readonly frames: number; readonly kernelPages: number } => ({
  frames: USER_FRAMES + pages,
  kernelPages: 2 * threads + Math.min(pages, 1)
})

const USER_FRAMES = Math.ceil(nanvixSections.user.bytes / 4096)

/** Whether a cluster has room for a process, as far as has been observed. */
export const hasRoom = (cluster: Pick<ClusterView, 'freeFrames' | 'freeKernelPages'>, process: Pick<ProcessView, 'threads' | 'pages'>) => {
  const { frames, kernelPages } = roomOf(process)
  return frames <= cluster.freeFrames && kernelPages <= cluster.freeKernelPages
}

/** The view as it will be when a process has moved to another cluster, all its threads wanting a core there: a second decision must not be made as if there were no first. */
export const afterMove = (view: ChipView, process: Seen, to: string): ChipView => {
  const { frames, kernelPages } = roomOf(process)
  const { cluster: from, ...seen } = process
  return {
    ...view,
    clusters: view.clusters.map((one) => {
      if (one.cluster === from)
        return {
          ...one,
          processes: one.processes.filter((other) => other.process !== process.process),
          running: Math.min(one.running, Math.max(0, one.running + one.ready - process.threads)),
          ready: Math.max(0, one.running + one.ready - process.threads - one.running),
          freeFrames: one.freeFrames + frames,
          freeKernelPages: one.freeKernelPages + kernelPages
        }
      if (one.cluster !== to) return one
      const threads = one.running + one.ready + process.threads
      return {
        ...one,
        processes: [...one.processes, { ...seen, state: 'arriving' }],
        running: Math.min(one.cores, threads),
        ready: Math.max(0, threads - one.cores),
        freeFrames: one.freeFrames - frames,
        freeKernelPages: one.freeKernelPages - kernelPages
      }
    })
  }
}
