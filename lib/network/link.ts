/** What of a link is given: its bandwidth in one of two units, and whatever differs from the defaults of `link`. */
export type LinkOptions = ({ readonly gigabitsPerSecond: number } | { readonly bytesPerSecond: number }) & {
  readonly latencyNs?: number
  readonly headerBytes?: number
  readonly zeroPageBytes?: number
  readonly applicationBytesPerSecond?: number
}

/**
 * A link between two hosts, one direction of it.
 *
 * - `bytesPerSecond`: what it carries, in decimal bytes per second of payload (1 Gbit/s = 125,000,000).
 * - `latencyNs`: one way, from the last byte's leaving to its arrival.
 * - `headerBytes`: on the wire with every page, besides its content. `zeroPageBytes`: on the wire instead of a page that is all zeros, header included.
 * - `applicationBytesPerSecond`: what applications want of it besides the migrations; they share it as one more flow (see `fairShares`).
 */
export type Link = {
  readonly bytesPerSecond: number
  readonly latencyNs: number
  readonly headerBytes: number
  readonly zeroPageBytes: number
  readonly applicationBytesPerSecond: number
}

/**
 * A link; the bandwidth must be stated, the rest has defaults.
 *
 *     link({ gigabitsPerSecond: 10 })
 *     link({ bytesPerSecond: 84_500_000, latencyNs: 100_000 })
 *
 * - `gigabitsPerSecond` is decimal (10^9 bits). It is the payload's rate: a Gigabit Ethernet of 1,500-byte frames leaves TCP 0.941 of it.
 * - `latencyNs` default 28,000: half of the shortest round trip measured for one page over a socket of its own (56 to 83 us; our measurement).
 * - `headerBytes` default 8: QEMU precedes each page by one 64-bit word of offset and flags (`save_page_header`, migration/ram.c, 10.2).
 * - `zeroPageBytes` default 9: that word and one byte of zero (`save_zero_page`, the same file).
 * - `applicationBytesPerSecond` default 0: nobody else uses the link.
 *
 * Errors: `RangeError` when the bandwidth is not positive and finite, when both or none of its units are given, or when another field is not an integer
 * >= 0 (the application's rate: a finite number >= 0).
 */
export const link = (options: LinkOptions): Link => ({
  bytesPerSecond: bandwidth(options),
  latencyNs: whole('latencyNs', options.latencyNs ?? 28_000),
  headerBytes: whole('headerBytes', options.headerBytes ?? 8),
  zeroPageBytes: whole('zeroPageBytes', options.zeroPageBytes ?? 9),
  applicationBytesPerSecond: rate('applicationBytesPerSecond', options.applicationBytesPerSecond ?? 0)
})

/**
 * The bytes one page takes on the wire: its content and header, or the short form of a page of zeros.
 *
 *     wireBytes(link, 4096, false)   // 4104
 *     wireBytes(link, 4096, true)    // 9
 */
export const wireBytes = ({ headerBytes, zeroPageBytes }: Link, pageBytes: number, isZero: boolean): number =>
  isZero ? zeroPageBytes : headerBytes + pageBytes

const bytesPerGigabit = 125_000_000

const bandwidth = (options: { readonly gigabitsPerSecond?: number; readonly bytesPerSecond?: number }): number => {
  const { gigabitsPerSecond, bytesPerSecond } = options
  if ((gigabitsPerSecond === undefined) === (bytesPerSecond === undefined))
    throw new RangeError(
      `link: exactly one of gigabitsPerSecond and bytesPerSecond must be given (got ${gigabitsPerSecond === undefined ? 'none' : 'both'})`
    )
  const name = gigabitsPerSecond === undefined ? 'bytesPerSecond' : 'gigabitsPerSecond'
  const given = gigabitsPerSecond ?? bytesPerSecond!
  if (!(given > 0 && given < Infinity)) throw new RangeError(`link: ${name} must be positive and finite (got ${given})`)
  return gigabitsPerSecond === undefined ? given : given * bytesPerGigabit
}

const whole = (name: string, value: number): number => {
  if (!(Number.isSafeInteger(value) && value >= 0)) throw new RangeError(`link: ${name} must be an integer, not negative (got ${value})`)
  return value
}

const rate = (name: string, value: number): number => {
  if (!(value >= 0 && value < Infinity)) throw new RangeError(`link: ${name} must be a finite number, not negative (got ${value})`)
  return value
}
