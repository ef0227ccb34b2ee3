/** Bytes under construction: variable-length integers, seven bits to a byte, lowest first, the high bit set on all but the last. */
export interface VarintWriter {
  /** Appends a whole number from 0 to 2^53 - 1. */
  readonly write: (value: number) => void
  /** The bytes so far; valid until the next write. */
  readonly bytes: () => Uint8Array
  readonly clear: () => void
}

/** A growing byte array of variable-length integers. Cost: a few nanoseconds per byte. */
export const varintWriter = (): VarintWriter => {
  let buffer = new Uint8Array(1024)
  let length = 0
  return {
    write: (value) => {
      if (length + 8 > buffer.length) {
        const grown = new Uint8Array(2 * buffer.length)
        grown.set(buffer)
        buffer = grown
      }
      let rest = value
      while (rest > 127) {
        buffer[length++] = (rest % 128) | 128
        rest = Math.floor(rest / 128)
      }
      buffer[length++] = rest
    },
    bytes: () => buffer.subarray(0, length),
    clear: () => {
      length = 0
    }
  }
}

/** Reads what `varintWriter` wrote. */
export interface VarintReader {
  /** The next number, or -1 where the bytes end first or the number has no end within eight bytes. */
  readonly read: () => number
  /** Reads numbers below 2^31 into target[from] .. target[to - 1]; false where the bytes end first or a number is larger. */
  readonly readInto: (target: Int32Array, from: number, to: number) => boolean
  readonly ended: () => boolean
}

/** A cursor over variable-length integers. Cost: a few nanoseconds per byte. */
export const varintReader = (bytes: Uint8Array): VarintReader => {
  let at = 0
  return {
    read: () => {
      let value = 0
      let scale = 1
      for (let digits = 0; digits < 8; digits++) {
        if (at >= bytes.length) return -1
        const byte = bytes[at++]
        if (byte < 128) {
          const whole = value + byte * scale
          return whole <= Number.MAX_SAFE_INTEGER ? whole : -1
        }
        value += (byte & 127) * scale
        scale *= 128
      }
      return -1
    },
    readInto: (target, from, to) => {
      // The position is a local here: kept in the closure it costs two to four times as much per number.
      let next = at
      for (let index = from; index < to; index++) {
        let byte = bytes[next++]
        let value = byte & 127
        for (let shift = 7; byte > 127; shift += 7) {
          byte = bytes[next++]
          if (shift === 28 && byte > 7) return false
          value |= (byte & 127) << shift
        }
        target[index] = value
      }
      if (next > bytes.length) return false
      at = next
      return true
    },
    ended: () => at === bytes.length
  }
}

/** Whole numbers of both signs as numbers from 0: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4. */
export const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)

/** The inverse of `zigzag`. */
export const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2)
