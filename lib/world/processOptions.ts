import { nanvixFixedBytes, nanvixKernelPages, nanvixSections, nanvixState } from '../guest/nanvixProcess'
import type { Workload } from '../guest/workload'
import type { Data } from '../protocol/data'
import type { Time } from '../time/time'
import { type KernelCosts, nanvix2023 } from './kernelCosts'

/**
 * A process on a chip, a container of its own name.
 *
 * - `cluster`: where it begins, `at` a time (default 0). `user`: whose it is (default: its own name's). `threads` (default 1). `userBytes`: its code and data (default 10,608, as `nanvixSections`).
 * - `pages`: that it has allocated (default 0). Its memory by page: those first, then those of its code and data.
 * - `cpuNs`: core time that each of its threads needs until it ends (default: it never ends). `workload`: what its threads do to its memory, virtual CPU k being thread k, by their core time (default: nothing).
 */
export type ChipProcess = {
  readonly cluster: string
  readonly user?: string
  readonly threads?: number
  readonly pages?: number
  readonly userBytes?: number
  readonly at?: Time
  readonly cpuNs?: Time
  readonly workload?: Workload
}

/**
 * What one kind of cluster has for users: `userCores`, `frames` of 4 KiB, `kernelPages` of the kernel's pool, `threads` in the table of one process, and `structureBytes` for what the kernel keeps of processes besides.
 */
export type ClusterRoom = {
  readonly userCores: number
  readonly frames: number
  readonly kernelPages: number
  readonly threads: number
  readonly structureBytes: number
}

/**
 * - `processes` by name. `kernel`: costs of what daemons ask for, as far as they differ from `nanvix2023`. `layout` of a process's state in the kernel: in a `uArea` (default), or `scattered`.
 * - `room`: of each kind of cluster, as far as it differs from `nanvixRoom`. `tick`: cycles between two ticks of a cluster's clock (default 4 million, 10 ms), `quantum`: ticks that a thread may keep its core while another
 *   waits (default 1), `perTick`: whether as many give their cores up at a tick as wait there (default `waiting`), or one: all read off the runs of nicolasvanz/TCC-experiments, in which each call of a thread that has to wait for a core costs 4.0 million cycles.
 * - `talk`: whom a process may have an end to, of other users'. `allowed` (default): mailboxes and syncs, which are from many, and portals of who has allowed it by its name. `all`: whoever. `own`: nobody. Programs of
 *   clusters are the system's, and all may talk to them and they to all; nobody ever puts into a portal more than its reader has allowed him by name.
 * - `askAgainNs`: after which a kernel sends again what has come to a cluster where its process was not (default 100 us).
 */
export type ProcessOptions = {
  readonly processes?: Readonly<Record<string, ChipProcess>>
  readonly kernel?: Partial<KernelCosts>
  readonly layout?: 'uArea' | 'scattered'
  readonly room?: Readonly<Partial<Record<'compute' | 'io', Partial<ClusterRoom>>>>
  readonly tick?: number
  readonly quantum?: number
  readonly perTick?: 'one' | 'waiting'
  readonly talk?: 'all' | 'allowed' | 'own'
  readonly askAgainNs?: Time
}

/**
 * Rooms of Nanvix. One core of a cluster is the system's: 15 of 16 are left, of an I/O cluster 3 of 4. User memory has 512 KB and the pool 40 pages of which four are the system's (nanvix/hal and the boot log of
 * nicolasvanz/TCC-experiments); 22 threads as `nanvixState`. `structureBytes` is what is left of 2 MB of SRAM (of an I/O cluster 4 MB on the chip) behind the kernel's code (357 KB) and data (674 KB), the pool and user
 * memory; that an I/O cluster's kernel divides its memory as a compute cluster's does is assumed.
 */
export const nanvixRoom: Readonly<Record<'compute' | 'io', ClusterRoom>> = (() => {
  const room = { frames: 128, kernelPages: nanvixKernelPages.pages - nanvixKernelPages.ofSystem, threads: nanvixState.threads.count }
  const left = 1024 * (2048 - 357 - 674 - 160 - 512)
  return {
    compute: { userCores: 15, ...room, structureBytes: left },
    io: { userCores: 3, ...room, structureBytes: left + 2 * 2 ** 20 }
  }
})()

/** A process with its defaults. @internal */
export type ProcessSpec = Required<Omit<ChipProcess, 'cpuNs' | 'workload'>> & Pick<ChipProcess, 'workload'> & { readonly cpuNs: Time }

/** Processes with their defaults. @internal */
export type CheckedProcesses = Required<Omit<ProcessOptions, 'processes' | 'kernel' | 'room'>> & {
  readonly processes: ReadonlyMap<string, ProcessSpec>
  readonly kernel: KernelCosts
  readonly room: Readonly<Record<'compute' | 'io', ClusterRoom>>
  /** Absent where there are no processes: then a journal begins as without them. */
  readonly description: { readonly [name: string]: Data }
}

/** Bytes that the kernel keeps of a process besides pages: all sections of one piece but the user's. @internal */
export const structureBytesOfOne = nanvixFixedBytes - nanvixSections.user.bytes

/** Frames and kernel pages that a process takes: pages of its code and data and allocated ones; two for a thread, and one for the table of pages where there are any. @internal */
export const takenBy = ({ threads, pages, userBytes }: Pick<ProcessSpec, 'threads' | 'pages' | 'userBytes'>) => ({
  frames: Math.ceil(userBytes / PAGE_BYTES) + pages,
  kernelPages: 2 * threads + Math.min(pages, 1)
})

/** Options with their defaults; `clusters`: the kind of each by its name, `names`: of nodes, which no process may have. Throws `RangeError` naming the option. @internal */
export const checkedProcesses = (
  options: ProcessOptions,
  clusters: ReadonlyMap<string, 'compute' | 'io'>,
  names: ReadonlySet<string>
): CheckedProcesses => {
  const { layout = 'uArea', tick = 4_000_000, quantum = 1, perTick = 'waiting', talk = 'allowed', askAgainNs = 100_000 } = options
  if (layout !== 'uArea' && layout !== 'scattered') throw new RangeError(`chip: layout must be uArea or scattered (got ${layout})`)
  if (talk !== 'all' && talk !== 'allowed' && talk !== 'own') throw new RangeError(`chip: talk must be all, allowed or own (got ${talk})`)
  whole('askAgainNs', askAgainNs, 1)
  whole('tick', tick, 1)
  whole('quantum', quantum, 1)
  if (perTick !== 'one' && perTick !== 'waiting') throw new RangeError(`chip: perTick must be one or waiting (got ${perTick})`)
  const kernel = { ...nanvix2023, ...options.kernel }
  for (const [what, value] of Object.entries(kernel))
    if (!(Number.isFinite(value) && value >= 0)) throw new RangeError(`chip: kernel.${what} must be a number from 0 on (got ${value})`)
  const room = { compute: { ...nanvixRoom.compute, ...options.room?.compute }, io: { ...nanvixRoom.io, ...options.room?.io } }
  for (const [kind, one] of Object.entries(room))
    for (const [what, value] of Object.entries(one)) whole(`room.${kind}.${what}`, value, what === 'userCores' ? 1 : 0)
  const processes = new Map(Object.entries(options.processes ?? {}).map(([name, one]) => [name, checkedProcess(name, one)]))
  const atFirst = new Map<string, { frames: number; kernelPages: number; structureBytes: number }>()
  for (const [name, spec] of processes) {
    const kind = clusters.get(spec.cluster)
    if (kind === undefined) throw new RangeError(`chip: processes.${name}.cluster must be a cluster of the chip (got ${spec.cluster})`)
    if (names.has(name) || name === '') throw new RangeError(`chip: names of processes must differ from clusters' and nodes' (got ${name})`)
    const own = { ...takenBy(spec), structureBytes: structureBytesOfOne }
    const others = spec.at === 0 ? atFirst.get(spec.cluster) : undefined
    const all = others ?? { frames: 0, kernelPages: 0, structureBytes: 0 }
    for (const what of ['frames', 'kernelPages', 'structureBytes'] as const) {
      all[what] += own[what]
      if (all[what] > room[kind][what])
        throw new RangeError(
          `chip: processes.${name} must fit into ${spec.cluster}, which has ${room[kind][what]} ${what} (got ${own[what]}${others === undefined ? '' : `, ${all[what]} with those before it`})`
        )
    }
    if (spec.threads > room[kind].threads)
      throw new RangeError(`chip: processes.${name}.threads must be at most ${room[kind].threads} (got ${spec.threads})`)
    if (spec.at === 0) atFirst.set(spec.cluster, all)
  }
  const described = ({ workload, cpuNs, ...spec }: ProcessSpec): Data => ({
    ...spec,
    ...(cpuNs === Number.POSITIVE_INFINITY ? {} : { cpuNs }),
    ...(workload === undefined ? {} : { workload: { name: workload.name, ...workload.description } })
  })
  return {
    processes,
    kernel,
    layout,
    room,
    tick,
    quantum,
    perTick,
    talk,
    askAgainNs,
    description:
      processes.size === 0
        ? {}
        : {
            processes: Object.fromEntries([...processes].map(([name, spec]) => [name, described(spec)])),
            kernel: { ...room.compute, io: room.io, costs: kernel, layout, tick, quantum, perTick, talk, askAgainNs }
          }
  }
}

/** A process's options with their defaults. */
const checkedProcess = (name: string, options: ChipProcess): ProcessSpec => {
  const { cluster, user = name, threads = 1, pages = 0, userBytes = nanvixSections.user.bytes, at = 0, workload } = options
  const { cpuNs = Number.POSITIVE_INFINITY } = options
  const of = `processes.${name}`
  whole(`${of}.threads`, threads, 1)
  whole(`${of}.pages`, pages, 0)
  whole(`${of}.userBytes`, userBytes, 1)
  whole(`${of}.at`, at, 0)
  if (cpuNs !== Number.POSITIVE_INFINITY) whole(`${of}.cpuNs`, cpuNs, 1)
  const has = takenBy({ threads, pages, userBytes }).frames
  if (workload !== undefined && workload.pages > has)
    throw new RangeError(`chip: ${of}.workload must be of at most its ${has} pages (got ${workload.pages})`)
  if (workload !== undefined && workload.vcpus > threads)
    throw new RangeError(`chip: ${of}.workload must be of at most its ${threads} threads (got ${workload.vcpus})`)
  return { cluster, user, threads, pages, userBytes, at, cpuNs, workload }
}

const whole = (what: string, value: number, least: number): void => {
  if (!(Number.isSafeInteger(value) && value >= least))
    throw new RangeError(`chip: ${what} must be an integer from ${least} on (got ${value})`)
}

/** Bytes of a page and of a frame. @internal */
export const PAGE_BYTES = 4096
