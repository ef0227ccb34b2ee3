import type { QemuConfig } from '../../lib/codec/qemuConfig'
import type { DirtyLimitOptions } from '../../lib/migration/dirtyLimit'
import type { DiskRules } from '../../lib/migration/diskRules'
import type { WindowsAhead } from '../../lib/migration/forecast'
import type { Compression } from '../../lib/protocol/compression'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { milliseconds } from '../../lib/time/time'
import type { Sender } from '../../lib/world/windows'
import { type Qemu102Options, type QemuPostcopy, qemu72, qemu72Windows, qemu102, qemu102Windows } from '../qemu'

/**
 * QEMU's source: windows of 100 ms (BUFFER_DELAY), and slices of 50 ms that are left when more has passed in whole milliseconds (MAX_WAIT; migration/migration.c and
 * migration/ram.c). Its socket holds the 4 MiB that a TCP connection of Linux may by default (the greatest of net.ipv4.tcp_wmem): what post-copy asks for leaves behind them.
 */
export const qemuSender: Sender = { windowNs: milliseconds(100), sliceNs: milliseconds(51), bufferBytes: 4 * 1024 * 1024 }

/** QEMU's migration as a configuration describes it. Throws `RangeError` for a dirty limit of a version that has none. */
export const qemuOf = (config: QemuConfig, besides: Besides = {}): Pipeline => {
  const options = optionsOf(config, besides)
  return config.version === '7.2' ? qemu72(options) : qemu102(options)
}

/** What decides its push, and what its pull may send at most. Throws what `qemuOf` throws. */
export const qemuWindowsOf = (config: QemuConfig): WindowsAhead => {
  const options = optionsOf(config)
  const windows = config.version === '7.2' ? qemu72Windows(options) : qemu102Windows(options)
  const { maxBandwidth } = options.postcopy ?? {}
  return { ...windows, ...(maxBandwidth !== undefined && { pullBytesPerSecond: maxBandwidth }) }
}

type Besides = { readonly disk?: DiskRules; readonly compression?: Compression }

const optionsOf = (
  { version, downtimeLimit, maxBandwidth, autoConverge, dirtyLimit, vcpuDirtyLimit, xbzrle, multifd, postcopy }: QemuConfig,
  { disk, compression }: Besides = {}
): Qemu102Options => {
  if (dirtyLimit !== undefined && version !== '10.2')
    throw new RangeError(`qemu: dirtyLimit must be of version 10.2, or of any from 8.1 on; 7.2 has vcpuDirtyLimit (got ${version})`)
  if (compression !== undefined && multifd === undefined)
    throw new RangeError('qemu: compression must be of multifd, whose channels compress (got it without multifd)')
  return {
    ...(downtimeLimit !== undefined && { downtimeLimitNs: downtimeLimit }),
    ...(maxBandwidth !== undefined && { maxBandwidth }),
    ...(autoConverge !== undefined && { autoConverge }),
    ...(vcpuDirtyLimit !== undefined && { vcpuDirtyLimit: vcpuLimitOf(vcpuDirtyLimit) }),
    ...(xbzrle !== undefined && { xbzrle }),
    ...(multifd !== undefined && { multifd: { channels: multifd, ...(compression && { compression: ofChannel(compression) }) } }),
    ...(postcopy !== undefined && { postcopy: postcopyOf(postcopy) }),
    ...(dirtyLimit !== undefined && { dirtyLimit: limitOf(dirtyLimit) }),
    ...(disk !== undefined && { disk })
  }
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
