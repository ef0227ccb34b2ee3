import { type SelfBallooningOptions, selfBallooning } from '../memory/balloon'
import { type PageClasses, pageClasses } from '../memory/pageClasses'
import { type Dependency, dependency } from './dependency'
import { type Device, type DeviceOptions, device } from './device'
import type { Disk } from './disk'
import { idle } from './idle'
import type { Workload } from './workload'

/** What moves: a thread, a process, a container or a virtual machine. */
export type GuestKind = 'thread' | 'process' | 'container' | 'vm'

/** A guest: memory, what it does to it, its execution context and what it depends on outside of both. */
export interface Guest {
  readonly kind: GuestKind
  readonly name: string
  readonly pages: number
  /** Bytes per page; the memory has pages * pageBytes bytes. */
  readonly pageBytes: number
  readonly classes: PageClasses
  /** Bytes of execution context: they must move while the guest stands still. The state of its devices comes beside it. */
  readonly contextBytes: number
  readonly workload: Workload
  readonly dependencies: readonly Dependency[]
  /** Dynamic self-ballooning while it runs (Hines and Gopalan, VEE 2009); absent: no balloon. */
  readonly balloon?: SelfBallooningOptions
  /** Every so many stores to a page make it all zeros, as a program that frees and clears its memory does; absent: never. */
  readonly clears?: number
  readonly devices: readonly Device[]
  readonly hugePages?: HugePages
  /** What compression leaves of a page's bytes, where it does not say so itself; absent: all. */
  readonly compressionRatio?: number
  readonly network?: Network
  readonly disk?: Disk
  /** The cores on which its program goes as fast as on any more, because memory bounds it then; absent: as many as its virtual CPUs. */
  readonly usefulCores?: number
}

/**
 * What a guest exchanges with the world over a network of its own while all its virtual CPUs run at full speed, in bytes per second. Sending and receiving are work of the
 * virtual CPUs: slowed to half, it exchanges half (Chanchio & Thaenkaew, CCGrid 2014, Fig 11: 8 virtual CPUs on 2 cores leave 277, on 1 core 155 Mbit/s of a gigabit).
 */
export type Network = { readonly bytesPerSecond: number }

/**
 * Huge pages of `pages` small ones behind a guest's memory at the target. An access to a missing one waits until all of it has arrived, because it is placed as a whole (hugetlbfs
 * under userfaultfd; QEMU collects a host's page and places it at once, `ram_load_postcopy`, migration/ram.c). With `splitNs` they are split into small ones, each at its first page to
 * arrive, and who waits for that waits so much longer: the small pages then come one by one. Pages that never move, or that came before, lie in small ones beside them.
 */
export type HugePages = { readonly pages: number; readonly splitNs?: number }

/** A guest as its user describes it: `pages` or `memoryBytes` or neither, and whatever differs from the defaults. */
export interface GuestOptions {
  /** Its kind by default. */
  readonly name?: string
  /** Memory in pages, at least the workload's; by default the workload's pages, for a thread 16 where the workload names none. */
  readonly pages?: number
  /** Memory in bytes, in place of `pages`: a multiple of pageBytes. */
  readonly memoryBytes?: number
  /** A power of two; 4096 by default. */
  readonly pageBytes?: number
  /** By default every page is used by an application and none is zero, cached or non-pageable. */
  readonly classes?: PageClasses
  readonly contextBytes?: number
  /** Idle by default. */
  readonly workload?: Workload
  /** None by default. */
  readonly dependencies?: readonly Dependency[]
  readonly balloon?: SelfBallooningOptions
  /** Never by default; from 2 on. */
  readonly clears?: number
  /** Small pages by default. */
  readonly hugePages?: HugePages
  /** 1 by default: nothing is known of its content. */
  readonly compressionRatio?: number
  /** None by default; see lib/guest/devicePresets. */
  readonly devices?: readonly DeviceOptions[]
  /** None by default. */
  readonly network?: Network
  /** None by default. */
  readonly disk?: Disk
  /**
   * A roofline: on y cores the guest has the pace min(1, y / usefulCores), because with more of them its program is bound by the memory's bandwidth. Above 0; by default, and at most, as
   * many as its virtual CPUs: the pace is then in proportion to the cores. It matters where virtual CPUs get less than a core each: over-commitment, and senders that share the cores.
   */
  readonly usefulCores?: number
}

/**
 * A thread. contextBytes is 65,536 by default: the slot that holds descriptor and stack of a PM2 thread and is sent while it stands still
 * (THREAD_SLOT_SIZE 0x10000 in PM2's isoaddr). Its memory is the slots of its heap. Errors: `RangeError` naming the option.
 */
export const thread = (options: GuestOptions = {}): Guest => guest('thread', 65_536, options)

/**
 * A process. contextBytes is 23,008 + 8,192 per virtual CPU (thread) by default: what Nanvix moves of a process beside its pages, U area,
 * system board, page directory, page table, and two pages of kernel stack and context per thread (Vanz et al.'s formula for bytes moved).
 * Errors: `RangeError` naming the option.
 */
export const process = (options: GuestOptions = {}): Guest => guest('process', 23_008 + 8_192 * (options.workload?.vcpus ?? 1), options)

/**
 * A container. contextBytes is 1 MiB by default: images other than pages of a small tree of processes under CRIU take some hundred
 * kilobytes («recalled, unverified»). Errors: `RangeError` naming the option.
 */
export const container = (options: GuestOptions = {}): Guest => guest('container', 1_048_576, options)

/**
 * A virtual machine. contextBytes is 1 MiB by default: device and virtual-CPU state of a QEMU machine without a graphics card's memory is
 * of that order («recalled, unverified»; it grows with virtual CPUs). Devices that are to be spoken of one by one are `devices`. Errors: `RangeError` naming the option.
 */
export const vm = (options: GuestOptions = {}): Guest => guest('vm', 1_048_576, options)

/**
 * Which pages must be equal at the target: those its guest OS has allocated for a virtual machine, whose OS moves with it (free pages need
 * not); those an application uses for the others, which find another kernel at the target.
 */
export const needed = (of: Pick<Guest, 'kind'>): 'guestOs' | 'application' => (of.kind === 'vm' ? 'guestOs' : 'application')

/** Bytes of a guest's memory. */
export const memoryBytes = (of: Pick<Guest, 'pages' | 'pageBytes'>): number => of.pages * of.pageBytes

const guest = (kind: GuestKind, defaultContextBytes: number, options: GuestOptions): Guest => {
  const { name = kind, pageBytes = 4096, contextBytes = defaultContextBytes, workload = idle(), dependencies = [], balloon } = options
  if (name === '') throw new RangeError(`${kind}: name must not be empty (got "")`)
  if (!(pageBytes >= 1 && pageBytes <= 2 ** 30 && (pageBytes & -pageBytes) === pageBytes))
    throw new RangeError(`${kind}: pageBytes must be a power of two from 1 to 2^30 (got ${pageBytes})`)
  if (!Number.isSafeInteger(contextBytes) || contextBytes < 0)
    throw new RangeError(`${kind}: contextBytes must be an integer of at least 0 (got ${contextBytes})`)
  const pages = checkedPages(kind, pageBytes, workload, options)
  const classes = options.classes ?? pageClasses({ size: pages })
  if (classes.size !== pages) throw new RangeError(`${kind}: classes must be of the guest's ${pages} pages (got ${classes.size})`)
  for (const one of dependencies) dependency(one)
  if (balloon !== undefined) selfBallooning(balloon)
  const named = new Set(dependencies.map((one) => one.name))
  if (named.size !== dependencies.length)
    throw new RangeError(`${kind}: names of dependencies must differ (got ${dependencies.map((one) => one.name).join(', ')})`)
  const { clears, network, disk, compressionRatio, hugePages, usefulCores } = options
  checkHugePages(kind, hugePages)
  if (compressionRatio !== undefined && !(compressionRatio > 0 && compressionRatio <= 1))
    throw new RangeError(
      `${kind}: compressionRatio must be above 0 and at most 1, what is left of a page that does not shrink (got ${compressionRatio})`
    )
  const devices = (options.devices ?? []).map((one) => device(one, { pages }))
  if (new Set(devices.map((one) => one.name)).size !== devices.length)
    throw new RangeError(`${kind}: names of devices must differ (got ${devices.map((one) => one.name).join(', ')})`)
  if (network !== undefined && !(network.bytesPerSecond >= 0 && network.bytesPerSecond < Number.POSITIVE_INFINITY))
    throw new RangeError(`${kind}: the network's bytesPerSecond must be at least 0 and finite (got ${network.bytesPerSecond})`)
  if (clears !== undefined && !(Number.isSafeInteger(clears) && clears >= 2))
    throw new RangeError(`${kind}: clears must be an integer of at least 2 (got ${clears})`)
  if (usefulCores !== undefined && !(usefulCores > 0 && usefulCores < Number.POSITIVE_INFINITY))
    throw new RangeError(`${kind}: usefulCores must be positive and finite (got ${usefulCores})`)
  return {
    kind,
    name,
    pages,
    pageBytes,
    classes,
    contextBytes,
    workload,
    dependencies,
    devices,
    ...(hugePages === undefined ? {} : { hugePages }),
    ...(compressionRatio === undefined ? {} : { compressionRatio }),
    ...(balloon === undefined ? {} : { balloon }),
    ...(clears === undefined ? {} : { clears }),
    ...(network === undefined ? {} : { network }),
    ...(disk === undefined ? {} : { disk }),
    ...(usefulCores === undefined ? {} : { usefulCores })
  }
}

const checkHugePages = (kind: GuestKind, of: HugePages | undefined): void => {
  if (of === undefined) return
  const { pages, splitNs = 0 } = of
  if (!(pages >= 2 && pages <= 2 ** 18 && (pages & -pages) === pages))
    throw new RangeError(`${kind}: the hugePages' pages must be a power of two from 2 to 2^18 (got ${pages})`)
  if (!(Number.isSafeInteger(splitNs) && splitNs >= 0))
    throw new RangeError(`${kind}: the hugePages' splitNs must be an integer of at least 0 (got ${splitNs})`)
}

const checkedPages = (kind: GuestKind, pageBytes: number, workload: Workload, options: GuestOptions): number => {
  if (options.pages !== undefined && options.memoryBytes !== undefined)
    throw new RangeError(`${kind}: pages and memoryBytes must not both be given (got ${options.pages} and ${options.memoryBytes})`)
  if (options.memoryBytes !== undefined && options.memoryBytes % pageBytes !== 0)
    throw new RangeError(`${kind}: memoryBytes must be a multiple of pageBytes ${pageBytes} (got ${options.memoryBytes})`)
  const given = options.pages ?? (options.memoryBytes === undefined ? undefined : options.memoryBytes / pageBytes)
  const pages = given ?? (workload.pages > 0 ? workload.pages : kind === 'thread' ? 16 : 0)
  if (!Number.isInteger(pages) || pages < 1 || pages > 2 ** 30)
    throw new RangeError(`${kind}: pages must be an integer from 1 to 2^30 (got ${pages})`)
  if (workload.pages > pages) throw new RangeError(`${kind}: pages must be at least the ${workload.pages} of its workload (got ${pages})`)
  return pages
}
