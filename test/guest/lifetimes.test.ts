import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exponentialLifetimes, type Lifetimes, paretoLifetimes } from '../../lib/guest/lifetimes'
import { key } from '../../lib/random/random'

const drawnOf = (lifetimes: Lifetimes, n: number): readonly number[] =>
  Array.from({ length: n }, (_, i) => lifetimes.drawn(key('lives'), i)).sort((a, b) => a - b)
const share = (lives: readonly number[], above: number): number => lives.filter((life) => life > above).length / lives.length
const meanOf = (lives: readonly number[]): number => lives.reduce((sum, one) => sum + one, 0) / lives.length
/** The median of what remains of those older than an age. */
const medianLeft = (lives: readonly number[], age: number): number => {
  const older = lives.filter((life) => life > age)
  return older[Math.floor(older.length / 2)] - age
}

describe('paretoLifetimes', () => {
  const lifetimes = paretoLifetimes({ leastNs: 1e6, mostNs: 1e9 })
  const lives = drawnOf(lifetimes, 40_000)
  it('has a share of 1 / t that lives longer than t times the least', () => {
    for (const times of [2, 4, 10, 50]) expect(share(lives, times * 1e6)).toBeCloseTo((1 / times - 0.001) / 0.999, 2)
  })
  it('lies between the least and the most, with the mean that it states', () => {
    expect(lives[0]).toBeGreaterThanOrEqual(1e6)
    expect(lives[lives.length - 1]).toBeLessThanOrEqual(1e9)
    expect(meanOf(lives) / lifetimes.meanNs).toBeCloseTo(1, 1)
  })
  it('expects about as much of a process as it has had', () => {
    for (const age of [2e6, 5e6, 20e6]) {
      expect(medianLeft(lives, age) / lifetimes.remainingNs(age)).toBeCloseTo(1, 1)
      expect(lifetimes.remainingNs(age) / age).toBeGreaterThan(0.95)
    }
    expect(lifetimes.remainingNs(0)).toBeCloseTo(1e6 + (1e6 * (1e9 - 1e6)) / (1e9 + 1e6), 3)
    expect(lifetimes.remainingNs(1e9)).toBe(0)
  })
})

describe('exponentialLifetimes', () => {
  const lifetimes = exponentialLifetimes({ meanNs: 5e6 })
  const lives = drawnOf(lifetimes, 40_000)
  it('has a share of e^-t that lives longer than t means', () => {
    for (const times of [0.2, 1, 2, 3]) expect(share(lives, times * 5e6)).toBeCloseTo(Math.exp(-times), 2)
    expect(meanOf(lives) / 5e6).toBeCloseTo(1, 1)
  })
  it('expects the same of a process whatever its age', () => {
    for (const age of [0, 2e6, 5e6, 12e6]) expect(medianLeft(lives, age) / lifetimes.remainingNs(age)).toBeCloseTo(1, 1)
  })
})

describe('lifetimes', () => {
  it('are whole nanoseconds, the same for the same key and number', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 1e9 }), (process, meanNs) => {
        for (const lifetimes of [exponentialLifetimes({ meanNs }), paretoLifetimes({ leastNs: meanNs / 2, mostNs: meanNs * 9 })]) {
          const life = lifetimes.drawn(key(7), process)
          expect(Number.isSafeInteger(life) && life > 0).toBe(true)
          expect(lifetimes.drawn(key(7), process)).toBe(life)
        }
      })
    )
  })
  it('refuse what is no distribution', () => {
    expect(() => paretoLifetimes({ leastNs: 2, mostNs: 2 })).toThrow(
      'paretoLifetimes: leastNs must be above 0 and below mostNs (got 2 and 2)'
    )
    expect(() => exponentialLifetimes({ meanNs: 0 })).toThrow('exponentialLifetimes: meanNs must be above 0 (got 0)')
  })
})
