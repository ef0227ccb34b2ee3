/**
 * How a device writes the guest's memory by itself (DMA): every `intervalNs` while it runs it fills `pages` consecutive pages of its region in one transfer, the next ones
 * each time; it is given them half an interval before it writes them. Its region is `mapped` pages from page `from` on.
 *
 * What the dirty log sees of it: `logged` every page that it wrote (an emulated device, or one that keeps a log of its own). `mapped`: nothing of its writes, so that
 * at every reading all of its region counts as dirty; and its region is pinned: it moves while the guest stands still, even under post-copy (QEMU without dirty tracking of
 * device or IOMMU: all pages are perpetually dirty, and post-copy is not supported; docs/devel/migration/vfio.rst).
 */
export interface Dma {
  readonly intervalNs: number
  readonly pages: number
  readonly from: number
  readonly mapped: number
  readonly seen: 'logged' | 'mapped'
}

/**
 * A device of a guest. `stateBytes` of it move while the guest stands still, beside the execution context; the source takes `saveNs` to read them out and the target
 * `loadNs` to put them in, one device after the other, but for those that are `parallel`, which do so beside all others (as VFIO devices over multifd, from QEMU 10.0 on).
 * A device that is not `movable` keeps its guest from moving, for its `reason`, unless it is unplugged first: that takes `unplugNs` (`null`: it cannot be done), and plugging
 * it in again `plugNs`.
 */
export interface Device {
  readonly name: string
  readonly stateBytes: number
  readonly saveNs: number
  readonly loadNs: number
  readonly parallel: boolean
  readonly movable: boolean
  readonly reason: string
  readonly unplugNs: number | null
  readonly plugNs: number
  readonly dma?: Dma
}

/** What of DMA is given; by default its region is all of memory from `from` (0) on, and its writes are `logged`. */
export type DmaOptions = Pick<Dma, 'intervalNs' | 'pages'> & Partial<Dma>

/**
 * A device as its user describes it: nothing but its name is needed, and what is left out is nothing (no state, no time, no DMA, movable, one after the other). `seen:
 * 'unseen'` DMA is written past every log: then the device is not movable.
 */
export type DeviceOptions = Pick<Device, 'name'> &
  Partial<Omit<Device, 'name' | 'dma'>> & { readonly dma?: Omit<DmaOptions, 'seen'> & { readonly seen?: Dma['seen'] | 'unseen' } }

/** A device of a guest of so many pages. Errors: `RangeError` naming the option. */
export const device = (options: DeviceOptions, { pages }: { readonly pages: number }): Device => {
  const { name, dma } = options
  if (name === '') throw new RangeError('device: name must not be empty (got "")')
  const unseen = dma?.seen === 'unseen'
  const movable = options.movable ?? !unseen
  if (movable && unseen) throw new RangeError(`device: ${name} must not be movable when nothing sees what it writes (got true)`)
  const { reason = unseen ? 'what it writes to memory is not logged' : 'it cannot leave its host' } = options
  if (reason === '') throw new RangeError(`device: reason of ${name} must not be empty (got "")`)
  const { stateBytes = 0, saveNs = 0, loadNs = 0, parallel = false, unplugNs = null, plugNs = 0 } = options
  for (const [what, value] of Object.entries({ stateBytes, saveNs, loadNs, unplugNs: unplugNs ?? 0, plugNs })) whole(name, what, value, 0)
  return {
    name,
    stateBytes,
    saveNs,
    loadNs,
    parallel,
    movable,
    reason,
    unplugNs,
    plugNs,
    ...(dma === undefined ? {} : { dma: dmaOf(name, dma, pages) })
  }
}

const dmaOf = (name: string, dma: NonNullable<DeviceOptions['dma']>, size: number): Dma => {
  const { intervalNs, pages, from = 0, seen = 'logged' } = dma
  whole(name, 'intervalNs', intervalNs, 2)
  if (!(Number.isSafeInteger(from) && from >= 0 && from < size))
    throw new RangeError(`device: from of ${name} must be an integer from 0 to below the guest's ${size} pages (got ${from})`)
  const mapped = dma.mapped ?? size - from
  if (!(Number.isSafeInteger(mapped) && mapped >= 1 && from + mapped <= size))
    throw new RangeError(`device: mapped of ${name} must be an integer from 1 to the ${size - from} pages behind its first (got ${mapped})`)
  if (!(Number.isSafeInteger(pages) && pages >= 1 && pages <= mapped))
    throw new RangeError(`device: pages of ${name} must be an integer from 1 to its ${mapped} mapped ones (got ${pages})`)
  return { intervalNs, pages, from, mapped, seen: seen === 'unseen' ? 'logged' : seen }
}

const whole = (name: string, what: string, value: number, least: number): void => {
  if (!(Number.isSafeInteger(value) && value >= least))
    throw new RangeError(`device: ${what} of ${name} must be an integer of at least ${least} (got ${value})`)
}

/** What the devices of a guest add to a move: bytes of state, and the time of saving and of loading them all. */
export type DeviceState = { readonly bytes: number; readonly saveNs: number; readonly loadNs: number }

/**
 * The state of several devices. Law: bytes add up; a time is the larger of the sum over those that go one after the other and the longest of those that go beside them.
 */
export const deviceState = (devices: readonly Device[]): DeviceState => ({
  bytes: devices.reduce((sum, { stateBytes }) => sum + stateBytes, 0),
  saveNs: together(devices, 'saveNs'),
  loadNs: together(devices, 'loadNs')
})

const together = (devices: readonly Device[], what: 'saveNs' | 'loadNs'): number =>
  Math.max(
    devices.reduce((sum, one) => sum + (one.parallel ? 0 : one[what]), 0),
    ...devices.map((one) => (one.parallel ? one[what] : 0))
  )
