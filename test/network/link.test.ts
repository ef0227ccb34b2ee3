import { describe, expect, it } from 'vitest'
import { type LinkOptions, link, wireBytes } from '../../lib/network/link'

describe('link', () => {
  it('takes decimal gigabits or bytes per second, and fills in the defaults', () => {
    const defaults = { latencyNs: 28_000, headerBytes: 8, zeroPageBytes: 9, applicationBytesPerSecond: 0 }
    expect(link({ gigabitsPerSecond: 10 })).toEqual({ bytesPerSecond: 1_250_000_000, ...defaults })
    expect(link({ bytesPerSecond: 84_500_000 })).toEqual({ bytesPerSecond: 84_500_000, ...defaults })
  })

  it('keeps what is stated, zero included', () => {
    const stated = { bytesPerSecond: 5, latencyNs: 0, headerBytes: 0, zeroPageBytes: 0, applicationBytesPerSecond: 2.5 }
    expect(link(stated)).toEqual(stated)
  })

  it('refuses what no link has, naming the field and the value', () => {
    const refused = (options: LinkOptions, text: string) => expect(() => link(options)).toThrow(new RangeError(text))
    refused({ gigabitsPerSecond: 0 }, 'link: gigabitsPerSecond must be positive and finite (got 0)')
    refused({ bytesPerSecond: Infinity }, 'link: bytesPerSecond must be positive and finite (got Infinity)')
    refused({ bytesPerSecond: 1, latencyNs: 0.5 }, 'link: latencyNs must be an integer, not negative (got 0.5)')
    refused({ bytesPerSecond: 1, headerBytes: -8 }, 'link: headerBytes must be an integer, not negative (got -8)')
    refused({ bytesPerSecond: 1, zeroPageBytes: NaN }, 'link: zeroPageBytes must be an integer, not negative (got NaN)')
    refused(
      { bytesPerSecond: 1, applicationBytesPerSecond: -1 },
      'link: applicationBytesPerSecond must be a finite number, not negative (got -1)'
    )
    refused(
      { bytesPerSecond: 1, gigabitsPerSecond: 1 },
      'link: exactly one of gigabitsPerSecond and bytesPerSecond must be given (got both)'
    )
    refused({} as LinkOptions, 'link: exactly one of gigabitsPerSecond and bytesPerSecond must be given (got none)')
  })
})

describe('wireBytes', () => {
  it('is content and header, or the short form of a page of zeros', () => {
    const { gigabitsPerSecond } = { gigabitsPerSecond: 1 }
    expect(wireBytes(link({ gigabitsPerSecond }), 4096, false)).toBe(4104)
    expect(wireBytes(link({ gigabitsPerSecond }), 4096, true)).toBe(9)
    expect(wireBytes(link({ gigabitsPerSecond, headerBytes: 0, zeroPageBytes: 1 }), 65_536, false)).toBe(65_536)
  })
})
