/** What a host takes from a guest it runs, in guest time; everything is 0 by default, that is an ideal host. */
export interface HostCosts {
  /**
   * Nanoseconds the writing virtual CPU loses at its first write to a page since the page was write-protected by dirty logging. Default 0.
   * Measured under QEMU 7.2 on a software KVM (kvm-pvm): 20,000 to 25,000; a parameter of that host and no constant of nature.
   */
  readonly firstWriteNs: number
  /**
   * Nanoseconds lost at the first write to a huge page under dirty logging, when the hypervisor splits its mapping into small pages.
   * Default 0: no figure of ours (KVM splits either all at once when logging starts or at the first write: Linux,
   * Documentation/virt/kvm/api.rst, KVM_DIRTY_LOG_INITIALLY_SET; «recalled, unverified»).
   */
  readonly hugePageSplitNs: number
  /** Small pages in a huge page, for hugePageSplitNs. Default 512: 2 MiB of 4 KiB pages, as on x86-64. */
  readonly hugePagePages: number
  /** Cores the virtual CPUs and the senders share. Default: as many as the guest has virtual CPUs (undefined). */
  readonly cores: number | undefined
  /**
   * Cores' worth of work that each active sender asks for. Default 0: senders run elsewhere. 1 is a busy thread, as each channel of QEMU's
   * multifd is.
   */
  readonly senderCores: number
  /**
   * Cores' worth of work that each thread asks for that compresses pages at a source, or decompresses them at a target, while a send that is compressed is under way. Default 0: they take
   * no core. No figure of ours: 1 is a busy thread, as each of QEMU's multifd channels with zlib or zstd is; it works slower by the part that it is not given.
   */
  readonly compressorCores: number
  /**
   * Nanoseconds from the request to stop until the last virtual CPU has stopped. Default 0; about 25,000 to reach a safe point of a
   * WebAssembly guest (measured).
   */
  readonly suspendNs: number
  /** Nanoseconds from the order to run until the first instruction. Default 0. */
  readonly resumeNs: number
  /**
   * Nanoseconds the guest stands still at each dirty-log sync. Default 0; QEMU 7.2 with KVM took 36,000 to 71,000 from 128 MiB to 1 GiB
   * (measured).
   */
  readonly syncNs: number
  /**
   * Bytes per second at which a source writes a guest's state into a file, and at which a target makes a guest of it again, disk and page tables included. Default undefined: in no
   * time. No figure of ours; a disk's rate bounds both.
   */
  readonly dumpBytesPerSecond: number | undefined
  readonly rebuildBytesPerSecond: number | undefined
  /**
   * Nanoseconds of a sender for each page that it looks at to send (is it zero?), and for each page with content that it sends besides. Default 0: the link decides. A sender
   * does this while earlier bytes leave, so that a lane carries what the slower of the two lets through.
   */
  readonly scanPageNs: number
  readonly sendPageNs: number
  /**
   * Nanoseconds of a sender for each page that the target has not had before, besides: never mapped by the sender and cold in its caches, searched for zeros from end to end if it
   * is one, and waited for until the target has touched its memory for the first time. Default 0.
   */
  readonly freshPageNs: number
  /**
   * The part by which each core's worth of running virtual CPUs lengthens a sender's times (scanPageNs, sendPageNs, freshPageNs), because they share caches and memory bandwidth. Default 0.
   */
  readonly crowding: number
  /**
   * Nanoseconds of a receiver for each page with content, and besides where it places one for the first time: its memory must then be found and mapped. Default 0; they bound
   * a lane in the same way.
   */
  readonly receivePageNs: number
  readonly firstTouchNs: number
  /**
   * Nanoseconds from an access to a missing page at this host until its request leaves, and from its arrival until the source turns to it: threads that wake up one after the other.
   * Default 0.
   */
  readonly faultNs: number
}

/** A host that costs nothing. */
export const idealHost: HostCosts = {
  firstWriteNs: 0,
  hugePageSplitNs: 0,
  hugePagePages: 512,
  cores: undefined,
  senderCores: 0,
  compressorCores: 0,
  suspendNs: 0,
  resumeNs: 0,
  syncNs: 0,
  dumpBytesPerSecond: undefined,
  rebuildBytesPerSecond: undefined,
  scanPageNs: 0,
  sendPageNs: 0,
  freshPageNs: 0,
  crowding: 0,
  receivePageNs: 0,
  firstTouchNs: 0,
  faultNs: 0
}

/**
 * Host costs from those that are not the ideal host's. Errors: `RangeError` naming the parameter that is negative, fractional or not
 * finite.
 */
export const hostCosts = (costs: Partial<HostCosts> = {}): HostCosts => {
  const all = { ...idealHost, ...costs }
  for (const name of ['firstWriteNs', 'hugePageSplitNs', 'suspendNs', 'resumeNs', 'syncNs', 'faultNs'] as const)
    if (!Number.isSafeInteger(all[name]) || all[name] < 0)
      throw new RangeError(`hostCosts: ${name} must be an integer of at least 0 (got ${all[name]})`)
  for (const name of ['scanPageNs', 'sendPageNs', 'freshPageNs', 'crowding', 'receivePageNs', 'firstTouchNs'] as const)
    if (!(all[name] >= 0 && all[name] < Number.POSITIVE_INFINITY))
      throw new RangeError(`hostCosts: ${name} must be at least 0 and finite (got ${all[name]})`)
  for (const name of ['dumpBytesPerSecond', 'rebuildBytesPerSecond'] as const)
    if (all[name] !== undefined && !(all[name] > 0 && all[name] < Number.POSITIVE_INFINITY))
      throw new RangeError(`hostCosts: ${name} must be positive and finite (got ${all[name]})`)
  const { hugePagePages, cores } = all
  if (!(hugePagePages >= 1 && hugePagePages <= 2 ** 30 && (hugePagePages & -hugePagePages) === hugePagePages))
    throw new RangeError(`hostCosts: hugePagePages must be a power of two from 1 to 2^30 (got ${hugePagePages})`)
  if (cores !== undefined && !(cores > 0 && cores < Number.POSITIVE_INFINITY))
    throw new RangeError(`hostCosts: cores must be positive and finite (got ${cores})`)
  for (const name of ['senderCores', 'compressorCores'] as const)
    if (!(all[name] >= 0 && all[name] < Number.POSITIVE_INFINITY))
      throw new RangeError(`hostCosts: ${name} must be at least 0 and finite (got ${all[name]})`)
  return all
}

/**
 * Who asks for a host's cores: virtual CPUs (1 at least), active senders (0 at least), threads that compress or decompress (absent: none), the throttle (share of time taken away, 0 to 1), the cores to which the
 * virtual CPUs are pinned (absent: any), and on how many the guest goes as fast as on more (absent: as many as its virtual CPUs).
 */
export interface Load {
  readonly vcpus: number
  readonly senders: number
  readonly compressors?: number
  readonly throttle: number
  readonly pinned?: number
  readonly useful?: number
}

/**
 * The share of full speed (0 to 1) at which each virtual CPU runs.
 *
 * Virtual CPUs ask for a core each, senders for senderCores and compressors for compressorCores; when they ask for more than there is, all get the same part of what they
 * asked for (a fair scheduler, no priorities). Of that the throttle takes its share, as QEMU's cpu-throttle does (a CPU throttled by p
 * sleeps p of the time). Throttle 1 gives 0. Pinned to y cores, n virtual CPUs have y / n of a core each at most (over-commitment). A guest that memory bounds from `useful` cores on
 * needs no more of them than that: min(1, cores that it has / useful). Law `speed falls as senders, virtual CPUs or throttle grow, and never leaves 0 to 1`.
 * Unchecked, cost O(1).
 */
export const speed = (costs: HostCosts, { vcpus, senders, compressors = 0, throttle, pinned = vcpus, useful = vcpus }: Load): number => {
  const asked = vcpus + senders * costs.senderCores + compressors * costs.compressorCores
  const share = Math.min(1, (costs.cores ?? vcpus) / asked, pinned / vcpus)
  return (useful >= vcpus ? share : Math.min(1, (share * vcpus) / useful)) * (1 - throttle)
}

/**
 * The bytes per second at which a sender and a receiver can work off a batch of `bytes` on the wire: `pages` looked at, `zeros` of them without content, `fresh` of them new to the
 * target, `touched` new to it with content, beside `busyCores` cores' worth of running virtual CPUs. Infinity where they cost nothing. Law `laneRate is the bytes over the larger
 * of both sides' times`.
 */
export const laneRate = ({ source, target }: { readonly source: HostCosts; readonly target: HostCosts }, work: Work): number =>
  rateOf(work.bytes, Math.max(senderNs(source, work), receiverNs(target, work)))

/** The bytes per second at which a receiver alone can work off a batch (see `laneRate`). */
export const receiverRate = (target: HostCosts, work: Work): number => rateOf(work.bytes, receiverNs(target, work))

/** The nanoseconds that a sender works on a batch (see `laneRate`). */
export const senderNs = (source: HostCosts, { pages, zeros, fresh = 0, busyCores = 0 }: Work): number =>
  (source.scanPageNs * pages + source.sendPageNs * (pages - zeros) + source.freshPageNs * fresh) * (1 + source.crowding * busyCores)

const receiverNs = (target: HostCosts, { pages, zeros, touched = 0 }: Work): number =>
  target.receivePageNs * (pages - zeros) + target.firstTouchNs * touched

const rateOf = (bytes: number, ns: number): number => (ns === 0 ? Number.POSITIVE_INFINITY : (bytes * 1e9) / ns)

/** What a lane has to work off, and beside how much else. */
export interface Work {
  readonly pages: number
  readonly zeros: number
  readonly fresh?: number
  readonly touched?: number
  readonly bytes: number
  readonly busyCores?: number
}

/**
 * The share of full speed (0 to 1) at which each thread compresses or decompresses, `threads` of them beside so many cores' worth of running virtual CPUs (of `vcpus`) and so many senders, by the same
 * fair scheduler. Law `it is 1 where compressors take no core`. Unchecked, cost O(1).
 */
export const compressorSpeed = (
  { cores, senderCores, compressorCores }: HostCosts,
  {
    vcpus,
    busyCores,
    senders,
    threads
  }: { readonly vcpus: number; readonly busyCores: number; readonly senders: number; readonly threads: number }
): number => (compressorCores === 0 ? 1 : Math.min(1, (cores ?? vcpus) / (busyCores + senders * senderCores + threads * compressorCores)))
