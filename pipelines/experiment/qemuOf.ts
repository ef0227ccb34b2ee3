import type { QemuConfig } from '../../lib/codec/qemuConfig'
import type { DirtyLimitOptions } from '../../lib/migration/dirtyLimit'
import type { DiskRules } from '../../lib/migration/diskRules'
import type { Compression } from '../../lib/protocol/compression'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { milliseconds } from '../../lib/time/time'
import type { Sender } from '../../lib/world/windows'
import { type QemuPostcopy, qemu72, qemu102 } from '../qemu'

/** QEMU's source: windows of 100 ms (BUFFER_DELAY), and slices of 50 ms that are left when more has passed in whole milliseconds (MAX_WAIT; migration/migration.c and migration/ram.c). */
export const qemuSender: Sender = { windowNs: milliseconds(100), sliceNs: milliseconds(51) }

/** QEMU's migration as a configuration describes it. Throws `RangeError` for a dirty limit of a version that has none. */
export const qemuOf = (
  { version, downtimeLimit, maxBandwidth, autoConverge, dirtyLimit, vcpuDirtyLimit, xbzrle, multifd, postcopy }: QemuConfig,
  { disk, compression }: { readonly disk?: DiskRules; readonly compression?: Compression } = {}
): Pipeline => {
  if (dirtyLimit !== undefined && version !== '10.2')
    throw new RangeError(`qemu: dirtyLimit must be of version 10.2, or of any from 8.1 on; 7.2 has vcpuDirtyLimit (got ${version})`)
  if (compression !== undefined && multifd === undefined)
    throw new RangeError('qemu: compression must be of multifd, whose channels compress (got it without multifd)')
  const options = {
    ...(downtimeLimit !== undefined && { downtimeLimitNs: downtimeLimit }),
    ...(maxBandwidth !== undefined && { maxBandwidth }),
    ...(autoConverge !== undefined && { autoConverge }),
    ...(vcpuDirtyLimit !== undefined && { vcpuDirtyLimit: vcpuLimitOf(vcpuDirtyLimit) }),
    ...(xbzrle !== undefined && { xbzrle }),
    ...(multifd !== undefined && { multifd: { channels: multifd, ...(compression && { compression: ofChannel(compression) }) } }),
    ...(postcopy !== undefined && { postcopy: postcopyOf(postcopy) }),
    ...(disk !== undefined && { disk })
  }
  return version === '7.2' ? qemu72(options) : qemu102({ ...options, ...(dirtyLimit !== undefined && { dirtyLimit: limitOf(dirtyLimit) }) })
}

/** What each channel's thread does: there are as many as channels. */
const ofChannel = ({ threads, decompressionThreads, ...rest }: Compression): Omit<Compression, 'threads' | 'decompressionThreads'> => {
  if (threads !== undefined || decompressionThreads !== undefined)
    throw new RangeError('qemu: compression must have the threads of multifd, one for each channel (got its own)')
  return rest
}

const limitOf = (given: NonNullable<QemuConfig['dirtyLimit']>): true | DirtyLimitOptions => {
  if (given === true) return true
  const { limit, ring, period, threshold } = given
  return {
    ...(limit !== undefined && { bytesPerSecond: limit }),
    ...(ring !== undefined && { ringPages: ring }),
    ...(period !== undefined && { periodNs: period }),
    ...(threshold !== undefined && { threshold })
  }
}

const vcpuLimitOf = ({ limit, ring }: NonNullable<QemuConfig['vcpuDirtyLimit']>) => ({
  bytesPerSecond: limit,
  ...(ring !== undefined && { ringPages: ring })
})

const postcopyOf = (given: NonNullable<QemuConfig['postcopy']>): QemuPostcopy => {
  if (given === true) return {}
  const { after, reaction, ...rest } = given
  return { ...rest, ...(after !== undefined && { afterNs: after }), ...(reaction !== undefined && { reactionNs: reaction }) }
}
