import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CacheOptions, cache } from '../../lib/memory/cache'
import { key } from '../../lib/random/random'

// The same cache said plainly: a list of lines for each set, the one to leave last.
const plain = ({ bytes, lineBytes, ways, replacement = 'lru' }: CacheOptions) => {
  const sets = Array.from({ length: bytes / lineBytes / ways }, (): number[] => [])
  return (address: number, fill = true): boolean => {
    const line = Math.floor(address / lineBytes)
    const set = sets[line % sets.length]
    const there = set.includes(line)
    if (there && replacement === 'lru') set.splice(0, 0, ...set.splice(set.indexOf(line), 1))
    if (!there && fill) set.splice(0, 0, line)
    if (set.length > ways) set.pop()
    return there
  }
}

const addresses = fc.array(fc.record({ address: fc.nat(4095), fill: fc.boolean() }), { maxLength: 300 })
const options = fc.record({
  bytes: fc.constantFrom(256, 512, 1024),
  lineBytes: fc.constantFrom(16, 64),
  ways: fc.constantFrom(1, 2, 4),
  replacement: fc.constantFrom('lru' as const, 'fifo' as const)
})

describe('a cache', () => {
  it('answers as a list of lines for each set does', () => {
    fc.assert(
      fc.property(options, addresses, (made, asked) => {
        const one = cache(made)
        const other = plain(made)
        for (const { address, fill } of asked) expect(one.access(address, fill)).toBe(other(address, fill))
      })
    )
  })

  it('hits + misses = accesses, whatever leaves', () => {
    fc.assert(
      fc.property(options, addresses, fc.boolean(), (made, asked, random) => {
        const one = cache(random ? { ...made, replacement: { random: key(1) } } : made)
        for (const { address, fill } of asked) one.access(address, fill)
        expect(one.hits() + one.misses()).toBe(asked.length)
      })
    )
  })

  it('inclusion: a larger fully associative LRU cache holds what a smaller one holds, and never misses more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), addresses, (few, more, asked) => {
        const small = cache({ bytes: few * 64, lineBytes: 64, ways: few })
        const large = cache({ bytes: (few + more) * 64, lineBytes: 64, ways: few + more })
        for (const { address } of asked)
          if (small.access(address)) expect(large.access(address)).toBe(true)
          else large.access(address)
        expect(large.misses()).toBeLessThanOrEqual(small.misses())
        for (let line = 0; line < 4096; line += 64) if (small.holds(line)) expect(large.holds(line)).toBe(true)
      })
    )
  })

  it('a larger FIFO cache may miss more (Belady 1969): inclusion is a law of LRU', () => {
    const misses = (ways: number): number => {
      const one = cache({ bytes: ways * 64, lineBytes: 64, ways, replacement: 'fifo' })
      for (const line of [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5]) one.access(line * 64)
      return one.misses()
    }
    expect([misses(3), misses(4)]).toEqual([9, 10])
  })

  it('random replacement takes the empty place first, and any line of a full set after that', () => {
    const one = cache({ bytes: 256, lineBytes: 64, ways: 4, replacement: { random: key(3) } })
    for (let line = 0; line < 4; line++) one.access(line * 64)
    expect([0, 1, 2, 3].every((line) => one.holds(line * 64))).toBe(true)
    const left = new Set<number>()
    for (let line = 4; line < 40; line++) {
      const held = [...Array(line).keys()].filter((old) => one.holds(old * 64))
      one.access(line * 64)
      const gone = held.filter((old) => !one.holds(old * 64))
      expect(gone.length).toBe(1)
      left.add(held.indexOf(gone[0]))
    }
    expect(left.size).toBe(4)
  })

  it('is empty when it was invalidated, and counts on', () => {
    const one = cache({ bytes: 128, lineBytes: 64, ways: 2 })
    one.access(0)
    one.access(0)
    one.invalidate()
    expect(one.access(0)).toBe(false)
    expect([one.hits(), one.misses()]).toEqual([1, 2])
  })

  it('a store that goes around brings nothing in', () => {
    const one = cache({ bytes: 128, lineBytes: 64, ways: 2 })
    expect(one.access(0, false)).toBe(false)
    expect(one.holds(0)).toBe(false)
  })

  it('refuses what is no cache', () => {
    expect(() => cache({ bytes: 8192, lineBytes: 64, ways: 3 })).toThrow(
      new RangeError('cache: bytes must be a multiple of lineBytes x ways (got 8192, 64, 3)')
    )
    expect(() => cache({ bytes: 0, lineBytes: 64, ways: 1 })).toThrow(
      new RangeError('cache: bytes must be an integer of 1 or more (got 0)')
    )
  })
})
